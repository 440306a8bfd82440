"""The whole life of a page in a real browser, as a Writer, an Editor and an Administrator live it."""

import re
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest

from tests.editors import enter, form_of, make_person, open_all, press, save

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("server")]

BOOKS = ["First book", "Second book", "Third book"]


@pytest.fixture(scope="module")
def writer(site):
    return make_person(site, "wanda", "Writers")


@pytest.fixture(scope="module")
def editor(site):
    return make_person(site, "edgar", "Editors")


@pytest.fixture(scope="module")
def administrator(site):
    return make_person(site, "ada", "Administrators")


def visit(site, path: str) -> tuple[int, str]:
    """What a visitor without a session gets."""
    try:
        with urllib.request.urlopen(site.url + path, timeout=60) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def draft(page, number: int, books: list[str] = BOOKS) -> str:
    """Write a draft with these references and return the address of its form."""
    page.goto("/admin/codes/statuscode/add/")
    open_all(page)
    page.fill("#id_number", str(number))
    page.fill("#id_name", f"Made Up {number}")
    page.fill("#id_summary", f"The number {number} is made up for a test.")
    page.fill("#id_gist", "Made up")
    page.fill("#id_sent_by", "origin")
    for index, title in enumerate(books):
        page.locator("#references-group .add-row a").click()
        page.fill(f"#id_references-{index}-title", title)
        page.fill(f"#id_references-{index}-url", f"https://example.com/{index}")
    save(page)
    return page.url


def books(page) -> list[str]:
    """The references of an open form, in the order in which they stand."""
    found = page.locator("#references-group tr.form-row:not(.empty-form) input[name$='-title']")
    return [field.input_value() for field in found.all()]


def state(page) -> str:
    return page.locator(".page-state b").inner_text()


# A writer


def test_a_writer_writes_a_draft_moves_its_rows_and_previews_it_but_cannot_publish(login, writer, site):
    page = login(who=writer)
    address = draft(page, 471)
    assert state(page) == "Draft."
    assert books(page) == BOOKS
    open_all(page)
    row = page.locator("#references-group tr.form-row:not(.empty-form)")
    row.nth(2).locator(".drag-handle").drag_to(row.nth(0), target_position={"x": 40, "y": 4})
    assert books(page) == ["Third book", "First book", "Second book"]
    save(page)
    assert books(page) == ["Third book", "First book", "Second book"]

    open_all(page)
    page.locator("#references-group tr.form-row:not(.empty-form)").nth(2).get_by_role("button", name="up").focus()
    page.keyboard.press("Enter")
    assert books(page) == ["Third book", "Second book", "First book"]
    assert "now 2 of 3" in page.locator("[role=status].visually-hidden").inner_text()
    page.keyboard.press("Enter")
    save(page)
    page.goto(address)
    assert books(page) == ["Second book", "Third book", "First book"]

    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Preview").click()
    preview = opened.value
    preview.wait_for_load_state()
    assert "The number 471 is made up" in preview.inner_text("main")
    assert [link.inner_text() for link in preview.locator("a[href^='https://example.com/']").all()] == [
        "Second book",
        "Third book",
        "First book",
    ]
    assert visit(site, "/471")[0] == 404

    assert page.get_by_role("button", name="Publish now").count() == 0
    assert page.locator("[name=published_at_0]").count() == 0
    token = page.input_value("[name=csrfmiddlewaretoken]")
    forced = page.request.post(
        address.replace("/change/", "/publish/"),
        form={"csrfmiddlewaretoken": token},
        headers={"Referer": page.url},
    )
    assert forced.status == 403
    assert visit(site, "/471")[0] == 404


def test_a_writer_moves_and_adds_rows_without_javascript(login, writer):
    address = draft(login(who=writer), 472)
    page = login(who=writer, java_script_enabled=False)
    page.goto(address)
    group = page.locator("#references-group")
    group.locator("summary").click()
    group.locator("#id_references-2-position").fill("1")
    save(page)
    assert books(page) == ["Third book", "First book", "Second book"]

    group.locator("summary").click()
    group.get_by_role("link", name="Three empty rows").click()
    assert books(page) == ["Third book", "First book", "Second book", "", "", ""]
    group.locator("#id_references-3-title").fill("Fourth book")
    group.locator("#id_references-3-url").fill("not an address")
    save(page)
    assert "error" in page.inner_text(".errornote")
    group.locator("#id_references-3-url").fill("https://example.com/4")
    save(page)
    assert books(page) == ["Third book", "First book", "Second book", "Fourth book", "", "", ""], "room for the next"


def test_a_failed_save_keeps_the_typed_text_and_leaving_it_asks_first(login, writer):
    page = login(who=writer)
    address = draft(page, 473)
    open_all(page)
    page.fill("#id_name", "")
    page.fill("#id_meaning", "An hour of work.")
    page.fill("#id_references-1-title", "Second book, renamed")
    save(page)
    assert "error" in page.inner_text(".errornote")
    assert page.input_value("#id_meaning") == "An hour of work."
    assert books(page)[1] == "Second book, renamed"

    other = page.context.new_page()
    asked = []
    other.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    other.goto(address)
    other.get_by_role("link", name="Home").first.click()
    other.wait_for_url("**/admin/")
    assert not asked, "nothing was typed, so there is nothing to ask"
    other.goto(address)
    other.locator("#id_gist").press("End")
    other.keyboard.type(" more")
    other.get_by_role("link", name="Home").first.click()
    other.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    assert (other.url, other.input_value("#id_gist")) == (address, "Made up more")
    save(other)
    assert asked == ["beforeunload"]
    assert other.input_value("#id_gist") == "Made up more"


# An editor


def test_an_editor_publishes_a_newer_draft_of_a_writer_and_withdraws_and_restores(login, writer, editor, site):
    wanda, edgar = login(who=writer), login(who=editor)
    address = draft(wanda, 474)
    edgar.goto(address)
    press(edgar, "Publish now")
    assert state(edgar) == "Published."
    assert visit(site, "/474")[0] == 200

    wanda.goto(address)
    assert wanda.locator("#id_summary").count() == 0, "what is live is only read by a writer"
    press(wanda, "Start a newer draft")
    newer = wanda.url
    assert (newer != address, state(wanda)) == (True, "Newer draft.")
    wanda.fill("#id_summary", "What Wanda found out since.")
    save(wanda)
    assert "What Wanda found out since." not in visit(site, "/474")[1]

    edgar.goto(newer)
    press(edgar, "Publish now")
    assert edgar.url == address
    assert "What Wanda found out since." in visit(site, "/474")[1]

    edgar.get_by_role("link", name="Withdraw…").click()
    press(edgar, "Withdraw 474 Made Up 474")
    assert state(edgar) == "Draft."
    assert visit(site, "/474")[0] == 410
    press(edgar, "Publish now")
    assert visit(site, "/474")[0] == 200

    edgar.locator("a.historylink").click()
    edgar.locator("a", has_text="What changed").nth(2).click()
    assert "What Wanda found out since." in edgar.locator("tr.added .text").first.inner_text()
    assert "is made up for a test" in edgar.locator("tr.removed .text").first.inner_text()
    press(edgar, "Restore the old")
    assert "It is published." in edgar.inner_text(".messagelist .success")
    status, text = visit(site, "/474")
    assert status == 200
    assert "The number 474 is made up" in text
    assert "Wanda" not in text


def test_a_scheduled_page_appears_when_its_moment_comes(login, editor, site):
    page = login(who=editor)
    draft(page, 475)
    moment = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=10)
    page.fill("#id_published_at_0", f"{moment:%Y-%m-%d}")
    page.fill("#id_published_at_1", f"{moment:%H:%M:%S}")
    save(page)
    assert state(page) == "Scheduled"
    assert visit(site, "/475")[0] == 404
    assert datetime.now(UTC) < moment, "the save took longer than the schedule: nothing was tested"
    while (status := visit(site, "/475")[0]) == 404 and datetime.now(UTC) < moment + timedelta(seconds=10):
        time.sleep(0.2)
    assert (status, datetime.now(UTC) >= moment) == (200, True)
    page.reload()
    assert state(page) == "Published."


def test_a_scheduled_newer_draft_takes_the_place_of_its_page_when_its_moment_comes(login, editor, site):
    page = login(who=editor)
    address = draft(page, 466)
    press(page, "Publish now")
    press(page, "Start a newer draft")
    page.fill("#id_summary", "What is true from then on.")
    save(page)
    moment = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=8)
    page.request.post(
        page.url.replace("/change/", "/schedule/"),
        form={
            "csrfmiddlewaretoken": page.input_value("[name=csrfmiddlewaretoken]"),
            "moment": f"{moment:%Y-%m-%dT%H:%M:%S}",
        },
        headers={"Referer": page.url},
    )
    page.reload()
    assert "It goes live on" in page.inner_text(".page-state")
    assert "What is true from then on." not in visit(site, "/466")[1]
    assert datetime.now(UTC) < moment, "this took longer than the schedule: nothing was tested"
    until = moment + timedelta(seconds=20)
    while (found := "What is true from then on." in visit(site, "/466")[1]) is False and datetime.now(UTC) < until:
        time.sleep(0.2)
    assert (found, datetime.now(UTC) >= moment) == (True, True)
    page.goto(address)
    assert state(page) == "Published."
    assert page.input_value("#id_summary") == "What is true from then on."


def test_two_sessions_edit_a_newer_draft_and_nobody_s_text_is_lost(login, writer, editor):
    wanda, edgar = login(who=writer), login(who=editor)
    address = draft(wanda, 476)
    edgar.goto(address)
    wanda.fill("#id_summary", "What Wanda wrote.")
    save(wanda)
    edgar.fill("#id_summary", "What Edgar wrote.")
    save(edgar)
    assert "wanda changed this page" in edgar.inner_text(".errorlist.nonfield")
    assert edgar.input_value("#id_summary") == "What Edgar wrote."
    assert "What Wanda wrote." in edgar.locator(".conflict tr.added .text").first.inner_text()
    edgar.get_by_label("Save my version over it").check()
    save(edgar)
    wanda.goto(address)
    assert wanda.input_value("#id_summary") == "What Edgar wrote."
    wanda.locator("a.historylink").click()
    wanda.locator("a", has_text="What changed").first.click()
    assert "What Wanda wrote." in wanda.locator("tr.removed .text").first.inner_text()


# An administrator


def test_only_an_administrator_makes_people_and_a_new_writer_comes_in(login, new_page, writer, editor, administrator):
    for who in (writer, editor):
        page = login(who=who)
        assert page.get_by_role("link", name="Users").count() == 0
        assert page.goto("/admin/auth/user/").status == 403
    page = login(who=administrator)
    page.goto("/admin/auth/user/add/")
    page.fill("#id_username", "wim")
    page.fill("#id_password1", "the-kettle-is-empty")
    page.fill("#id_password2", "the-kettle-is-empty")
    save(page)
    page.check("#id_is_staff")
    page.locator("#id_groups_from").select_option(label="Writers")
    page.locator("#id_groups_add, #id_groups_add_link").first.click()
    save(page)
    assert "successfully" in page.inner_text(".messagelist .success")
    wim = new_page()
    enter(wim, "/admin/", ("wim", "the-kettle-is-empty"))
    assert re.search(r"welcome,\s+wim", wim.inner_text("#user-tools"), re.IGNORECASE)
    wim.goto(form_of(wim, "404"))
    assert wim.get_by_role("button", name="Start a newer draft").count() == 1
    assert wim.get_by_role("button", name="Publish now").count() == 0
    assert wim.locator("[name=summary]").count() == 0
