"""The harness that runs snippets: what it lets pass, what it refuses, and the snippets of the site themselves."""

import functools
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from codes.records import FILE, Record, digest_of, read_records, to_text
from codes.runs import parse
from snippets.__main__ import main
from snippets.answering import Script
from snippets.asking import Asker
from snippets.jobs import Job, read_jobs
from snippets.keeping import updated
from snippets.places import Place, free_port
from snippets.platforms import NotHere, platform_of
from snippets.processes import Failed
from snippets.running import Result
from snippets.stubs import Behind, Server
from tests import makers
from tests.conftest import need

ROOT = Path(__file__).parent.parent
JOB = Job(404, "a", "express", "return", "throw new Error('no database connection');", "", ("Allow",))
FAST = "express fastify hono node fetch django flask fastapi python-client php nginx apache haproxy curl".split()


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path / "place", (r"listen\(([0-9]+)\)",))


def asked(place: Place, answer: str, run: str, job: Job = JOB) -> list[int]:
    """Ask a server that always sends `answer`, as `run` says; return the statuses that were seen."""

    def serve(connection):
        connection.read_request()
        connection.send(answer.replace("\n", "\r\n").encode())

    with Server([place.listen(80)], serve):
        asker = Asker(replace(job, run=run), place, Behind())
        asker.carry_out(parse(run))
    return asker.statuses


OK = "HTTP/1.1 404 Not Found\nAllow: GET\nContent-Length: 4\n\ngone"


def test_an_answer_that_is_as_expected_passes(place):
    assert asked(place, OK, "> GET /\n< 404\n< Allow: G*\n< !Retry-After\n<\n< one") == [404]


def test_an_interim_answer_comes_before_the_final_one(place):
    answer = "HTTP/1.1 103 Early Hints\nLink: </a.css>; rel=preload\n\n" + OK
    assert asked(place, answer, "> GET /\n< 103\n< Link: *\n\n< 404") == [103, 404]


@pytest.mark.parametrize(
    ("answer", "run", "complaint"),
    [
        (OK, "> GET /\n< 200", "answered 404 and not 200: 'gone'"),
        (OK, "> GET /\n< 404\n< Allow: POST", 'Allow is "GET" and not "POST"'),
        (OK, "> GET /\n< 404\n< Retry-After: *", "Retry-After is missing"),
        (OK, "> GET /\n< 404\n< !Allow", "Allow is there: GET"),
        (OK, "> GET /\n< 404\n<\n< here", 'the content lacks "here"'),
        (OK.replace("Allow: GET\n", ""), "> GET /\n< 404", "Allow, which 404 must carry, is missing"),
        (OK.replace("4\n\n", "9\n\n"), "> GET /\n< 404", "broke off after 4 bytes"),
        (OK, "> HEAD /\n< 404", "404 to HEAD is followed by content"),
        (OK + "more", "> GET /\n< 404", "404 to GET is followed by content: b'more'"),
        ("HTTP/1.1 204 No Content\n\nx", "> GET /\n< 204", "204 to GET is followed by content"),
        ("HTTP/1.1 204 No Content\nContent-Length: 0\n\n", "> GET /\n< 204", "204 carries Content-Length"),
        ("HTTP/1.1 205 Reset Content\nContent-Length: 1\n\nx", "> GET /\n< 205", "205 has content"),
        ("HTTP/1.1 304 Not Modified\n\nx", "> GET /\n< 304", "304 to GET is followed by content"),
        ("nonsense\n\n", "> GET /\n< 404", "no status line: nonsense"),
        ("", "> GET /\n< 404", "the connection was closed without an answer"),
        (OK, "> GET /\n> If-None-Match: {ETag}\n< 404", "the answer before has no field ETag"),
        (OK, "> :443 GET /\n< 404", "the code does not listen on port 443"),
        (OK, "> GET /\n>> GET /rates\n< 404", "the server behind was not asked GET /rates"),
    ],
)
def test_an_answer_that_is_not_as_expected_is_refused(place, answer, run, complaint):
    with pytest.raises(Failed) as error:
        asked(place, answer, run)
    assert complaint in str(error.value)


@pytest.mark.parametrize(
    "content",
    [
        "no database connection",
        "Traceback (most recent call last)",
        "Error: x\n    at Layer.handle (/srv/app.js:10:5)",
        "java.lang.IllegalStateException: no",
        "goroutine 7 [running]",
        "Fatal error: Uncaught x in /a.php on line 3",
        "/srv/app/views.rb:7:in `show'",
    ],
)
def test_nothing_of_the_inside_may_be_seen(place, content):
    answer = f"HTTP/1.1 500 Internal Server Error\nConnection: close\n\n{content}"
    with pytest.raises(Failed, match="the content shows"):
        asked(place, answer, "> GET /\n< 500")


def test_a_path_of_the_run_may_not_be_seen(place):
    with pytest.raises(Failed, match="the content shows a path"):
        asked(place, f"HTTP/1.1 500 No\nConnection: close\n\n{place.folder}/x", "> GET /\n< 500")


def test_a_request_is_repeated_until_the_answer_comes(place):
    count = iter(range(10))

    def serve(connection):
        connection.read_request()
        status = 200 if next(count) < 3 else 429
        connection.send(f"HTTP/1.1 {status} X\r\nAllow: GET\r\nContent-Length: 0\r\n\r\n".encode())

    with Server([place.listen(80)], serve):
        Asker(JOB, place, Behind()).carry_out(parse("> 9 x GET /\n< 429"))
        with pytest.raises(Failed, match=r"\(2 times\): answered 429 and not 200"):
            Asker(JOB, place, Behind()).carry_out(parse("> 2 x GET /\n< 200"))


CODE = """app.listen(3000);
fetch('http://127.0.0.1:8000/a'); fetch('http://localhost:3000/own');
const file = '/var/www/html/index.html', route = '/variable/etc';
const other = 'https://api.example.com/x';"""


def test_only_ports_and_folders_are_replaced_in_the_code_of_a_server(place):
    code = place.code(CODE)
    own, behind = place.own[3000], place.others[8000]
    assert code == (
        CODE.replace("3000", str(own))
        .replace("8000", str(behind))
        .replace("/var/www", f"{place.root}/var/www")
    )  # fmt: skip
    assert (place.root / "var/www/html").is_dir()


def test_in_a_client_the_host_becomes_that_of_the_scripted_server(tmp_path):
    place = Place(tmp_path / "place", (), server=7)
    code = place.code("'https://api.example.com/x', 'http://cdn.example.org/y', 'https://example.community/z'")
    assert code == "'https://127.0.0.1:7/x', 'http://localhost:7/y', 'https://example.community/z'"


def client_asks(tmp_path: Path, run: str, requests: list[bytes], pause: float = 0) -> Script:
    place = Place(tmp_path / "place", (), server=free_port())
    script = Script(parse(run), place)
    with Server([place.server], script.serve):
        for request in requests:
            with socket.create_connection(("127.0.0.1", place.server), 5) as sock:
                sock.sendall(request + b"\r\nHost: a\r\nConnection: close\r\n\r\n")
                sock.recv(9999)
            time.sleep(pause)
    return script


TWO = "> GET /a\n< 429\n< Retry-After: 1\n\n> GET /a, after 0.2-2 s\n> !Cookie\n< 200"


def test_a_client_that_does_as_the_run_says_passes(tmp_path):
    script = client_asks(tmp_path, TWO, [b"GET /a HTTP/1.1"] * 2, 0.3)
    script.check()
    assert script.statuses == [429, 200]


@pytest.mark.parametrize(
    ("requests", "pause", "complaint"),
    [
        ([b"GET /a HTTP/1.1"] * 3, 0.3, "asked GET /a, after everything that it should ask"),
        ([b"GET /a HTTP/1.1"], 0, "did not ask GET /a"),
        ([b"GET /a HTTP/1.1"] * 2, 0, "request 2 came 0.0 s after the answer before"),
        ([b"GET /b HTTP/1.1"] * 2, 0.3, "asked GET /b and not GET /a"),
        ([b"GET /a HTTP/1.1\r\nCookie: x"] * 2, 0.3, "Cookie is there"),
    ],
)
def test_a_client_that_does_something_else_is_refused(tmp_path, requests, pause, complaint):
    script = client_asks(tmp_path, TWO, requests, pause)
    with pytest.raises(Failed) as error:
        script.check()
    assert complaint in str(error.value)


def job(slug: str = "a", code: str = "code", platform: str = "express") -> Job:
    return replace(JOB, slug=slug, code=code, platform=platform)


def result(of: Job, **fields) -> Result:
    return Result(of, **{"ran_on": "Express 5.1.0", "statuses": (200, 200, 304), **fields})


def keep(records, jobs, results, day=1, anew=False):
    return updated(records, jobs, results, date(2026, 1, day), anew=anew)


def test_a_record_stays_as_it_is_until_something_changes():
    one = job()
    first = keep({}, [one], [result(one)])
    assert first == {"express": {one.digest: Record("404/a", "Express 5.1.0", "2026-01-01", "200, 304")}}
    assert keep(first, [one], [result(one)], day=2) == first
    assert keep(first, [one], [result(one)], day=2, anew=True)["express"][one.digest].day == "2026-01-02"
    assert keep(first, [one], [result(one, ran_on="Express 6")], day=2)["express"][one.digest].day == "2026-01-02"
    assert keep(first, [one], [result(one, problem="no")], day=2)["express"][one.digest].problem == "no"
    assert keep(first, [one], [Result(one, reason="not here")], day=2) == first


def test_a_changed_snippet_loses_its_record_and_a_renamed_one_keeps_it():
    one = job()
    first = keep({}, [one], [result(one)])
    assert keep(first, [job(code="other")], []) == {}
    assert keep(first, [job(slug="b")], [])["express"][one.digest].snippet == "404/b"
    for change in ({"run": "> GET /"}, {"role": "handle"}, {"number": 405}):
        assert replace(one, **change).digest != one.digest


def test_the_records_are_one_line_each_and_read_back(tmp_path):
    path = tmp_path / "snippets.yaml"
    records = {"node": {"b": Record("500/x", "Node.js 20", "2026-01-01", "500", 'it said: "no", \\ {é}')}}
    records |= {"curl": {"c": Record("404/y", "curl 8", "2026-01-01"), "a": Record("429/z", "curl 8", "2026-01-01")}}
    path.write_text(to_text(records))
    assert read_records(path) == records
    assert [line[:5] for line in path.read_text().splitlines()] == ["curl:", '  "c"', '  "a"', "node:", '  "b"']
    assert read_records(tmp_path / "none.yaml") == {}


def make_content(folder: Path, code: str, run: str) -> Path:
    (folder / "codes").mkdir(parents=True)
    row = {"slug": "a", "platform": "curl", "role": "handle", "code": code, "run": run}
    (folder / "codes/404.yaml").write_text(json.dumps({"number": 404, "snippets": [row]}))
    return folder


@pytest.mark.parametrize(
    ("code", "status", "words"),
    [
        ("curl --silent https://www.example.com/a", 0, "Run: 1. Passed: 1. Failed: 0."),
        ("exit 3", 1, "did not ask GET /a"),
    ],
)
def test_the_command_runs_reports_and_records(tmp_path, monkeypatch, capsys, code, status, words):
    need(shutil.which("curl"), "curl")
    content = make_content(tmp_path, code, "> GET /a\n< 404")
    monkeypatch.setattr("snippets.__main__.CONTENT", content)
    assert main([]) == status
    assert words in capsys.readouterr().out
    (record,) = read_records(content / FILE)["curl"].values()
    assert bool(record.problem) == bool(status)
    assert main(["--changed"]) == status
    assert ("Run: 0." if status == 0 else "Run: 1.") in capsys.readouterr().out


def test_a_run_that_nobody_can_read_fails_and_stops_nothing(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("snippets.__main__.CONTENT", make_content(tmp_path, "exit 0", "> nonsense"))
    assert main([]) == 1
    assert "Line 1 is not like" in capsys.readouterr().out


def test_nothing_is_left_behind_after_an_interruption(tmp_path):
    need(shutil.which("curl"), "curl")
    content = make_content(tmp_path, f"echo $$ > {tmp_path}/pid; sleep 55", "> GET /a\n< 404")
    env = {**os.environ, "CONTENT_DIR": str(content), "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-m", "snippets"]
    # A shell lets what it starts in the background ignore interruptions, these tests perhaps.
    heed = functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    harness = subprocess.Popen(command, cwd=ROOT, env=env, preexec_fn=heed, **pipes)
    end = time.monotonic() + 90
    while not ((tmp_path / "pid").exists() and (tmp_path / "pid").read_text()) and time.monotonic() < end:
        time.sleep(0.05)
    harness.send_signal(signal.SIGINT)
    _, errors = harness.communicate(timeout=120)
    assert harness.returncode == 130, errors
    assert "Interrupted" in errors
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
    assert not list(tmp_path.glob("statusref-*"))


# The snippets of the site

JOBS = read_jobs(ROOT / "content")
RECORDS = read_records(ROOT / "content" / FILE)


def test_no_snippet_has_a_record_of_a_failure_and_no_record_is_left_over():
    known = {(job.platform, job.digest) for job in JOBS}
    for platform, records in RECORDS.items():
        for digest, record in records.items():
            assert not record.problem, f"{record.snippet}: {record.problem}"
            assert (platform, digest) in known, f"{record.snippet} has changed. Run: make check-snippets CHANGED=1"
    assert to_text(RECORDS) == (ROOT / "content" / FILE).read_text()


@pytest.mark.parametrize("platform", FAST)
def test_the_snippets_of_a_platform_that_is_quickly_installed_pass(platform, capsys):
    for job in [job for job in JOBS if job.platform == platform and job.run][:1]:
        try:
            platform_of(job).version(job.code)
        except NotHere as error:
            need(False, f"`make snippet-platforms FAST=1`: {error}")
    if main(["--platform", platform, "--keep-records"]) == 0:
        return
    # On a machine that does much else a program may start too late; what is wrong fails alone, too.
    failed = re.findall(r"^  failed: (\S+) \(", told := capsys.readouterr().out, re.M)
    assert failed, told
    assert main([*failed, "--keep-records", "--jobs", "1"]) == 0, capsys.readouterr().out


# What the site shows of it


@pytest.fixture
def recorded(tmp_path, settings):
    """Write the record of a snippet into a content folder of its own."""
    settings.CONTENT_DIR = tmp_path

    def write(snippet, **fields):
        digest = digest_of(snippet.code.number, snippet.role, snippet.source, snippet.run)
        record = Record(**{"snippet": "404/send", "ran_on": "Express 5.1.0", "day": "2026-11-21", **fields})
        path = tmp_path / FILE
        path.parent.mkdir(exist_ok=True)
        path.write_text(to_text({snippet.platform.slug: {digest: record}}))
        os.utime(path, ns=(0, time.time_ns()))

    return write


@pytest.mark.django_db
def test_a_page_shows_on_what_a_snippet_ran_until_it_changes(client, recorded):
    makers.make_class(4)
    code = makers.make_code(404)
    snippet = makers.make_snippet(code, run="> GET /\n< 404")
    assert "Run on" not in client.get("/404").text
    recorded(snippet, answered="404, 200")
    assert "Run on Express 5.1.0, 21 November 2026: answered 404, 200." in client.get("/404").text
    recorded(snippet, problem="it answered 200")
    assert "Run on" not in client.get("/404").text
    recorded(snippet)
    assert "Run on Express 5.1.0, 21 November 2026." in client.get("/404").text
    snippet.source += " // changed"
    snippet.save()
    assert "Run on" not in client.get("/404").text


@pytest.mark.django_db
def test_a_client_says_what_it_met(client, recorded):
    makers.make_class(4)
    recorded(makers.make_snippet(makers.make_code(404), role="handle"), answered="429, 200")
    assert "21 November 2026: met 429, 200." in client.get("/404").text


@pytest.mark.django_db
def test_the_editors_home_lists_snippets_that_fail_or_were_never_run(admin_client, recorded):
    code = makers.make_code(404)
    silent = makers.make_snippet(code, "silent", title="Silent")
    makers.make_snippet(code, "new", title="New", run="> GET /\n< 404")
    title = "Snippets that fail or were never run"
    home = admin_client.get("/admin/").text
    assert title in home and "does not say how it is run" in home and "not run as it stands" in home
    recorded(silent, problem="it answered 200")
    assert "it answered 200" in admin_client.get("/admin/").text
    code.snippets.exclude(pk=silent.pk).delete()
    recorded(silent)
    assert title not in admin_client.get("/admin/").text
