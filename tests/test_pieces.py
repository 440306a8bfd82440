"""Rows that are asked for by prepared queries, blocks that are drawn once."""

from datetime import timedelta

import pytest
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from codes import pieces
from codes.documents import kind_of
from codes.documents.kinds import row_kinds
from codes.models import Fix, Meaning, StatusCode
from codes.models.page import load_page
from codes.models.querysets import PACKED, rows_of
from tests import makers

pytestmark = pytest.mark.django_db

# Neither shown on a page nor part of what it says.
UNSEEN = {"id", "code", "cause", "position", "slug", "draft_of", "run", "number"}


def make_full_page() -> StatusCode:
    """A page with a row of every kind."""
    makers.make_class(4)
    code = makers.make_code(404, meaning="Plain.", definition="Technical.", first_check="This.")
    meaning = makers.make_meaning(code, "own", vendor=makers.make_vendor("nginx"))
    makers.make_meaning(code, "sub", vendor=meaning.vendor, label="404.1", body="")
    makers.make_name(code, kind="earlier", spec="RFC 2068")
    makers.make_header(code, "Allow", level="MUST")
    makers.make_rule(code)
    makers.make_fingerprint(code, vendor=meaning.vendor, meaning=meaning)
    makers.make_exchange(code, "story")
    cause = makers.make_cause(code, "gone", meaning=meaning)
    makers.make_fix(cause, "back")
    makers.make_step(code, "look", proves=cause)
    makers.make_snippet(code, "send")
    makers.make_section(code, "really")
    makers.make_engine_note(code)
    makers.make_relation(code, makers.make_code(410), kind="confused")
    makers.make_reference(code)
    return code


def rows_of_page(code: StatusCode) -> list[models.Model]:
    rows: list[models.Model] = [code]
    for kind in row_kinds(kind_of(code).rows):
        owner = {"cause__code": code} if kind.model is Fix else {"code": code}
        rows += kind.model.objects.filter(**owner)
    others = {name for row in rows for name in ("vendor", "platform", "other") if getattr(row, f"{name}_id", None)}
    return rows + [getattr(row, name) for row in rows for name in others if getattr(row, f"{name}_id", None)]


def test_whatever_changes_the_page_is_the_one_that_would_be_drawn_without_any_piece(client):
    code = make_full_page()
    last, changed = client.get("/404").text, set()
    for row in rows_of_page(code):
        for column in row._meta.concrete_fields:
            if column.name in UNSEEN or column.choices or not isinstance(column, models.CharField | models.TextField):
                continue
            word = "https://example.org/zyzzx" if isinstance(column, models.URLField) else "zyzzx"
            was = getattr(row, column.name)
            value = f"> GET /{word} HTTP/1.1" if column.name == "transcript" else word
            type(row).objects.filter(pk=row.pk).update(**{column.name: value})
            warm = client.get("/404").text
            pieces._drawn.clear()
            assert warm == client.get("/404").text, f"{row._meta.label}.{column.name}"
            changed |= {f"{row._meta.model_name}.{column.name}"} if warm != last else set()
            type(row).objects.filter(pk=row.pk).update(**{column.name: was})
    assert client.get("/404").text == last
    assert len(changed) > 50, "otherwise this test sees nothing"


def test_only_the_block_that_an_edit_changes_is_drawn_anew(client, monkeypatch):
    code = make_full_page()
    client.get("/404")
    drawn = []
    monkeypatch.setattr(pieces, "get_template", lambda name: drawn.append(name) or get_template(name))
    client.get("/404")
    assert not drawn
    code.causes.update(title="Another title")
    assert "Another title" in client.get("/404").text
    assert sorted(drawn) == ["codes/_causes.html", "codes/_steps.html"]


get_template = pieces.get_template


def test_no_more_pieces_are_kept_than_there_is_room_for(client, monkeypatch):
    code = make_full_page()
    client.get("/404")
    monkeypatch.setattr(pieces, "MOST", 10)
    monkeypatch.setattr(pieces, "_drawn", {})
    for number in range(20):
        code.causes.update(title=f"Title {number}")
        assert f"Title {number}" in client.get("/404").text
        assert len(pieces._drawn) <= 10


def columns(row: models.Model) -> dict:
    return {name: value for name, value in vars(row).items() if not name.startswith("_")}


def test_a_loaded_page_has_the_rows_that_the_database_has_in_their_order():
    code = make_full_page()
    for number in range(3):
        makers.make_cause(code, f"cause-{number}", position=9 - number)
        makers.make_header(code, f"X-{number}", position=9 - number)
    fresh = StatusCode.objects.get(pk=code.pk)
    load_page(code, None)
    assert code.class_name == "Client Error" or code.class_name
    for name in ("meanings", "names", "fingerprints", "causes", "steps", "snippets", "sections"):
        found, wanted = list(getattr(code, name).all()), list(getattr(fresh, name).all())
        assert [columns(row) for row in found] == [columns(row) for row in wanted], name
        assert found and all(row.code is code for row in found)
    for name in PACKED:
        found, wanted = rows_of(code, name), list(getattr(fresh, name).all())
        assert [str(row) for row in found] == [str(row) for row in wanted], name
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert [fix.platform for cause in code.causes.all() for fix in cause.fixes.all()]
        assert code.causes.all()[0].meaning.vendor.name and code.steps.all()[0].proves.title
        assert [meaning.is_sub_status for meaning in code.meanings.all()] == [False, True]
    assert not asked.captured_queries, "everything came with the page"
    assert Meaning.objects.count() == 2


def test_pages_that_the_reader_may_not_see_are_not_among_the_related(admin_user):
    code = make_full_page()
    hidden = makers.make_code(451, published_at=None)
    later = makers.make_code(418, published_at=timezone.now() + timedelta(hours=1))
    for other in (hidden, later):
        makers.make_relation(code, other)

    def related(user):
        fresh = StatusCode.objects.get(pk=code.pk)
        load_page(fresh, user)
        return sorted(row.other.number for row in fresh.relations.all())

    assert related(None) == [410]
    assert related(admin_user) == [410, 418, 451]
