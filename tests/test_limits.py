"""Limits: exact, the same for all processes, kept no longer than needed, and never what stops the site."""

import contextlib
import logging
import os
import re
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import caches
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from codes import away, limits
from codes.away import Away, Guard
from codes.limits import Limit, Taken, file
from codes.limits.file import FileStore
from codes.limits.redis import OPTIONS, RedisStore
from codes.redis import SessionCache, guard
from tests import services
from tests.conftest import need
from tests.site_server import ROOT, free_port, running_site


@pytest.fixture(scope="session")
def redis_url():
    """A Redis to count in: the one of the run, or one of our own."""
    if url := os.environ.get("CACHE_URL"):
        yield url
        return
    need(services.REDIS, "Redis")
    with services.redis() as url:
        yield url


@pytest.fixture
def file_store(tmp_path) -> FileStore:
    return FileStore(tmp_path / "limits.sqlite3")


@pytest.fixture(params=["file", "redis"])
def store(request):
    """Each store by itself."""
    if request.param == "file":
        return request.getfixturevalue("file_store")
    return RedisStore(request.getfixturevalue("redis_url"))


@pytest.fixture
def key() -> str:
    return f"test:{uuid4().hex}"


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """What was away in one test is there in the next."""
    monkeypatch.setattr(guard, "_is_away", False)
    monkeypatch.setattr(guard, "_warn_at", 0.0)


# Counting


def test_so_many_are_allowed_at_once_and_not_one_more(store, key):
    used = [store.take(key, 1000, 5) for _ in range(7)]
    assert [round(each, 1) for each in used] == [1, 2, 3, 4, 5, 6, 6]
    assert [each > 5 for each in used] == [False] * 5 + [True] * 2
    assert store.take(f"{key}:other", 1000, 5) == 1


def test_each_is_back_after_its_share_of_the_time(store, key):
    assert store.take(key, 0.4, 1) <= 1 < store.take(key, 60, 1)
    until = time.monotonic() + 20
    while store.take(key, 60, 1) > 1:
        assert time.monotonic() < until
        time.sleep(0.05)


@given(
    most=st.integers(1, 9),
    each=st.floats(0.01, 700),
    pauses=st.lists(st.floats(0, 3), min_size=1, max_size=60),
)
def test_nobody_gets_more_than_the_limit_and_nobody_is_refused_less(most, each, pauses):
    """Against a model: a bucket of `most`, into which one comes back after each `each` seconds."""
    with pytest.MonkeyPatch.context() as patch, contextlib.closing(sqlite3.connect(":memory:")) as connection:
        store = FileStore(ROOT / "never-written")
        connection.isolation_level = None
        connection.execute("CREATE TABLE used (key TEXT PRIMARY KEY, until REAL)")
        store._connection = connection
        now, left = 1e6, float(most)
        for pause in pauses:
            now += pause * each
            left = min(most, left + pause)
            patch.setattr(file.time, "monotonic", lambda now=now: now)
            is_allowed = store._take("x", each, most) <= most
            if abs(left - 1) > 0.001:
                assert is_allowed == (left >= 1)
            left -= is_allowed


def test_a_refusal_says_how_long_to_wait(monkeypatch, file_store):
    monkeypatch.setattr(limits, "stores", lambda: [file_store])
    limit = Limit("x", most=2, seconds=120)
    assert limit.take("a") == Taken(True, 1, 0)
    assert limit.take("a") == Taken(True, 2, 0)
    refused = limit.take("a")
    assert not refused.is_allowed and 30 < refused.wait <= 60


def test_nothing_is_kept_longer_than_needed(file_store, redis_url, key):
    from redis import Redis

    file_store.take("short", 0.001, 5)
    file_store.take("long", 1000, 5)
    # Written before the machine was started anew, when its clock had run for years.
    file_store._connection.execute("INSERT INTO used VALUES ('old', ?)", [time.monotonic() + 1e8])
    time.sleep(0.01)
    file_store.forget_past()
    with contextlib.closing(sqlite3.connect(file_store.path)) as connection:
        assert connection.execute("SELECT key FROM used").fetchall() == [("long",)]
    RedisStore(redis_url).take(key, 10, 3)
    assert 0 < Redis.from_url(redis_url).pttl(key) <= 10_000


def test_a_clock_that_was_set_back_locks_nobody_out(file_store, monkeypatch):
    now = time.monotonic()
    monkeypatch.setattr(file.time, "monotonic", lambda: now + 1e6)
    assert file_store.take("x", 10, 2) == 1
    monkeypatch.setattr(file.time, "monotonic", lambda: now)
    assert file_store.take("x", 10, 2) == 1


# Many processes

TAKE = """
import sys
from pathlib import Path
import django
django.setup()
from codes.limits import file
from codes.limits.file import FileStore
from codes.limits.redis import OPTIONS, RedisStore
where, key = sys.argv[1:]
# Counting is tested here, and not how long a busy machine takes for it.
file.PATIENCE = OPTIONS["socket_timeout"] = OPTIONS["socket_connect_timeout"] = 60
store = RedisStore(where) if where.startswith("redis") else FileStore(Path(where))
store.take(key + "warm", 1000, 100)
print(flush=True)
input()
print(sum(store.take(key, 1000, 100) <= 100 for _ in range(60)))
"""


@pytest.mark.parametrize("kind", ["file", "redis"])
def test_four_processes_get_together_what_one_would_get(kind, tmp_path, key, request):
    where = request.getfixturevalue("redis_url") if kind == "redis" else str(tmp_path / "limits.sqlite3")
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "statusref.settings", "VAR_DIR": str(tmp_path)}
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", TAKE, where, key],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    try:
        for process in processes:
            assert process.stdout.readline() == "\n", "it is ready"
        for process in processes:
            process.stdin.write("\n")
            process.stdin.flush()
        taken = [int(process.communicate(timeout=60)[0]) for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.wait()
    assert sum(taken) == 100 and max(taken) < 100, taken


# What is away


class Refusing:
    """A service that was asked so many times and never answers."""

    def __init__(self, error: Exception):
        self.asked, self.error = 0, error

    def __call__(self):
        self.asked += 1
        raise self.error


def test_what_is_away_is_asked_by_one_request_now_and_then_and_told_once(monkeypatch, caplog):
    now = 100.0
    monkeypatch.setattr(away.time, "monotonic", lambda: now)
    question = Refusing(OSError("gone"))
    guard = Guard("The store", (OSError,), "We go on.")
    with caplog.at_level(logging.WARNING, "statusref.away"):
        for now in (100.0, 100.5, 101.9, 102.0, 102.1, 104.5):  # noqa: B007
            with pytest.raises(Away):
                guard.ask(question)
        assert question.asked == 3
        assert [record.getMessage() for record in caplog.records] == ["The store is away (gone). We go on."]
        now = 107.0
        assert guard.ask(lambda: "here") == guard.ask(lambda: "here") == "here"
        assert caplog.records[-1].getMessage() == "The store is back." and len(caplog.records) == 2
    with pytest.raises(ZeroDivisionError):
        guard.ask(lambda: 1 // 0)


def test_while_redis_is_away_each_machine_counts_for_itself(monkeypatch, file_store):
    monkeypatch.setattr(limits, "stores", lambda: [RedisStore(f"redis://127.0.0.1:{free_port()}/0"), file_store])
    assert [Limit("x", most=2, seconds=60).take("a").is_allowed for _ in range(3)] == [True, True, False]


def test_a_redis_that_never_answers_is_asked_once(monkeypatch, file_store):
    monkeypatch.setattr(away, "PAUSE", 3600)
    met = []
    with socket.create_server(("127.0.0.1", 0)) as silent:

        def accept():
            with contextlib.suppress(OSError):
                while True:
                    met.append(silent.accept()[0])

        thread = threading.Thread(target=accept)
        thread.start()
        store = RedisStore(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        monkeypatch.setattr(limits, "stores", lambda: [store, file_store])
        began = time.monotonic()
        for _ in range(20):
            assert Limit("x", most=100, seconds=60).take("a").is_allowed
        assert time.monotonic() - began < 20 * OPTIONS["socket_timeout"], "they did not all wait"
        silent.shutdown(socket.SHUT_RDWR)
        thread.join()
        assert len(met) == 1
        for each in met:
            each.close()


@pytest.mark.parametrize("what", ["no folder", "a folder", "no database"])
def test_where_nothing_can_be_counted_nobody_is_refused(monkeypatch, tmp_path, what):
    path = tmp_path / "limits.sqlite3"
    if what == "no folder":
        (tmp_path / "file").write_text("")
        path = tmp_path / "file/limits.sqlite3"
    elif what == "a folder":
        path.mkdir()
    else:
        path.write_bytes(b"no database" * 1000)
    monkeypatch.setattr(away, "PAUSE", 0)
    store = FileStore(path)
    monkeypatch.setattr(limits, "stores", lambda: [store])
    taken = [Limit("x", most=1, seconds=60).take("a").is_allowed for _ in range(3)]
    # A file that is no database is made anew.
    assert taken == ([True, True, False] if what == "no database" else [True, True, True])


def test_a_file_that_was_removed_is_made_anew_for_all(file_store):
    other = FileStore(file_store.path)
    for store in (file_store, other):
        store.take("x", 1000, 9)
    file_store.path.unlink()
    for store in (file_store, other):
        store.forget_past()
    assert [file_store.take("x", 1000, 9), round(other.take("x", 1000, 9), 1)] == [1, 2]
    assert file_store.path.stat().st_mode & 0o777 == 0o600


# Sessions


@pytest.fixture
def shared_sessions(settings, redis_url):
    """A site with CACHE_URL."""

    def use(url: str) -> None:
        settings.CACHES = {"default": {"BACKEND": "codes.redis.SessionCache", "LOCATION": url}}
        settings.SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

    use(redis_url)
    return use


@pytest.mark.django_db
def test_a_session_survives_an_empty_redis_and_one_that_is_away(shared_sessions, django_assert_num_queries):
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("ed"))
    session = client.session
    assert caches["default"].get(session.cache_key)["_auth_user_id"]
    with django_assert_num_queries(0):
        assert session.load()["_auth_user_id"]
    caches["default"].delete(session.cache_key)
    assert client.get("/admin/").status_code == 200
    shared_sessions(f"redis://127.0.0.1:{free_port()}/0")
    assert client.get("/admin/").status_code == 200
    assert client.post("/admin/logout/").status_code == 200
    assert client.get("/admin/").status_code == 302


@pytest.mark.django_db
def test_a_session_that_ended_while_redis_was_away_is_soon_forgotten(shared_sessions, redis_url):
    from redis import Redis

    client = Client()
    client.force_login(get_user_model().objects.create_superuser("ed"))
    cache = caches["default"]
    name = cache.make_and_validate_key(client.session.cache_key)
    assert 0 < Redis.from_url(redis_url).ttl(name) <= 60
    assert Redis.from_url(redis_url).get(name).startswith(b'{"'), "text, not code that is run on reading"


def test_a_cache_that_is_away_is_empty():
    cache = SessionCache(f"redis://127.0.0.1:{free_port()}/0", {})
    cache.set("a", {"b": 1}, 60)
    assert cache.get("a", "nothing") == "nothing" and "a" not in cache and cache.delete("a") is False


@pytest.mark.parametrize("url", ["memcache://127.0.0.1", "127.0.0.1:6379", "http://x"])
def test_another_kind_of_cache_is_refused_in_words(url, tmp_path):
    environment = {**os.environ, "CACHE_URL": url, "VAR_DIR": str(tmp_path)}
    command = [sys.executable, "manage.py", "check"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode and "CACHE_URL begins with redis://, rediss:// or unix://" in done.stderr


# The whole site

FORM = {"path": "/404", "text": "The section number of the second rule is wrong."}


def ask(url: str, form: dict | None = None, cookie: str = "") -> tuple[int, str, str]:
    """Status, text and the first cookie of an answer, over a connection of its own."""
    data = urllib.parse.urlencode(form).encode() if form else None
    opener = urllib.request.build_opener(NoRedirect)
    try:
        answer = opener.open(urllib.request.Request(url, data, {"Cookie": cookie}), timeout=30)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        return answer.status, answer.read().decode(), (answer.headers["Set-Cookie"] or "").partition(";")[0]


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


def send_reports(url: str, count: int) -> Counter[int]:
    _, text, cookie = ask(f"{url}/report")
    form = {**FORM, "csrfmiddlewaretoken": re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)[1]}
    with ThreadPoolExecutor(8) as pool:
        return Counter(pool.map(lambda _: ask(f"{url}/report", form, cookie)[0], range(count)))


def test_all_workers_of_a_server_share_the_limits_and_go_on_without_redis(ready_var):
    need(services.REDIS, "Redis")
    with contextlib.ExitStack() as stack:
        stop_redis = contextlib.ExitStack()
        stack.enter_context(stop_redis)
        cache = stop_redis.enter_context(services.redis())
        site = stack.enter_context(running_site(ready_var, WORKERS="3", CACHE_URL=cache))
        shared = send_reports(site.url, 20)
        stop_redis.close()
        alone = send_reports(site.url, 20)
        assert set(shared + alone) == {302, 429}
        # Five by Redis, and five by the machine itself: for a moment too, where Redis has no time for an answer.
        assert 5 <= shared[302] <= (shared + alone)[302] <= 10, "and not five of each worker"
        assert ask(f"{site.url}/readyz")[0] == 200
        assert ask(f"{site.url}/search?q=bad+gateway&all=1")[0] == 200
        assert "Redis is away" in site.printed and site.printed.count("Redis is away") <= 3
