"""The whole life of pages, at random: edits on both sides, drafts, history, deletion. Nothing is lost or half-written.

Hypothesis does to a small site whatever an editor, a file or a command can do to it, and after each step asks what
must always hold. Edits in the database are recorded as the admin records them.
"""

import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from django.db.models import ProtectedError
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from codes import publishing
from codes.admin.history import record, record_deletion
from codes.documents import DocumentKind, NotStorable, Page, dump, dump_all, kind_of, load, store, to_text
from codes.documents.kinds import row_kinds
from codes.documents.syncing import Report, export_documents, import_documents
from codes.models import Fix, OldAddress, Platform, Publishable, Revision, StatusCode, Vendor
from codes.publishing import Conflict, draft_path, path_of
from compare.models import Aspect, Comparison, Decision, Side
from statusref.content import DOCUMENTS

from . import makers

EXAMPLES, STEPS = 15, 30  # 450 operations

REFUSALS = (Conflict, NotStorable, ValidationError, ProtectedError)
MODELS = [model for app in ("codes", "compare") for model in apps.get_app_config(app).get_models()]
KINDS = {kind.folder: kind for kind in DOCUMENTS}

numbers = st.integers(0, 60)
words = st.sampled_from(["", "One.", "Two.", "three: 3 # four", "- five\n\n    six", makers.AWKWARD]) | st.text(
    max_size=12
)


class Refused(Exception):
    """What the admin's forms would not save."""


def texts_of(fields: list[models.Field]) -> list[str]:
    """The fields that hold free text."""
    return [
        field.name
        for field in fields
        if isinstance(field, models.CharField | models.TextField)
        and not isinstance(field, models.URLField)
        and not field.choices
        and field.name not in ("slug", "lexer", "transcript", "texts", "label", "section")
    ]


def rows_of(page: models.Model) -> list[models.Model]:
    """Every row of a page, rows of rows too."""
    found: list[models.Model] = []
    for kind in row_kinds(kind_of(page).rows):
        owner = {"cause__code": page} if kind.model is Fix else {kind.parent: page}
        found += kind.model._default_manager.filter(**owner)
    return found


def without_time(kind: DocumentKind, text: str) -> dict:
    data = load(kind, kind.path_of(_identity(kind, text)), text)[0]
    return {key: value for key, value in data.items() if key != "published_at"}


def _identity(kind: DocumentKind, text: str) -> str | int:
    name = text.split("\n", 1)[0].partition(": ")[2].strip("'\"")
    return int(name) if kind.identity == "number" else name


def canonical_form(path: str, text: str) -> str:
    kind = KINDS[path.partition("/")[0]]
    data, _, problems = load(kind, path, text)
    assert not problems
    return to_text(data)


class Life(RuleBasedStateMachine):
    sound: set[tuple[str, str]] = set()  # texts whose round trip was seen, in any example

    def __init__(self):
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.root = Path(tempfile.mkdtemp(prefix="life-"))
        for folder in KINDS:
            (self.root / folder).mkdir()
        self.author = User.objects.create_user("author")
        self.bases: dict[str, str] = {}  # by the path of a draft: the live text from which it was started
        self.known: set[tuple[str, str]] = set()  # every text that was ever current, and where
        self.files: dict[str, bytes] = {}
        self.now: dict[str, str] = {}  # the text of every page, as the last step left it
        self.count = 0
        self.begin()

    def begin(self) -> None:
        makers.make_platform()
        cdn, _ = makers.make_vendor("cdn"), makers.make_vendor("edge")
        one, two, other = makers.make_code(404), makers.make_code(410), makers.make_code(499)
        meaning = makers.make_meaning(other, "cdn", vendor=cdn)
        cause = makers.make_cause(one, meaning=None)
        makers.make_fix(cause)
        makers.make_step(one, proves=cause)
        makers.make_fingerprint(other, meaning=meaning)
        for slug in ("first", "second", "third"):
            makers.make_section(one, slug)
            makers.make_rule(other, f"{slug}.")
        makers.make_relation(other, one)
        compared = makers.make_comparison(one, two)
        for kind in DOCUMENTS:
            record(kind.live_pages(), self.author)
        export_documents(DOCUMENTS, self.root)
        self.files = self.files_now()
        for page in (one, compared):
            self.start_draft_of(page)
            draft = type(page).objects.get(draft_of=page)
            self.save(draft, lambda draft=draft: self.set_text(draft, "summary", "Drafted."))

    def teardown(self) -> None:
        try:
            if not connection.needs_rollback:
                self.every_text_makes_the_same_page_anew()
        finally:
            self.undo()

    def every_text_makes_the_same_page_anew(self) -> None:
        """As `start_draft` copies a page."""
        for live in self.pages(life=True, drafts=False):
            kind = kind_of(live)
            kind.model._default_manager.filter(draft_of=live).delete()
            text = dump(kind, live)
            data, lines, _ = load(kind, kind.path(live), text)
            assert dump(kind, store(Page(kind, kind.path(live), data, lines), kind.model(draft_of=live))) == text

    def undo(self) -> None:
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)
        shutil.rmtree(self.root)

    # What there is

    def pages(self, *, life: bool = False, drafts: bool | None = None) -> list[models.Model]:
        """Pages in a fixed order. `life`: only those that can be drafts; `drafts`: only newer drafts, or none."""
        found = [page for kind in DOCUMENTS for page in kind.model._default_manager.order_by("pk")]
        if life:
            found = [page for page in found if isinstance(page, Publishable)]
        if drafts is not None:
            found = [page for page in found if bool(getattr(page, "draft_of_id", None)) == drafts]
        return found

    def read(self) -> dict[str, tuple[models.Model, str]]:
        """Every page with its text, newer drafts too, by the path of its revisions."""
        return {
            path_of(kind, page): (page, text)
            for kind in DOCUMENTS
            for page, text in dump_all(kind, kind.model._default_manager.order_by("pk"))
        }

    def current(self) -> dict[str, str]:
        return {path: text for path, (_, text) in self.read().items()}

    def everything(self) -> dict[str, object]:
        """Each value of each row of each table, and each file."""
        tables = {model.__name__: list(model._default_manager.order_by("pk").values_list()) for model in MODELS}
        return {**tables, "files": self.files_now()}

    def files_now(self) -> dict[str, bytes]:
        files = (file for file in self.root.rglob("*") if not file.is_dir())
        return {str(file.relative_to(self.root)): file.read_bytes() for file in files}

    def fresh(self, word: str = "row") -> str:
        self.count += 1
        return f"{word}-{self.count}"

    # How it is done

    def attempt(self, action: Callable[[], object]) -> object | None:
        """Do it, or see it refused; what is refused leaves no trace."""
        before = self.everything()
        try:
            return action()
        except REFUSALS as refusal:
            assert self.everything() == before, f"{type(refusal).__name__} left something behind"
            return None

    def save(self, page: models.Model, change: Callable[[], None]) -> None:
        """Change a page as its form in the admin does: checked, and recorded."""
        kind = kind_of(page)
        try:
            with transaction.atomic():
                change()
                page = kind.model._default_manager.get(pk=page.pk)
                record([page], self.author)
                _, _, problems = load(kind, kind.path(page), dump(kind, page))
                if any("stands at line" in problem.message for problem in problems):
                    raise Refused  # two rows alike, which no form takes
                assert not problems
        except (Refused, ValidationError):
            pass

    def set_text(self, row: models.Model, name: str, text: str) -> None:
        setattr(row, name, text)
        row.canonicalise()
        row.full_clean(exclude=["draft_of"])
        row.save()

    # Editors

    @rule(which=numbers, field=numbers, text=words)
    def edit_a_page(self, which, field, text):
        if pages := self.pages():
            page = pages[which % len(pages)]
            names = texts_of(list(kind_of(page).fields.values()))
            self.save(page, lambda: self.set_text(page, names[field % len(names)], text))

    @rule(which=numbers, field=numbers, text=words)
    def edit_a_newer_draft(self, which, field, text):
        if drafts := self.pages(drafts=True):
            page = drafts[which % len(drafts)]
            names = texts_of(list(kind_of(page).fields.values()))
            self.save(page, lambda: self.set_text(page, names[field % len(names)], text))

    @rule(which=numbers, row=numbers, field=numbers, text=words)
    def edit_a_row(self, which, row, field, text):
        pages = self.pages(life=True)
        page = pages[which % len(pages)] if pages else None
        rows = rows_of(page) if page else []
        if not rows:
            return
        found = rows[row % len(rows)]
        names = texts_of(found._meta.concrete_fields)
        if isinstance(found, Aspect):
            lines = "\n".join(f"{number:03d}: {text or 'x'}" for number in page.numbers)
            self.save(page, lambda: self.set_text(found, "texts", lines.replace("\n\n", "\n ")))
        else:
            self.save(page, lambda: self.set_text(found, names[field % len(names)], text))

    @rule(which=numbers, sort=numbers, text=words)
    def add_a_row(self, which, sort, text):
        pages = self.pages(life=True)
        page = pages[which % len(pages)] if pages else None
        if isinstance(page, StatusCode):
            self.save(page, lambda: self._add_to_code(page, sort, text))
        elif isinstance(page, Comparison):
            self.save(page, lambda: self._add_to_comparison(page))

    def _add_to_code(self, code: StatusCode, sort: int, text: str) -> None:
        slug = self.fresh()
        others = StatusCode.objects.filter(draft_of=None).exclude(pk__in=[code.pk, code.draft_of_id])
        other = others.exclude(related_from__code=code).first()
        cause, vendor = code.causes.first(), Vendor.objects.order_by("pk").last()
        platform = Platform.objects.order_by("pk").last()
        makes = [
            lambda: makers.make_cause(code, slug, body=f"{slug} {text}"),
            lambda: makers.make_fix(cause, slug, why=text) if cause else None,
            lambda: makers.make_step(code, slug, command=text, proves=cause),
            lambda: makers.make_section(code, slug, body=f"{slug} {text}"),
            lambda: makers.make_rule(code, f"{slug} {text}"),
            lambda: makers.make_name(code, slug),
            lambda: makers.make_header(code, slug),
            lambda: makers.make_fingerprint(code, f"{slug} {text}", meaning=code.meanings.first()),
            lambda: makers.make_reference(code, f"https://example.com/{slug}"),
            lambda: makers.make_engine_note(code, text=f"{slug} {text}"),
            lambda: makers.make_exchange(code, slug, note=text),
            lambda: makers.make_snippet(code, slug, body=text, platform=platform) if platform else None,
            lambda: makers.make_relation(code, other) if other else None,
            lambda: makers.make_meaning(code, slug, vendor=vendor, body=text) if vendor else None,
        ]
        makes[sort % len(makes)]()

    def _add_to_comparison(self, page: Comparison) -> None:
        title = self.fresh()
        texts = "\n".join(f"{number:03d}: {title}" for number in page.numbers)
        Aspect.objects.create(comparison=page, position=page.aspects.count() + 1, title=title, texts=texts)
        first = page.sides.first().code
        Decision.objects.create(comparison=page, position=0, question=f"{title}?", if_yes=first)

    @rule(which=numbers, row=numbers)
    def delete_a_row(self, which, row):
        pages = self.pages(life=True)
        page = pages[which % len(pages)] if pages else None
        rows = [row for row in rows_of(page) if not isinstance(row, Side | Decision)] if page else []
        if rows:
            self.save(page, rows[row % len(rows)].delete)

    @rule(which=numbers, sort=numbers)
    def turn_rows_round(self, which, sort):
        pages = self.pages(life=True)
        page = pages[which % len(pages)] if pages else None
        lists = [] if page is None else list(kind_of(page).rows.values())
        lists = [kind for kind in lists if kind.model not in (Side, Decision)]
        if not lists:
            return
        kind = lists[sort % len(lists)]

        def turn():
            rows = list(kind.model._default_manager.filter(**{kind.parent: page}))
            for position, row in enumerate(reversed(rows), 1):
                row.position = position
                row.save()

        self.save(page, turn)

    @rule(which=numbers)
    def delete_a_page(self, which):
        pages = self.pages(drafts=False)
        if not pages:
            return
        page = pages[which % len(pages)]

        def delete():
            with transaction.atomic():
                gone = page.pk
                page.delete()
                page.pk = gone
                record_deletion([page], self.author)

        self.attempt(delete)

    @rule(
        which=numbers, when=st.sampled_from([datetime(2126, 1, 2, tzinfo=UTC), datetime(2126, 1, 2, 3, 4, 5, 6, UTC)])
    )
    def schedule(self, which, when):
        if pages := self.pages(life=True, drafts=False):
            page = pages[which % len(pages)]

            def change():
                page.published_at = when
                page.full_clean(exclude=["draft_of"])
                page.save()

            self.save(page, change)

    # Files

    @rule(which=numbers, field=numbers, text=words, before=st.sampled_from(["", "# by hand\n", "\ufeff"]))
    def edit_a_file(self, which, field, text, before):
        if not self.files:
            return
        path = sorted(self.files)[which % len(self.files)]
        kind = KINDS[path.partition("/")[0]]
        data, _, problems = load(kind, path, self.files[path].decode())
        assert not problems
        names = texts_of(list(kind.fields.values()))
        data[names[field % len(names)]] = text or "Filed."
        self.write(path, before + to_text(data))

    @rule(which=numbers)
    def turn_the_rows_of_a_file_round(self, which):
        paths = sorted(path for path in self.files if path.startswith("codes/"))
        if paths:
            path = paths[which % len(paths)]
            kind = KINDS["codes"]
            data, _, _ = load(kind, path, self.files[path].decode())
            self.write(path, to_text({key: value[::-1] if key in kind.rows else value for key, value in data.items()}))

    @rule(which=numbers)
    def write_an_older_text_into_a_file(self, which):
        paths = [f"{folder}/" for folder in KINDS]
        olds = [row for row in Revision.objects.exclude(text="") if row.path.startswith(tuple(paths))]
        old = olds[which * 7 % len(olds)]
        self.write(old.path, old.text)

    @rule(which=numbers)
    def delete_a_file(self, which):
        if self.files:
            path = sorted(self.files)[which % len(self.files)]
            (self.root / path).unlink()
            del self.files[path]

    @rule(which=numbers, bad=st.sampled_from(["", "{", "number: 404\nnmae: a\n", "slug: [a]\n", "a: b\n---\nc: d\n"]))
    def spoil_a_file_and_mend_it(self, which, bad):
        if not self.files:
            return
        path = sorted(self.files)[which % len(self.files)]
        good = self.files[path]
        self.write(path, bad)
        before = self.everything()
        report = import_documents(DOCUMENTS, self.root)
        assert path in {problem.path for problem in report.problems}
        assert self.everything() == before
        self.write(path, good.decode())

    def write(self, path: str, text: str) -> None:
        (self.root / path).write_bytes(text.encode())
        self.files[path] = text.encode()

    # Import and export

    def settle(self, which: int, winner: str) -> dict[str, list[str]]:
        paths = sorted({*self.files, *self.now})
        return {winner: [paths[which % len(paths)]]} if winner else {}

    winners = st.sampled_from(["", "", "file_wins", "database_wins"])

    @rule(which=numbers, winner=winners, check_only=st.integers(0, 5).map(lambda number: number == 0))
    def import_files(self, which, winner, check_only):
        before, pages = self.everything(), self.now
        settled = self.settle(which, winner)
        report = import_documents(DOCUMENTS, self.root, check_only=check_only, author=self.author, **settled)
        assert self.files_now() == self.files, "an import changed a file"
        if report.problems or check_only:
            assert self.everything() == before
            return
        now = self.current()
        for path, text in pages.items():
            if path.startswith("draft:") or path in report.conflicts:
                assert now.get(path) == text, f"{path} is a draft or in conflict, and was changed"
        for path, content in self.files.items():
            if path not in report.conflicts:
                self.known.add((path, canonical_form(path, content.decode())))
        self.second_run_changes_nothing(import_documents)

    @rule(which=numbers, winner=winners, check_only=st.integers(0, 5).map(lambda number: number == 0))
    def export_pages(self, which, winner, check_only):
        before, pages, met = self.everything(), self.now, Revision.objects.agreed_texts()
        settled = self.settle(which, winner)
        report = export_documents(DOCUMENTS, self.root, check_only=check_only, author=self.author, **settled)
        now = self.everything()
        if check_only:
            assert now == before
            return
        assert not report.problems
        changed = {key for key in now if now[key] != before[key]}
        assert changed <= {"Revision", "files"}, f"an export changed {changed}"
        files = self.files_now()
        for path in self.files.keys() | files.keys():
            if files.get(path) != self.files.get(path):
                was = self.files.get(path, b"").decode()
                text = files.get(path, b"").decode()
                assert text in (pages.get(path, ""), was and canonical_form(path, was)), (
                    f"{path} is no live page's text"
                )
                if was and text not in (canonical_form(path, was), "") and path not in settled.get("database_wins", []):
                    assert canonical_form(path, was) == met.get(path), f"{path} was newer, and was overwritten"
        self.files = files
        self.second_run_changes_nothing(export_documents)

    def second_run_changes_nothing(self, run: Callable[..., Report]) -> None:
        before = self.everything()
        run(DOCUMENTS, self.root)
        assert self.everything() == before, f"{run.__name__} had something left to do"

    # The life of a page

    @rule(which=numbers)
    def start_a_draft(self, which):
        pages = [page for page in self.pages(life=True, drafts=False) if page.published_at]
        if not pages:
            return
        self.start_draft_of(pages[which % len(pages)])

    def start_draft_of(self, live: models.Model) -> None:
        kind, had = kind_of(live), hasattr(live, "draft")
        text = dump(kind, live)
        draft = publishing.start_draft(kind, live, self.author)
        assert dump(kind, live) == text
        if not had:
            self.bases[draft_path(kind, live)] = text
            assert dump(kind, draft) == text

    @rule(which=numbers, overwrite=st.booleans())
    def publish_a_draft(self, which, overwrite):
        drafts = self.pages(drafts=True)
        if not drafts:
            return
        draft = drafts[which % len(drafts)]
        kind, live = kind_of(draft), draft.draft_of
        base, new, current = self.bases[draft_path(kind, draft)], dump(kind, draft), dump(kind, live)
        in_conflict = len({base, new, current}) == 3
        published = self.attempt(lambda: publishing.publish_draft(kind, draft, self.author, overwrite=overwrite))
        if in_conflict and not overwrite:
            assert published is None, "what both sides changed was published without a question"
        if published is None:
            assert kind.model._default_manager.filter(pk=draft.pk).exists()
            return
        live = kind.model._default_manager.get(pk=live.pk)
        assert not kind.model._default_manager.filter(draft_of=live).exists()
        assert live.is_published
        wanted = current if new == base else new
        assert without_time(kind, dump(kind, live)) == without_time(kind, wanted)
        assert not OldAddress.objects.filter(path=live.get_absolute_url()).exists(), "published, and gone"

    @rule(which=numbers)
    def discard_a_draft(self, which):
        if drafts := self.pages(drafts=True):
            draft = drafts[which % len(drafts)]
            kind, live = kind_of(draft), dump(kind_of(draft), draft.draft_of)
            path = draft_path(kind, draft)
            publishing.discard_draft(kind, draft, self.author)
            now = self.current()
            assert path not in now and now[path.removeprefix("draft:")] == live

    @rule(which=numbers)
    def publish(self, which):
        pages = [page for page in self.pages(life=True, drafts=False) if not page.is_published]
        if not pages:
            return
        page = pages[which % len(pages)]
        self.attempt(lambda: (publishing.publish(page), record([page], self.author)))
        if type(page)._default_manager.get(pk=page.pk).is_published:
            assert not OldAddress.objects.filter(path=page.get_absolute_url()).exists()

    @rule(which=numbers)
    def withdraw(self, which):
        pages = [page for page in self.pages(life=True, drafts=False) if page.published_at]
        if pages:
            page = pages[which % len(pages)]
            publishing.withdraw(page)
            record([page], self.author)
            assert type(page)._default_manager.get(pk=page.pk).state == "draft"
            assert OldAddress.objects.get(path=page.get_absolute_url()).target == ""

    # History

    @rule(which=st.integers(0, 400))
    def restore_a_revision(self, which):
        revisions = list(Revision.objects.exclude(text=""))
        self.restore(revisions[which % len(revisions)])

    @rule(which=numbers)
    def bring_a_deleted_page_back(self, which):
        olds = Revision.objects.exclude(text="").exclude(path__startswith="draft:")
        gone = [old for old in olds if old.path not in self.now]
        if gone:
            self.restore(gone[which % len(gone)])

    def restore(self, revision: Revision) -> None:
        path = revision.path.removeprefix("draft:")
        kind = KINDS[path.partition("/")[0]]
        live = kind.live_pages().filter(**{kind.identity: _identity(kind, revision.text)}).first()
        if revision.path != path and live is None:
            return

        @transaction.atomic
        def restore():
            page = live
            if revision.path != path:
                had = hasattr(live, "draft")
                page = publishing.start_draft(kind, live, self.author)
                if not had:
                    self.bases[revision.path] = dump(kind, live)
            return publishing.save_text(kind, revision.path, revision.text, self.author, into=page)

        page = self.attempt(restore)
        if page is not None:
            assert dump(kind, page) == canonical_form(path, revision.text)
            assert live is None or revision.path != path or page.pk == live.pk

    # What always holds

    @invariant()
    def all_is_well(self):
        pages = self.read()
        self.now = {path: text for path, (_, text) in pages.items()}
        self.every_page_is_its_text(pages)
        self.the_newest_revision_says_what_the_page_says()
        self.no_text_is_lost()
        assert self.files_now() == self.files, "somebody wrote a file, and it was no export"

    def every_page_is_its_text(self, pages: dict[str, tuple[models.Model, str]]) -> None:
        """`dump`, `load` and `store` are inverses, and each row keeps its key."""
        for at, (page, text) in pages.items():
            if (at, text) in self.sound:
                continue
            kind = kind_of(page)
            path = kind.path(page)
            data, lines, problems = load(kind, path, text)
            assert not problems, f"{path} cannot be read: {problems}"
            assert to_text(data) == text
            keys = [(type(row), row.pk) for row in rows_of(page)]
            with transaction.atomic():
                again = store(Page(kind, path, data, lines), kind.model._default_manager.get(pk=page.pk))
                assert dump(kind, again) == text
                assert [(type(row), row.pk) for row in rows_of(again)] == keys, f"{path}: rows lost their keys"
                transaction.set_rollback(True)
            self.sound.add((at, text))

    def the_newest_revision_says_what_the_page_says(self) -> None:
        newest = dict(Revision.objects.order_by("pk").values_list("path", "text"))
        for path, text in self.now.items():
            assert newest.get(path) == text, f"{path} is not what its newest revision says"
        for path, text in newest.items():
            assert path in self.now or not text or path.startswith("draft:"), f"{path} is gone without a revision"

    def no_text_is_lost(self) -> None:
        self.known.update(self.now.items())
        lost = self.known - set(Revision.objects.values_list("path", "text"))
        assert not lost, f"in no revision: {sorted(lost)}"


@pytest.mark.django_db
def test_whatever_happens_to_pages_nothing_is_lost_and_nothing_half_written():
    run_state_machine_as_test(
        Life,
        settings=hypothesis_settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


# What such sequences found


@pytest.fixture
def live() -> StatusCode:
    page = makers.make_full_code()
    for kind in DOCUMENTS:
        record(kind.live_pages(), None)
    return page


@pytest.fixture
def author() -> User:
    return User.objects.create_user("author")


@pytest.mark.django_db
@pytest.mark.parametrize("summary", ["One.", "Another."])
def test_publishing_the_draft_of_a_withdrawn_page_brings_the_page_back_whole(live, author, summary):
    kind = kind_of(live)
    draft = publishing.start_draft(kind, live, author)
    StatusCode.objects.filter(pk=draft.pk).update(summary=summary, published_at=None)
    publishing.withdraw(live)
    record([live], author)
    published = publishing.publish_draft(kind, StatusCode.objects.get(pk=draft.pk), author, overwrite=True)
    assert published.is_published
    assert not OldAddress.objects.exists(), "the page is there, and its address is said to be gone"
    assert publishing.newest_text(kind.path(live)) == dump(kind, StatusCode.objects.get(pk=live.pk))
    assert Revision.objects.filter(path=kind.path(live)).first().author == author


@pytest.mark.django_db
def test_publishing_a_draft_onto_a_page_that_is_not_ready_is_refused_in_words(live, author):
    kind = kind_of(live)
    draft = publishing.start_draft(kind, live, author)
    publishing.withdraw(live)
    live.summary = ""
    live.save()
    record([live], author)
    with pytest.raises(ValidationError, match="needs its one-sentence summary"):
        publishing.publish_draft(kind, StatusCode.objects.get(pk=draft.pk), author)
    assert StatusCode.objects.filter(draft_of=live).exists()
    assert StatusCode.objects.get(pk=live.pk).state == "draft"
