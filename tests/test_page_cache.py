"""Ready pages: what is held, for whom, how long, and what happens when the database goes away."""

import gzip
import inspect
import io
import subprocess
import sys
import threading
import time
import urllib.request
from datetime import timedelta

import brotli
import pytest
from django.contrib.auth import get_user_model
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import OperationalError, close_old_connections
from django.urls import resolve
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from codes.documents import dump
from codes.documents.kinds import CODE
from codes.models import Revision, StatusCode
from codes.publishing import save_text, start_draft, withdraw
from statusref.middleware import EDITOR_COOKIE
from statusref.page_cache import PageCache, watch
from statusref.page_cache.application import LONGEST_OLD, RENDERING
from statusref.page_cache.negotiation import best_encoding, has
from statusref.page_cache.pages import Store, make_page
from tests.makers import make_class, make_code, make_snippet
from tests.prepared import environment_of
from tests.site_server import running_site

HOST = "localhost"


def make_editor():
    return get_user_model().objects.create_superuser("ed", password="x")


@pytest.fixture
def open_connection(db):
    """What ends with a request is not the connection: the test's transaction needs it."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("statusref.page_cache.watch.close_old_connections", lambda: None)
        yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def cache(open_connection, settings):
    """A cache around the real application, which counts what reaches it. The test looks at the content itself."""
    settings.BASE_URL = ""
    for digit in range(1, 6):
        make_class(digit)
    make_snippet(missing := make_code(404, name="Not Found"), title="Send it")
    for code in missing, make_code(500, name="Internal Server Error"):
        Revision.objects.create(path=CODE.path(code), text=dump(CODE, code), source="import", agreed=True)
    handler = WSGIHandler()
    asked = []

    def app(environ, start_response):
        asked.append(environ["PATH_INFO"])
        return handler(environ, start_response)

    cache = PageCache(app, 10_000_000)
    cache.asked = asked
    cache.watch.look()
    return cache


def ask(cache, path="/404", method="GET", query="", **fields):
    answered = {}
    environ = {
        "REQUEST_METHOD": method, "SCRIPT_NAME": "", "PATH_INFO": path, "QUERY_STRING": query, "SERVER_NAME": HOST,
        "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1", "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(), "wsgi.errors": None, "HTTP_HOST": HOST, **fields,
    }  # fmt: skip
    result = cache(environ, lambda status, headers, exc=None: answered.update(status=status, headers=headers))
    body = b"".join(result)
    if hasattr(result, "close"):
        result.close()
    return int(answered["status"][:3]), {name.lower(): value for name, value in answered["headers"]}, body


def test_the_second_visitor_gets_the_page_without_django(cache):
    first, second = ask(cache), ask(cache)
    assert first == second and first[0] == 200 and cache.asked == ["/404"]


def test_each_encoding_holds_the_same_page_under_its_own_validator(cache):
    answers = {name: ask(cache, HTTP_ACCEPT_ENCODING=name) for name in ("br", "gzip", "identity")}
    bodies = {brotli.decompress(answers["br"][2]), gzip.decompress(answers["gzip"][2]), answers["identity"][2]}
    assert len(bodies) == 1
    assert len({fields["etag"] for _, fields, _ in answers.values()}) == 3
    assert [fields.get("content-encoding") for _, fields, _ in answers.values()] == ["br", "gzip", None]
    assert all(fields["vary"] == "Accept-Encoding" for _, fields, _ in answers.values())
    assert all(int(fields["content-length"]) == len(body) for _, fields, body in answers.values())
    assert all("content-security-policy" in fields for _, fields, _ in answers.values())


def test_head_gets_the_fields_without_the_content(cache):
    status, fields, body = ask(cache, method="HEAD")
    assert (status, body) == (200, b"") and fields == ask(cache)[1]


def test_a_visitor_who_has_the_page_gets_304(cache):
    tag = ask(cache)[1]["etag"]
    for wanted in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        status, fields, body = ask(cache, HTTP_IF_NONE_MATCH=wanted)
        assert (status, body, fields["etag"]) == (304, b"", tag)
        assert "content-length" not in fields and "cache-control" in fields
    assert ask(cache, HTTP_IF_NONE_MATCH='"other"')[0] == 200
    assert ask(cache, HTTP_ACCEPT_ENCODING="gzip", HTTP_IF_NONE_MATCH=tag)[0] == 200


@pytest.mark.parametrize("query", ["utm_source=x", "a=1&b=2", "%00", "class", "q=500"])
def test_a_query_that_the_page_does_not_read_is_no_way_around(cache, query):
    ask(cache)
    assert ask(cache, query=query) == ask(cache) and cache.asked == ["/404"]


def test_a_query_that_the_page_reads_is_answered_by_django(cache):
    plain = ask(cache, "/codes")
    assert ask(cache, "/codes", query="class=5")[2] != plain[2]
    assert ask(cache, "/codes", query="utm=5")[2] == plain[2]


def test_every_view_in_the_sitemap_that_reads_a_query_says_so(cache):
    for path, parameters in watch.public_paths().items():
        source = inspect.getsource(inspect.unwrap(resolve(path).func))
        assert bool(parameters) == ("request.GET" in source), f"{path}: name what it reads with @reads(...)"


def test_editors_neither_see_nor_fill_it(cache):
    ask(cache, HTTP_COOKIE=f"a=b; {EDITOR_COOKIE}=1")
    ask(cache, HTTP_COOKIE=f"a=b; {EDITOR_COOKIE}=1")
    assert cache.asked == ["/404", "/404"] and not cache.store.pages


def test_whoever_logs_in_to_the_admin_is_led_past_it(client, db):
    editor = make_editor()
    client.force_login(editor)
    assert client.get("/admin/").cookies[EDITOR_COOKIE].value == "1"
    assert EDITOR_COOKIE not in client.get("/about").cookies


def test_only_pages_of_the_sitemap_are_held(cache):
    for path in ("/404", "/999", "/compare/404-vs-500", "/search", "/admin/login/", "/report", "/404/", "/robots.txt"):
        ask(cache, path)
    assert {path for _, path in cache.store.pages} == {"/404"}


@pytest.mark.parametrize("host", ["evil.example", "a b", "localhost@evil.example", "localhost:99999999"])
def test_a_host_that_is_not_ours_makes_no_key(cache, host):
    assert ask(cache, HTTP_HOST=host)[0] == 400 or host.startswith("localhost:")
    assert not cache.store.pages


def test_the_number_of_names_that_it_keeps_pages_for_is_bounded(cache):
    for port in range(8000, 8030):
        assert ask(cache, HTTP_HOST=f"localhost:{port}")[0] == 200
    assert len(cache.store.pages) == 8


def test_a_scheme_is_believed_only_from_a_proxy_that_we_trust(cache, settings):
    ask(cache, HTTP_X_FORWARDED_PROTO="https")
    assert list(cache.store.pages) == [("http://localhost", "/404")]
    settings.TRUSTED_PROXIES = 1
    ask(cache, HTTP_X_FORWARDED_PROTO="https")
    ask(cache, HTTP_X_FORWARDED_PROTO="gopher")
    assert [origin for origin, _ in cache.store.pages] == ["http://localhost", "https://localhost"]


def change(number, old, new):
    code = StatusCode.objects.get(number=number, draft_of=None)
    save_text(CODE, f"codes/{number}.yaml", dump(CODE, code).replace(old, new), None)


def test_an_edit_shows_and_leaves_the_other_pages_alone(cache):
    ask(cache, "/500")
    ask(cache)
    change(404, "In plain words.", "In plainer words.")
    cache.watch.look()
    cache.asked.clear()
    assert b"plainer" in ask(cache)[2]
    ask(cache, "/500")
    assert cache.asked == ["/404"]


def test_an_edit_of_a_snippet_shows_on_both_pages_that_have_it(cache):
    paths = ["/404", "/404/snippets"]
    assert all(b"Send it" in ask(cache, path)[2] for path in paths)
    change(404, "Send it", "Send them")
    cache.watch.look()
    assert all(b"Send them" in ask(cache, path)[2] for path in paths)
    assert cache.asked == paths * 2


def test_an_edit_of_what_lists_show_renders_all_anew_but_keeps_their_validators(cache):
    tag = ask(cache, "/about")[1]["etag"]
    assert b"Nowhere" not in ask(cache, "/codes")[2]
    change(404, "Not Found", "Nowhere Found")
    cache.watch.look()
    assert b"Nowhere" in ask(cache, "/codes")[2]
    assert ask(cache, "/about", HTTP_IF_NONE_MATCH=tag)[0] == 304
    assert cache.asked.count("/about") == 2


def test_a_draft_changes_nothing(cache):
    ask(cache)
    start_draft(CODE, StatusCode.objects.get(number=404), make_editor())
    cache.watch.look()
    ask(cache)
    assert cache.asked == ["/404"]


def test_a_withdrawn_page_is_gone_at_once(cache):
    ask(cache)
    withdraw(code := StatusCode.objects.get(number=404))
    Revision.objects.create(path=CODE.path(code), text=dump(CODE, code), source="admin")
    cache.watch.look()
    assert ask(cache)[0] == 410


def test_a_schedule_that_falls_due_is_an_edit(cache, monkeypatch):
    now = timezone.now()
    make_code(503, name="Later", published_at=now + timedelta(minutes=5))
    cache.watch.look()
    assert b"Later" not in ask(cache, "/codes")[2] and ask(cache, "/503")[0] == 404
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(minutes=6))
    cache.watch.look()
    assert b"Later" in ask(cache, "/codes")[2] and ask(cache, "/503")[0] == 200


def test_what_was_rendered_while_the_content_changed_is_rendered_again(cache, monkeypatch):
    handler = cache.app

    def slow(environ, start_response):
        result = handler(environ, start_response)
        change(404, "In plain words.", "In plainer words.")
        cache.watch.look()
        cache.app = handler
        return result

    cache.app = slow
    assert b"plainer" not in ask(cache)[2]
    assert b"plainer" in ask(cache)[2]


def test_while_the_database_is_away_pages_are_served_with_their_age(cache, monkeypatch):
    ask(cache)
    tag = ask(cache)[1]["etag"]
    cache.store.mark_stale(None)

    def away(*args):
        raise OperationalError("gone")

    monkeypatch.setattr(watch, "content_version", away)
    cache.watch.look()
    cache.watch.seen -= 60
    cache.app = away
    status, fields, body = ask(cache)
    assert status == 200 and b"Not Found" in body and 60 <= int(fields["age"]) <= 62
    assert ask(cache, HTTP_IF_NONE_MATCH=tag)[0] == 304
    monkeypatch.undo()
    cache.app = WSGIHandler()
    cache.watch.look()
    assert "age" not in ask(cache, "/404")[1] and not cache.watch.is_blind


def test_a_render_that_fails_leaves_the_old_page(cache):
    body = ask(cache)[2]
    cache.store.mark_stale(None)
    cache.app = lambda environ, start_response: (start_response("500 Oops", []), [b"oops"])[1]
    for _ in range(2):
        assert ask(cache)[2] == body


def test_a_render_that_fails_once_is_tried_again(cache):
    rightly, cache.app = cache.app, lambda environ, start_response: (start_response("503 Busy", []), [b"busy"])[1]
    assert "etag" not in ask(cache)[1]
    cache.app = rightly
    assert "etag" in ask(cache)[1] and cache.store.pages


def test_a_page_that_could_not_be_rendered_for_a_moment_is_held_again_after_it(cache):
    working = cache.app

    def away(environ, start_response):
        start_response("503 Service Unavailable", [])
        return [b"away"]

    cache.app = away
    assert ask(cache)[0] == 503
    cache.app = working
    ask(cache)
    del cache.asked[:]
    assert ask(cache)[0] == 200 and cache.asked == []


def test_nobody_waits_for_a_page_to_be_rendered_once_the_database_is_silent(cache):
    """More than may render at once ask for pages that changed: they all get the old ones."""
    for path in ("/404", "/500"):
        assert ask(cache, path)[0] == 200
    cache.store.mark_stale(None)
    for page in cache.store.pages.values():
        page.stale_since -= LONGEST_OLD
    working, may_go_on, is_waiting, found = cache.app, threading.Event(), threading.Event(), []

    def silent(environ, start_response):
        is_waiting.set()
        may_go_on.wait(60)
        return working(environ, start_response)

    cache.app = silent
    # As if others rendered other pages.
    for _ in range(RENDERING - 1):
        cache.rendering.acquire()
    first = threading.Thread(target=lambda: cache._fresh(*key_and_page(cache, "/404")))
    first.start()
    assert is_waiting.wait(60)
    others = [
        threading.Thread(target=lambda path=path: found.append(ask(cache, path)[0])) for path in ("/404", "/500") * 4
    ]
    for thread in others:
        thread.start()
    cache.watch.seen -= 10
    for thread in others:
        thread.join(60)
    assert found == [200] * 8
    cache.app = lambda environ, start_response: [start_response("503 Service Unavailable", []), b""][1:]
    may_go_on.set()
    first.join()


def key_and_page(cache, path):
    return next((key, page) for key, page in cache.store.pages.items() if key[1] == path)


def test_a_page_that_changed_is_rendered_by_one_request_at_a_time(cache):
    """The others get the old page meanwhile, but not for longer than two seconds."""
    body = ask(cache)[2]
    cache.store.mark_stale(None)
    may_end, began = threading.Event(), threading.Event()

    def render(key):
        began.set()
        may_end.wait(5)
        return 200, [("Content-Type", "text/html")], b"new"

    cache._ask = render
    first = threading.Thread(target=ask, args=[cache])
    first.start()
    began.wait(5)
    assert ask(cache)[2] == body
    page = next(iter(cache.store.pages.values()))
    page.stale_since -= 2
    answers = []
    second = threading.Thread(target=lambda: answers.append(ask(cache)[2]))
    second.start()
    second.join(0.2)
    assert not answers, "after two seconds it waits for the new one"
    may_end.set()
    second.join(5)
    first.join(5)
    assert answers == [b"new"]


@pytest.mark.parametrize(
    "field",
    [("Set-Cookie", "a=b"), ("Cache-Control", "private"), ("Cache-Control", "no-store"), ("Vary", "Cookie")],
)
def test_what_is_private_is_not_held_and_not_rendered_twice(cache, field):
    calls = []

    def app(environ, start_response):
        calls.append(environ["PATH_INFO"])
        start_response("200 OK", [("Content-Type", "text/html"), field])
        return [b"mine"]

    cache.app = app
    ask(cache)
    calls.clear()
    assert ask(cache)[2] == b"mine"
    assert calls == ["/404"] and not cache.store.pages


def test_pages_are_made_ready_ahead_and_then_small(cache):
    ask(cache)
    for _ in range(200):
        cache._make_ready()
        if len(cache.store.pages) == len(cache.public) and all(page.is_small for page in cache.store.pages.values()):
            break
    assert {path for _, path in cache.store.pages} == set(cache.public)
    cache.asked.clear()
    _, fields, body = ask(cache, HTTP_ACCEPT_ENCODING="br")
    assert b"Not Found" in brotli.decompress(body) and not cache.asked
    assert int(fields["content-length"]) == len(body)


def test_a_new_policy_is_a_new_page_but_the_order_of_its_parts_is_not():
    """A 304 brings no policy, so nobody may keep an old one. Each process writes the parts in an order of its own."""

    def tag(policy: str) -> str:
        return make_page(b"x", [("Content-Security-Policy", policy), ("X-Request-ID", policy)]).forms["br"].tag

    assert tag("default-src 'none'; img-src 'self' data:") == tag("img-src 'self' data:; default-src 'none'")
    assert tag("default-src 'none'") != tag("default-src 'self'")


def test_the_id_of_one_request_is_not_sent_to_all(cache):
    assert "x-request-id" not in ask(cache)[1]


def test_the_store_never_holds_more_than_its_limit():
    store = Store(4_000)
    for number in range(50):
        store.put(("http://a", f"/{number}"), make_page(bytes(range(256)) * 4, []))
        assert store.size == sum(page.size for page in store.pages.values()) <= 4_000
    assert ("http://a", "/49") in store.pages
    store.put(("http://a", "/large"), make_page(b"x" * 9_000, []))
    assert ("http://a", "/large") not in store.pages


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        (None, "identity"),
        ("", "identity"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("br;q=0, gzip;q=0", "identity"),
        ("*", "br"),
        ("*;q=0.1, gzip", "gzip"),
        ("identity", "identity"),
        ("x-gzip", "gzip"),
        ("BR", "br"),
        ("br;q=nonsense", "identity"),
        ("identity;q=0", "identity"),
        ("gzip;q=0.5, identity", "identity"),
    ],
)
def test_the_encoding_is_the_one_that_the_client_likes_best(accepted, expected):
    assert best_encoding(accepted) == expected


@given(st.text(max_size=200), st.text(max_size=200))
def test_no_field_value_breaks_the_negotiation(accepted, wanted):
    assert best_encoding(accepted) in ("br", "gzip", "identity")
    assert has(wanted, '"t"') in (True, False)


def test_it_serves_the_site_and_shows_an_edit_within_two_seconds(ready_var):
    with running_site(ready_var, PAGE_CACHE="64") as site:

        def get(path, **headers):
            return urllib.request.urlopen(urllib.request.Request(site.url + path, headers=headers), timeout=60)

        for _ in range(100):
            answer = get("/404", **{"Accept-Encoding": "br"})
            if "etag" in answer.headers:
                break
            time.sleep(0.1)
        assert answer.headers["content-encoding"] == "br" and "Age" not in answer.headers
        edit(ready_var)
        began = time.monotonic()
        while b"seen at once" not in get("/404").read():
            assert time.monotonic() - began < 2
            time.sleep(0.05)


def edit(var):
    """Edit /404 in another process, as an editor's request would."""
    script = """
from codes.documents import dump
from codes.documents.kinds import CODE
from codes.models import Revision, StatusCode
from codes.publishing import save_text
code = StatusCode.objects.get(number=404, draft_of=None)
code.meaning += " An edit that is seen at once."
save_text(CODE, "codes/404.yaml", dump(CODE, code), None)
"""
    subprocess.run([sys.executable, "manage.py", "shell", "-c", script], env=environment_of(var), check=True)


def test_a_page_that_takes_long_to_make_ready_is_no_silent_database(monkeypatch):
    monkeypatch.setattr(watch, "INTERVAL", 0.05)
    until = time.monotonic() + 3
    for_ever = threading.Event().wait

    class Quick(watch.Watch):
        def look(self):
            if time.monotonic() > until:
                for_ever()
            self.seen = time.monotonic()

    looking = Quick(lambda public, changed: None)
    looking.forget_at = until + 600
    looking.start(for_ever)
    time.sleep(2)
    assert not looking.is_blind
