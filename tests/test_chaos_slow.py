"""Slow clients take nothing from others: idle ones, headers and bodies that dribble in, answers that nobody reads."""

import contextlib
import re
import socket
import threading
import time
import urllib.request
from urllib.parse import urlsplit

import pytest

from statusref.gate import MOST_OF_ONE
from tests.chaos import SCALE, wait_for
from tests.prepared import copy_of, prepared
from tests.site_server import running_site

pytestmark = pytest.mark.xdist_group("server")

ASKED = 150
HEAD = b"Host: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
# What each of so many clients sends, and then nothing more.
SLOW = {
    "idle": (500 * SCALE, b"GET /500 HTTP/1.1\r\n" + HEAD + b"\r\n"),
    "headers": (300 * SCALE, b"GET /500 HTTP/1.1\r\n" + HEAD + b"X-Slow: "),
    "bodies": (60 * SCALE, b"POST /quiz/start HTTP/1.1\r\n" + HEAD + b"Content-Length: 100\r\n\r\nmode="),
    "readers": (60 * SCALE, (b"GET /sitemap.xml HTTP/1.1\r\n" + HEAD + b"\r\n") * 8),
}


def seconds_to_answer(url: str) -> float:
    """The time within which 99 % of the requests for a page are answered, each over a connection of its own."""
    taken = []
    for _ in range(ASKED):
        began = time.monotonic()
        with urllib.request.urlopen(f"{url}/500", timeout=60) as answer:
            assert answer.status == 200
            answer.read()
        taken.append(time.monotonic() - began)
    return sorted(taken)[ASKED * 99 // 100 - 1]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with running_site(copy_of(prepared(tmp_path_factory), tmp_path_factory.mktemp("slow")), PAGE_CACHE="8") as found:

        def is_held() -> bool:
            return all("ETag" in urllib.request.urlopen(f"{found.url}/500", timeout=60).headers for _ in range(16))

        wait_for(is_held, "the page is ready in every process")
        yield found


@pytest.mark.parametrize("kind", SLOW)
def test_others_are_served_beside_slow_clients(site, kind):
    parts = urlsplit(site.url)
    quiet = seconds_to_answer(site.url)
    count, sent = SLOW[kind]
    connections = []
    try:
        for _ in range(count):
            connection = socket.socket()
            connections.append(connection)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.settimeout(60)
            connection.connect((parts.hostname, parts.port))
            connection.sendall(sent)
        beside = seconds_to_answer(site.url)
    finally:
        for connection in connections:
            connection.close()
    # Where threads are taken, nobody is answered for half a minute.
    assert beside < max(20 * quiet, 3), f"{beside:.2f} s beside {count} slow clients, {quiet:.3f} s without"


def connect(site, source: str = "127.0.0.1") -> socket.socket:
    parts = urlsplit(site.url)
    return socket.create_connection((parts.hostname, parts.port), timeout=120, source_address=(source, 0))


def status_of(connection: socket.socket) -> int:
    """The status of what is answered before the server closes the connection; 0 where nothing is."""
    answered = b""
    with contextlib.suppress(OSError):
        while got := connection.recv(65536):
            answered += got
    found = re.match(rb"HTTP/1.1 ([0-9]{3}) ", answered)
    return int(found[1]) if found else 0


def post(site, content: bytes, rate: int | None = None, source: str = "127.0.0.1") -> int:
    """Begin a quiz, with so many bytes a second; the status of the answer."""
    with connect(site, source) as connection:
        head = b"POST /quiz/start HTTP/1.1\r\n" + HEAD + b"Connection: close\r\nContent-Length: %d\r\n\r\n"
        connection.sendall(head % len(content))
        for start in range(0, len(content), rate or len(content)):
            connection.sendall(content[start : start + (rate or len(content))])
            time.sleep(1 if rate else 0)
        return status_of(connection)


def test_bodies_that_do_not_come_are_given_up(site):
    phone, statuses, elsewhere = [], [], set()
    # A phone line, for longer than a silent body is waited for, and from the same address.
    slow = threading.Thread(target=lambda: phone.append(post(site, b"mode=quick&x=" + b"x" * 70_000, 2000)))
    slow.start()
    silent = [connect(site) for _ in range(100 * SCALE)]
    ends = [threading.Thread(target=lambda one=one: statuses.append(status_of(one))) for one in silent]
    try:
        for connection, end in zip(silent, ends, strict=True):
            connection.sendall(SLOW["bodies"][1])
            end.start()
        wait_for(lambda: post(site, b"mode=quick") == 503, "all places of this address are taken")
        while any(end.is_alive() for end in ends):
            elsewhere.add(post(site, b"mode=quick", source="127.0.0.2"))
            for path in ("/500", "/search?q=gateway"):
                assert urllib.request.urlopen(site.url + path, timeout=60).status == 200
        assert [post(site, b"mode=quick") for _ in range(8)] == [303] * 8
        slow.join()
    finally:
        for connection in silent:
            connection.close()
    assert statuses.count(408) >= MOST_OF_ONE and set(statuses) == {408, 503}
    assert phone == [303]
    assert 303 in elsewhere and elsewhere <= {303, 429}, "other addresses were never refused a place"
