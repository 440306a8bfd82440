"""What a page weighs on the wire, as the page cache compresses it, and what it costs to render."""

import html
import re
from functools import cache
from pathlib import Path

import brotli
import pytest

from bench.__main__ import CODE_PAGES, costs_beside
from bench.renders import MOST
from codes.models import StatusCode
from statusref.lean import lean
from statusref.page_cache.watch import public_paths
from tests import postgres

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("whole_site")]

STATIC = Path(__file__).parent.parent / "static"
MOST_HTML = 25_000
MOST_IN_ALL = 40_000
HEADERS = 500  # bytes of a response before its content, about


def weight(content: str | bytes) -> int:
    content = content.encode() if isinstance(content, str) else content
    return len(brotli.compress(content, mode=brotli.MODE_TEXT, quality=11))


@cache
def weight_of_file(address: str) -> int:
    return weight((STATIC / address).read_bytes()) + HEADERS


def heaviest_blocks(text: str) -> str:
    """The three blocks without which a page would be lightest."""
    whole, found = weight(text), []
    for block in re.findall(
        r'<section id="[a-z-]+" class="block">.*?(?=<section id="[a-z-]+" class="block">|</main>)', text, re.S
    ):
        found.append((whole - weight(text.replace(block, "")), re.search('id="([^"]+)', block)[1]))
    return ", ".join(f"#{anchor} {size:,}" for size, anchor in sorted(found, reverse=True)[:3])


def test_no_page_weighs_more_than_25_kb_and_its_first_view_40_kb(client):
    too_heavy = []
    for path in public_paths():
        text = client.get(path).content.decode()
        files = re.findall(r'(?:href|src)="/static/([^"]+\.(?:css|js))"', text)
        in_all = sum(map(weight_of_file, files)) + weight(client.get("/favicon.svg").content) + 2 * HEADERS
        if len(text) < MOST_HTML:
            continue
        # The quick compression is the looser one: what passes with it needs no better.
        quick = len(brotli.compress(text.encode(), mode=brotli.MODE_TEXT, quality=5))
        if quick <= MOST_HTML and quick + in_all <= MOST_IN_ALL:
            continue
        sent = weight(text)
        if sent > MOST_HTML or sent + in_all > MOST_IN_ALL:
            too_heavy.append(f"{path}: {sent:,} bytes, {sent + in_all:,} in all; heaviest: {heaviest_blocks(text)}")
    assert not too_heavy, f"At most {MOST_HTML:,} bytes of HTML, {MOST_IN_ALL:,} in all:\n" + "\n".join(too_heavy)


def test_every_snippet_has_its_place_on_its_page_and_its_code_on_the_page_of_all(client):
    codes = list(StatusCode.objects.published().filter(snippets__isnull=False).distinct().prefetch_related("snippets"))
    assert len(codes) > 30
    for code in codes:
        address = code.get_snippets_url()
        page, everything = client.get(code.get_absolute_url()).text, client.get(address).text
        assert f'href="{address}"' in page
        for snippet in code.snippets.all():
            place = f'id="snippet-{snippet.slug}"'
            assert page.count(place) == everything.count(place) == 1, snippet
            assert f'id="tab-{snippet.slug}"' in page or f'href="{address}#snippet-{snippet.slug}"' in page
            shown = html.unescape(re.sub(r"<[^>]*>", "", everything.split(place)[1].split("</section>")[0]))
            assert snippet.source in shown, snippet


def test_templates_lose_the_white_space_of_their_authors_and_nothing_else():
    assert lean("    <p>\n        {% if a %}\n            b\n        {% endif %}\n    </p>\n") == (
        "<p>\n{% if a %}b\n{% endif %}</p>\n"
    )
    kept = "<pre>  a\n  {% if b %}\n  c</pre>"
    assert lean(f"  {kept}\n  d") == f"{kept}\nd"


@pytest.mark.skipif(postgres.IS_USED, reason="about SQLite itself")
def test_an_uncached_page_takes_at_most_16_queries_and_15_ms_where_a_loop_takes_8(ready_var):
    costs = costs_beside(ready_var, CODE_PAGES)
    assert len(costs) == len(CODE_PAGES)
    assert all(cost.queries <= 16 for cost in costs.values()), costs
    assert all(cost.loops <= MOST for cost in costs.values()), costs
