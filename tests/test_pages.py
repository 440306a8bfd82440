"""The public pages, with the whole of content/ in the database."""

import html
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote_to_bytes

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from codes.models import Meaning, StatusClass, StatusCode, Vendor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("whole_site")]

FACTS = json.loads((Path(__file__).parent / "data/facts.json").read_text())
PAGE_FACTS = [fact for fact in FACTS if fact["code"] not in (-1, 9)]
NUMBERS = sorted({fact["code"] for fact in PAGE_FACTS})


def get_raw(client: Client, path: str):
    """Ask for a path as it stands on the wire; the test client itself would read `//host/` as a host."""
    return client.get("/", PATH_INFO=unquote_to_bytes(path).decode("latin-1"))


def page(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, f"{path} answered {response.status_code}"
    return html.unescape(response.content.decode())


@pytest.mark.parametrize("number", NUMBERS)
def test_every_number_has_a_page_that_tells_every_use_of_it(client, number):
    text = page(client, f"/{number:03d}")
    for fact in FACTS:
        if fact["code"] == number:
            assert fact["phrase"] in text
            assert fact["origin"] == "iana" or fact["code_display"] in text
            for name in fact["alt_phrases"]:
                assert re.sub(r" \(.*\)$", "", name) in text
            for constant in fact["constants"].values():
                assert not isinstance(constant, str) or constant in text
            for label in fact["iis_substatus"]:
                assert label in text
            for rule in fact["required_headers"]:
                assert rule["header"].split(":")[0].split(",")[0].split(" (")[0] in text


def test_the_registry_is_complete(client):
    assert StatusCode.objects.published().registered().count() == 64


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/500/", "/500"),
        ("/codes/500", "/500"),
        ("/status-codes/500", "/500"),
        ("/codes/", "/codes"),
        ("/5xx/", "/5xx"),
        ("/5XX", "/5xx"),
        ("/7xx", "/6xx"),
        ("/vendors/nginx/", "/vendors/nginx"),
        ("/404.13", "/404#meaning-iis-404-13"),
        ("/500/?a=b", "/500?a=b"),
        ("/favicon.ico", "/favicon.svg"),
    ],
)
def test_other_addresses_of_a_page_lead_to_its_one_address(client, old, new):
    response = client.get(old)
    assert (response.status_code, response["Location"]) == (301, new)
    assert response["Cache-Control"] == "max-age=3600", "an editor may bring the old address back"


@pytest.mark.parametrize("meaning_label", ["-1", "009", "600-699", "0", "H27"])
def test_labels_that_are_no_numbers_of_three_digits_lead_to_their_meaning(client, meaning_label):
    known = Meaning.objects.filter(label=meaning_label)
    response = client.get(f"/{meaning_label}")
    if known:
        assert response.status_code == 301
        assert response["Location"].startswith(known[0].code.get_absolute_url() + "#meaning")
    else:
        assert response.status_code == 404


def test_every_label_of_a_meaning_leads_to_a_page_that_has_it(client):
    for meaning in Meaning.objects.exclude(label__regex=r"^[0-9]{3}$").select_related("code"):
        response = client.get(f"/{meaning.label}")
        assert response.status_code == 301, meaning.label
        address, _, anchor = response["Location"].partition("#")
        assert f'id="{anchor}"' in page(client, address), meaning.label


def test_an_unused_number_gets_help_instead_of_nothing(client):
    response = client.get("/477")
    text = response.content.decode()
    assert response.status_code == 404
    assert "treats it as" in text and 'href="/400"' in text and 'href="/478"' in text
    outside = client.get("/799").content.decode()
    assert "outside the range" in outside and 'href="/783"' in outside
    assert client.get("/799").status_code == 404


HOSTILE = [
    "/5000",
    "/abc",
    "/５００",
    "/500%00",
    "/%00",
    "//example.com/",
    "//example.com",
    "///",
    "//500/",
    "/500//",
    "/..%2f..%2fetc/passwd",
    "/%2f%2fexample.com/",
    "/\\example.com/",
    "/500%0d%0aSet-Cookie:x=1/",
    "/500/500/",
    "/ 500/",
    "/vendors/../500/",
    "/vendors/%20/",
    "/" + "5" * 10_000,
    "/" + "a" * 10_000 + "/",
    "/" + "a/" * 5_000,
    "/%ff%fe",
    "/.%00./",
]


@pytest.mark.parametrize("path", HOSTILE)
def test_a_hostile_path_gets_a_plain_answer(client, path):
    response = get_raw(client, path)
    assert response.status_code in (301, 400, 404)
    if response.status_code == 301:
        assert re.fullmatch(r"/(?!/)[a-z0-9/-]*", response["Location"])
        assert client.get(response["Location"]).status_code == 200


@given(st.text(max_size=60))
@hypothesis_settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_no_path_whatever_is_a_server_error_or_leads_elsewhere(client, path):
    response = get_raw(client, "/" + path)
    assert response.status_code < 500
    if "Location" in response:
        assert response["Location"].startswith("/") and not response["Location"].startswith("//")


def test_every_other_page_answers(client):
    paths = ["/", "/codes", "/vendors", "/cheat-sheet", "/about", "/report", "/search", "/robots.txt", "/favicon.svg"]
    paths += [vendor.get_absolute_url() for vendor in Vendor.objects.all()]
    paths += [status_class.get_absolute_url() for status_class in StatusClass.objects.all()]
    for path in paths:
        page(client, path)


@pytest.mark.parametrize("path", ["/", "/500", "/codes", "/5xx", "/vendors", "/cheat-sheet", "/about"])
def test_public_pages_set_no_cookie_and_may_be_shared(client, path):
    response = client.get(path)
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")


@pytest.mark.parametrize("path", ["/", "/500", "/codes", "/5xx", "/vendors/nginx", "/cheat-sheet", "/about"])
def test_pages_are_read_only(client, path):
    assert client.head(path).status_code == 200
    assert client.post(path).status_code == 405
    assert client.put(path).status_code == 405


@pytest.mark.parametrize("path", ["/500", "/404", "/401", "/499", "/000"])
def test_a_code_page_takes_at_most_16_queries(client, django_assert_max_num_queries, path):
    with django_assert_max_num_queries(16):
        client.get(path)


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/", 3),
        ("/guides", 2),
        ("/guides/primer", 4),
        ("/codes", 2),
        ("/5xx", 4),
        ("/vendors", 4),
        ("/vendors/nginx", 3),
        ("/cheat-sheet", 4),
        ("/503/snippets", 2),
    ],
)
def test_other_pages_take_few_queries(client, django_assert_max_num_queries, path, most):
    with django_assert_max_num_queries(most):
        client.get(path)


def test_the_sitemap_names_every_published_page_and_each_of_them_answers(client):
    found = re.findall(r"<loc>http://testserver(/[^<]*)</loc>", client.get("/sitemap.xml").content.decode())
    assert len(found) == len(set(found))
    assert {code.get_absolute_url() for code in StatusCode.objects.published()} <= set(found)
    for path in found:
        assert client.get(path).status_code == 200, path


def test_robots_name_the_sitemap(client):
    assert "Sitemap: http://testserver/sitemap.xml" in client.get("/robots.txt").content.decode()


def test_each_page_names_its_one_address(client):
    assert '<link rel="canonical" href="http://testserver/500">' in client.get("/500").content.decode()
    assert '<link rel="canonical" href="http://testserver/codes">' in client.get("/codes?class=5").content.decode()


@pytest.mark.parametrize(
    ("query", "has", "lacks"),
    [
        ("class=5", "/500", "/404"),
        ("class=other", "/999", "/404"),
        ("origin=vendor", "/499", "/404"),
        ("origin=iana&class=4", "/404", "/499"),
        ("state=temporary", "/104", "/200"),
        ("state=log", "/444", "/200"),
    ],
)
def test_the_list_can_be_filtered_by_plain_links(client, query, has, lacks):
    text = page(client, f"/codes?{query}").split('class="rows"')[1]
    assert f'href="{has}"' in text
    assert f'href="{lacks}"' not in text


def test_a_filter_that_finds_nothing_says_so_and_offers_a_way_back(client):
    text = page(client, "/codes?class=1&state=obsoleted")
    assert "No code is all of that" in text


def test_unknown_filters_are_ignored(client):
    assert page(client, "/codes?class=9&origin=%00&x=1").count('href="/') > 100


def test_filters_keep_each_other(client):
    assert 'href="?origin=iana&class=4"' in page(client, "/codes?origin=iana").replace("&amp;", "&")


def hrefs(text: str) -> set[str]:
    """The addresses that a page links to; code that it shows may have links of its own."""
    found = set()

    class Links(HTMLParser):
        def handle_starttag(self, tag, attrs):
            found.update(value for name, value in attrs if name == "href" and value)

    Links().feed(text)
    return found


# What search engines call no description of where a link leads (Lighthouse, link-text).
SAY_NOTHING = (
    "click here|click this|go|here|information|learn more|more|more info|more information|right here|read more"
)
VAGUE = re.compile(rf'<a [^>]*href="(?!#)[^"]*"[^>]*>\s*(?:{SAY_NOTHING}|see more|start|this)\s*</a>', re.I)


def test_every_internal_link_leads_to_a_page_and_an_anchor_that_exist_and_says_where(client):
    pages: dict[str, str] = {}

    def fetch(path: str) -> str:
        if path not in pages:
            response = client.get(path)
            while response.status_code in (301, 302):
                response = client.get(response["Location"])
            pages[path] = response.content.decode() if response.status_code == 200 else ""
        return pages[path]

    broken = []
    seeds = ["/", "/codes", "/vendors", "/cheat-sheet", "/about"]
    seeds += [code.get_absolute_url() for code in StatusCode.objects.published()]
    seeds += [
        code.get_snippets_url() for code in StatusCode.objects.published().filter(snippets__isnull=False).distinct()
    ]
    seeds += [vendor.get_absolute_url() for vendor in Vendor.objects.all()]
    seeds += [status_class.get_absolute_url() for status_class in StatusClass.objects.all()]
    for seed in seeds:
        for address in hrefs(fetch(seed)):
            if address.startswith(("http", "mailto:", "/static", "/admin", "/report", "/search", "?")):
                continue
            path, _, anchor = address.partition("#")
            target = fetch(path or seed)
            if not target or (anchor and f'id="{anchor}"' not in target):
                broken.append(f"{seed}: {address}")
    assert not broken, "Mend these links:\n" + "\n".join(sorted(broken))
    vague = {path: found for path, text in pages.items() if (found := VAGUE.findall(text))}
    assert len(pages) > 100 and not vague


def test_no_id_stands_twice_on_a_page(client):
    for code in StatusCode.objects.published():
        ids = re.findall(r'\sid="([^"]+)"', client.get(code.get_absolute_url()).content.decode())
        doubles = {name for name in ids if ids.count(name) > 1}
        assert not doubles, f"{code}: {doubles}"


def test_drafts_and_scheduled_pages_appear_nowhere_for_visitors(client, admin_client):
    from datetime import timedelta

    from django.utils import timezone

    StatusCode.objects.filter(number=418).update(published_at=None)
    StatusCode.objects.filter(number=451).update(published_at=timezone.now() + timedelta(days=1))
    paths = ["/", "/codes", "/4xx", "/cheat-sheet", "/417", "/421", "/450", "/about", "/sitemap.xml", "/vendors"]
    paths += ["/search?q=teapot", "/search?q=legal", "/477", "/vendors/binance", "/vendors/exchange-activesync"]
    for path in paths:
        text = client.get(path, follow=True).content.decode()
        assert 'href="/418' not in text and 'href="/451' not in text and "/418<" not in text, path
    assert client.get("/418").status_code == 404
    assert client.get("/451").status_code == 404
    preview = admin_client.get("/418")
    assert preview.status_code == 200
    assert "draft" in preview.content.decode() and "noindex" in preview.content.decode()
    assert preview["Cache-Control"] == "private, no-store"


def test_the_cheat_sheet_names_every_registered_code(client):
    text = page(client, reverse("codes:cheat-sheet"))
    for code in StatusCode.objects.published().registered():
        assert f'href="/{code.label}"' in text
        assert code.gist and code.gist in text, f"{code} has no gist"
