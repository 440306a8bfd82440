"""The search box: what is certain leads straight to its page, the rest finds pages by their words."""

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from search.recognise import number_in_line

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("whole_site")]


@pytest.mark.parametrize(
    ("query", "address"),
    [
        ("404", "/404"),
        (" 404 ", "/404"),
        ("HTTP 404", "/404"),
        ("HTTP/1.1 404", "/404"),
        ("error 502", "/502"),
        ("status code: 503", "/503"),
        ("404.13", "/404#meaning-iis-404-13"),
        ("h12", "/503#meaning-heroku-h12"),
        ("5xx", "/5xx"),
        ("40x", "/4xx"),
        ("bad gateway", "/502"),
        ("Payload Too Large", "/413"),
        ("i'm a teapot", "/418"),
        ("HttpStatus.NOT_FOUND", "/404"),
        ("http.StatusTooManyRequests", "/429"),
        (":internal_server_error", "/500"),
        ("401 vs 403", "/compare/401-vs-403"),
        ("403 VS. 401", "/compare/401-vs-403"),
        ("401 403", "/compare/401-vs-403"),
        ("HTTP 301 or 302", "/compare/301-vs-302"),
        ("difference between 301 and 302?", "/compare/301-vs-302"),
        ("What's the difference between 502 and error 504", "/compare/502-vs-504"),
        ("500, 502, 503 and 504", "/compare/500-vs-502-vs-503-vs-504"),
    ],
)
def test_what_is_certain_leads_straight_to_its_page(client, query, address):
    response = client.get("/search", {"q": query})
    assert response.status_code == 302
    assert response["Location"].startswith(address)


@pytest.mark.parametrize("query", ["401 vs 477", "401 vs 401", "500 or 501 or 502 or 503 or 504", "401 vs teapot"])
def test_what_cannot_be_compared_is_searched_for_as_words(client, query):
    assert client.get("/search", {"q": query}).status_code == 200


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ('192.0.2.1 - - [21/Nov/2026:10:00:00 +0000] "GET /api/200 HTTP/1.1" 499 0 "-" "curl/8.5" 2.700', 499),
        ('{"status":503,"bytes":404}', 503),
        ("< HTTP/2 429", 429),
        ("requests.exceptions.HTTPError: 502 Server Error: Bad Gateway for url: http://example.com/", None),
        ("Request failed with status code 401", 401),
        ("nothing of that kind", None),
        ("port 8080 took 500 ms", None),
    ],
)
def test_the_status_is_found_in_a_line(line, number):
    assert number_in_line(line) == number


def test_a_pasted_line_names_its_status(client):
    text = client.get("/search", {"q": '"GET /api HTTP/1.1" 499 0'}).content.decode()
    assert "is the status" in text and 'href="/499"' in text
    unknown = client.get("/search", {"q": '"GET /api HTTP/1.1" 477 0'}).content.decode()
    assert "nobody is known to use it" in unknown and 'href="/400"' in unknown


def test_words_find_pages_and_places_on_pages(client):
    text = client.get("/search", {"q": "Retry-After"}).content.decode()
    assert 'href="/503' in text and 'href="/429' in text


def test_nothing_found_says_what_to_try(client):
    text = client.get("/search", {"q": "zzzz qqqq"}).content.decode()
    assert "Nothing here contains all of these words" in text and 'href="/codes"' in text


def test_results_are_not_for_search_engines(client):
    assert 'content="noindex"' in client.get("/search", {"q": "gateway"}).content.decode()


@pytest.mark.parametrize("query", ["x" * 8001, "a\0b"])
def test_too_much_is_refused_with_a_reason(client, query):
    response = client.get("/search", {"q": query})
    assert response.status_code == 400
    assert "at most 8000 characters" in response.content.decode()


@given(st.text(max_size=200))
@hypothesis_settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_query_whatever_breaks_it(client, query):
    assert client.get("/search", {"q": query}).status_code in (200, 302, 400)
