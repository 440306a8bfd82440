"""The generated lines that send a status: only what was run is shown."""

import time
from pathlib import Path

import pytest

from codes.lines import FILE, LINES, Proof, read_proofs, to_text
from snippets.lines import FRAMES, Item, is_sent, ranges, read_constants
from snippets.places import free_port
from snippets.stubs import Server
from tests import makers

ROOT = Path(__file__).parent.parent
DJANGO = next(line for line in LINES if line.platform == "django")


@pytest.fixture
def proven(tmp_path, settings):
    settings.CONTENT_DIR = tmp_path

    def write(**fields):
        values = {"ran_on": "Django 5.2", "day": "2026-11-21", "line": DJANGO.texts, "numbers": "200-403 500"}
        path = tmp_path / FILE
        path.parent.mkdir(exist_ok=True)
        path.write_text(to_text({"django": Proof(**{**values, **fields})}))

    return write


@pytest.mark.django_db
def test_a_page_shows_the_line_that_was_run_with_the_constant_that_was_run(client, proven):
    makers.make_class(4)
    code = makers.make_code(403)
    python = makers.make_platform("python", name="Python")
    makers.make_name(code, "HTTPStatus.NEW_NAME", kind="constant", platform=python)
    makers.make_name(code, "HTTPStatus.FORBIDDEN", kind="constant", platform=python)
    assert "HttpResponse" not in client.get("/403").text
    proven()
    page = client.get("/403").text
    assert "return HttpResponse(status=403)" in page and "<code>HTTPStatus.FORBIDDEN</code>" in page
    time.sleep(0.01)
    proven(constants=("HTTPStatus.FORBIDDEN",))
    page = client.get("/403").text
    assert "return HttpResponse(status=HTTPStatus.FORBIDDEN)" in page and "<code>HTTPStatus.NEW_NAME</code>" in page
    assert "<code>HTTPStatus.FORBIDDEN</code>" not in page, "the line says it already"


@pytest.mark.django_db
def test_a_number_that_a_platform_refused_and_a_line_that_has_changed_are_not_shown(client, proven):
    makers.make_class(4)
    makers.make_code(404)
    proven()
    assert "HttpResponse" not in client.get("/404").text
    proven(numbers="200-599")
    assert "return HttpResponse(status=404)" in client.get("/404").text
    proven(numbers="200-599", line="HttpResponse({})")
    assert "HttpResponse" not in client.get("/404").text


@pytest.mark.django_db
def test_the_page_about_the_site_names_what_the_lines_were_run_on(client, proven):
    proven()
    assert "Django 5.2: 200-403 500 (21 November 2026)" in client.get("/about").text


def test_proofs_are_read_back_as_they_were_written(tmp_path):
    proofs = {"go": Proof("Go 1", "2026-01-01", "x {} y", "200", ("a.B", "a.C")), "a": Proof("A", "2026-01-01", "z")}
    (tmp_path / "lines.yaml").write_text(to_text(proofs))
    assert read_proofs(tmp_path / "lines.yaml") == proofs
    assert read_proofs(tmp_path / "none.yaml") == {}


def test_numbers_are_written_as_ranges():
    assert ranges([200, 201, 202, 204, 300, 301]) == "200-202 204 300-301"
    assert [n for n in range(199, 206) if Proof("", "", "", "200-202 204").sent(n)] == [200, 201, 202, 204]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("HTTP/1.1 204 No Content\r\n\r\n", True),
        ("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", False),
        ("HTTP/1.1 204 No Content\r\n\r\nx", False),
        ("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", False),
        ("", False),
    ],
)
def test_a_line_counts_only_where_exactly_its_status_was_sent(answer, expected):
    port = free_port()

    def serve(connection):
        connection.read_request()
        connection.send(answer.encode())

    with Server([port], serve):
        assert is_sent(port, Item("n204", "", 204)) is expected
    assert not is_sent(port, Item("n204", "", 204)), "nobody listens any more"


def test_each_line_of_the_table_was_run_and_can_be_run():
    proofs = read_proofs(ROOT / "content" / FILE)
    for line in LINES:
        assert line.platform in FRAMES
        assert proofs[line.platform].line == line.texts, "run: make check-snippets"
        assert proofs[line.platform].sent(404)
    assert set(FRAMES) == set(proofs) == {line.platform for line in LINES}
    known = {text for rows in read_constants(ROOT / "content").values() for _, text in rows}
    assert {constant for proof in proofs.values() for constant in proof.constants} <= known
    assert to_text(proofs) == (ROOT / "content" / FILE).read_text()
