"""The shipped nginx configuration, run in front of the real server."""

import gzip
import http.client
import json
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

import brotli
import pytest

from statusref.middleware import PERMISSIONS
from statusref.server import LONGEST_HEAD
from tests.conftest import need
from tests.front import ERRORS, NAME, NGINX, SHIPPED, running_front
from tests.observatory import A_PLUS, points
from tests.prepared import copy_of, prepared
from tests.site_server import running_site
from tests.test_page_cache import edit

pytestmark = pytest.mark.xdist_group("server")


@pytest.fixture(scope="module")
def behind(tmp_path_factory):
    """The site as it is set behind a proxy."""
    need(NGINX and shutil.which("openssl"), "nginx and openssl")
    settings = {
        "ALLOWED_HOSTS": f"{NAME},127.0.0.1",
        "BASE_URL": f"https://{NAME}",
        "HTTPS": "true",
        "TRUSTED_PROXIES": "1",
        "PAGE_CACHE": "16",
    }
    with running_site(copy_of(prepared(tmp_path_factory), tmp_path_factory.mktemp("behind")), **settings) as site:
        yield site


@pytest.fixture(scope="module")
def front(behind, tmp_path_factory):
    with running_front(tmp_path_factory.mktemp("front"), urlsplit(behind.url).netloc) as found:
        yield found


def until(condition, what: str):
    """The first thing that is true, asked for again and again for as long as a busy machine may need."""
    end = time.monotonic() + 60
    while not (found := condition()):
        assert time.monotonic() < end, what
        time.sleep(0.1)
    return found


def hit(front, path: str, **headers):
    def asked():
        answer = front.ask(path, **headers)
        assert answer.status == 200
        return answer if answer.headers["Cache-Status"] == "nginx; hit" else None

    return until(asked, f"{path} never came from nginx's cache")


def test_a_page_comes_from_the_cache_in_the_encoding_that_was_asked_for(front):
    forms = {name: hit(front, "/404", Accept_Encoding=f"{name}, *;q=0") for name in ("br", "gzip", "identity")}
    assert [form.headers["Content-Encoding"] for form in forms.values()] == ["br", "gzip", None]
    assert all(set(form.headers.get_all("Vary")) == {"Accept-Encoding"} for form in forms.values())
    assert all("max-age=0" in form.headers["Cache-Control"] for form in forms.values())
    assert all("default-src 'none'" in form.headers["Content-Security-Policy"] for form in forms.values())
    pages = {brotli.decompress(forms["br"].body), gzip.decompress(forms["gzip"].body), forms["identity"].body}
    assert len(pages) == 1 and b"Not Found" in pages.pop()
    assert hit(front, "/404", Accept_Encoding="gzip, deflate, br, zstd").body == forms["br"].body
    assert front.ask("/404", Accept_Encoding="br;q=0").headers["Content-Encoding"] is None


def test_whoever_has_the_page_gets_304(front):
    tag = hit(front, "/410").headers["ETag"]
    known = front.ask("/410", If_None_Match=tag)
    assert (known.status, known.body, known.headers["ETag"]) == (304, b"", tag)
    assert front.ask("/410", If_None_Match='"other"').status == 200
    head = front.ask("/410", method="HEAD")
    assert (head.status, head.body) == (200, b"") and int(head.headers["Content-Length"]) > 1000


def test_an_edit_shows_soon(front, behind):
    hit(front, "/404")
    edit(behind.var)
    until(lambda: b"seen at once" in front.ask("/404").body, "the edit")


def test_a_query_fills_no_cache(front):
    for _ in range(3):
        assert front.ask("/404?utm=1").headers["Cache-Status"] == "nginx; fwd=bypass"
    assert front.ask("/search?q=gateway").status == 200


def test_a_post_passes(front):
    begun = front.ask("/quiz/start", "POST", b"mode=quick", Content_Type="application/x-www-form-urlencoded")
    assert begun.status == 303 and front.ask(begun.headers["Location"]).status == 200
    key = begun.headers["Location"].removeprefix("/quiz/")
    line = until(lambda: [line for line in front.logged().splitlines() if '"POST"' in line], "the log")[-1]
    assert json.loads(line)["status"] == 303
    until(lambda: '"path":"/quiz/..."' in front.logged(), "the log")
    assert key not in front.logged() and "gateway" not in front.logged()


def enter(front, username: str, password: str, **how):
    """Try to log in; returns the answer and the cookies."""
    form = front.ask("/admin/login/", **how)
    cookies = SimpleCookie(form.headers["Set-Cookie"])
    token = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', form.body)[1].decode()
    body = urlencode({"username": username, "password": password, "csrfmiddlewaretoken": token, "next": "/admin/"})
    answer = front.ask(
        "/admin/login/?next=/admin/",
        "POST",
        body.encode(),
        Content_Type="application/x-www-form-urlencoded",
        Cookie=cookies.output([], header="", sep=";").strip(),
        Referer=f"https://{NAME}/admin/login/",
        **how,
    )
    for field in answer.headers.get_all("Set-Cookie", []):
        cookies.load(field)
    return answer, cookies


def test_editors_are_led_past_the_cache(front, behind):
    hit(front, "/5xx")
    answer, cookies = enter(front, "admin", behind.password)
    assert answer.status == 302
    cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in cookies.items())
    admin = front.ask("/admin/", Cookie=cookie)
    assert admin.status == 200 and admin.headers["Cache-Status"] is None
    for field in admin.headers.get_all("Set-Cookie", []):
        assert "; secure" in field.lower()
    for sent in (cookie, "statusref_editor=1"):
        seen = front.ask("/5xx", Cookie=sent)
        assert seen.status == 200 and seen.headers["Cache-Status"] == "nginx; fwd=bypass"
    assert hit(front, "/5xx").headers["Set-Cookie"] is None


def test_the_limits_count_the_address_that_the_client_really_has(front):
    last = [enter(front, "nobody", "x", source="127.0.0.5", X_Forwarded_For=f"192.0.2.{number}") for number in range(9)]
    assert last[-1][0].status == 429
    assert enter(front, "nobody", "x", source="127.0.0.6", X_Forwarded_For="127.0.0.5")[0].status == 200


def test_static_files_are_kept(front):
    address = re.search(rb'href="(/static/css/site\.[0-9a-f]+\.css)"', front.ask("/about").body)[1].decode()
    style = hit(front, address, Accept_Encoding="br")
    assert style.headers["Content-Encoding"] == "br" and "immutable" in style.headers["Cache-Control"]


def test_with_the_site_away_known_pages_stay_and_others_say_when_to_come_back(front, behind):
    tag = hit(front, "/429").headers["ETag"]
    front.reload(["127.0.0.1:9"])
    try:
        away = until(lambda: (found := front.ask("/about?away")).status == 503 and found, "nginx without the site")
        assert away.headers["Retry-After"] == "10" and b"try again" in away.body
        assert_as_safe_as_a_page(away)
        stale = until(lambda: (found := front.ask("/429")).headers["Cache-Status"] != "nginx; hit" and found, "its age")
        assert (stale.status, stale.headers["ETag"]) == (200, tag)
        assert stale.headers["Cache-Status"] in ("nginx; hit; detail=stale", "nginx; hit; detail=updating")
        assert front.ask("/429", If_None_Match=tag).status == 304
        form = front.ask("/quiz/start", "POST", b"mode=quick")
        assert (form.status, form.headers["Retry-After"]) == (503, "10") and b"whether it was done" in form.body
        line = until(lambda: [line for line in front.logged().splitlines() if '"POST"' in line], "the log")[-1]
        assert json.loads(line)["path"] == "/quiz/start"
    finally:
        front.reload([urlsplit(behind.url).netloc])
    until(lambda: front.ask("/about?away").status == 200, "the site again")


def test_only_its_own_name_is_served_and_only_over_tls(front):
    def plain(host: str):
        connection = http.client.HTTPConnection("127.0.0.1", front.port, timeout=30)
        connection.request("GET", "/500?a=b", headers={"Host": host})
        return connection.getresponse()

    moved = plain(f"www.{NAME}")
    assert (moved.status, moved.headers["Location"]) == (301, f"https://{NAME}/500?a=b")
    with pytest.raises(http.client.RemoteDisconnected):
        plain("evil.example")
    context = ssl.create_default_context()
    with pytest.raises(ssl.SSLError), socket.create_connection(("127.0.0.1", front.tls)) as connection:
        context.wrap_socket(connection, server_hostname="evil.example")


def test_it_speaks_http_2(front):
    need(shutil.which("curl"), "curl")
    command = ["curl", "--silent", "--http2", "--output", "/dev/null", "--write-out", "%{http_version} %{http_code}"]
    command += ["--resolve", f"{NAME}:{front.tls}:127.0.0.1", "--cacert", f"{front.folder}/fullchain.pem"]
    done = subprocess.run([*command, f"https://{NAME}:{front.tls}/500"], capture_output=True, text=True, check=True)
    assert done.stdout == "2 200"


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/500", "GET", 200),
        ("/500", "HEAD", 200),
        ("/500", "BREW", 405),
        ("/500/", "GET", 301),
        ("/search?q=gateway", "GET", 200),
        ("/search?q=" + "x" * 9_000, "GET", 400),
        ("/quiz", "GET", 200),
        ("/quiz/start", "POST", 400),
        ("/nothing-here", "GET", 404),
        ("/report", "POST", 403),
        ("/admin/", "GET", 302),
        ("/admin/login/", "GET", 200),
        ("/static/css/nothing.css", "GET", 404),
        ("/robots.txt", "GET", 200),
        ("/sitemap.xml", "GET", 200),
        ("/favicon.svg", "GET", 200),
        ("/healthz", "GET", 200),
        ("/readyz", "GET", 200),
    ],
)
def test_every_answer_gets_the_observatorys_best_grade(front, path, method, status):
    answer = front.ask(path, method)
    assert answer.status == status
    cookies = answer.headers.get_all("Set-Cookie", [])
    given = points(answer.headers, cookies)
    assert min(given.values()) >= 0 and 100 + sum(given.values()) >= A_PLUS + 30, given
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin" and answer.headers["X-Frame-Options"] == "DENY"
    assert "camera=()" in answer.headers["Permissions-Policy"]
    assert "upgrade-insecure-requests" in answer.headers["Content-Security-Policy"]
    assert all(cookie.startswith("__Host-") for cookie in cookies)
    assert answer.headers["Server"] == "nginx"


def assert_as_safe_as_a_page(answer, is_encrypted: bool = True) -> None:
    given = points(answer.headers)
    if not is_encrypted:
        assert answer.headers["Strict-Transport-Security"] is None, "RFC 6797 §7.2"
        del given["strict-transport-security"]
    assert min(given.values()) >= 0 and sum(given.values()) >= 25, given
    assert answer.headers["Permissions-Policy"] == PERMISSIONS and answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store" and answer.headers["Server"] == "nginx"


END = f"Host: {NAME}\r\nConnection: close\r\n\r\n".encode()
UNREADABLE = {
    "no method": (b"HELLO\r\n\r\n", 400, b"begin with a line such as"),
    "a space in the address": (b"GET /a b c HTTP/1.1\r\n" + END, 400, b"begin with a line such as"),
    "no host": (b"GET / HTTP/1.1\r\n\r\n", 400, b"name its Host once"),
    "two hosts": (b"GET / HTTP/1.1\r\nHost: a\r\n" + END, 400, b"name its Host once"),
    "two lengths": (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n" + END, 400, b"malformed field"),
    "a long address": (b"GET /" + b"x" * 40_000 + b" HTTP/1.1\r\n" + END, 414, b"32 kB at most"),
    "a large field": (b"GET / HTTP/1.1\r\nCookie: " + b"x" * 40_000 + b"\r\n" + END, 431, b"Delete the cookies"),
    "a version": (b"GET / HTTP/3.0\r\n" + END, 505, b"HTTP/1.1 or HTTP/2"),
}
REFUSED = {
    "TRACE": (b"TRACE / HTTP/1.1\r\n" + END, 405, b"GET or HEAD"),
    "large content": (b"POST / HTTP/1.1\r\nContent-Length: 9999999\r\n" + END, 413, b"5 MiB at most"),
    "a coding": (b"POST / HTTP/1.1\r\nTransfer-Encoding: rot13\r\n" + END, 501, b"or a Content-Length"),
    "a page of nginx": (b"GET /.statusref-error HTTP/1.1\r\n" + END, 404, b"no page at this address"),
    "metrics": (b"GET /metrics HTTP/1.1\r\n" + END, 404, b"no page at this address"),
}


@pytest.mark.parametrize("what", UNREADABLE | REFUSED)
def test_what_nginx_refuses_itself_says_what_would_be_right(front, what):
    request, status, says = (UNREADABLE | REFUSED)[what]
    answer = front.send(request)
    assert answer.status == status and says in answer.body and f'href="/{status}"'.encode() in answer.body
    assert answer.headers["Allow"] == ("GET, HEAD, POST" if status == 405 else None)
    assert_as_safe_as_a_page(answer)


@pytest.mark.parametrize("what", UNREADABLE)
def test_it_does_so_in_plain_text_too(front, what):
    """The name that was meant is not known yet, so this is the server for names that are not ours."""
    request, status, says = UNREADABLE[what]
    answer = front.send(request, front.port)
    assert answer.status == status and says in answer.body
    assert_as_safe_as_a_page(answer, is_encrypted=False)


def test_plain_text_where_tls_is_spoken_is_told_so(front):
    answer = front.send(b"GET /500 HTTP/1.1\r\n" + END, front.tls)
    assert answer.status == 400 and b"must be encrypted" in answer.body
    assert_as_safe_as_a_page(answer, is_encrypted=False)


def test_nginx_has_words_for_each_status_that_it_answers():
    pages = re.findall(r"^error_page ([0-9 ]+?)(?: =([0-9]+))? [/@]", ERRORS.read_text(), re.M)
    answered = {status for given, other in pages for status in ([other] if other else given.split())}
    assert len(answered) > 10
    for name in ("phrase", "advice"):
        words = re.search(rf"map \$status \$statusref_{name} {{(.*?)\n}}", SHIPPED.read_text(), re.S)[1]
        assert set(re.findall(r"^    ([0-9]+) ", words, re.M)) == answered


def test_nginx_ends_idle_connections_before_the_site_does():
    assert int(re.search(r"keepalive_timeout ([0-9]+)s;", SHIPPED.read_text())[1]) < LONGEST_HEAD


def test_the_site_sets_these_headers_itself(behind):
    """Not only pages of Django proper: what memory and WhiteNoise answer, and what is refused at once."""
    address = urlsplit(behind.url).netloc

    def ask(path: str, **fields):
        connection = http.client.HTTPConnection(address, timeout=60)
        headers = {"X-Forwarded-Proto": "https", "Host": NAME} | {
            name.replace("_", "-"): value for name, value in fields.items()
        }
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read(), answer.headers

    memory = until(lambda: (found := ask("/404"))[2]["ETag"] and found, "a page from memory")
    style = re.search(rb'href="(/static/css/site\.[0-9a-f]+\.css)"', memory[1])[1].decode()
    for expected, (status, _, headers) in {
        200: memory,
        206: ask(style, Range="bytes=0-9"),
        400: ask("/404", Host="evil.example"),
        413: ask("/search", Content_Length="99999999"),
    }.items():
        given = points(headers)
        assert status == expected and min(given.values()) >= 0 and sum(given.values()) >= 30, (status, given)
    status, _, headers = ask("/404", X_Forwarded_Proto="http", Host="127.0.0.1")
    assert (status, headers["Location"]) == (301, "https://127.0.0.1/404")
    assert points(headers)["content-security-policy"] == 10


@pytest.fixture
def deaf_servers():
    """Two servers that read a request and close the connection; gives their addresses and what they read."""
    heard: list[str] = []
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]

    def hear(listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                heard.append(connection.recv(65536).split(b"\r\n")[0].decode())

    threads = [threading.Thread(target=hear, args=[listener]) for listener in listeners]
    for thread in threads:
        thread.start()
    yield [f"127.0.0.1:{listener.getsockname()[1]}" for listener in listeners], heard
    for listener in listeners:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
    for thread in threads:
        thread.join(10)


def test_a_get_is_repeated_at_the_next_host_and_a_post_is_not(deaf_servers, tmp_path):
    need(NGINX and shutil.which("openssl"), "nginx and openssl")
    servers, heard = deaf_servers
    with running_front(tmp_path, *servers) as front:
        assert front.ask("/quiz/start", "POST", b"mode=quick").status == 503
        assert heard == ["POST /quiz/start HTTP/1.1"]
        heard.clear()
        assert front.ask("/500").status == 503
        assert heard == ["GET /500 HTTP/1.1"] * 2


def test_every_location_keeps_the_headers_for_the_site():
    """A `proxy_set_header` of its own would drop all those above it, and let clients claim an address."""
    inside = re.findall(r"^    location .*?^    }", SHIPPED.read_text(), re.M | re.S)
    assert len(inside) == 7 and not any("proxy_set_header" in location for location in inside)
