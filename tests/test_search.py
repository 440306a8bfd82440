"""The search box: what is certain leads straight to its page, lines are taken apart, the rest is found by words."""

import json
import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from codes.limits import Limit
from search.answering import spaced

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("whole_site")]


def ask(client, query: str, **options) -> dict:
    """The answer for programs."""
    return client.get("/search", {"q": query}, headers={"Accept": "application/json"}, **options).json()


def page(client, query: str) -> str:
    return client.get("/search", {"q": query, "all": 1}).content.decode()


# Straight to the page


@pytest.mark.parametrize(
    ("query", "address"),
    [
        ("404", "/404"),
        (" 404 ", "/404"),
        ("HTTP 404", "/404"),
        ("HTTP/1.1 404", "/404"),
        ("error 502", "/502"),
        ("status code: 503", "/503"),
        ("what does 304 mean?", "/304"),
        ("404.13", "/404#meaning-iis-404-13"),
        ("h12", "/503#meaning-heroku-h12"),
        ("error 1020", "/403#meaning-cloudflare-1020"),
        ("iis 500.19", "/500#meaning-iis-500-19"),
        ("5xx", "/5xx"),
        ("40x", "/4xx"),
        ("bad gateway", "/502"),
        ("502 Bad Gateway", "/502"),
        ("Payload Too Large", "/413"),
        ("unprocessable entity", "/422"),
        ("i'm a teapot", "/418"),
        ("moved temporarily", "/302"),
        ("HttpStatus.NOT_FOUND", "/404"),
        ("http.StatusTooManyRequests", "/429"),
        ("http.StatusTeapot", "/418"),
        (":unprocessable_entity", "/422"),
        ("HTTP_422_UNPROCESSABLE_ENTITY", "/422"),
        ("StatusCode::IM_A_TEAPOT", "/418"),
        ("401 vs 403", "/compare/401-vs-403"),
        ("403 VS. 401", "/compare/401-vs-403"),
        ("401 403", "/compare/401-vs-403"),
        ("HTTP 301 or 302", "/compare/301-vs-302"),
        ("difference between 301 and 302?", "/compare/301-vs-302"),
        ("unauthorized vs forbidden", "/compare/401-vs-403"),
        ("500, 502, 503 and 504", "/compare/500-vs-502-vs-503-vs-504"),
    ],
)
def test_what_is_certain_leads_straight_to_its_page(client, query, address):
    response = client.get("/search", {"q": query})
    assert response.status_code == 302
    assert response["Location"] == address


def test_the_way_back_shows_the_results_of_what_is_certain(client):
    text = page(client, "404")
    assert 'href="/404"' in text and "Go straight to the page" in text
    assert 'href="/search?q=404&amp;all=1"' in client.get("/404").content.decode()


@pytest.mark.parametrize("query", ["401 vs 477", "401 vs 401", "500 or 501 or 502 or 503 or 504", "401 vs zyzzx"])
def test_what_cannot_be_compared_is_searched_for_as_words(client, query):
    assert ask(client, query)["comparison"] is None


# Lines


def test_a_pasted_line_is_taken_apart(client):
    line = '192.0.2.1 - - [21/Nov/2026:10:00:00 +0000] "GET /api/200 HTTP/1.1" 499 0 "-" "curl/8.5" 2.700'
    text = page(client, line)
    assert "This is an nginx access line. 499 Client Closed Request is the status" in text
    assert "the client went away after 2.7 s" in text
    assert "bytes of the answer" in text and 'href="/499' in text


def test_a_status_that_nobody_uses_says_how_clients_treat_it(client):
    text = page(client, '"GET /api HTTP/1.1" 477 0')
    assert "Nobody is known to use 477" in text and 'href="/400' in text
    assert ask(client, "477")["results"][0]["number"] == 400


@pytest.mark.parametrize(
    ("line", "address"),
    [
        ("connect() failed (111: Connection refused) while connecting to upstream", "/502#cause-nothing-listens"),
        ("[CRITICAL] WORKER TIMEOUT (pid:123)", "/502#cause-worker-timeout"),
        ("upstream sent too big header while reading response header from upstream", "/502#cause-header-too-big"),
        ("client intended to send too large body: 5000000 bytes", "/413#"),
        ("AH01114: HTTP: failed to make connection to backend: localhost", "/503"),
        ("upstream connect error or disconnect/reset before headers. reset reason: overflow", "/503"),
        ("Premature end of script headers: a.cgi", "/500"),
    ],
)
def test_an_error_line_without_a_status_leads_to_the_cause(client, line, address):
    found = "2026/11/21 10:00:00 [error] 7#7: *3 " + line if line.startswith(("connect", "client")) else line
    assert ask(client, found)["results"][0]["url"].startswith(address)


def test_a_response_says_which_hop_spoke(client):
    assert "Cloudflare&#x27;s edge" in page(client, "HTTP/2 403\nserver: cloudflare\ncf-ray: 8f0a1b")


# Words


def test_words_find_the_place_and_mark_what_was_asked_for(client):
    first = ask(client, "worker killed out of memory")["results"][0]
    assert first["url"] == "/502#cause-out-of-memory" and first["number"] == 502
    text = page(client, "worker killed out of memory")
    assert "<mark>memory</mark>" in text.lower() and 'href="/502#cause-out-of-memory"' in text


def test_a_header_field_finds_the_codes_that_use_it(client):
    numbers = [result["number"] for result in ask(client, "Retry-After")["results"][:3]]
    assert {429, 503} <= set(numbers)
    assert ask(client, "www-authenticate")["results"][0]["url"] == "/401#headers"


@pytest.mark.parametrize(
    ("query", "number"),
    [("intrenal sever eror", 500), ("too mny requests", 429), ("can i cache 404", 404), ("forbiden", 403)],
)
def test_typing_errors_and_questions_are_understood(client, query, number):
    assert ask(client, query)["results"][0]["number"] == number


@pytest.mark.parametrize(
    "before",
    [
        "2026-11-21T10:00:00.123Z ERROR",
        "2026-11-21 12:00:00,123 +0100",
        "Nov  1 10:00:00 shop[8123]:",
        "Sat Nov 21 10:00:00 2026 pid 123",
        "[21/Nov/2026:10:00:00 +0000]",
        "29#31: *404",
    ],
)
def test_when_and_which_process_are_no_words(client, before):
    said = "worker killed out of memory"
    assert ask(client, f"{before} {said}")["results"][0] == ask(client, said)["results"][0]


@pytest.mark.parametrize("query", ["2026/11/21 10:00:00", "[21/Nov/2026:10:00:00 +0000]", "Nov 21 10:00:00"])
def test_a_time_stamp_alone_finds_nothing(client, query):
    assert ask(client, query)["results"] == []


def test_a_question_about_a_code_leads_to_the_place_that_answers_it(client):
    assert ask(client, "can i cache a 501")["results"][0]["url"] == "/501#facts"


def test_nothing_found_says_what_to_try(client):
    text = client.get("/search", {"q": "zzzzyx qqqqxy"}).content.decode()
    assert "Nothing on this site has these words" in text and 'href="/codes"' in text
    assert ask(client, "zzzzyx qqqqxy")["results"] == []


def test_the_empty_page_says_what_it_understands(client):
    assert "It understands" in client.get("/search").content.decode()


# For programs


def test_a_program_gets_json(client):
    response = client.get("/search", {"q": "401 vs 403"}, headers={"Accept": "application/json"})
    assert response["Content-Type"] == "application/json" and "Accept" in response["Vary"]
    found = response.json()
    assert found["query"] == "401 vs 403" and found["comparison"] == "/compare/401-vs-403"
    assert found["results"][0] == {**found["results"][0], "number": None, "url": "/compare/401-vs-403"}
    assert [result["number"] for result in found["results"][1:3]] == [401, 403]
    assert set(found["recognised"][0]) == {"kind", "text", "number", "label", "explanation"}
    assert all(set(result) == {"number", "url", "title", "kind", "excerpt"} for result in found["results"])


def test_recognised_codes_stand_first(client):
    found = ask(client, "2026-11-21 06:00:49 192.0.2.10 POST /upload - 443 - 192.0.2.44 curl - 404 13 0 3")
    assert found["recognised"][0]["label"] == "404.13" and found["recognised"][0]["number"] == 404
    assert found["results"][0]["url"] == "/404#meaning-iis-404-13"
    assert ask(client, "H12")["results"][0] == {
        **ask(client, "H12")["results"][0],
        "number": 503,
        "url": "/503#meaning-heroku-h12",
    }


def test_a_class_is_no_number(client):
    assert ask(client, "5xx")["results"][0]["number"] is None
    assert ask(client, "5xx")["results"][0]["url"] == "/5xx"


def test_browsers_get_html_and_every_answer_is_kept_from_search_engines(client):
    browser = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    for response in (
        client.get("/search", {"q": "gateway"}, headers=browser),
        client.get("/search", {"q": "404"}, headers=browser),
        client.get("/search", {"q": "gateway"}, headers={"Accept": "application/json"}),
        client.get("/search/suggest", {"q": "gat"}),
    ):
        assert response["X-Robots-Tag"] == "noindex"
    text = client.get("/search", {"q": "gateway"}, headers=browser).content.decode()
    assert '<meta name="robots" content="noindex">' in text


def test_a_browser_can_add_the_site(client):
    assert 'rel="search"' in client.get("/").content.decode()
    root = ElementTree.fromstring(client.get("/opensearch.xml").content)
    name = "{http://a9.com/-/spec/opensearch/1.1/}"
    templates = [url.get("template") for url in root.iter(f"{name}Url")]
    assert templates == ["http://testserver/search?q={searchTerms}", "http://testserver/search/suggest?q={searchTerms}"]


@pytest.mark.parametrize(
    ("typed", "text"), [("too ma", "429 Too Many Requests"), ("40", "404"), ("h1", "H12"), ("teap", "418")]
)
def test_suggestions_complete_what_is_typed(client, typed, text):
    query, texts, notes, addresses = client.get("/search/suggest", {"q": typed}).json()
    assert query == typed and any(text in each for each in texts), texts
    assert len(texts) == len(notes) == len(addresses) == len(set(addresses)) <= 8


def test_nothing_typed_suggests_nothing(client):
    assert client.get("/search/suggest").json() == ["", [], [], []]


# What is refused


@pytest.mark.parametrize("query", ["x" * 8193, "é" * 4097, "a\0b"])
def test_too_much_is_refused_with_a_reason(client, query):
    for response in (client.get("/search", {"q": query}), client.post("/search", {"q": query})):
        assert response.status_code == 400
        assert ("NUL" if "\0" in query else "8,192 bytes") in response.content.decode()
    answer = client.get("/search", {"q": query}, headers={"Accept": "application/json"})
    assert answer.status_code == 400 and answer.json()["error"]


def test_a_paste_of_8_kb_goes_by_post_and_is_not_cached(client):
    line = '192.0.2.1 - - [21/Nov/2026:10:00:00 +0000] "GET /a HTTP/1.1" 200 5 "-" "curl"\n'
    log = (line * 100)[: 8192 - len(line)] + "\n" + line.replace(" 200 ", " 502 ")
    response = client.post("/search", {"q": log[-8192:]})
    assert response.status_code == 200 and response["Cache-Control"] == "no-store"
    assert 'href="/502' in response.content.decode()
    raw = client.post("/search", "HTTP/1.1 503 Service Unavailable", content_type="text/plain")
    assert "503 Service Unavailable is the status" in raw.content.decode()


def test_a_paste_needs_no_token(client):
    from django.test import Client

    assert Client(enforce_csrf_checks=True).post("/search", {"q": "404"}).status_code == 200


def test_control_characters_are_white_space(client):
    assert spaced("a\tb\x1b[31m\r\nc\x85d") == "a b [31m\nc d"
    assert client.get("/search", {"q": "bad\tgateway\x07"})["Location"] == "/502"


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_refused(client, method):
    response = getattr(client, method)("/search")
    assert response.status_code == 405 and "GET" in response["Allow"] and "POST" in response["Allow"]


def test_who_asks_too_often_is_asked_to_wait(client, monkeypatch):
    monkeypatch.setattr("search.views.SEARCHES", Limit("search", most=3, seconds=300))
    statuses = [client.get("/search", {"q": "gateway"}).status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    response = client.get("/search", {"q": "gateway"})
    assert 1 <= int(response["Retry-After"]) <= 100 and "Wait a few seconds" in response.content.decode()
    assert client.get("/search", {"q": "gateway"}, REMOTE_ADDR="192.0.2.9").status_code == 200


@given(st.text(max_size=300))
@hypothesis_settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_query_whatever_breaks_it(client, query):
    assert client.get("/search", {"q": query}).status_code in (200, 302, 400)
    assert client.get("/search/suggest", {"q": query}).status_code == 200
    response = client.post("/search", {"q": query}, headers={"Accept": "application/json"})
    assert json.loads(response.content) and response.status_code in (200, 400)
