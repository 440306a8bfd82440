"""Comparisons with all of content/ in the database: every curated page, any set of codes, whatever is typed."""

import functools
import html
import re

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from codes.models import StatusCode
from compare.addresses import numbers_in, slug_of
from compare.models import Comparison
from tests.test_compare import leads, page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("whole_site")]
EXAMPLES = hypothesis_settings(
    max_examples=120, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


NUMBERS = st.sampled_from([0, 100, 200, 301, 401, 403, 404, 410, 418, 499, 500, 502, 530, 783, 999])
PARTS = st.one_of(
    NUMBERS.map("{:03d}".format), st.integers(0, 10**4).map(str), st.sampled_from(["４０４", "٤٠٤", "", "vs", "-1"])
)
SEPARATORS = st.sampled_from(["-vs-", "-VS-", "-Vs-", "-vs", "vs", "-", "%2D", " vs "])


@given(st.lists(PARTS, min_size=1, max_size=7), SEPARATORS)
@EXAMPLES
def test_no_address_whatever_is_a_server_error(client, parts, separator):
    StatusCode.objects.filter(number=418).update(published_at=None)
    response = client.get(f"/compare/{separator.join(parts)}")
    assert response.status_code in (200, 301, 404)
    if response.status_code == 301:
        assert re.fullmatch(r"/compare/[0-9]{3}(-vs-[0-9]{3})+|/[0-9]{3}|/compare", response["Location"])


@given(st.lists(NUMBERS, min_size=2, max_size=6))
@EXAMPLES
def test_any_two_to_four_published_codes_have_one_page(client, numbers):
    StatusCode.objects.filter(number=418).update(published_at=None)
    wanted = slug_of(numbers)
    response = client.get(f"/compare/{'-vs-'.join(f'{number:03d}' for number in numbers)}", follow=True)
    chosen = set(numbers)
    if len(chosen) == 1:
        assert response.request["PATH_INFO"] == f"/{numbers[0]:03d}"
    elif 418 in chosen or len(chosen) > 4:
        assert response.status_code == 404
    else:
        assert response.status_code == 200 and response.request["PATH_INFO"] == f"/compare/{wanted}"
        assert numbers_in(wanted) == sorted(chosen)


@pytest.mark.parametrize(
    "path", ["/compare/500-vs-502-vs-503-vs-504", "/compare/401-vs-403", "/compare/000-vs-499-vs-999"]
)
def test_a_comparison_takes_at_most_14_queries(client, django_assert_max_num_queries, path):
    with django_assert_max_num_queries(14):
        page(client, path)


def test_the_picker_takes_few_queries(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        page(client, "/compare")


def test_every_curated_comparison_has_a_page_and_its_links_lead_somewhere(client):
    assert Comparison.objects.published().count() >= 6

    @functools.cache
    def ids_of(path: str) -> set[str] | None:
        found = client.get(path, follow=True)
        return set(re.findall(r'\sid="([^"]+)"', found.content.decode())) if found.status_code == 200 else None

    for comparison in Comparison.objects.published():
        text = client.get(comparison.get_absolute_url()).content.decode()
        ids = re.findall(r'\sid="([^"]+)"', text)
        assert len(ids) == len(set(ids))
        for link in set(re.findall(r'<a\s[^>]*href="(/[^"]*)"', text)):
            path, _, anchor = link.partition("#")
            if not path.startswith(("/static", "/admin", "/report", "/favicon")):
                target = ids_of(html.unescape(path))
                assert target is not None, f"{comparison}: {link}"
                assert not anchor or anchor in target, f"{comparison}: {link}"


def test_curated_comparisons_are_in_the_sitemap_and_others_are_not(client):
    found = set(re.findall(r"<loc>http://testserver(/compare[^<]*)</loc>", page(client, "/sitemap.xml")))
    assert found == {"/compare", *(row.get_absolute_url() for row in Comparison.objects.published())}


@pytest.mark.parametrize(
    "data",
    [
        {"code": ["403", "401"]},
        {"code": ["401", "403", "", ""]},
        {"q": "401, 403"},
        {"q": "401 403"},
        {"q": "403 vs 401"},
        {"q": "Unauthorized or forbidden"},
        {"q": "http.StatusUnauthorized; HTTPStatus.FORBIDDEN"},
        {"code": ["401 Unauthorized", "forbidden"]},
        {"code": "401", "q": "403"},
    ],
)
def test_the_picker_understands_numbers_names_aliases_and_constants(client, data):
    assert leads(client, "/compare", data) == (302, "/compare/401-vs-403")


def test_what_the_picker_does_not_understand_is_named_with_offers(client):
    response = client.get("/compare", {"code": ["401", "forbiden"]})
    text = html.unescape(response.content.decode())
    assert response.status_code == 400
    assert "“forbiden” is not" in re.sub("</?b[^>]*>", "", text)
    assert 'value="401"' in text and 'value="forbiden"' in text
    assert 'href="?code=401&code=403"' in text


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"code": "401"}, "That is one code, 401 Unauthorized"),
        ({"code": ["401", "401"]}, "That is one code"),
        ({"code": ["", ""]}, "Name two to four codes"),
        ({"q": "500 501 502 503 504"}, "That is 5 codes"),
        ({"q": "477 vs 401"}, "“477” is not"),
    ],
)
def test_the_picker_says_what_is_missing_or_too_much(client, data, words):
    response = client.get("/compare", data)
    assert response.status_code == 400
    assert words in re.sub("</?b[^>]*>", "", html.unescape(response.content.decode()))


@given(st.lists(st.text(max_size=40), max_size=8), st.text(max_size=300))
@EXAMPLES
def test_nothing_that_is_typed_into_the_picker_breaks_it(client, codes, query):
    assert client.get("/compare", {"code": codes, "q": query}).status_code in (302, 400)
