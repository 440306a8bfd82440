"""Malformed requests by the thousand, the same ones for the same seed, and the one connection that each is sent over."""

import random
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST_WAIT = 30  # seconds for which a connection may stay unanswered and open

PATHS = (
    "/ /500 /404.13 /H12 /5xx /codes /vendors /vendors/nginx /cheat-sheet /compare /compare/401-vs-403 "
    "/compare/401-vs-403-vs-404-vs-500-vs-502 /compare/x-vs-y /quiz /quiz/start /quiz/progress /quiz/export "
    "/quiz/AAAAAAAAAAAAAAAAAAAAAA /quiz/AAAAAAAAAAAAAAAAAAAAAA/1 /quiz/AAAAAAAAAAAAAAAAAAAAAA/finish /search "
    "/search/suggest /opensearch.xml /guides /about /report /sitemap.xml /robots.txt /favicon.svg /healthz /readyz "
    "/admin/ /admin/login/ /admin/markdown-preview /admin/codes/statuscode/1/change/ /admin/jsi18n/ /status-codes/500 "
    "/static/css/site.css /static/../manage.py /static/admin/js/vendor/jquery/jquery.js /codes/500 /999 /000 /nothing "
).split()
PIECES = [
    b"%00", b"%", b"%2", b"%zz", b"%ff%fe", b"%c0%ae", b"%2e%2e%2f", b"..", b"//", b"\\", b"%0d%0a", b"%E2%80%AE", b"%u0041",
    b"\xff", b"\xc3\xa9", b"\xef\xbc\x95", b";", b"#x", b"?", b"&", b"=", b"+", b"*", b"|", b"'", b'"', b"<", b"{{7*7}}",
    b"${jndi:x}", b"[", b"]", b"%5B", b"a" * 300, b"5" * 900, b"/a" * 200, b"%F0%9F%98%80", b"@", b":", b"~", b".", b"/",
]  # fmt: skip
METHODS = [
    *(b"GET " * 12 + b"HEAD " * 4 + b"POST " * 10).split(),
    *b"PUT DELETE OPTIONS TRACE CONNECT PATCH BREW get G\xc3\x89T G(T PRI".split(),
    *(b"X" * 3000, b"", b"GET\t"),
]
VERSIONS = [b"HTTP/1.1"] * 60 + [
    b"HTTP/1.0", b"HTTP/1.0", b"HTTP/0.9", b"HTTP/2.0", b"HTTP/1.2", b"HTTP/9.9", b"HTTP/1.", b"http/1.1", b"HTTP/1.1.1",
    b"HTTP/", b"", b"HTTP/1.1 x", b"HTTP/-1.1", b"ICY",
]  # fmt: skip
JUNK = [
    b"", b" ", b"\t", b"\x00", b"\x7f", b"\xff\xfe", b"\r", b"\x0b", b"a\r\n b", b"x" * 9000, b"-1", b"99999999999999999999", b"0x10",
    b"1e9", b"NaN", b"1,1", b"q=", b";;;;", b",,,,,", b'"', b'"\\', b"=?utf-8?b?AAAA?=", b"%s%n%x", b"../../etc/passwd", b"\xc3\xa9",
    b"a" * 70000, b"a," * 3000, b"{" * 500, b"null", b"*/*;q=9", b"*", b"identity;q=0, *;q=0",
]  # fmt: skip
FIELDS = {
    b"Accept": [b"text/html", b"application/json", b"*/*", b"text/*;q=0", b"/;q", b"a/b;q=2;q=x", b"text/html;level=" + b"1" * 500],
    b"Accept-Encoding": [b"br", b"gzip;q=0", b"br;q=1.0000", b"identity;q=0", b"br;;q", b"gzip;q=-1", b"br," * 900],
    b"Accept-Language": [b"en", b"xx;q=1.5", b"*-*", b"de-" + b"x-" * 900],
    b"If-None-Match": [b"*", b'"x"', b'W/"', b'W/"x", "y"', b'"' + b"x" * 5000 + b'"', b'"a" "b"', b'"\xff"'],
    b"If-Match": [b"*", b'"x"', b'"'],
    b"If-Modified-Since": [b"Thu, 01 Jan 1970 00:00:00 GMT", b"Thu, 99 Foo 9999 99:99:99 GMT", b"0", b"Sat, 31 Feb 2099 25:61:61 GMT"],
    b"If-Unmodified-Since": [b"Thu, 01 Jan 1970 00:00:00 GMT", b"yesterday", b"Mon, 01 Jan 10000 00:00:00 GMT"],
    b"If-Range": [b'"x"', b"yesterday"],
    b"Range": [b"bytes=0-0", b"bytes=-1", b"bytes=5-2", b"bytes=0-,0-,0-", b"bytes=99999999999999999999-", b"lines=1-2", b"bytes=a-b",
               b"bytes=" + b"0-1," * 2000],
    b"Cookie": [b"sessionid=x", b"sessionid=" + b"\xff" * 50, b"=", b";" * 900, b"quiz=" + b"A" * 500, b"csrftoken=x; messages=y",
                b"a=b; " * 1500, b"statusref_editor=1; sessionid=" + b"z" * 32, b'quiz="', b"quiz=%00", b"messages=W1siX19qc29u"],
    b"Content-Type": [b"application/x-www-form-urlencoded", b"multipart/form-data", b"multipart/form-data; boundary=", b"application/json",
                      b"multipart/form-data; boundary=x; charset=nonsense", b"text/plain; charset=utf-7", b"a/b; charset=\xff", b"/",
                      b"application/x-www-form-urlencoded; charset=utf-16", b"multipart/form-data; boundary=" + b"x" * 400],
    b"Content-Encoding": [b"gzip", b"br", b"identity", b"x"],
    b"Expect": [b"100-continue", b"200-ok", b"x"],
    b"Connection": [b"close", b"keep-alive", b"upgrade", b"Host", b"close, keep-alive, TE"],
    b"Upgrade": [b"h2c", b"websocket", b"HTTP/9", b"x"],
    b"HTTP2-Settings": [b"AAMAAABkAARAAAAAAAIAAAAA", b"x"],
    b"Origin": [b"null", b"http://evil.example", b"http://[", b"://", b"http://127.0.0.1:99999999"],
    b"Referer": [b"http://[::1", b"javascript:x", b"http://evil.example/", b"http://a:99999999/"],
    b"Sec-Fetch-Site": [b"same-origin", b"cross-site", b"x"],
    b"X-Forwarded-For": [b"1.2.3.4", b"x, y", b"," * 900, b"::1"],
    b"X-Forwarded-Proto": [b"https", b"gopher", b"https,http"],
    b"X-Forwarded-Host": [b"evil.example"],
    b"X-Request-ID": [b"abc-123_DEF.456", b"a b"],
    b"X-CSRFToken": [b"x", b"A" * 64],
    b"X-HTTP-Method-Override": [b"DELETE"],
    b"Authorization": [b"Basic !!!", b"Bearer x", b"Basic"],
    b"TE": [b"trailers", b"x;q=9"],
    b"Trailer": [b"Content-Length", b"Host"],
    b"Date": [b"x"], b"Via": [b"1.1 x"], b"Max-Forwards": [b"-1"], b"Forwarded": [b'for="[::1]:x"'], b"Keep-Alive": [b"timeout=x"],
    b"Proxy": [b"http://evil.example"], b"Content-Range": [b"bytes 0-1/2"], b"Transfer-Encoding-X": [b"chunked"], b"X_Y": [b"z"],
}  # fmt: skip
BAD_FIELDS = {
    b"\xff": [b"x"], b"": [b"x"], b"a b": [b"x"], b" lead": [b"x"], b"no-colon\r\nX": [b"x"], b"(x)": [b"x"], b"Host ": [b"x"],
}  # fmt: skip
HOSTS = [
    b"evil.example", b"", b"a b", b"[::1", b"localhost:99999999", b"127.0.0.1:", b"user@127.0.0.1", b"127.0.0.1, evil.example", b"\xff", b"..",
    b"127.0.0.1#", b"127.0.0.1/x", b"127.0.0.1:80:80", b"xn--a", b"x" * 300, b"[fe80::1%25eth0]", b"0x7f.1", b"127.0.0.1:-1",
]  # fmt: skip
FORMS = [
    b"mode=quick", b"mode=exam&length=30", b"mode=endless", b"mode=codes&scope=404-500", b"mode=codes&scope=0-0-0-0-0-0", b"mode=class&scope=9",
    b"mode=one&scope=%00", b"mode=retry&scope=x", b"mode=daily&difficulty=%FF", b"mode=quick&length=-1", b"mode=quick&length=9999999999999999999",
    b"step=1:x&choice=0", b"step=%00&choice=\xff", b"step=" + b"9" * 5000 + b"&choice=" + b"9" * 5000, b"path=/404&text=" + b"x " * 3000,
    b"path=//evil&text=%F0%9F%98%80", b"path=%00&text=%00", b"q=%00", b"q=" + b"%F0" * 2000, b"q=HTTP/1.1+502+Bad+Gateway", b"a=b&" * 2000,
    b"=", b"&&&&", b"%", b"csrfmiddlewaretoken=x&username=a&password=b", b"content=%5B%5B", b"x[]=1&x[a]=2", b"mode", b"\x00\x00", b"a" * 100_000,
    b'{"mode": "quick"}', b"[" * 5000, b"--x\r\n", b"--x\r\nContent-Disposition: form-data; name=\"mode\"\r\n\r\nquick\r\n--x--\r\n",
    b"--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a\0b\"\r\nContent-Type: x\r\n\r\nabc\r\n--x--\r\n",
    b"--x\r\nContent-Disposition: form-data\r\n\r\nq\r\n--x--", b"--x\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: form-data; name=a\r\n\r\n!!\r\n--x--",
    b"--x\r\n" * 500,
]  # fmt: skip
CHUNKS = [
    b"4\r\nmode\r\n0\r\n\r\n", b"zz\r\nmode\r\n0\r\n\r\n", b"-4\r\nmode\r\n0\r\n\r\n", b"ffffffffffffffffff\r\nx\r\n", b"4;ext=" + b"x" * 20_000 + b"\r\nmode\r\n0\r\n\r\n",
    b"4\nmode\n0\n\n", b"4\r\nmodeXX0\r\n\r\n", b"0\r\nTrailer: x\r\n\r\n", b"0\r\nContent-Length: 5\r\n\r\n", b"\r\n", b"0x4\r\nmode\r\n0\r\n\r\n",
    b"1\r\na\r\n" * 3000 + b"0\r\n\r\n",
]  # fmt: skip


@dataclass(frozen=True)
class Attack:
    """What is sent, in pieces; `is_open` where a server has to wait for more; `leaves` where nobody reads the answer."""

    pieces: tuple[bytes, ...]
    is_open: bool = False
    leaves: bool = False

    def __str__(self) -> str:
        told = " + ".join(repr(piece[:1500]) for piece in self.pieces)
        return f"{told} (open: {self.is_open}, leaves: {self.leaves})"


def attacks(seed: int) -> Iterator[Attack]:
    """Attacks without end, the same ones for the same seed."""
    rng = random.Random(seed)
    kinds = [_structured] * 12 + [_soup, _damaged, _damaged, _smuggled, _cut, _cut, _two]
    while True:
        yield rng.choice(kinds)(rng)


def _target(rng: random.Random) -> bytes:
    path = rng.choice(PATHS).encode()
    for _ in range(rng.choice((0, 0, 0, 1, 1, 2, 5))):
        at = rng.randrange(len(path) + 1)
        path = path[:at] + rng.choice(PIECES) + path[at:]
    if rng.random() < 0.3:
        names = rng.choices(
            (b"q", b"class", b"codes", b"page", b"all", b"note", b"next", b"p", b"vendor", b"%00"),
            k=rng.choice((1, 2, 30)),
        )
        path += b"?" + b"&".join(name + b"=" + rng.choice([*PIECES, b"502 bad".replace(b" ", b"+")]) for name in names)
    shape = rng.random()
    if shape < 0.05:
        return (
            rng.choice(
                (
                    b"http://127.0.0.1",
                    b"http://evil.example",
                    b"ftp://x",
                    b"http://",
                    b"//evil.example",
                    b"http://a@b:c",
                )
            )
            + path
        )
    if shape < 0.08:
        return rng.choice(
            (b"*", b"127.0.0.1:80", b"", b"x", b"?", b"http:", b"/ /", b"/" * 60_000, b"/" + b"a" * 70_000)
        )
    return path


def _fields(rng: random.Random) -> list[bytes]:
    lines = [b"Host: " + (rng.choice(HOSTS) if rng.random() < 0.06 else b"127.0.0.1")] if rng.random() > 0.02 else []
    if rng.random() < 0.02:
        lines.append(b"Host: 127.0.0.1")
    names = [*FIELDS] * 3 + [*BAD_FIELDS]
    for name in rng.choices(names, k=rng.choice((0, 1, 2, 3, 6))):
        value = rng.choice(JUNK) if rng.random() < 0.1 else rng.choice({**FIELDS, **BAD_FIELDS}[name])
        lines.append(name + rng.choice((b": ",) * 9 + (b":", b":\t ", b" : ")) + value)
    if rng.random() < 0.01:
        lines += [b"X-%d: y" % number for number in range(rng.choice((90, 150, 2000)))]
    rng.shuffle(lines)
    return lines


def _body(rng: random.Random, lines: list[bytes]) -> bytes:
    """A body whose framing is right, in a request of which nothing else need be."""
    body = rng.choice(FORMS)
    if not any(line.lower().startswith(b"content-type") for line in lines):
        lines.append(
            b"Content-Type: " + rng.choice((b"application/x-www-form-urlencoded", b"multipart/form-data; boundary=x"))
        )
    if rng.random() < 0.1:
        lines.append(b"Transfer-Encoding: chunked")
        return b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    lines.append(b"Content-Length: %d" % len(body))
    return body


def _structured(rng: random.Random) -> Attack:
    method, lines = rng.choice(METHODS), _fields(rng)
    body = _body(rng, lines) if method == b"POST" or rng.random() < 0.05 else b""
    newline = b"\n" if rng.random() < 0.03 else b"\r\n"
    start = b" ".join((method, _target(rng), rng.choice(VERSIONS)))
    data = newline.join((start, *lines, b"", b"")) + body
    return Attack((data,), leaves=rng.random() < 0.05)


def _soup(rng: random.Random) -> Attack:
    """Anything at all: TLS, other protocols, HTTP/2, noise."""
    starts = (
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"SSH-2.0-x\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\x05\x01\x00", b"EHLO x\r\n",
        b"*1\r\n$4\r\nPING\r\n", b"\r\n\r\n\r\n", b"GET /500\r\n", b"GET\r\n\r\n", b"\x00" * 50, b"PROXY TCP4 1.1.1.1 2.2.2.2 1 2\r\n",
    )  # fmt: skip
    return Attack(
        (rng.choice(starts) + rng.randbytes(rng.choice((0, 9, 100, 5000))),), is_open=True, leaves=rng.random() < 0.2
    )


def _damaged(rng: random.Random) -> Attack:
    """A whole request in which a few bytes are others."""
    data = bytearray(_structured(rng).pieces[0])
    for _ in range(rng.choice((1, 1, 3, 10))):
        data[rng.randrange(min(len(data), 400))] = rng.randrange(256)
    return Attack((bytes(data),), is_open=True)


def _smuggled(rng: random.Random) -> Attack:
    """Framing that contradicts itself, or chunks that are none."""
    lengths = [
        b"5",
        b"0",
        b"-1",
        b"+5",
        b"5, 5",
        b"5, 6",
        b"0x5",
        b" 5 ",
        b"5\t",
        b"",
        b"99999999999999999999",
        b"1e3",
        b"\xb2",
    ]
    codings = [
        b"chunked",
        b"Chunked",
        b" chunked",
        b"chunked, chunked",
        b"gzip, chunked",
        b"chunked, gzip",
        b"identity",
        b"x",
        b"\x0bchunked",
        b"chunked;x",
    ]
    lines = [b"Host: 127.0.0.1", b"Content-Type: application/x-www-form-urlencoded"]
    lines += [b"Content-Length: " + rng.choice(lengths) for _ in range(rng.choice((0, 1, 1, 2)))]
    lines += [b"Transfer-Encoding: " + rng.choice(codings) for _ in range(rng.choice((0, 1, 1, 2)))]
    rng.shuffle(lines)
    path = rng.choice((b"/quiz/start", b"/report", b"/search", b"/500", b"/admin/login/"))
    head = b"\r\n".join((rng.choice((b"POST", b"POST", b"GET")) + b" " + path + b" HTTP/1.1", *lines, b"", b""))
    return Attack((head, rng.choice(CHUNKS) + b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"), is_open=True)


def _cut(rng: random.Random) -> Attack:
    """A request that ends somewhere in its midst; most clients then hang up."""
    data = _structured(rng).pieces[0]
    return Attack((data[: rng.randrange(len(data))],), is_open=True, leaves=rng.random() < 0.7)


def _two(rng: random.Random) -> Attack:
    """One after the other over the same connection, without waiting for answers."""
    return Attack(tuple(_structured(rng).pieces[0] for _ in range(rng.choice((2, 2, 9)))), is_open=True)


class Hang(Exception):
    """The connection was neither answered nor closed."""


def statuses(address: tuple[str, int], attack: Attack) -> list[int]:
    """Send the attack over a connection of its own; the statuses of all answers. Raises Hang."""
    with socket.create_connection(address, timeout=LONGEST_WAIT) as connection:
        answer = b""
        try:
            for piece in attack.pieces:
                connection.sendall(piece)
            if attack.leaves:
                return []
            if attack.is_open:
                connection.shutdown(socket.SHUT_WR)
            while attack.is_open or not _is_whole(answer, attack.pieces[0].startswith(b"HEAD ")):
                block = connection.recv(1 << 16)
                if not block:
                    break
                answer += block
        except TimeoutError as error:
            raise Hang(answer[:300]) from error
        except OSError:
            pass  # the server hung up: an answer too
    return [status for status, _ in _answers(answer)]


def _is_whole(answer: bytes, is_head: bool) -> bool:
    """Whether a final answer is there."""
    return any(status >= 200 and (is_whole or is_head) for status, is_whole in _answers(answer))


def _answers(answer: bytes) -> Iterator[tuple[int, bool]]:
    """The status of each answer, and whether all of it is there."""
    while answer:
        head, found, rest = answer.partition(b"\r\n\r\n")
        start = re.match(rb"HTTP/1\.[01] ([0-9]{3}) ", head)
        if not start or not found:
            return
        length = re.search(rb"\ncontent-length: *([0-9]+)", head, re.I)
        if b"\ntransfer-encoding: chunked" in head.lower():
            end = (b"\r\n" + rest).find(b"\r\n0\r\n\r\n")
            size, is_whole = (end + 5, True) if end >= 0 else (len(rest), False)
        else:
            size = int(length[1]) if length and not rest.startswith(b"HTTP/1.") else 0
            is_whole = len(rest) >= size
        yield int(start[1]), is_whole
        answer = rest[size:]
