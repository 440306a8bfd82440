"""What every test shares: a database with the whole site where it is asked for, a browser, and a report of gaps."""

import os
import shutil
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings

from search.current import forget
from tests import postgres
from tests.prepared import copy_of, migrated, prepared, whole_site_in_database
from tests.site_server import running_site

ROOT = Path(__file__).parent.parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
AXE = ROOT / "node_modules/axe-core/axe.min.js"
VNU = ROOT / "node_modules/vnu-jar/build/dist/vnu.jar"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
IN_CI = os.environ.get("CI", "").lower() in ("true", "1")

# Chromium's own synchronous driver runs an event loop; Django must not mistake it for an async view.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def need(condition: object, what: str) -> None:
    """Leave the test out where a tool is missing; in CI fail instead."""
    if not condition:
        (pytest.fail if IN_CI else pytest.skip)(f"needs {what}")


# Where a test has one of these, it meets a database.
WITH_DATABASE = {"db", "transactional_db", "whole_site", "ready_var", "site", "var"}


def pytest_collection_modifyitems(config, items):
    """On PostgreSQL only what meets a database: everything else was run without it, and would do the same again."""
    if postgres.IS_USED:
        config.hook.pytest_deselected(items=[item for item in items if not _meets_database(item)])
        items[:] = filter(_meets_database, items)


def _meets_database(item: pytest.Item) -> bool:
    return bool(item.get_closest_marker("django_db") or WITH_DATABASE & set(item.fixturenames))


def pytest_terminal_summary(terminalreporter):
    left_out = terminalreporter.stats.get("skipped", [])
    terminalreporter.section("left out")
    if not left_out:
        terminalreporter.write_line("Nothing.")
    for reason in sorted({str(report.longrepr[-1]) for report in left_out}):
        terminalreporter.write_line(reason)


@pytest.fixture(autouse=True)
def plain_static_files(settings):
    """Tests need no collected static files."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def own_limits(monkeypatch):
    """Each test begins with nothing used up."""
    monkeypatch.setattr("codes.limits.PREFIX", f"statusref:limit:{uuid4().hex}:")


@pytest.fixture(autouse=True)
def own_search_index(request):
    """An index of its own for each test with pages of its own: keys that a test gives back come again in the next."""
    if "whole_site" not in request.fixturenames:
        forget()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, tmp_path_factory):
    """On PostgreSQL each process gets a copy of a migrated database."""
    if postgres.IS_USED:
        settings.DATABASES["default"]["TEST"]["TEMPLATE"] = migrated(tmp_path_factory)


@pytest.fixture(scope="module")
def whole_site(django_db_setup, django_db_blocker, tmp_path_factory):
    """All of content/ in the database, for the tests of one module; undone after it."""
    with django_db_blocker.unblock(), whole_site_in_database(tmp_path_factory):
        forget()
        yield


@pytest.fixture
def ready_var(tmp_path_factory, tmp_path) -> Path:
    """A VAR_DIR with the whole site in it, for a server that only this test starts."""
    return copy_of(prepared(tmp_path_factory), tmp_path)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A real server with the whole site, for the tests of one module."""
    with running_site(copy_of(prepared(tmp_path_factory), tmp_path_factory.mktemp("site"))) as found:
        yield found


@pytest.fixture(scope="module")
def chromium():
    """A browser, for the tests of one module."""
    need(CHROMIUM, "Chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def new_page(chromium, site):
    """Make a page of a browser session of its own; broken policies and scripts fail the test at its end."""
    contexts, wrong = [], []

    def is_violation(text: str) -> bool:
        return "Content Security Policy" in text or "Refused to" in text

    def maker(width: int = 1280, scheme: str = "light", **options):
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, base_url=site.url, **options
        )
        context.set_default_timeout(60_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: wrong.append(message.text) if is_violation(message.text) else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("dialog", lambda dialog: dialog.accept())
        return page

    yield maker
    for context in contexts:
        context.close()
    assert not wrong, wrong


@pytest.fixture
def login(site, new_page):
    """Log somebody in, the first admin unless told otherwise, and return the page, at `path`."""
    from tests.editors import enter

    def opener(path: str = "/admin/", who: tuple[str, str] | None = None, **options):
        page = new_page(**options)
        enter(page, path, who or ("admin", site.password))
        return page

    return opener


@pytest.fixture(scope="session")
def content_dir() -> Path:
    return Path(settings.CONTENT_DIR)
