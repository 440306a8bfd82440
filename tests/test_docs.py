"""The documentation is a contract: what it names exists, and what exists is named."""

import re
from pathlib import Path

import pytest

from codes import vocabulary
from codes.documents.kinds import RowKind
from compare.models import Topic
from guides.models import Kind
from quiz import vocabulary as quiz_words
from statusref.content import DOCUMENTS

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
FORMAT = (ROOT / "docs/content-format.md").read_text()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_pictures_of_the_documentation_exist(page):
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text()):
        if not target.startswith(("http", "/")):
            assert (page.parent / target).exists(), target


def test_every_make_target_that_is_named_exists():
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M)
    for page in PAGES:
        for target in re.findall(r"`make ([a-z-]+)", page.read_text()):
            assert target in targets, f"{page.name}: make {target}"


def test_every_command_that_is_named_exists():
    commands = {path.stem for path in ROOT.glob("*/management/commands/*.py")} | {"migrate", "check", "changepassword"}
    for page in PAGES:
        for command in re.findall(r"manage\.py ([a-z_]+)", page.read_text()):
            assert command in commands, f"{page.name}: {command}"


def all_row_kinds(rows: dict[str, RowKind]):
    for key, kind in rows.items():
        yield key, kind
        yield from all_row_kinds(kind.children)


@pytest.mark.parametrize("kind", DOCUMENTS, ids=lambda kind: kind.folder)
def test_every_key_of_the_content_files_is_described(kind):
    assert f"`content/{kind.folder}/" in FORMAT
    for key in kind.fields:
        assert f"`{key}`" in FORMAT, key
    for name, rows in all_row_kinds(kind.rows):
        line = next(line for line in FORMAT.splitlines() if line.startswith(f"| `{name}`"))
        for key in rows.fields:
            assert f"`{key}`" in line, f"{name}: {key}"


@pytest.mark.parametrize(
    "words",
    [
        vocabulary.Registration,
        vocabulary.WhereSeen,
        vocabulary.Hop,
        vocabulary.Storage,
        vocabulary.RetryRule,
        vocabulary.RedirectRule,
        vocabulary.Layer,
        vocabulary.SectionKind,
        vocabulary.VendorKind,
        vocabulary.PlatformKind,
        Topic,
        quiz_words.Kind,
        quiz_words.Topic,
        quiz_words.Skill,
        quiz_words.Difficulty,
        Kind,
    ],
)
def test_every_word_that_a_file_may_choose_is_described(words):
    for value in words.values:
        assert f"`{value}`" in FORMAT, value


def test_the_map_names_every_folder():
    readme = (ROOT / "README.md").read_text()
    for name in "statusref codes compare guides quiz search content templates static tests docs".split():
        assert f"`{name}/`" in readme
