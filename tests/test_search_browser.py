"""The search box in a real browser: suggestions by keyboard and for screen readers, pastes, and the way back."""

import pytest

from tests.conftest import AXE, need

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("server")]

LOG = """\
192.0.2.1 - - [21/Nov/2026:10:00:00 +0000] "GET /a HTTP/1.1" 200 5 "-" "curl/8.5"
192.0.2.1 - - [21/Nov/2026:10:00:01 +0000] "GET /b HTTP/1.1" 502 5 "-" "curl/8.5"
"""


@pytest.fixture
def open_page(new_page):
    def opener(path: str, **options):
        page = new_page(**options)
        page.goto(path)
        return page

    return opener


def type_query(page, text: str):
    """Press / and type; wait for the suggestions."""
    page.keyboard.press("/")
    page.keyboard.type(text, delay=20)
    page.wait_for_selector(".suggested li")
    return page.locator("#find")


@pytest.mark.parametrize("path", ["/", "/404", "/search", "/compare/401-vs-403"])
def test_suggestions_are_chosen_by_keyboard_on_every_page(open_page, path):
    page = open_page(path)
    box = type_query(page, "too many")
    assert box.get_attribute("role") == "combobox" and box.get_attribute("aria-expanded") == "true"
    assert page.locator(".suggests [role=status]").first.text_content().strip().endswith("arrow keys to choose")
    page.keyboard.press("ArrowDown")
    chosen = page.locator(".suggested [aria-selected=true]")
    assert box.get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    assert "429" in chosen.text_content()
    page.keyboard.press("Enter")
    page.wait_for_url("**/429*")


def test_a_late_answer_takes_nothing_from_under_the_fingers(open_page):
    page = open_page("/")
    type_query(page, "too")
    held = []
    page.route("**/suggest?*", lambda route: held.append(route))
    page.keyboard.type(" many")
    page.wait_for_timeout(300)
    assert held, "the last letters were asked for"
    page.keyboard.press("ArrowDown")
    chosen = page.locator(".suggested [aria-selected=true]")
    before = chosen.text_content()
    held[-1].fulfill(json=["too many", ["418 late"], ["late"], ["/418"]])
    page.wait_for_timeout(300)
    assert chosen.text_content() == before and page.locator(".suggested li").count() > 1


def test_escape_closes_the_list_and_enter_without_a_choice_searches(open_page):
    page = open_page("/404")
    box = type_query(page, "gateway tim")
    page.keyboard.press("ArrowUp")
    assert box.get_attribute("aria-activedescendant")
    page.keyboard.press("Escape")
    assert page.locator(".suggested").first.is_hidden() and box.get_attribute("aria-expanded") == "false"
    assert box.input_value() == "gateway tim"
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=gateway+tim")


def test_a_suggestion_is_chosen_by_pointer(open_page):
    page = open_page("/")
    type_query(page, "teapot")
    page.locator(".suggested li").first.click()
    page.wait_for_url("**/418*")


def test_an_exact_hit_has_a_way_back_to_the_results_of_what_was_typed(open_page):
    page = open_page("/")
    page.locator("#find").fill("bad gateway")
    page.keyboard.press("Enter")
    page.wait_for_url("**/502")
    link = page.locator(".to-results")
    assert link.text_content() == "all results for “bad gateway”"
    link.click()
    page.wait_for_url("**/search?q=bad+gateway&all=1")
    assert page.locator(".results li").count() > 1
    page.goto("/502")
    assert page.locator(".to-results").text_content() == "all results for 502"


def test_lines_that_are_pasted_stay_lines_and_go_by_post(open_page):
    page = open_page("/")
    page.evaluate(
        """(text) => {
            const box = document.getElementById("find");
            const data = new DataTransfer();
            data.setData("text/plain", text);
            box.focus();
            box.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
        }""",
        LOG,
    )
    page.wait_for_selector(".understood")
    assert page.url.endswith("/search")
    assert "502 Bad Gateway is the status" in page.locator(".understood").text_content()


def test_it_works_without_javascript(open_page):
    page = open_page("/404", java_script_enabled=False)
    page.locator("#find").fill("too many requests")
    page.keyboard.press("Enter")
    page.wait_for_url("**/429")
    page.goto("/search")
    page.locator("details.paste summary").click()
    page.locator("#paste").fill(LOG)
    page.get_by_role("button", name="Read it").click()
    page.wait_for_selector(".understood")
    assert "502 Bad Gateway is the status" in page.locator(".understood").text_content()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_while_suggestions_are_open(open_page, scheme):
    need(AXE.is_file(), "axe-core (npm ci)")
    page = open_page("/404", scheme=scheme, bypass_csp=True)
    type_query(page, "too many")
    page.keyboard.press("ArrowDown")
    page.add_script_tag(path=str(AXE))
    assert page.evaluate("axe.run('.suggests', {resultTypes: ['violations']})")["violations"] == []


def test_the_list_of_suggestions_fits_a_phone(open_page):
    page = open_page("/404")
    page.set_viewport_size({"width": 320, "height": 700})
    type_query(page, "too many")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
