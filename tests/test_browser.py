"""The site in a real browser and before a real HTML checker, served as `make run` serves it."""

import json
import re
import shutil
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.conftest import AXE, VNU, need

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("server")]

# One of each kind of page, and the codes with the most and the least on them.
PAGES = ["/", "/codes", "/codes?class=1&state=obsoleted", "/4xx", "/vendors", "/vendors/nginx", "/cheat-sheet"]
PAGES += ["/compare", "/compare?code=401&code=forbiden", "/compare/401-vs-403", "/compare/500-vs-502-vs-503-vs-504"]
PAGES += ["/compare/301-vs-307-vs-308", "/compare/000-vs-499", "/compare/401-vs-477"]
PAGES += ["/guides", "/guides/primer", "/guides/reading-the-hops", "/guides/none"]
PAGES += ["/search", "/search?q=at%3Derror+code%3DH12+desc%3D%22Request+timeout%22+status%3D503+service%3D30001ms"]
PAGES += ["/about", "/report", "/search?q=gateway", "/search?q=zzzz", "/799", "/nothing-here"]
PAGES += ["/quiz", "/quiz?codes=502-504", "/quiz/question/who-wants-to-know-who-you-are", "/quiz/progress"]
PAGES += ["/quiz/AAAAAAAAAAAAAAAAAAAAAA"]
PAGES += ["/200", "/301", "/304", "/401", "/404", "/429", "/499", "/500", "/502", "/000", "/226", "/306", "/783"]
PAGES += ["/404/snippets", "/503/snippets"]


@pytest.fixture
def open_page(chromium, site):
    """Open a path; what the page asked of other hosts and what its policy forbade fails the test at its end."""
    contexts, foreign, violations = [], [], []

    def opener(path: str, width: int = 1280, scheme: str = "light", **options):
        context = chromium.new_context(
            viewport={"width": width, "height": 800}, color_scheme=scheme, base_url=site.url, **options
        )
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: foreign.append(request.url) if not _is_ours(request.url, site) else None)
        page.on("console", lambda message: violations.append(message.text) if _is_violation(message.text) else None)
        page.on("pageerror", lambda error: violations.append(str(error)))
        page.goto(path)
        return page

    yield opener
    for context in contexts:
        context.close()
    assert not foreign, f"asked other hosts: {foreign}"
    assert not violations, violations


def _is_ours(url: str, site) -> bool:
    return url.startswith((site.url, "data:", "about:"))


def _is_violation(text: str) -> bool:
    return "Content Security Policy" in text or "Refused to" in text


# Width and scheme are told apart by different rules of axe, so two of the four see what all would.
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_axe_finds_nothing(open_page, width, scheme):
    need(AXE.is_file(), "axe-core (npm ci)")
    found = {}
    page = open_page("/", width, scheme, bypass_csp=True)
    for path in PAGES:
        page.goto(path)
        page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true")
        page.add_script_tag(path=str(AXE))
        # WCAG 2.2 asks for targets of 24 px; axe does not look at them unless it is told to.
        rules = "{'target-size': {enabled: true}}"
        result = page.evaluate(f"axe.run(document, {{resultTypes: ['violations'], rules: {rules}}})")
        for violation in result["violations"]:
            targets = [node["target"][0] for node in violation["nodes"]][:4]
            found[f"{path} {violation['id']}"] = [violation["help"], len(violation["nodes"]), targets]
    assert not found, json.dumps(found, indent=1)


@pytest.mark.parametrize("javascript", [True, False])
def test_nothing_scrolls_sideways_at_320_px(open_page, javascript):
    page = open_page("/", 320, java_script_enabled=javascript)
    too_wide = {}
    for path in PAGES:
        page.goto(path)
        if javascript:
            page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true")
        width = page.evaluate("document.documentElement.scrollWidth") if javascript else _width_without_script(page)
        if width > 320:
            too_wide[path] = width
    assert not too_wide


def _width_without_script(page) -> int:
    return int(page.context.new_cdp_session(page).send("Page.getLayoutMetrics")["cssContentSize"]["width"])


def test_html_is_valid(site, tmp_path):
    need(VNU.is_file(), "vnu-jar (npm ci)")
    need(shutil.which("java"), "Java")
    files = {}
    for index, path in enumerate(
        [*PAGES, *[f"/{number}xx" for number in range(7)], *_curated(site), *_curated(site, "guides")]
    ):
        file = tmp_path / f"{index}.html"
        file.write_bytes(_read(site.url + path))
        files[file.name] = path
    run = subprocess.run(
        ["java", "-jar", str(VNU), "--format", "gnu", "--stdout", "--exit-zero-always", *map(str, tmp_path.iterdir())],
        capture_output=True,
        text=True,
        timeout=300,
    )
    messages = [line for line in run.stdout.splitlines() if "error" in line or "warning" in line]
    named = [re.sub(r'^"?file:.*?/([0-9]+\.html)"?', lambda found: files[found[1]], line) for line in messages]
    assert not named, "\n".join(named[:40])


def _curated(site, folder: str = "compare") -> list[str]:
    """The address of every curated comparison, or of every guide."""
    return re.findall(rf"<loc>[^<]*(/{folder}/[^<]+)</loc>", _read(f"{site.url}/sitemap.xml").decode())


def _read(url: str) -> bytes:
    try:
        with urllib.request.urlopen(url) as response:
            return response.read()
    except urllib.error.HTTPError as error:
        return error.read()


def test_the_keyboard_reaches_everything_and_shows_where_it_is(open_page):
    page = open_page("/404")
    focusable = page.evaluate(
        """() => [...document.querySelectorAll('a[href], button, input, summary, [tabindex="0"]')]
        .filter(e => e.checkVisibility() && !(e.type === 'radio' && !e.checked)).length"""
    )
    seen = set()
    for _ in range(focusable + 20):
        page.keyboard.press("Tab")
        state = page.evaluate(
            """() => { const e = document.activeElement; if (!e || e === document.body) return null;
            e.dataset.seen ??= Math.random();
            const shown = e.matches('.tabs > input') ? e.nextElementSibling
              : e.closest('.find') && e.matches('input') ? e.parentElement : e;
            const s = getComputedStyle(shown);
            return [e.dataset.seen, s.outlineStyle !== 'none' || s.boxShadow !== 'none', e.outerHTML.slice(0, 90)] }"""
        )
        if state is None:
            break
        assert state[1], f"no visible focus: {state[2]}"
        seen.add(state[0])
    assert len(seen) >= focusable - 2


def test_the_first_tab_skips_to_the_content(open_page):
    page = open_page("/500")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_slash_goes_to_the_search_box_and_enter_goes_to_the_page(open_page):
    page = open_page("/404")
    page.keyboard.press("/")
    page.keyboard.type("502")
    page.keyboard.press("Enter")
    page.wait_for_url("**/502")


def test_a_deep_link_opens_the_cause_that_it_leads_to(open_page):
    page = open_page("/500")
    slug = page.evaluate("[...document.querySelectorAll('details.pair:not([open]) > div')][2].id")
    page.goto(f"/500#{slug}")
    assert page.evaluate(f"document.getElementById('{slug}').closest('details').open")


def test_tabs_remember_the_platform_on_other_pages(open_page):
    page = open_page("/201")
    page.click("#return label:text-is('Go net/http')")
    page.goto("/409")
    assert page.evaluate("document.querySelector('#return input:checked').dataset.platform") == "go"


def test_snippets_can_be_chosen_without_javascript(open_page):
    page = open_page("/409", java_script_enabled=False)
    shown = page.locator("#return .panel:visible")
    first = shown.inner_text()
    page.click("#return label >> nth=1")
    assert shown.count() == 1 and shown.inner_text() != first


@pytest.mark.parametrize("javascript", [True, False])
def test_a_link_to_a_snippet_that_a_long_page_only_names_leads_on_to_its_code(open_page, javascript):
    page = open_page("/403", java_script_enabled=javascript, reduced_motion="reduce")
    line = page.locator(".more li[id]").first
    place = line.get_attribute("id")
    page.goto(f"/403#{place}")
    box = page.locator(f"#{place}").bounding_box()
    assert 0 <= box["y"] < 800
    page.locator(f"#{place} a").click()
    page.wait_for_url(f"**/403/snippets#{place}")
    assert page.locator(f"#{place} pre").is_visible()


def test_a_code_page_prints_every_snippet_that_it_shows_and_names_the_others(open_page, tmp_path):
    need(shutil.which("pdftotext"), "pdftotext (poppler-utils)")
    page = open_page("/404")
    titles = [title.split()[0] for title in page.locator(".panel h3, .more li a").all_text_contents()]
    file = tmp_path / "page.pdf"
    page.pdf(path=str(file), format="A4")
    printed = subprocess.run(["pdftotext", str(file), "-"], capture_output=True, text=True, check=True).stdout
    assert len(titles) > 8 and all(title in printed for title in titles)
    assert printed.count("Run on ") == page.locator(".panel .ran").count() > 1


def test_code_can_be_copied(open_page):
    page = open_page("/404", permissions=["clipboard-read", "clipboard-write"])
    box = page.locator("#return .panel:visible .boxed").first
    box.hover()
    box.locator("button").click()
    assert page.evaluate("navigator.clipboard.readText()").strip() == box.locator("pre").inner_text().strip()


def test_the_table_of_contents_follows(open_page):
    page = open_page("/500")
    page.evaluate("document.getElementById('facts').scrollIntoView({behavior: 'instant'})")
    page.wait_for_function("document.querySelector('.aside a[aria-current]')?.hash === '#facts'")


@pytest.mark.parametrize("path", ["/compare/401-vs-403", "/compare/500-vs-502-vs-503-vs-504"])
def test_the_verdict_of_a_comparison_is_seen_without_scrolling_on_a_phone(open_page, path):
    page = open_page(path, 360)
    page.set_viewport_size({"width": 360, "height": 640})
    box = page.locator(".hero .lede").bounding_box()
    assert box["y"] > 0 and box["y"] + box["height"] < 640


def test_every_curated_comparison_fits_a_phone_with_its_verdict_in_sight_and_axe_finds_nothing(open_page, site):
    need(AXE.is_file(), "axe-core (npm ci)")
    paths = _curated(site)
    assert len(paths) >= 6
    page = open_page("/compare", 360, bypass_csp=True)
    page.set_viewport_size({"width": 360, "height": 640})
    wrong = {}
    for path in paths:
        page.goto(path)
        box = page.locator(".hero .lede").bounding_box()
        if box["y"] + box["height"] > 640 or page.evaluate("document.documentElement.scrollWidth") > 360:
            wrong[path] = "too long or too wide"
        page.add_script_tag(path=str(AXE))
        result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        wrong |= {f"{path} {found['id']}": found["help"] for found in result["violations"]}
    assert not wrong


def test_only_what_differs_can_be_shown_without_javascript(open_page):
    page = open_page("/compare/401-vs-403", java_script_enabled=False)
    same = page.locator(".versus tr.same")
    assert same.count() > 0 and same.first.is_visible()
    page.get_by_label("Only what differs").check()
    assert not same.first.is_visible()
    assert page.locator(".versus tr:not(.same):visible").count() > 3


def test_a_comparison_is_stacked_on_a_phone_and_each_cell_names_its_code(open_page):
    page = open_page("/compare/500-vs-502-vs-503-vs-504", 360)
    cells = page.locator(".versus tbody tr:nth-child(2) td")
    boxes = [cells.nth(index).bounding_box() for index in range(4)]
    assert len({round(box["x"]) for box in boxes}) == 1
    assert [box["y"] for box in boxes[:3]] < [box["y"] for box in boxes[1:]]
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.versus td[data-label]'), '::before').content")
        == '"500"'
    )


def test_a_comparison_prints_with_its_table(open_page, tmp_path):
    need(shutil.which("pdftotext"), "pdftotext (poppler-utils)")
    page = open_page("/compare/401-vs-403")
    file = tmp_path / "page.pdf"
    page.pdf(path=str(file), format="A4")
    printed = subprocess.run(
        ["pdftotext", "-layout", str(file), "-"], capture_output=True, text=True, check=True
    ).stdout
    assert "WWW-Authenticate" in printed and "Specification" in printed and "Still unsure?" in printed
    assert "Compare more" not in printed


def test_a_guide_prints_whole_and_without_its_contents(open_page, tmp_path):
    need(shutil.which("pdftotext"), "pdftotext (poppler-utils)")
    page = open_page("/guides/primer")
    file = tmp_path / "page.pdf"
    page.pdf(path=str(file), format="A4")
    printed = subprocess.run(["pdftotext", str(file), "-"], capture_output=True, text=True, check=True).stdout
    for heading in page.locator(".content h2").all_inner_texts():
        assert heading in printed
    assert "If-Modified-Since" in printed and "https://www.rfc-editor.org/rfc/rfc9110.html" in printed
    assert "On this page" not in printed and "Compare\n" not in printed.split("References")[1]


def test_the_contents_of_a_guide_open_on_a_phone_without_javascript_and_lead_to_the_heading(open_page):
    page = open_page("/guides/primer", 360, java_script_enabled=False, reduced_motion="reduce")
    page.locator(".contents summary").click()
    page.locator(".contents").get_by_text("What the digits say").click()
    assert page.url.endswith("#what-the-digits-say")
    assert page.locator("h2#what-the-digits-say").bounding_box()["y"] < 100


def test_a_guide_fits_a_phone_whatever_its_tables_and_exchanges_hold(open_page, site):
    page = open_page("/guides", 320)
    too_wide = {}
    for path in _curated(site, "guides"):
        page.goto(path)
        if (width := page.evaluate("document.documentElement.scrollWidth")) > 320:
            too_wide[path] = width
    assert not too_wide


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_cheat_sheet_prints_on_one_page(open_page, tmp_path, paper):
    need(shutil.which("pdfinfo"), "pdfinfo (poppler-utils)")
    page = open_page("/cheat-sheet")
    file = tmp_path / "sheet.pdf"
    page.pdf(path=str(file), format=paper, prefer_css_page_size=False, landscape=True)
    info = subprocess.run(["pdfinfo", str(file)], capture_output=True, text=True, check=True).stdout
    assert re.search(r"^Pages:\s+1$", info, re.M), info


def test_a_code_page_prints_with_all_its_causes(open_page, tmp_path):
    need(shutil.which("pdftotext"), "pdftotext (poppler-utils)")
    page = open_page("/502")
    titles = page.locator("details.pair summary h3").all_inner_texts()
    file = tmp_path / "page.pdf"
    page.pdf(path=str(file), format="A4")
    printed = subprocess.run(["pdftotext", str(file), "-"], capture_output=True, text=True, check=True).stdout
    body = page.locator("details.pair > div > p").last.inner_text().split()[:3]
    assert all(word in printed for word in body)
    assert all(title.split()[0] in printed for title in titles)


def test_pages_weigh_little(site):
    assets = Path(__file__).parent.parent / "static"
    assert (assets / "css/site.css").stat().st_size < 30_000
    assert sum(file.stat().st_size for file in (assets / "js").glob("*.js") if file.name == "site.js") < 10_000
    assert len(list((assets / "css").glob("site*.css"))) == 1
