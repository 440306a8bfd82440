"""Files and database side by side: who wins, who is asked, and that nothing is lost or half-written."""

import io
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from codes.documents import DOCUMENTS, dump, dump_all
from codes.documents.syncing import Outcome, decide, export_documents, import_documents
from codes.models import Cause, Fingerprint, Meaning, Platform, Relation, Revision, StatusCode, Vendor
from compare.models import Comparison, Topic
from statusref.content import DOCUMENTS as ALL_DOCUMENTS

from . import makers

CODES = DOCUMENTS[-1]
VENDORS = DOCUMENTS[-2]

# --- the decision -----------------------------------------------------------------------------------------------------

page_texts = st.sampled_from(["", "A", "B", "C"])


@given(file=page_texts, database=page_texts, agreed=page_texts | st.none())
@hypothesis_settings(max_examples=400)
def test_the_side_that_did_not_move_gives_way_and_where_both_moved_somebody_is_asked(file, database, agreed):
    met = agreed or ""
    outcome = decide(file, database, agreed)
    if file == database:
        assert outcome is Outcome.SAME
    elif file != met and database != met:
        assert outcome is Outcome.CONFLICT
    elif file == met:
        assert outcome is Outcome.KEEP_DATABASE
    elif file:
        assert outcome in (Outcome.TAKE_FILE, Outcome.CREATE)
        assert (outcome is Outcome.CREATE) == (agreed is None)
    else:
        assert outcome is Outcome.REMOVE


@given(file=page_texts, database=page_texts, agreed=page_texts | st.none())
@hypothesis_settings(max_examples=400)
def test_the_decision_favours_neither_side(file, database, agreed):
    there, back = decide(file, database, agreed), decide(database, file, agreed)
    assert (there is Outcome.CONFLICT) == (back is Outcome.CONFLICT)
    assert (there is Outcome.SAME) == (back is Outcome.SAME)
    assert [there, back].count(Outcome.KEEP_DATABASE) == (there not in (Outcome.CONFLICT, Outcome.SAME))


# --- through real files -----------------------------------------------------------------------------------------------


class Files:
    """A content folder."""

    def __init__(self, root: Path):
        self.root = root
        for kind in DOCUMENTS:
            (root / kind.folder).mkdir(exist_ok=True)

    def write(self, path: str, text: str) -> None:
        (self.root / path).write_text(text)

    def read(self, path: str) -> str:
        file = self.root / path
        return file.read_text() if file.exists() else ""

    def replace(self, path: str, old: str, new: str) -> None:
        assert old in self.read(path)
        self.write(path, self.read(path).replace(old, new))

    def delete(self, path: str) -> None:
        (self.root / path).unlink()

    def all(self) -> dict[str, tuple[bytes, int]]:
        """Every file, hidden and temporary ones too, with its bytes and its time."""
        files = (file for file in self.root.rglob("*") if not file.is_dir())
        return {str(file.relative_to(self.root)): (file.read_bytes(), file.stat().st_mtime_ns) for file in files}

    def imported(self, **options):
        return import_documents(DOCUMENTS, self.root, **options)

    def exported(self, **options):
        return export_documents(DOCUMENTS, self.root, **options)


@pytest.fixture
def files(tmp_path) -> Files:
    return Files(tmp_path)


def vendor_text(slug: str, **fields) -> str:
    values = {"slug": slug, "name": slug.title(), "kind": "cdn", "summary": "One.", **fields}
    return "".join(f"{key}: {value}\n" for key, value in values.items() if value)


def code_text(number: int, rest: str = "", **fields) -> str:
    values = {"name": f"Name {number}", "summary": "One.", "published_at": "2026-01-02", "sent_by": "[cdn]", **fields}
    return f"number: {number}\n" + "".join(f"{key}: {value}\n" for key, value in values.items() if value) + rest


def everything() -> dict[str, object]:
    """The whole database, as far as pages go."""
    pages = {kind.path(page): text for kind in DOCUMENTS for page, text in dump_all(kind, kind.live_pages())}
    keys = [sorted(model.objects.values_list("pk", flat=True)) for model in (StatusCode, Vendor, Cause, Meaning)]
    return {"pages": pages, "keys": keys, "revisions": Revision.objects.count()}


def counts(report) -> dict[str, int]:
    return {getattr(key, "value", key): count for key, count in report.counts.items() if count}


@pytest.fixture
def agreed(files) -> Files:
    """One vendor, on which the file and the database agree."""
    makers.make_vendor("cdn", kind="cdn", summary="Old.")
    assert counts(files.exported()) == {"written": 1}
    return files


def edit_in_database(summary: str) -> None:
    vendor = Vendor.objects.get(slug="cdn")
    vendor.summary = summary
    vendor.save()


def edit_in_file(files: Files, summary: str) -> None:
    files.replace("vendors/cdn.yaml", "Old.", summary)


def is_calm(files: Files) -> None:
    """An import and an export find nothing left to do."""
    for report in (files.imported(), files.exported()):
        assert report.is_clean
    files_now, now = files.all(), everything()
    for report in (files.imported(), files.exported(), files.imported(), files.exported()):
        assert report.is_clean
        assert set(counts(report)) <= {"same"}
    assert (files.all(), everything()) == (files_now, now)


@pytest.mark.django_db
def test_a_new_file_becomes_a_page(files):
    files.write("vendors/cdn.yaml", vendor_text("cdn"))
    files.write("codes/404.yaml", code_text(404))
    assert counts(files.imported()) == {"created": 2}
    assert Vendor.objects.get().name == "Cdn"
    assert StatusCode.objects.get().published_at == datetime(2026, 1, 2, tzinfo=UTC)
    is_calm(files)


@pytest.mark.django_db
def test_a_file_that_was_changed_is_taken(agreed):
    edit_in_file(agreed, "New.")
    assert counts(agreed.imported()) == {"taken from the file": 1}
    assert Vendor.objects.get().summary == "New."
    is_calm(agreed)


@pytest.mark.django_db
def test_a_page_edited_in_the_admin_is_kept_when_its_file_did_not_change(agreed):
    edit_in_database("New.")
    agreed.imported()
    assert Vendor.objects.get().summary == "New."
    assert counts(agreed.exported()) == {"written": 1}
    assert "summary: New.\n" in agreed.read("vendors/cdn.yaml")
    is_calm(agreed)


@pytest.mark.django_db
def test_an_export_leaves_a_newer_file_alone(agreed):
    edit_in_file(agreed, "New.")
    before = agreed.all()
    assert counts(agreed.exported()) == {"newer in the file: import first": 1}
    assert agreed.all() == before
    assert counts(agreed.imported()) == {"taken from the file": 1}


@pytest.mark.django_db
def test_the_same_edit_on_both_sides_is_agreement(agreed):
    edit_in_file(agreed, "New.")
    edit_in_database("New.")
    assert counts(agreed.imported()) == {"same": 1}
    edit_in_database("Newer.")
    assert counts(agreed.exported()) == {"written": 1}


def both_changed(files: Files) -> None:
    edit_in_file(files, "From the file.")
    edit_in_database("From the database.")


def file_deleted_and_database_changed(files: Files) -> None:
    files.delete("vendors/cdn.yaml")
    edit_in_database("From the database.")


def file_changed_and_database_deleted(files: Files) -> None:
    edit_in_file(files, "From the file.")
    Vendor.objects.all().delete()


def both_created(files: Files) -> None:
    files.write("vendors/cdn.yaml", vendor_text("cdn", summary="From the file."))
    Revision.objects.all().delete()
    edit_in_database("From the database.")


CONFLICTS = [both_changed, file_deleted_and_database_changed, file_changed_and_database_deleted, both_created]
conflicting = pytest.mark.parametrize("conflict", CONFLICTS, ids=lambda conflict: conflict.__name__)


@pytest.mark.django_db
@conflicting
def test_a_conflict_is_shown_and_left_alone_by_import_and_export(agreed, conflict):
    agreed.write("vendors/other.yaml", vendor_text("other"))
    conflict(agreed)
    database, in_files = everything(), agreed.all()
    for _ in range(2):
        for report in (agreed.imported(), agreed.exported()):
            assert list(report.conflicts) == ["vendors/cdn.yaml"]
            shown = report.conflicts["vendors/cdn.yaml"]
            assert ("+summary: From the file." in shown) == ("From the file." in agreed.read("vendors/cdn.yaml"))
            assert ("-summary: From the database." in shown) == Vendor.objects.filter(slug="cdn").exists()
            assert "@@" in shown
    assert Vendor.objects.get(slug="other").name == "Other"
    assert {**everything()["pages"], "vendors/other.yaml": ""} == {**database["pages"], "vendors/other.yaml": ""}
    assert agreed.read("vendors/cdn.yaml") == in_files.get("vendors/cdn.yaml", (b"", 0))[0].decode()


@pytest.mark.django_db
@conflicting
@pytest.mark.parametrize("command", ["imported", "exported"])
@pytest.mark.parametrize("winner", ["file_wins", "database_wins"])
def test_a_conflict_that_was_settled_stays_settled_and_the_winner_stands_on_both_sides(
    agreed, conflict, command, winner
):
    conflict(agreed)
    file, database = agreed.read("vendors/cdn.yaml"), everything()["pages"].get("vendors/cdn.yaml", "")
    wanted = file if winner == "file_wins" else database
    report = getattr(agreed, command)(**{winner: ["vendors/cdn.yaml"]})
    assert report.is_clean
    assert agreed.imported().is_clean
    assert agreed.exported().is_clean
    assert agreed.read("vendors/cdn.yaml") == everything()["pages"].get("vendors/cdn.yaml", "") == wanted
    assert counts(agreed.imported()).keys() <= {"same"}
    assert counts(agreed.exported()).keys() <= {"same"}


@pytest.mark.django_db
def test_to_settle_a_page_settles_no_other_and_changes_nothing_where_there_is_no_conflict(agreed):
    edit_in_database("New.")
    assert agreed.imported(file_wins=["vendors/cdn.yaml"]).is_clean
    assert Vendor.objects.get().summary == "New."
    edit_in_file(agreed, "From the file.")
    assert list(agreed.imported(file_wins=["vendors/other.yaml"]).conflicts) == ["vendors/cdn.yaml"]


@pytest.mark.django_db
def test_a_deleted_file_deletes_the_page_that_nobody_edited(agreed):
    agreed.delete("vendors/cdn.yaml")
    assert counts(agreed.imported()) == {"deleted, as the file was": 1}
    assert not Vendor.objects.exists()
    assert counts(agreed.imported()) == counts(agreed.exported()) == {}


@pytest.mark.django_db
def test_a_page_deleted_in_the_admin_takes_its_file_along_and_does_not_come_back(agreed):
    Vendor.objects.all().delete()
    agreed.imported()
    assert not Vendor.objects.exists()
    assert counts(agreed.exported()) == {"removed": 1}
    assert agreed.all() == {}
    assert counts(agreed.imported()) == counts(agreed.exported()) == {}


@pytest.mark.django_db
def test_a_page_that_came_back_in_the_admin_after_both_were_deleted_stays(agreed):
    text = agreed.read("vendors/cdn.yaml")
    agreed.delete("vendors/cdn.yaml")
    Vendor.objects.all().delete()
    agreed.exported()
    makers.make_vendor("cdn", kind="cdn", summary="Old.")
    assert agreed.imported().is_clean
    assert Vendor.objects.get().slug == "cdn"
    assert counts(agreed.exported()) == {"written": 1}
    assert agreed.read("vendors/cdn.yaml") == text


@pytest.mark.django_db
def test_an_empty_file_is_a_mistake_and_not_a_deletion(agreed):
    agreed.write("vendors/cdn.yaml", "")
    for report in (agreed.imported(), agreed.exported()):
        assert "The file is empty" in str(report.problems[0])
    assert Vendor.objects.exists()
    agreed.delete("vendors/cdn.yaml")
    agreed.imported()
    agreed.write("vendors/cdn.yaml", "")
    assert "The file is empty" in str(agreed.imported().problems[0])


@pytest.mark.django_db
def test_a_file_in_any_other_form_says_the_same_and_an_export_gives_it_its_form(files):
    files.write("vendors/cdn.yaml", '\ufeff# mine\r\nkind: "cdn"\r\nname:   \'Cdn\'\r\nslug: cdn\r\nbody: ""\r\n')
    files.imported()
    assert counts(files.imported()) == counts(files.exported()) == {"same": 1}
    assert files.read("vendors/cdn.yaml") == "slug: cdn\nname: Cdn\nkind: cdn\n"
    is_calm(files)


@pytest.mark.django_db
def test_a_file_that_leaves_out_what_is_the_default_can_be_changed_again_and_again(files):
    for summary in ("One.", "Two.", "Three."):
        files.write("codes/404.yaml", f"number: 404\nname: a\nsummary: {summary}\n")
        assert files.imported().is_clean
        assert StatusCode.objects.get().summary == summary
    is_calm(files)


@pytest.mark.django_db
def test_a_text_that_a_newer_version_of_the_site_writes_differently_is_still_the_same_text(agreed):
    files, old = agreed, "number: 404\nname: a\n"  # before there was any field with a default
    files.write("codes/404.yaml", old)
    files.imported()
    Revision.objects.filter(path="codes/404.yaml").update(text=old)
    StatusCode.objects.update(gist="New.")
    assert files.imported().is_clean
    assert counts(files.exported()) == {"same": 1, "written": 1}
    assert "gist: New." in files.read("codes/404.yaml")


@pytest.mark.django_db
def test_import_twice_and_export_twice_change_nothing_at_all(files):
    code = makers.make_full_code()
    makers.make_class(4)
    makers.make_code(405, published_at=None)
    text = dump(CODES, code)
    assert counts(files.exported()) == {"written": 6}
    assert files.read("codes/404.yaml") == text
    before = (files.all(), everything())
    for report in (files.exported(), files.imported(), files.imported(), files.exported()):
        assert report.is_clean
        assert counts(report) == {"same": 6}
        assert (files.all(), everything()) == before


@pytest.mark.django_db
def test_an_export_fills_an_empty_folder_from_which_an_import_fills_an_empty_database(files):
    makers.make_full_code()
    before = everything()["pages"]
    files.exported()
    for model in (Relation, StatusCode, Vendor, Platform, Revision):
        model.objects.all().delete()
    assert counts(files.imported()) == {"created": 4}
    assert everything()["pages"] == before


@pytest.mark.django_db
def test_drafts_and_scheduled_pages_are_exported_and_draft_copies_never_are(files):
    makers.make_code(404)
    makers.make_code(405, published_at=None, name="A draft")
    makers.make_code(406, published_at=datetime(2126, 1, 2, tzinfo=UTC), name="A scheduled page")
    makers.make_cause(makers.make_draft_of(StatusCode.objects.get(number=404), name="A newer draft"))
    files.exported()
    assert sorted(files.all()) == ["codes/404.yaml", "codes/405.yaml", "codes/406.yaml"]
    assert "name: Name 404" in files.read("codes/404.yaml")
    assert "cause" not in files.read("codes/404.yaml")
    assert "published_at" not in files.read("codes/405.yaml")
    assert "published_at: 2126-01-02" in files.read("codes/406.yaml")


@pytest.mark.django_db
def test_a_draft_copy_survives_an_import_of_its_page(files):
    code = makers.make_code(404)
    draft = makers.make_draft_of(code, name="A newer draft")
    files.exported()
    files.replace("codes/404.yaml", "Name 404", "From the file")
    files.imported()
    draft.refresh_from_db()
    assert draft.name == "A newer draft"
    assert StatusCode.objects.get(draft_of=None).name == "From the file"


@pytest.mark.django_db
def test_a_page_with_a_newer_draft_is_not_deleted_with_its_file(files):
    makers.make_draft_of(makers.make_code(404))
    files.exported()
    files.delete("codes/404.yaml")
    (problem,) = files.imported().problems
    assert str(problem).startswith("codes/404.yaml:1: ")
    assert "newer draft. Publish or discard" in problem.message
    assert StatusCode.objects.count() == 2


# --- pages that name each other ---------------------------------------------------------------------------------------

RELATION = "relations:\n- {{kind: related, other: {}, note: a}}\n"
MEANING = "meanings:\n- {{slug: a, label: '499', name: b, vendor: {}}}\n"


@pytest.fixture
def pair(files) -> Files:
    """Two new pages that name each other."""
    files.write("codes/404.yaml", code_text(404, RELATION.format(410)))
    files.write("codes/410.yaml", code_text(410, RELATION.format(404)))
    return files


@pytest.mark.django_db
def test_two_new_pages_may_name_each_other(pair):
    assert counts(pair.imported()) == {"created": 2}
    assert Relation.objects.count() == 2
    is_calm(pair)


@pytest.mark.django_db
def test_pages_that_name_each_other_can_be_deleted_together(pair):
    pair.imported()
    pair.delete("codes/404.yaml")
    pair.delete("codes/410.yaml")
    assert counts(pair.imported()) == {"deleted, as the file was": 2}
    assert not StatusCode.objects.exists()


@pytest.mark.django_db
def test_a_page_and_the_vendor_that_only_it_named_can_be_deleted_together(files):
    files.write("vendors/cdn.yaml", vendor_text("cdn"))
    files.write("codes/499.yaml", code_text(499, MEANING.format("cdn")))
    files.imported()
    files.delete("vendors/cdn.yaml")
    files.delete("codes/499.yaml")
    assert files.imported().is_clean
    assert not Vendor.objects.exists()


@pytest.mark.django_db
def test_a_vendor_is_renamed_with_its_file_and_the_pages_that_name_it_in_one_import(files):
    files.write("vendors/cdn.yaml", vendor_text("cdn", name="The CDN"))
    files.write("codes/499.yaml", code_text(499, MEANING.format("cdn")))
    files.imported()
    meaning = Meaning.objects.get().pk
    files.delete("vendors/cdn.yaml")
    files.write("vendors/edge.yaml", vendor_text("edge", name="The CDN"))
    files.write("codes/499.yaml", code_text(499, MEANING.format("edge")))
    assert counts(files.imported()) == {"created": 1, "taken from the file": 1, "deleted, as the file was": 1}
    assert Vendor.objects.get().slug == "edge"
    assert Meaning.objects.get(vendor__slug="edge").pk == meaning
    is_calm(files)


@pytest.mark.django_db
def test_a_vendor_that_was_renamed_while_a_page_still_names_the_old_one_is_a_problem(files):
    files.write("vendors/cdn.yaml", vendor_text("cdn", name="The CDN"))
    files.write("codes/499.yaml", code_text(499, MEANING.format("cdn")))
    files.imported()
    before = everything()
    files.delete("vendors/cdn.yaml")
    files.write("vendors/edge.yaml", vendor_text("edge", name="The CDN"))
    (problem,) = files.imported().problems
    assert str(problem).startswith("vendors/cdn.yaml:1: The file was deleted, but other pages still name The CDN: 499 ")
    assert everything() == before


@pytest.mark.django_db
def test_two_vendors_may_swap_their_names_and_a_new_one_take_that_of_one_that_goes(files):
    for slug, name in (("a", "One"), ("b", "Two"), ("c", "Three")):
        files.write(f"vendors/{slug}.yaml", vendor_text(slug, name=name))
    files.imported()
    files.write("vendors/a.yaml", vendor_text("a", name="Two"))
    files.write("vendors/b.yaml", vendor_text("b", name="One"))
    files.write("vendors/0.yaml", vendor_text("0", name="Three"))
    files.delete("vendors/c.yaml")
    assert files.imported().is_clean
    assert dict(Vendor.objects.values_list("slug", "name")) == {"a": "Two", "b": "One", "0": "Three"}
    is_calm(files)


@pytest.mark.django_db
def test_a_vendor_that_others_still_name_is_not_deleted_and_nothing_else_is_imported(files):
    files.write("vendors/cdn.yaml", vendor_text("cdn"))
    files.write("codes/499.yaml", code_text(499, MEANING.format("cdn")))
    files.imported()
    before = everything()
    files.delete("vendors/cdn.yaml")
    files.write("codes/404.yaml", code_text(404))
    report = files.imported()
    assert [str(problem).split(":")[0] for problem in report.problems] == ["vendors/cdn.yaml"]
    assert "still name Cdn: 499 Name 499. Remove it there first." in report.problems[0].message
    assert everything() == before


@pytest.mark.django_db
def test_what_still_names_a_page_is_named_by_its_page_and_a_draft_copy_as_such(files):
    platform = makers.make_platform("express")
    makers.make_fix(makers.make_cause(makers.make_code(404)), platform=platform)
    makers.make_snippet(makers.make_draft_of(makers.make_code(500)), platform=platform)
    files.exported()
    files.delete("platforms/express.yaml")
    (problem,) = files.imported().problems
    assert "404 Name 404, 500 Name 500 (newer draft)" in problem.message


@pytest.mark.django_db
def test_a_comparison_that_names_a_code_keeps_it_and_goes_together_with_it(tmp_path):
    files = Files(tmp_path)
    comparison = Comparison.objects.create(slug="404-vs-410", title="404 or 410?", topic=Topic.values[0])
    for number in (404, 410):
        comparison.sides.create(code=makers.make_code(number), choose_when="a", log_line="b", scenario="c")
    export_documents(ALL_DOCUMENTS, files.root)
    files.delete("codes/410.yaml")
    (problem,) = import_documents(ALL_DOCUMENTS, files.root).problems
    assert problem.message.startswith(f"The file was deleted, but other pages still name 410 Name 410: {comparison}.")
    files.delete("comparisons/404-vs-410.yaml")
    assert import_documents(ALL_DOCUMENTS, files.root).is_clean
    assert not Comparison.objects.exists()
    assert StatusCode.objects.get().number == 404


@pytest.mark.django_db
def test_a_code_that_others_still_name_is_not_deleted(files):
    files.write("codes/404.yaml", code_text(404, RELATION.format(410)))
    files.write("codes/410.yaml", code_text(410))
    files.imported()
    before = everything()
    files.delete("codes/410.yaml")
    (problem,) = files.imported().problems
    assert "still name 410 Name 410: 404 Name 404" in problem.message
    assert everything() == before
    files.write("codes/404.yaml", code_text(404))
    assert files.imported().is_clean
    assert StatusCode.objects.get().number == 404


@pytest.mark.django_db
def test_rows_that_named_a_row_that_goes_lose_the_name_and_stay(files):
    rest = "fingerprints:\n- {kind: log, pattern: p, proves: q%s}\n"
    files.write("vendors/cdn.yaml", vendor_text("cdn"))
    files.write("codes/499.yaml", code_text(499, MEANING.format("cdn") + rest % ", meaning: a"))
    files.imported()
    fingerprint = Fingerprint.objects.get()
    files.write("codes/499.yaml", code_text(499, rest % ""))
    assert files.imported().is_clean
    assert Fingerprint.objects.get().pk == fingerprint.pk
    is_calm(files)


# --- all or nothing ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("bad", ["number: 500\nsumary: a\n", code_text(500, MEANING.format("moon")), "{", "[" * 99])
def test_one_bad_file_rolls_the_whole_import_back(agreed, bad):
    edit_in_file(agreed, "New.")
    agreed.write("vendors/new.yaml", vendor_text("new"))
    agreed.write("codes/404.yaml", code_text(404))
    agreed.write("codes/500.yaml", bad)
    before = everything()
    report = agreed.imported()
    assert [problem.path for problem in report.problems] == ["codes/500.yaml"]
    assert counts(report) == {}
    assert everything() == before


@pytest.mark.django_db
def test_a_check_tells_what_would_happen_and_changes_nothing(agreed):
    edit_in_file(agreed, "New.")
    agreed.write("codes/404.yaml", code_text(404))
    before = everything()
    assert counts(agreed.imported(check_only=True)) == {"created": 1, "taken from the file": 1}
    assert everything() == before


@pytest.mark.django_db
def test_a_broken_file_is_left_alone_by_an_export_that_writes_the_others(agreed):
    makers.make_vendor("other")
    agreed.write("vendors/cdn.yaml", "slug: cdn\nbody: [\n")
    report = agreed.exported()
    assert [problem.path for problem in report.problems] == ["vendors/cdn.yaml"]
    assert counts(report) == {"written": 1}
    assert agreed.read("vendors/cdn.yaml") == "slug: cdn\nbody: [\n"
    assert "slug: other" in agreed.read("vendors/other.yaml")


def as_folder(path: Path, outside: Path) -> None:
    path.mkdir()


def as_link(path: Path, outside: Path) -> None:
    outside.write_text(vendor_text("cdn"))
    path.symlink_to(outside)


def as_dangling_link(path: Path, outside: Path) -> None:
    path.symlink_to(outside)


def as_pipe(path: Path, outside: Path) -> None:
    os.mkfifo(path)


def as_binary(path: Path, outside: Path) -> None:
    path.write_bytes(b"slug: cdn\n\xff\xfe\x00")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("make", "line", "remedy"),
    [
        (as_folder, 1, "not a plain file. Put the page itself here, or remove it."),
        (as_link, 1, "not a plain file."),
        (as_dangling_link, 1, "not a plain file."),
        (as_pipe, 1, "not a plain file."),
        (as_binary, 2, "Save it as UTF-8."),
    ],
)
def test_what_is_no_text_file_is_told_and_touched_by_nobody(agreed, tmp_path_factory, make, line, remedy):
    edit_in_database("Only here.")
    agreed.delete("vendors/cdn.yaml")
    outside = tmp_path_factory.mktemp("outside") / "cdn.yaml"
    make(agreed.root / "vendors/cdn.yaml", outside)
    before, was_there = everything(), outside.exists() and outside.read_text()
    for report in (agreed.imported(), agreed.exported(), agreed.imported(file_wins=["vendors/cdn.yaml"])):
        assert [(problem.path, problem.line) for problem in report.problems] == [("vendors/cdn.yaml", line)]
        assert remedy in report.problems[0].message
    assert everything() == before
    assert (outside.exists() and outside.read_text()) == was_there
    assert os.path.lexists(agreed.root / "vendors/cdn.yaml")


@pytest.mark.django_db
def test_a_folder_that_is_gone_is_a_problem_and_does_not_empty_the_site(agreed, tmp_path_factory):
    before = everything()
    report = import_documents(DOCUMENTS, tmp_path_factory.mktemp("elsewhere"))
    assert "There is no such folder" in str(report.problems[0])
    assert everything() == before


@pytest.mark.django_db
def test_a_file_that_cannot_be_replaced_stays_whole_and_leaves_no_rest(agreed, monkeypatch):
    edit_in_database("New.")
    before = agreed.all()

    def fail(source, target):
        assert "summary: New." in Path(source).read_text()
        raise OSError("No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="No space"):
        agreed.exported()
    assert agreed.all() == before
    monkeypatch.undo()
    assert counts(agreed.exported()) == {"written": 1}
    assert list(agreed.all()) == ["vendors/cdn.yaml"]


@pytest.mark.django_db
def test_an_export_that_broke_off_halfway_is_completed_by_the_next(files, monkeypatch):
    for slug in "abc":
        makers.make_vendor(slug)
    replace = os.replace

    def fail_at_c(source, target):
        if Path(target).name == "c.yaml":
            raise OSError("No space left on device")
        replace(source, target)

    monkeypatch.setattr(os, "replace", fail_at_c)
    with pytest.raises(OSError, match="No space"):
        files.exported()
    monkeypatch.undo()
    Vendor.objects.filter(slug="a").update(summary="Edited meanwhile.")
    assert files.imported().conflicts.keys() <= {"vendors/a.yaml"}
    files.exported(database_wins=["vendors/a.yaml"])
    is_calm(files)
    assert "Edited meanwhile." in files.read("vendors/a.yaml")


# --- the commands -----------------------------------------------------------------------------------------------------


def run(command: str, *arguments) -> tuple[str, str, CommandError | None]:
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command(command, *arguments, stdout=out, stderr=err)
    except CommandError as error:
        return out.getvalue(), err.getvalue(), error
    return out.getvalue(), err.getvalue(), None


@pytest.mark.django_db
def test_the_commands_print_counts_and_have_nothing_to_do_the_second_time(files):
    files.write("codes/404.yaml", code_text(404))
    files.write("vendors/cdn.yaml", vendor_text("cdn"))
    assert run("import_content", "--root", files.root) == ("    2 created\n", "", None)
    assert run("import_content", "--root", files.root) == ("    2 same\n", "", None)
    Vendor.objects.update(summary="New.")
    assert run("import_content", "--root", files.root) == ("    2 same\n", "", None)
    out, err, error = run("export_content", "--root", files.root)
    assert (sorted(out.splitlines()), err, error) == (["    1 same", "    1 written"], "", None)
    assert run("export_content", "--root", files.root) == ("    2 same\n", "", None)


@pytest.mark.django_db
def test_a_conflict_ends_the_commands_with_status_1_until_it_is_settled(agreed):
    both_changed(agreed)
    agreed.write("codes/404.yaml", code_text(404))
    out, err, error = run("import_content", "--root", agreed.root)
    assert error.returncode == 1
    assert str(error) == "1 conflicts. All other pages were imported."
    assert "1 created" in out
    assert "1 in conflict" in out
    assert "Conflict: content/vendors/cdn.yaml was changed in the file and in the database." in err
    assert "--file-wins PATH" in err
    out, err, error = run("export_content", "--root", agreed.root)
    assert error.returncode == 1
    assert "+summary: From the file." in err
    _, _, error = run("import_content", "--root", agreed.root, "--check")
    assert str(error) == "1 conflicts. Nothing was imported."
    path = f"{agreed.root}/vendors/cdn.yaml"
    assert run("import_content", "--root", agreed.root, "--file-wins", path) == (
        "    1 same\n    1 taken from the file\n",
        "",
        None,
    )
    assert Vendor.objects.get().summary == "From the file."


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["vendors/cdn.yaml", "content/vendors/cdn.yaml", "./content/vendors/cdn.yaml"])
def test_the_path_of_a_conflict_may_be_typed_in_any_way(agreed, path):
    both_changed(agreed)
    _, _, error = run("export_content", "--root", agreed.root, "--database-wins", path)
    assert error is None
    assert "From the database." in agreed.read("vendors/cdn.yaml")


@pytest.mark.django_db
def test_a_problem_ends_the_commands_with_status_1_and_nothing_imported(agreed):
    agreed.write("codes/404.yaml", code_text(404) + "nmae: b\n")
    agreed.write("codes/405.yaml", code_text(405))
    out, err, error = run("import_content", "--root", agreed.root)
    assert (out, err) == ("", 'codes/404.yaml:6: Unknown key "nmae". Did you mean "name"?\n')
    assert error.returncode == 1
    assert str(error) == "1 problems. Nothing was imported."
    assert not StatusCode.objects.exists()
    _, err, error = run("export_content", "--root", agreed.root)
    assert error.returncode == 1
    assert "codes/404.yaml:6: " in err


@pytest.mark.django_db
def test_a_check_can_be_told_to_speak_of_some_files_only(agreed):
    agreed.write("codes/404.yaml", "a: b\n")
    agreed.write("codes/405.yaml", "")
    _, err, error = run("import_content", "--root", agreed.root, "--check", "content/codes/404.yaml")
    assert "405" not in err
    assert error.returncode == 1
    assert run("import_content", "--root", agreed.root, "--check", "content/vendors/cdn.yaml")[2] is None


@pytest.mark.django_db
def test_an_import_of_some_files_only_is_refused(agreed):
    agreed.write("codes/404.yaml", "a: b\n")
    _, _, error = run("import_content", "content/vendors/cdn.yaml", "--root", agreed.root)
    assert "Name files only with --check." in str(error)


@pytest.mark.django_db
def test_a_root_that_is_not_there_is_told(tmp_path):
    _, _, error = run("import_content", "--root", tmp_path / "nowhere")
    assert "There is no folder" in str(error)


# --- nothing is lost --------------------------------------------------------------------------------------------------

PATHS = ["vendors/a.yaml", "vendors/b.yaml", "codes/404.yaml"]
paths = st.sampled_from(PATHS)
bodies = st.sampled_from(["one", "two", "three"])
operations = st.lists(
    st.one_of(
        st.tuples(st.just("file"), paths, bodies),
        st.tuples(st.just("database"), paths, bodies),
        st.tuples(st.sampled_from(["delete file", "delete row"]), paths, st.none()),
        st.tuples(
            st.sampled_from(["imported", "exported"]),
            st.none() | paths,
            st.sampled_from(["file_wins", "database_wins"]),
        ),
        st.tuples(st.sampled_from(["imported", "exported"]), st.none(), st.none()),
    ),
    min_size=4,
    max_size=25,
)


def set_in_database(path: str, body: str | None) -> None:
    slug = Path(path).stem
    is_vendor = path.startswith("vendors/")
    found = Vendor.objects.filter(slug=slug) if is_vendor else StatusCode.objects.filter(number=int(slug))
    if body is None:
        found.delete()
    elif is_vendor:
        Vendor.objects.update_or_create(slug=slug, defaults={"name": slug.title(), "kind": "cdn", "body": body})
    elif not found:
        makers.make_code(404, name="Name 404", meaning=body)
    else:
        page = found.get()
        page.meaning = body
        page.save()


def body_in_database(path: str) -> str | None:
    slug = Path(path).stem
    if path.startswith("vendors/"):
        return Vendor.objects.filter(slug=slug).values_list("body", flat=True).first()
    return StatusCode.objects.filter(number=int(slug)).values_list("meaning", flat=True).first()


def text_of(path: str, body: str) -> str:
    """What the file of a page says, as `set_in_database` makes it."""
    with transaction.atomic():
        set_in_database(path, None)
        set_in_database(path, body)
        kind = VENDORS if path.startswith("vendors/") else CODES
        text = dump(kind, kind.live_pages().get(**{kind.identity: Path(path).stem}))
        transaction.set_rollback(True)
    return text


class Oracle:
    """What files and database must hold, from the rules alone."""

    def __init__(self):
        self.file = dict.fromkeys(PATHS)
        self.database = dict.fromkeys(PATHS)
        self.met = dict.fromkeys(PATHS)

    def sync(self, command: str, settled: str | None, winner: str | None) -> set[str]:
        """Import or export; returns the paths in conflict."""
        source, target = (self.file, self.database) if command == "imported" else (self.database, self.file)
        conflicts = set()
        for path in PATHS:
            mine, other, met = source[path], target[path], self.met[path]
            if mine == other:
                self.met[path] = mine
            elif mine != met and other != met and path != settled:
                conflicts.add(path)
            elif other == met or (mine != met and (winner == "file_wins") == (source is self.file)):
                target[path] = self.met[path] = mine
            elif mine != met:
                self.met[path] = mine  # the other side won: the next run the other way takes it
        return conflicts


@pytest.mark.django_db
@given(steps=operations)
@example(steps=[("file", PATHS[0], "one"), ("imported", None, None), ("database", PATHS[0], "two")])
@hypothesis_settings(
    max_examples=70,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_whatever_happens_no_text_is_lost_without_a_decision(tmp_path_factory, steps):
    files, oracle = Files(tmp_path_factory.mktemp("content")), Oracle()
    with transaction.atomic():
        known = {(path, body): text_of(path, body) for path in PATHS for body in ("one", "two", "three")}
        for action, path, detail in steps:
            if action == "file":
                files.write(path, known[path, detail])
                oracle.file[path] = detail
            elif action == "database":
                set_in_database(path, detail)
                oracle.database[path] = detail
            elif action == "delete file":
                (files.root / path).unlink(missing_ok=True)
                oracle.file[path] = None
            elif action == "delete row":
                set_in_database(path, None)
                oracle.database[path] = None
            else:
                before = {path: {oracle.file[path], oracle.database[path]} for path in PATHS}
                met = dict(oracle.met)
                report = getattr(files, action)(**({detail: [path]} if path and detail else {}))
                assert not report.problems
                assert set(report.conflicts) == oracle.sync(action, path if detail else None, detail)
                for each in PATHS:
                    now = {body_in_database(each), _body(files.read(each))}
                    lost = before[each] - now
                    assert lost <= {met[each]} or each == path, f"{lost} of {each} was lost in silence"
            for each in PATHS:
                assert files.read(each) == (known[each, oracle.file[each]] if oracle.file[each] else "")
                assert body_in_database(each) == oracle.database[each]
        transaction.set_rollback(True)


def _body(text: str) -> str | None:
    lines = [line for line in text.splitlines() if line.startswith(("body: ", "meaning: "))]
    return lines[0].split(": ")[1] if lines else None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("codes/404.yml", 'codes/404.yml:1: Only files that end with ".yaml" are read. Rename it to 404.yaml.'),
        ("codes/404.YAML", 'codes/404.YAML:1: Only files that end with ".yaml" are read. Rename it to 404.yaml.'),
        ("codes/4xx/404.yaml", "codes/4xx:1: Folders in codes/ are not read. Put its pages right into codes/."),
        ("code/404.yaml", "code:1: Pages in this folder are not read. Did you mean codes/?"),
    ],
)
def test_a_page_that_lies_where_nobody_looks_is_told_and_nothing_is_imported(files, path, says):
    files.write("vendors/nginx.yaml", vendor_text("nginx"))
    (files.root / path).parent.mkdir(exist_ok=True)
    files.write(path, code_text(404))
    report = import_documents(DOCUMENTS, files.root)
    assert [str(problem) for problem in report.problems] == [says]
    assert not Vendor.objects.exists()


@pytest.mark.django_db
def test_what_is_no_page_may_lie_beside_the_pages(files):
    files.write("vendors/nginx.yaml", vendor_text("nginx"))
    files.write("vendors/README.md", "About these files.")
    files.write("vendors/.nginx.yaml.swp", "x")
    (files.root / "images").mkdir()
    assert import_documents(DOCUMENTS, files.root).is_clean
