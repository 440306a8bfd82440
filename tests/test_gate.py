"""A request comes in whole or not at all, and its answer goes out in one piece."""

import contextlib
import io
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.http import HttpResponse, StreamingHttpResponse
from django.test.utils import CaptureQueriesContext

from statusref import gate, server
from statusref.gate import Gate

FORM = "application/x-www-form-urlencoded"
pytestmark = pytest.mark.django_db  # the end of an answer looks after connections


class Taken:
    """An application that notes what content reaches it; it closes as Django's answers do."""

    def __init__(self, answer: HttpResponse | None = None):
        self.contents, self.answer = [], answer or HttpResponse(b"whole")

    def __call__(self, environ, start_response):
        self.contents.append(environ["wsgi.input"].read())
        return self.answer


def environ_of(content: bytes, **fields) -> dict:
    return {
        "REQUEST_METHOD": "POST", "PATH_INFO": "/report", "SERVER_NAME": "localhost", "SERVER_PORT": "80",
        "HTTP_HOST": "localhost", "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(content),
        "CONTENT_LENGTH": str(len(content)), **fields,
    }  # fmt: skip


def ask(environ: dict) -> tuple[int, dict, str]:
    told = {}
    found = Gate(WSGIHandler())(environ, lambda status, fields: told.update(status=status, fields=dict(fields)))
    return int(told["status"][:3]), told["fields"], b"".join(found).decode()


def test_the_whole_content_reaches_django_at_once():
    app = Taken()
    assert Gate(app)(environ_of(b"path=/404&text=x"), None) == [b"whole"] and app.contents == [b"path=/404&text=x"]


def test_what_is_sent_in_pieces_leaves_in_one():
    closed = []
    answer = StreamingHttpResponse([b"a", b"b"])
    answer._resource_closers.append(lambda: closed.append(True))
    assert Gate(Taken(answer))(environ_of(b""), None) == [b"ab"] and closed


def test_django_runs_in_the_threads_of_the_pool_and_the_server_is_told_in_its_own():
    """However many threads the server has, few have a connection to the database."""
    ran, told = set(), []

    def app(environ, start_response):
        ran.add(threading.current_thread().name)
        start_response("200 OK", [("X", "y")])
        return HttpResponse(b"whole")

    def start_response(*start):
        told.append((threading.current_thread().name, *start))

    with ThreadPoolExecutor(2, "pool") as pool:
        guarded = Gate(app, pool=pool)
        callers = [
            threading.Thread(target=guarded, args=(environ_of(b""), start_response), name=f"caller-{number}")
            for number in range(9)
        ]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()
    assert ran <= {"pool_0", "pool_1"}
    assert sorted(told) == [(f"caller-{number}", "200 OK", [("X", "y")]) for number in range(9)]


def test_what_breaks_in_the_pool_breaks_for_who_asked_and_nobody_else():
    def app(environ, start_response):
        if environ["PATH_INFO"] == "/broken":
            raise ZeroDivisionError
        start_response("200 OK", [])
        return HttpResponse(b"whole")

    with ThreadPoolExecutor(1) as pool:
        guarded = Gate(app, pool=pool)
        for _ in range(gate.RUNNING + 1):
            with pytest.raises(ZeroDivisionError):
                guarded(environ_of(b"", PATH_INFO="/broken"), None)
        assert guarded(environ_of(b""), lambda *start: None) == [b"whole"]
    assert guarded.answered == {}


@pytest.mark.parametrize(
    ("fields", "status", "says"),
    [
        ({"CONTENT_LENGTH": "17"}, 400, "ended before its time"),
        ({"CONTENT_LENGTH": "-1"}, 400, "ended before its time"),
        ({"CONTENT_LENGTH": "99999999"}, 413, "larger than 5 MiB"),
        ({"CONTENT_LENGTH": "9" * 5000}, 413, "larger than 5 MiB"),
        ({"HTTP_TRANSFER_ENCODING": "chunked"}, 411, "Content-Length"),
    ],
)
def test_what_is_not_whole_is_refused_and_nothing_of_it_is_used(fields, status, says):
    content = b"path=/404&text=x"
    app = Taken()
    Gate(app)(environ_of(content, **fields), None)
    assert app.contents == [b""]
    found, answered, text = ask(environ_of(content, **fields))
    assert found == status and says in text and "Nothing of it was used" in text
    assert answered["Cache-Control"] == "no-store" and "Content-Security-Policy" in answered


def test_content_that_was_waited_for_too_long_is_a_408(monkeypatch):
    monkeypatch.setattr(gate, "LONGEST_BODY", -1)
    status, _, text = ask(environ_of(b"path=/404", CONTENT_LENGTH="17"))
    assert status == 408 and "too slowly" in text


@contextlib.contextmanager
def sending_slowly(guarded: Gate, count: int, **fields):
    """So many send a body that is whole only when the block ends."""
    may_go_on = threading.Event()

    class Slow(io.BytesIO):
        def read(self, size=-1):
            may_go_on.wait(30)
            return super().read(size)

    slow = [
        threading.Thread(target=guarded, args=(environ_of(b"a=b", **{"wsgi.input": Slow(b"a=b")}, **fields), None))
        for _ in range(count)
    ]
    for thread in slow:
        thread.start()
    try:
        while len(guarded.awaited) < count:
            pass
        yield
    finally:
        may_go_on.set()
        for thread in slow:
            thread.join()


def test_those_who_send_slowly_do_not_take_every_thread(monkeypatch):
    monkeypatch.setattr(gate, "LONGEST_WAIT", 0.01)
    app = Taken()
    guarded = Gate(app)
    with sending_slowly(guarded, gate.READING):
        guarded(environ_of(b"c=d"), None)
        assert app.contents == [b""], "refused, for nobody knows how long the others take"
        assert guarded(environ_of(b"", REQUEST_METHOD="GET"), None) == [b"whole"]
    assert app.contents.count(b"a=b") == gate.READING
    assert (guarded.awaited, guarded.answered) == ({}, {})


@pytest.mark.parametrize(("proxies", "taken"), [(0, [b"", b"c=d"]), (1, [b"c=d", b"c=d"])])
def test_one_address_does_not_take_every_place_unless_it_is_that_of_a_proxy(settings, proxies, taken):
    settings.TRUSTED_PROXIES = proxies
    app = Taken()
    guarded = Gate(app)
    with sending_slowly(guarded, gate.MOST_OF_ONE, REMOTE_ADDR="192.0.2.1"):
        guarded(environ_of(b"c=d", REMOTE_ADDR="192.0.2.1"), None)
        guarded(environ_of(b"c=d", REMOTE_ADDR="192.0.2.2"), None)
        assert app.contents == taken


def test_a_refusal_for_slow_others_says_when_to_come_back():
    status, fields, text = ask(environ_of(b"", **{gate._REFUSAL: 503}))
    assert (status, fields["Retry-After"]) == (503, "10") and "sending slowly" in text


def test_more_threads_wait_for_nothing_than_may_be_taken():
    assert gate.READING + gate.RUNNING < server.THREADS


def test_nobody_waits_for_those_who_wait_for_a_database_that_is_silent(monkeypatch):
    monkeypatch.setattr(gate, "LOOK_AGAIN", 0.01)
    full = Gate(WSGIHandler(), lambda: True)
    for _ in range(gate.RUNNING):
        full.running.acquire()
    told = {}

    def ask(path: str, content: bytes = b"", method: str = "GET") -> str:
        environ = environ_of(content, PATH_INFO=path, REQUEST_METHOD=method, CONTENT_TYPE=FORM)
        return b"".join(
            full(environ, lambda status, fields: told.update(status=int(status[:3]), fields=dict(fields)))
        ).decode()

    with CaptureQueriesContext(connection) as queries:
        text = ask("/admin/codes/vendor/1/change/", b"body=What+was+typed%0Aby+an+editor", "POST")
        assert told["status"] == 503 and told["fields"]["Retry-After"] and "What was typed" in text
        assert "Nothing was saved" in text and "Content-Security-Policy" in told["fields"]
        assert "failed" in ask("/readyz") and told["status"] == 503
        assert "ok" in ask("/healthz") and told["status"] == 200, "a restart would lose what is in memory"
        ask("/robots.txt")
        assert told["status"] == 503
    assert not queries.captured_queries
    full.running.release()
    ask("/robots.txt")
    assert told["status"] == 200


def test_an_empty_length_is_none():
    app = Taken()
    assert Gate(app)(environ_of(b"", CONTENT_LENGTH=""), None) == [b"whole"]
    assert app.contents == [b""]
