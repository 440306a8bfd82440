"""Each log format, response and exception: the status among the numbers, who spoke, and the parts."""

import pytest

from search.recognisers import read
from tests.search_eval import DATA, queries_of

FORMATS = (
    "nginx apache iis alb cloudfront haproxy heroku envoy traefik caddy ingress appserver raw exception console json"
)
ROWS = [row for row in queries_of(DATA / "search_eval.yaml") if row[0] in FORMATS.split()]


def parts_of(line: str) -> dict[str, str]:
    return {part.kind: part.text for part in read(line)[0].parts}


@pytest.mark.parametrize(("kind", "wanted", "text"), ROWS, ids=lambda value: str(value)[:40])
def test_a_number_that_is_read_as_the_status_is_the_status(kind, wanted, text):
    """Bytes, ports, times and paths of these lines hold other numbers; some lines have no status at all."""
    found = read(text.replace("\r", "").replace("\t", " "))
    if found and found[0].number is not None:
        assert found[0].number in wanted


@pytest.mark.parametrize(
    ("line", "kind", "number", "vendor"),
    [
        (
            '192.0.2.1 - - [21/Nov/2026:10:00:00 +0000] "GET /api/200 HTTP/1.1" 499 0 "-" "curl/8.5" 2.700',
            "nginx access line",
            499,
            "nginx",
        ),
        (
            '127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /a.gif HTTP/1.0" 200 2326',
            "access line (nginx or Apache)",
            200,
            "",
        ),
        (
            "2026-11-21 06:00:49 192.0.2.10 POST /upload - 443 - 192.0.2.44 curl - 404 13 0 3",
            "IIS log line",
            404,
            "iis",
        ),
        ('at=error code=H12 desc="Request timeout" status=503', "line of the Heroku router", 503, "heroku"),
        ("HTTP/2 403\nserver: cloudflare\ncf-ray: 8f0a", "raw response", 403, "cloudflare"),
        ("curl: (6) Could not resolve host: example.invalid", "error of curl", None, "curl"),
        ('{"DownstreamStatus":504,"OriginStatus":0}', "Traefik access record", 504, "traefik"),
        ("urllib.error.HTTPError: HTTP Error 404: Not Found", "Python exception (urllib)", 404, ""),
        ("error code: 1015", "error page of Cloudflare", None, "cloudflare"),
    ],
)
def test_a_line_says_what_it_is_and_who_wrote_it(line, kind, number, vendor):
    found = read(line)[0]
    assert (found.kind, found.number, found.vendor) == (kind, number, vendor)


def test_a_client_that_went_away_is_told_with_its_time():
    line = '192.0.2.1 - - [21/Nov/2026:10:00:00 +0000] "GET /a HTTP/1.1" 499 0 "-" "curl/8.5" 2.700'
    assert read(line)[0].speaker == "the client went away after 2.7 s"
    assert parts_of(line)["status"] == "499" and parts_of(line)["duration"] == "2.700"


def test_the_load_balancer_and_its_target_are_told_apart():
    line = "http 2026-11-21T22:23:00Z app/lb/50dc 192.0.2.39:2817 10.0.0.1:80 0.000 60.001 -1 504 - 34 366 "
    assert read(line)[0].speaker == "the load balancer itself after 60 s"
    answered = line.replace("504 -", "404 404").replace("60.001 -1", "0.004 0.000")
    assert read(answered)[0].number == 404 and read(answered)[0].speaker == "the target answered so"


def test_the_flags_of_haproxy_and_envoy_are_explained():
    line = 'px-http px-http/srv1 9/0/7/-1/16 502 250 - - SH-- 1/1/1/1/0 0/0 "GET / HTTP/1.1"'
    assert "the server closed" in read(line)[0].speaker and parts_of(line)["termination flags"] == "SH--"
    line = '[2026-11-21T20:17:00.310Z] "GET / HTTP/2" 503 UF,URX upstream_reset - "-" 0 91 2 - "-" "curl" "i" "h" "-"'
    assert "the connection to the upstream failed" in read(line)[0].speaker


def test_the_ingress_and_its_pod_are_told_apart():
    line = (
        '192.0.2.5 - - [08/Mar/2026:16:02:45 +0000] "GET / HTTP/1.1" 504 562 "-" "curl" 1100 14.998 [dev-web-80] [] '
        "10.0.0.1:80, 10.0.0.2:80 0, 0 5.000, 5.000 504, 504 a7c9"
    )
    assert read(line)[0].kind == "Kubernetes ingress (nginx) line"
    assert "the pod answered so" in read(line)[0].speaker
    assert "the ingress answered so itself" in read(line.replace("504, 504", "-, -"))[0].speaker


def test_of_several_responses_the_last_final_one_counts():
    assert read("HTTP/1.1 100 Continue\n\nHTTP/1.1 201 Created")[0].number == 201
    assert read("HTTP/1.1 301 Moved Permanently\nLocation: /a\n\nHTTP/2 200\n")[0].number == 200
    assert read("HTTP/1.1 200 Connection established\n\nHTTP/2 403\n")[0].number == 403


def test_of_several_lines_the_gravest_counts():
    lines = [f'"GET /{number} HTTP/1.1" {number} 10' for number in (200, 404, 502, 304)]
    log = "\n".join(f"192.0.2.1 - - [21/Nov/2026:10:00:00 +0000] {line}" for line in lines)
    assert read(log)[0].number == 502


def test_an_error_line_without_a_status_keeps_its_message():
    line = (
        "2026/11/21 10:00:00 [error] 12#12: *1 connect() failed (111: Connection refused) while connecting to "
        'upstream, client: 192.0.2.1, server: a, request: "GET /502 HTTP/1.1", upstream: "http://127.0.0.1:3000/404"'
    )
    found = read(line)[0]
    assert found.number is None and found.vendor == "nginx"
    assert found.message == "connect() failed (111: Connection refused) while connecting to upstream"
    assert parts_of(line)["upstream"] == '"http://127.0.0.1:3000/404"'


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("my api returns 502 on port 443", 502),
        ("takes 500 ms then error 504", 504),
        ("got a 429 after 100 requests", 429),
        ("line 404 of the file has status 301", 301),
        ("listens on port 500", None),
        ("takes 300 seconds", None),
        ("costs $404", None),
        ("recv() failed (104: Connection reset by peer)", None),
        ("version 1.404", None),
    ],
)
def test_of_several_numbers_in_words_the_likeliest_counts(text, number):
    found = read(text)
    assert (found[0].number if found else None) == number
