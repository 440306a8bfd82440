"""The shape of the house, read from the source."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# From the top: an app may import those of the floors below it, and no sibling.
FLOORS = [["snippets"], ["statusref"], ["compare", "guides", "quiz", "search"], ["codes"]]
FLOOR_OF = {app: number for number, floor in enumerate(FLOORS) for app in floor}
APPS = list(FLOOR_OF)
MODULES = [path for app in APPS for path in sorted((ROOT / app).rglob("*.py")) if "migrations" not in path.parts]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


def test_arrows_point_one_way():
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]
    assert contract["layers"] == [" | ".join(floor) for floor in FLOORS]
    for path in MODULES:
        app = path.relative_to(ROOT).parts[0]
        for name in re.findall(r"^\s*(?:from|import) (\w+)", path.read_text(), re.M):
            if name in APPS and name != app:
                assert FLOOR_OF[app] < FLOOR_OF[name], f"{path} imports {name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_is_small(path):
    assert len(path.read_text().splitlines()) <= 400


def test_there_is_one_door_to_html():
    for path in MODULES:
        text = path.read_text()
        if path.name != "markdown.py":
            assert "mark_safe" not in text and "SafeString" not in text, path
    for path in TEMPLATES:
        assert "|safe" not in path.read_text() and "autoescape off" not in path.read_text(), path


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_template_has_inline_script_or_style(path):
    text = path.read_text()
    assert not re.search(r"<style|style=|\son[a-z]+=|javascript:", text)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))


def test_every_public_view_asks_for_what_the_reader_may_see():
    for path in [path for path in MODULES if path.name == "views.py"]:
        for line in path.read_text().splitlines():
            if re.search(r"(StatusCode|Comparison|Guide|Question)\.objects", line):
                assert "visible_to(" in line or "published()" in line, line


def test_every_setting_from_the_environment_is_documented():
    settings = (ROOT / "statusref/settings.py").read_text()
    for name in set(re.findall(r'env(?:\.\w+)?\(\s*"([A-Z_]+)"', settings)) - {"HOST"}:
        assert f"| {name} |" in settings, f"describe {name} at the top of settings.py"
