"""How much one may send: whatever is too large is refused in words, at once, and costs no memory."""

import contextlib
import re
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from statusref.server import LARGEST_HEAD

pytestmark = pytest.mark.xdist_group("server")

FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=x"


def send(site, head: str, content: bytes = b"") -> tuple[int, bytes]:
    """Send a request as it is; returns the status, 0 where the connection was closed, and the answer."""
    parts = urlsplit(site.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=60) as connection:
        answer = b""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it may answer before it has read all
            connection.sendall(f"{head}\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n".encode() + content)
        with contextlib.suppress(ConnectionResetError):
            while block := connection.recv(65536):
                answer += block
    found = re.match(rb"HTTP/1\.1 ([0-9]{3})", answer)
    return int(found[1]) if found else 0, answer


def post(site, kind: str, content: bytes, path: str = "/quiz/start") -> tuple[int, bytes]:
    return send(site, f"POST {path} HTTP/1.1\r\nContent-Type: {kind}\r\nContent-Length: {len(content)}", content)


def many_parts(count: int, inside: bytes = b"x", name: str = "") -> bytes:
    part = b'--x\r\nContent-Disposition: form-data; name="a"%s\r\n\r\n%s\r\n'
    return part % (f'; filename="{name}"'.encode() if name else b"", inside) * count + b"--x--\r\n"


@pytest.mark.parametrize("method", ["POST", "GET", "PUT"])
def test_content_that_is_announced_too_large_is_not_even_waited_for(site, method):
    status, answer = send(site, f"{method} /search HTTP/1.1\r\nContent-Type: {FORM}\r\nContent-Length: 99999999999")
    assert status == 413 and b"5 MiB" in answer and b"content-security-policy" in answer.lower()


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (FORM, b"a=b&" * (settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)),
        (PARTS, many_parts(101, name="a.txt")),
        (PARTS, many_parts(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1, b"")),
    ],
    ids=["fields", "files", "parts"],
)
def test_too_many_fields_or_files_are_refused(site, kind, content):
    status, answer = post(site, kind, content)
    assert status == 413 and b"What a 413 means" in answer


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (FORM, b"mode=quick&x=" + b"%" * 100_000),
        (FORM, b"=" * 1_000_000),
        (PARTS, b"--x\r\n" + b"A: b\r\n" * 100_000),
        (PARTS, b"--x\r\nContent-Disposition: form-data; name=\"" + b"a" * 100_000),
        ("multipart/form-data", b"--x"),
        ("multipart/form-data; boundary=" + "x" * 5_000, b"--x"),
        ("application/json", b"[" * 1_000_000),
        (FORM + "; charset=utf-7", b"mode=quick"),
        (FORM + "; charset=nothing", b"mode=quick"),
        (FORM, b"mode=\x00\xff\xfe"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/quiz/start", "/search", "/report", "/admin/login/"])
def test_malformed_content_is_the_senders_mistake(site, kind, content, path):
    status, answer = post(site, kind, content, path)
    assert status in (200, 303, 400, 403, 413, 415, 429), answer[:300]
    assert b"Traceback" not in answer


@pytest.mark.parametrize(
    "head",
    [
        "GET /" + "a" * 2 * LARGEST_HEAD + " HTTP/1.1",
        "GET /500?" + "a=b&" * LARGEST_HEAD + " HTTP/1.1",
        "GET /500 HTTP/1.1\r\nX-Long: " + "a" * 2 * LARGEST_HEAD,
        "GET /500 HTTP/1.1\r\nCookie: " + "a=b; " * LARGEST_HEAD,
        "GET /500 HTTP/1.1" + "\r\nX-Many: a" * 5_000,
    ],
    ids=["path", "query", "field", "cookies", "fields"],
)
def test_a_request_head_has_a_limit(site, head):
    status, answer = send(site, head)
    assert status in (0, 400, 414, 431), answer[:300]


@pytest.mark.parametrize(
    "head",
    [
        "GET /" + "a" * 30_000 + " HTTP/1.1",
        "GET /500?" + "a=b&" * 7_000 + " HTTP/1.1",
        "GET /500 HTTP/1.1\r\nCookie: " + "a=b; " * 6_000,
        "GET /500 HTTP/1.1\r\nCookie: sessionid=" + "a" * 30_000,
        "GET /500 HTTP/1.1\r\nAccept-Encoding: " + "a," * 15_000,
        "GET /500 HTTP/1.1\r\nIf-None-Match: " + '"a",' * 8_000,
        "GET /500 HTTP/1.1\r\nX-Forwarded-For: " + "1," * 15_000,
        "GET /500 HTTP/1.1\r\nRange: bytes=" + "0-1," * 7_000,
        "GET /500 HTTP/1.1\r\nContent-Length: -1",
        "GET /500 HTTP/1.1\r\nContent-Length: 1e3",
    ],
)
def test_a_large_head_below_the_limit_is_answered_plainly(site, head):
    status, answer = send(site, head)
    assert status in (0, 200, 400, 404, 413), answer[:300]


def test_none_of_this_left_the_servers_memory_larger_than_a_site_needs(site):
    before = [memory(pid) for pid in sorted(site.workers)]
    for _ in range(6):
        post(site, PARTS, many_parts(20, b"x" * 200_000, name="large.bin"))
        post(site, FORM, b"a=b&" * 20_000)
    after = [memory(pid) for pid in sorted(site.workers)]
    assert max(after) < max(before) + 100 * 2**20
    assert "Traceback" not in site.printed


def memory(pid: int) -> int:
    return int(re.search(r"VmRSS:\s+([0-9]+)", Path(f"/proc/{pid}/status").read_text())[1]) * 1024
