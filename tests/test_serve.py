"""What `make run` does: an empty folder becomes a site, and a second run starts at once."""

import json
import os
import re
import shutil
import socket
import stat
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.prepared import ROOT, run_sql
from tests.site_server import running_site

pytestmark = pytest.mark.xdist_group("server")


def get(url: str, **headers: str):
    try:
        return urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=60)
    except urllib.error.HTTPError as error:
        return error


@pytest.fixture(scope="module")
def var(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("var")


@pytest.fixture(scope="module")
def site(var):
    with running_site(var) as found:
        yield found


def test_it_tells_its_address_and_the_first_password_once(site):
    assert f"statusref is at {site.url}/" in site.printed
    assert 'The first editor is "admin", password ' in site.printed
    assert len(site.password) >= 16


def test_it_makes_a_secret_key_that_only_its_owner_reads(site, var):
    key = var / "secret-key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert len(key.read_text()) > 50


def test_it_serves_the_reference(site):
    with get(f"{site.url}/500") as response:
        assert response.status == 200
        assert "Internal Server Error" in response.read().decode()


def test_it_serves_in_production_mode(site):
    response = get(f"{site.url}/nothing-here")
    assert response.status == 404
    assert "DEBUG" not in response.read().decode()


def test_static_files_are_compressed_and_kept_for_ever(site):
    page = get(f"{site.url}/").read().decode()
    address = re.search(r'href="(/static/css/site\.[0-9a-f]+\.css)"', page)[1]
    with get(site.url + address, **{"Accept-Encoding": "br"}) as response:
        assert response.headers["Content-Encoding"] == "br"
        assert "immutable" in response.headers["Cache-Control"]


def test_it_sends_the_headers_that_keep_pages_safe(site):
    headers = get(f"{site.url}/500").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"


def test_an_unknown_host_name_is_refused(site):
    assert get(f"{site.url}/500", Host="evil.example").status == 400


@pytest.mark.parametrize(
    "start",
    [
        b"GET //example.com/ HTTP/1.1",
        b"GET /500%00 HTTP/1.1",
        b"GET /\xef\xbc\x95\xef\xbc\x90\xef\xbc\x90 HTTP/1.1",
        b"GET /" + b"5" * 10_000 + b" HTTP/1.1",
        b"GET /%ef%bc%95/ HTTP/1.1",
        b"GET http://example.com/500/ HTTP/1.1",
        b"GET /..//..//500/ HTTP/1.1",
        b"BREW /500 HTTP/1.1",
        b"GET /500 HTTP/9.9",
        b"\x16\x03\x01\x02\x00",
    ],
)
def test_hostile_start_lines_get_a_plain_answer_or_none(site, start):
    host, port = site.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(start + b"\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        answer = b""
        while block := connection.recv(65536):
            answer += block
    head = answer.split(b"\r\n\r\n")[0]
    if head:
        assert re.match(rb"HTTP/1\.1 (301|400|404|405|414|431|505) ", head), head[:200]
        location = re.search(rb"\nlocation: (.*)\r", head, re.I)
        assert not location or location[1] == b"/500"
    assert get(f"{site.url}/500").status == 200


def test_a_second_start_takes_seconds_and_keeps_what_the_first_made(site, var):
    key = (var / "secret-key").read_text()
    with running_site(var) as again:
        assert again.seconds < 20  # 2 where nothing else runs
        assert "password" not in again.printed
        assert "created" not in again.printed and "taken from" not in again.printed
        assert (var / "secret-key").read_text() == key


def test_the_threads_of_a_process_share_one_heap(site):
    assert b"\0MALLOC_ARENA_MAX=1\0" in Path(f"/proc/{site.pid}/environ").read_bytes() + b"\0"


def test_static_files_of_the_version_before_stay(site, var):
    """Cached pages and workers that are still running name them."""
    before = sorted((var / "static/css").glob("site.*.css"))
    old = before[0].rename(before[0].with_name("site.0123456789ab.css"))
    (var / "static/.stamp").write_text("another version")
    (var / "static/css/site.css").write_text("changed")
    with running_site(var) as again:
        page = get(f"{again.url}/").read().decode()
        address = re.search(r'href="(/static/css/site\.[0-9a-f]+\.css)"', page)[1]
        assert get(again.url + address).read() != b"changed"
        assert get(f"{again.url}/static/css/{old.name}").status == 200


def test_a_conflict_is_printed_and_the_site_still_starts(tmp_path):
    content = tmp_path / "content"
    for folder in ("classes", "platforms"):
        shutil.copytree(ROOT / "content" / folder, content / folder)
    environment = {"CONTENT_DIR": str(content)}
    with running_site(tmp_path / "var", **environment):
        pass
    run_sql(tmp_path / "var", "UPDATE codes_statusclass SET tagline = 'edited' WHERE slug = '5xx'")
    file = content / "classes/5xx.yaml"
    file.write_text(re.sub(r"tagline: .*", "tagline: changed", file.read_text()))
    assert os.environ.get("CONTENT_DIR") is None
    with running_site(tmp_path / "var", **environment) as site:
        assert "Conflict: content/classes/5xx.yaml" in site.printed
        assert get(f"{site.url}/5xx").status == 200


def test_the_lock_files_have_hashes_and_name_no_index():
    root = Path(__file__).parent.parent
    for name in ("run", "dev"):
        text = (root / f"requirements/{name}.txt").read_text()
        pins = re.findall(r"^[a-z0-9.\[\]-]+==\S+(?: ;.*)? \\$", text, re.M)
        assert len(pins) > 10 and text.count("--hash=sha256:") >= len(pins)
        assert "index-url" not in text.split("\n", 3)[3] and "http" not in text.split("\n", 3)[3]
    lock = json.loads((root / "package-lock.json").read_text())
    for path, package in lock["packages"].items():
        assert not path or ("integrity" in package and "resolved" not in package)
