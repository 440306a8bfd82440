"""Editors before a real browser: people with a role, their way into the admin, and what they do in its forms."""

import subprocess
import sys

from tests.conftest import AXE, need
from tests.prepared import ROOT, environment_of
from tests.site_server import Site

MAKE = """
from django.contrib.auth.models import Group, User
user = User.objects.create_user({name!r}, {name!r} + "@example.com", {password!r}, is_staff=True, is_superuser={super})
user.groups.set(Group.objects.filter(name={role!r}))
"""


def make_person(site: Site, name: str, role: str = "", *, is_superuser: bool = False) -> tuple[str, str]:
    """Make a member of a group on a running site and return the name and password."""
    password = "a-secret-9"
    run_on(site, MAKE.format(name=name, password=password, role=role, super=is_superuser))
    return name, password


def run_on(site: Site, code: str) -> str:
    """Run Python code with the running site's own settings and database, not those of this process."""
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "--verbosity", "0", "-c", code],
        cwd=ROOT,
        env=environment_of(site.var),
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def enter(page, path: str, who: tuple[str, str]) -> None:
    """Log in by the form."""
    page.goto(f"/admin/login/?next={path}")
    page.fill("#id_username", who[0])
    page.fill("#id_password", who[1])
    page.click("input[type=submit]")
    page.wait_for_url(f"**{path}")


def form_of(page, label: str) -> str:
    """The address of the change form of a status code."""
    page.goto(f"/admin/codes/statuscode/?q={label}")
    return page.locator("#result_list tbody th a").first.get_attribute("href").split("?")[0]


def save(page) -> None:
    """Save the form and go on with it."""
    with page.expect_navigation():
        page.locator("input[name=_continue]").last.click()


def press(page, name: str) -> None:
    """Press the button of this name, which leads to another page."""
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def open_all(page) -> None:
    """Open every part of the form that is folded."""
    page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true")


def violations_of(page, part: str = "html") -> dict:
    """What axe finds on the page, or in a part of it, with everything opened."""
    need(AXE.is_file(), "axe-core (npm ci)")
    open_all(page)
    page.add_script_tag(path=str(AXE))
    found = page.evaluate("part => axe.run(part, {resultTypes: ['violations']})", part)["violations"]
    return {
        violation["id"]: [violation["help"], [node["target"][0] for node in violation["nodes"]][:4]]
        for violation in found
    }
