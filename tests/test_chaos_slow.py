"""Slow clients take nothing from others: idle ones, headers and bodies that dribble in, answers that nobody reads."""

import socket
import time
import urllib.request
from urllib.parse import urlsplit

import pytest

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
