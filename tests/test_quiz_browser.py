"""The quiz in a real browser: every mode by keyboard alone, with and without JavaScript; axe and the HTML checker."""

import json
import re
import shutil
import subprocess

import pytest

from tests.conftest import AXE, VNU, need

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("server")]

# The buttons of the first page; all but the first two heed the length that is chosen.
MODES = ["quick", "daily", "class:4", "topic:conditional", "decide", "log", "apart", "endless", "exam"]
BY_KIND = {
    "single": "app-slower-than-proxy",
    "several": "report-that-takes-ten-minutes",
    "number": "range-after-the-end",
    "order": "large-upload-with-expect",
    "match": "who-wants-to-know-who-you-are",
    "next": "stylesheet-that-did-not-change",
}


@pytest.fixture
def open_page(chromium, site):
    """Open a path in a visit of its own; what the policy of the page forbade fails the test at its end."""
    contexts, violations = [], []

    def opener(path: str, width: int = 1280, scheme: str = "light", **options):
        context = chromium.new_context(
            viewport={"width": width, "height": 800}, color_scheme=scheme, base_url=site.url, **options
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: violations.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: violations.append(str(error)))
        page.goto(path)
        return page

    yield opener
    for context in contexts:
        context.close()
    assert not [text for text in violations if "400 (Bad Request)" not in text and "404 (Not Found)" not in text]


def tab_to(page, selector: str, most: int = 90) -> None:
    """Press Tab until something that fits has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.locator(f":is({selector}):focus").count():
            return
    pytest.fail(f"Tab does not reach {selector} on {page.url}")


def press_enter(page) -> None:
    with page.expect_navigation():
        page.keyboard.press("Enter")


def kind_of(page) -> str:
    for kind, selector in {
        "number": "input[name=number]",
        "order": "[name=place-0]",
        "match": "[name=partner-0]",
        "several": "input[type=checkbox]",
    }.items():
        if page.locator(selector).count():
            return kind
    return "single"


def answer_with_keys(page) -> None:
    """Digits and Enter, as the page offers."""
    kind = kind_of(page)
    if kind == "number":
        page.keyboard.type("404")
    elif kind in ("order", "match"):
        for number in range(page.locator(".choice").count()):
            page.keyboard.press(str(number + 1))
    else:
        page.keyboard.press("2")
    press_enter(page)


def answer_with_tab(page) -> None:
    """Tab, Space and Enter, as a page without JavaScript has it."""
    kind = kind_of(page)
    if kind == "number":
        tab_to(page, "input[name=number]")
        page.keyboard.type("404")
    elif kind in ("order", "match"):
        for number in range(page.locator(".choice select").count()):
            tab_to(page, ".choice select")
            page.keyboard.type(str(number + 1))
    else:
        tab_to(page, ".choice input")
        page.keyboard.press("Space")
    tab_to(page, "form.play .button")
    press_enter(page)


def begin(page, mode: str) -> None:
    page.goto("/quiz")
    if mode not in ("quick", "daily"):
        tab_to(page, "input[name=length]")
        page.keyboard.press("ArrowLeft")
    tab_to(page, f'button[value="{mode}"]')
    press_enter(page)
    assert re.search(r"/quiz/[\w-]{22}\Z", page.url)


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("mode", MODES)
def test_every_mode_is_played_to_its_end_by_keyboard_alone(open_page, mode, javascript):
    page = open_page("/quiz", java_script_enabled=javascript)
    begin(page, mode)
    attempt, answered = page.url, 0
    while page.locator("form.play").count():
        (answer_with_keys if javascript else answer_with_tab)(page)
        answered += 1
        assert page.locator("[role=alert]").count() == 0, page.content()
        if mode == "exam":
            assert page.locator(".verdict").count() == 0
        else:
            assert page.locator(".verdict h1").inner_text().strip()
            if mode == "endless" and answered == 5:
                tab_to(page, ".stop button")
            elif not javascript:
                tab_to(page, ".go-on")
            press_enter(page)
    assert page.url == attempt
    score = re.search(r"(\d+)\s+of (\d+) right", page.locator(".score").inner_text())
    assert int(score[2]) == answered == {"quick": 10}.get(mode, answered)
    assert page.locator(".review li").count() == answered
    if page.locator('input[value^="retry:"]').count():
        tab_to(page, 'form:has(input[value^="retry:"]) button')
        press_enter(page)
        assert page.locator("form.play").count()


def test_going_back_and_reloading_neither_lose_nor_change_an_answer(open_page):
    page = open_page("/quiz")
    begin(page, "topic:conditional")
    attempt = page.url
    answer_with_keys(page)
    verdict = page.locator(".verdict").inner_text()
    page.go_back()
    assert "Question 2" in page.locator(".where").inner_text() or page.locator(".verdict").count()
    page.goto(f"{attempt}/1")
    page.reload()
    assert page.locator(".verdict").inner_text() == verdict


def test_two_tabs_on_one_question_take_the_first_answer_and_tell_the_second(open_page):
    page = open_page("/quiz")
    begin(page, "topic:conditional")
    other = page.context.new_page()
    other.goto(page.url)
    answer_with_keys(page)
    answer_with_keys(other)
    assert "The first answer counts" in other.locator(".notice").inner_text()


def test_focus_is_where_reading_begins_and_the_verdict_is_the_title(open_page):
    page = open_page("/quiz")
    begin(page, "topic:conditional")
    assert page.locator("h1#title:focus, input[name=number]:focus").count() == 1
    assert re.match(r"Question 1 of \d+: ", page.title())
    answer_with_keys(page)
    assert page.locator("h1#title:focus").count() == 1
    assert re.match(r"(Right|Not right): ", page.title())


def start(page, mode: str, **more: str) -> None:
    """Begin a quiz that no button of the first page begins."""
    page.goto("/quiz")
    with page.expect_navigation():
        page.evaluate(
            """fields => { const form = document.createElement("form"); form.method = "post";
            form.action = "/quiz/start"; for (const [name, value] of Object.entries(fields)) {
            const input = document.createElement("input"); input.name = name; input.value = value; form.append(input) }
            document.body.append(form); form.submit() }""",
            {"mode": mode, **more},
        )


def test_lines_are_put_in_order_by_choosing_them_in_turn_and_given_back(open_page):
    page = open_page("/quiz")
    start(page, f"one:{BY_KIND['order']}")
    for key in "3125":
        page.keyboard.press(key)
    page.locator(".place-row").nth(3).click()
    values = [page.locator(f"[name=place-{row}]").input_value() for row in range(5)]
    assert values == ["1", "2", "0", "4", "3"]
    page.keyboard.press("1")
    values = [page.locator(f"[name=place-{row}]").input_value() for row in range(5)]
    assert values == ["", "1", "0", "3", "2"]
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=alert]")
    assert "a place of its own" in page.locator("[role=alert]").inner_text()
    assert page.locator("[name=place-1]").input_value() == "1"


def test_a_clock_runs_down_in_an_exam(open_page):
    page = open_page("/quiz")
    start(page, "exam", length="5")
    assert re.fullmatch(r"in 4:5\d", page.locator("#clock").inner_text())
    before = page.locator("#clock").inner_text()
    page.wait_for_timeout(1500)
    assert page.locator("#clock").inner_text() < before


def states(page):
    """Every state of the quiz, one after the other: its name; the page shows it."""
    page.goto("/quiz")
    yield "first page"
    for kind, slug in BY_KIND.items():
        start(page, f"one:{slug}")
        yield f"{kind}, asked"
        page.keyboard.press("Tab")
        with page.expect_navigation():
            page.click("form.play .button")
        if page.locator("[role=alert]").count():
            yield f"{kind}, no answer"
        answer_with_keys(page)
        yield f"{kind}, answered"
        page.goto(re.sub(r"/\d+\Z", "", page.url))
        yield f"{kind}, results"
    start(page, f"one:{BY_KIND['match']}")
    with page.expect_navigation():
        page.click("button[name=skip]")
    yield "skipped"
    start(page, "exam", length="5")
    yield "exam"
    for _ in range(5):
        with page.expect_navigation():
            page.click("button[name=skip]")
    yield "results of an exam"
    page.goto(page.locator("#share-address").input_value())
    yield "score"
    page.goto("/quiz/progress")
    page.locator(".erase summary").click()
    yield "progress"
    start(page, "endless")
    yield "endless"


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_axe_finds_nothing_in_any_state(open_page, width, scheme):
    need(AXE.is_file(), "axe-core (npm ci)")
    page = open_page("/quiz", width, scheme, bypass_csp=True)
    found = {}
    for state in states(page):
        page.add_script_tag(path=str(AXE))
        result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        for violation in result["violations"]:
            targets = [node["target"][0] for node in violation["nodes"]][:4]
            found[f"{state} {violation['id']}"] = [violation["help"], targets]
    assert not found, json.dumps(found, indent=1)


def test_nothing_scrolls_sideways_at_320_px_and_html_is_valid_in_every_state(open_page, tmp_path):
    need(VNU.is_file() and shutil.which("java"), "vnu-jar (npm ci) and Java")
    page = open_page("/quiz", 320)
    too_wide, names = {}, {}
    for number, state in enumerate(states(page)):
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > 320:
            too_wide[state] = width
        file = tmp_path / f"{number}.html"
        names[file.name] = state
        if "no answer" not in state:  # the answer to a POST cannot be asked for again
            file.write_text(page.context.request.get(page.url).text())
    assert not too_wide
    command = ["java", "-jar", str(VNU), "--format", "gnu", "--stdout", "--exit-zero-always"]
    run = subprocess.run([*command, *map(str, tmp_path.iterdir())], capture_output=True, text=True, timeout=300)
    # Phones show digits for it; elsewhere it does nothing.
    lines = [line for line in run.stdout.splitlines() if "“inputmode” attribute is not supported" not in line]
    messages = [line for line in lines if "error" in line or "warning" in line]
    named = [re.sub(r'^"?file:.*?/([0-9]+\.html)"?', lambda found: names[found[1]], line) for line in messages]
    assert not named, "\n".join(named[:40])
