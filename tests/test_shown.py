"""Which snippets the page of a code shows, which it names, and the page of all of them."""

import pytest
from django.urls import reverse

from codes.models import StatusCode
from codes.models.page import load_page
from codes.publishing import withdraw
from codes.shown import show_some
from codes.vocabulary import Role
from tests import makers

pytestmark = pytest.mark.django_db


def make_page(texts: int, **snippets: int) -> StatusCode:
    """A page with so many characters of prose, and snippets of so many characters: `express_return=2000`."""
    code = makers.make_code(404)
    for index in range(texts // 1000):
        makers.make_section(code, f"text-{index}", kind="faq", body="word " * 200)
    for position, (name, size) in enumerate(snippets.items()):
        slug, _, role = name.partition("_")
        lexer = {"express": "javascript", "node": "javascript", "flask": "python"}.get(slug, "text")
        platform = makers.make_platform(slug, lexer=lexer, position=position)
        makers.make_snippet(code, name.replace("_", "-"), platform=platform, role=role, source="x" * size)
    load_page(code, None)
    return code


def shown_on(code: StatusCode) -> list[str]:
    show_some(code)
    return [snippet.slug for snippet in code.snippets.all() if snippet.is_shown]


def test_a_short_page_shows_all_its_snippets():
    assert len(shown_on(make_page(1000, express_return=2000, node_return=2000, curl_handle=2000))) == 3


def test_a_long_page_shows_one_platform_of_each_language_first_and_each_role_in_turn():
    code = make_page(
        49_000, express_return=1000, node_return=1000, flask_return=1000, nginx_configure=1000, curl_handle=1000
    )
    assert shown_on(code) == ["express-return", "flask-return", "nginx-configure", "curl-handle"]


def test_a_page_that_is_full_without_snippets_shows_one_and_names_the_others(client):
    makers.make_class(4)
    code = make_page(70_000, express_return=1000, node_return=1000, curl_handle=1000)
    assert shown_on(code) == ["express-return"]
    text = client.get("/404").text
    assert '<section class="panel" id="snippet-express-return">' in text
    for slug in ("node-return", "curl-handle"):
        assert f'<li id="snippet-{slug}">' in text and f'href="/404/snippets#snippet-{slug}"' in text
    assert text.count('role="group"') == 1, "a role of which nothing is shown has no tabs"
    everything = client.get("/404/snippets").text
    assert everything.count("x" * 1000) == 3 and 'href="#platform-curl"' in everything


def test_a_newer_draft_shows_all_its_snippets_because_the_page_of_all_is_the_live_one(admin_client):
    makers.make_class(4)
    make_page(70_000, express_return=1000, node_return=1000)
    live = StatusCode.objects.get()
    draft = makers.make_code(404, draft_of=live)
    for slug, role in (("a", Role.RETURN), ("b", Role.HANDLE)):
        makers.make_snippet(draft, slug, role=role, source="y" * 40_000)
    text = admin_client.get(reverse("admin:codes_statuscode_preview", args=[draft.pk])).text
    assert text.count("y" * 40_000) == 2 and "/404/snippets" not in text


@pytest.mark.parametrize("path", ["/404/snippets", "/477/snippets", "/404.1/snippets", "/x/snippets"])
def test_what_has_no_snippets_has_no_page_of_them(client, path):
    makers.make_class(4)
    makers.make_code(404)
    assert client.get(path).status_code == 404
    assert "/snippets" not in client.get("/404").text


def test_the_address_of_a_withdrawn_pages_snippets_says_that_it_is_gone(client):
    makers.make_class(4)
    code = make_page(1000, express_return=100)
    assert client.get("/404/snippets").status_code == 200
    withdraw(StatusCode.objects.get(pk=code.pk))
    assert client.get("/404/snippets").status_code == 410
