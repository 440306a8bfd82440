"""No page of the site, the admin included, breaks its own content security policy: a browser tells of every breach."""

import re

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

WATCH = """
window.breaches = [];
document.addEventListener("securitypolicyviolation", (event) => window.breaches.push(
    event.violatedDirective + " " + (event.blockedURI || "inline") + " " + (event.sample || "")
));
"""

PUBLIC = """
/ /500 /404 /404/snippets /499 /5xx /codes /vendors /vendors/nginx /cheat-sheet /about /report /nothing-here /777
/compare /compare/401-vs-403 /compare/404-vs-410-vs-451 /quiz /quiz/progress /guides
/search /search?q=gateway /search?q=%3Cscript%3Ealert(1)%3C/script%3E
""".split()
ADMIN = """
/admin/ /admin/codes/statuscode/ /admin/codes/statuscode/add/ /admin/codes/cause/ /admin/codes/vendor/add/
/admin/compare/comparison/add/ /admin/guides/guide/add/ /admin/quiz/question/add/ /admin/quiz/question/ /admin/search/
/admin/import /admin/export /admin/password_change/ /admin/auth/user/ /admin/auth/user/add/ /admin/codes/errorreport/
""".split()


def breaches(page) -> list[str]:
    # Events come before the next frame is drawn.
    return page.evaluate("new Promise(draw => requestAnimationFrame(() => draw(window.breaches)))")


def visit(page, path: str) -> None:
    page.goto(path)
    assert breaches(page) == [], path


def test_the_watch_sees_a_breach(chromium, site):
    with chromium.new_context(base_url=site.url) as context:
        page = context.new_page()
        page.add_init_script(WATCH)
        visit(page, "/about")
        page.evaluate("document.body.setAttribute('style', 'color: red')")
        page.evaluate("document.body.append(Object.assign(new Image(), {src: 'http://127.0.0.1:9/x.png'}))")
        page.wait_for_function("window.breaches.length == 2")
        assert [breach.split()[0] for breach in breaches(page)] == ["style-src-attr", "img-src"]


def test_no_public_page_breaks_the_policy(new_page):
    page = new_page()
    page.add_init_script(WATCH)
    for path in PUBLIC:
        visit(page, path)
    guide = page.request.get("/guides").text()
    visit(page, re.search(r'href="(/guides/[a-z0-9-]+)"', guide)[1])
    page.goto("/quiz")
    page.locator("form[action='/quiz/start'] button").first.click()
    page.wait_for_url(re.compile("/quiz/.{22}"))
    # Any kind of question may come: a digit chooses in each, and to skip is a button of each.
    for _ in range(10):
        page.keyboard.press("1")
        page.locator("form.play button[name=skip]").click()
        page.locator(".verdict").wait_for()
        assert breaches(page) == [], page.content()
        page.locator(".go-on").click()
        page.wait_for_function("!document.querySelector('.verdict')")
        assert breaches(page) == [], page.content()
    assert page.locator(".score").count()


def test_no_page_of_the_admin_breaks_the_policy(login):
    page = login()
    page.add_init_script(WATCH)
    for path in ADMIN:
        visit(page, path)
    page.goto("/admin/codes/statuscode/?q=404")
    change = page.locator("#result_list tbody th a").first.get_attribute("href").split("?")[0]
    for path in (change, change.replace("change/", "history/"), change.replace("change/", "delete/")):
        visit(page, path)
    page.goto(change)
    editor = page.locator(".markdownx-editor").first
    with page.expect_response("**/admin/markdown-preview**"):
        editor.press_sequentially(" <b style='color:red' onclick='x()'>x</b> ![x](javascript:y)")
    assert breaches(page) == []
