"""Files and database: three texts decide (the file's, the database's, and the newest on which both agreed)."""

import difflib
import enum
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from django.contrib.auth.models import AbstractBaseUser
from django.db import models, transaction
from django.db.models import ProtectedError

from codes.locks import PAGES, wait_for
from codes.models import Revision

from .files import Unreadable, read_files, write_file
from .kinds import DocumentKind, row_kinds
from .reading import Problem, load
from .storing import Page, Targets, free_names, store_page, store_rows
from .writing import dump_all, to_text


class Outcome(enum.Enum):
    """What a comparison of three texts says. An empty text is a page that is not there."""

    SAME = "same"
    CREATE = "created"
    TAKE_FILE = "taken from the file"
    KEEP_DATABASE = "kept as edited in the database"
    REMOVE = "deleted, as the file was"
    CONFLICT = "in conflict"


def decide(file: str, database: str, agreed: str | None) -> Outcome:
    """Compare the file's text, the database's, and the newest that both agreed on (None: they never met)."""
    if file == database:
        return Outcome.SAME
    if agreed is None and not database:
        return Outcome.CREATE
    if file == (agreed or ""):
        return Outcome.KEEP_DATABASE
    if database == (agreed or ""):
        return Outcome.TAKE_FILE if file else Outcome.REMOVE
    return Outcome.CONFLICT


@dataclass
class Report:
    """What an import or an export did, or would do. `paths` names the pages of a count that were compared."""

    counts: Counter = field(default_factory=Counter)
    paths: dict[str, list[str]] = field(default_factory=dict)
    conflicts: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not self.conflicts and not self.problems

    def count(self, what: Outcome | str, path: str) -> None:
        self.counts[what] += 1
        self.paths.setdefault(getattr(what, "value", what), []).append(path)

    def conflict(self, path: str, file: str, database: str) -> None:
        self.counts[Outcome.CONFLICT] += 1
        lines = difflib.unified_diff(
            database.splitlines(), file.splitlines(), f"database: {path}", f"file: {path}", lineterm="", n=1
        )
        self.conflicts[path] = "\n".join(lines)


class _Rollback(Exception):
    pass


def import_documents(
    kinds: list[DocumentKind],
    root: Path,
    *,
    file_wins: Iterable[str] = (),
    database_wins: Iterable[str] = (),
    check_only: bool = False,
    author: AbstractBaseUser | None = None,
) -> Report:
    """Bring the database to what the files say, in one transaction; what editors changed meanwhile stays.

    With a problem in any file nothing is imported. A conflict leaves that page alone; `file_wins` and `database_wins`
    name the paths for which it is settled. `check_only` rolls everything back. `author` is whoever asked for it.
    """
    report = Report()
    try:
        files = read_files(kinds, root)
        with transaction.atomic():
            wait_for(PAGES)
            report.problems.extend(_missing_folders(kinds, root))
            _import(kinds, files, set(file_wins), set(database_wins), report, author)
            if report.problems or check_only:
                raise _Rollback
    except Unreadable as error:
        report.problems.extend(error.problems)
    except _Rollback:
        pass
    if report.problems:
        report.counts.clear()
        report.paths.clear()
    return report


def _missing_folders(kinds: Iterable[DocumentKind], root: Path) -> Iterable[Problem]:
    """A folder that is gone is a wrong root or half a checkout: it must not empty the site."""
    met = {path.split("/")[0] for path, text in Revision.objects.agreed_texts().items() if text}
    for kind in kinds:
        if kind.folder in met and not (root / kind.folder).is_dir():
            yield Problem(kind.folder, 1, "There is no such folder. If all its pages should go, make it, empty.")


def _canonical(kind: DocumentKind, path: str, text: str | None) -> str | None:
    """The text of a revision in today's form: models may have got another field since."""
    data, _, problems = load(kind, path, text) if text else ({}, {}, [])
    return to_text(data) if data and not problems else text


def _import(
    kinds,
    files: dict[str, str],
    file_wins: set[str],
    database_wins: set[str],
    report: Report,
    author: AbstractBaseUser | None,
) -> None:
    agreed = Revision.objects.agreed_texts()
    pages: list[Page] = []
    removals: list[tuple[DocumentKind, models.Model, str]] = []
    revisions: list[Revision] = []
    for kind in kinds:
        prefix = f"{kind.folder}/"
        mine = {path for path in files if path.startswith(prefix)}
        known = {path for path, text in agreed.items() if path.startswith(prefix) and text}
        changed = [path for path in sorted(mine | known) if not files.get(path) or files[path] != agreed.get(path)]
        report.counts[Outcome.SAME] += len(mine) - len([path for path in changed if path in mine])
        live = {kind.path(page): page for page in kind.live_pages()} if changed else {}
        wanted = [live[path] for path in changed if path in live]
        texts = {kind.path(page): text for page, text in dump_all(kind, wanted)}
        for path in changed:
            data, lines, problems = load(kind, path, files[path]) if path in files else ({}, {}, [])
            if problems:
                report.problems.extend(problems)
                continue
            file, database = (to_text(data) if data else ""), texts.get(path, "")
            outcome = decide(file, database, _canonical(kind, path, agreed.get(path)))
            if outcome is Outcome.CONFLICT and path in file_wins:
                outcome = Outcome.TAKE_FILE if file else Outcome.REMOVE
            elif outcome is Outcome.CONFLICT and path in database_wins:
                outcome = Outcome.KEEP_DATABASE
                # The database's text last: the newest revision says what the page says.
                revisions += [_revision(path, file), Revision(path=path, text=database, source=Revision.Source.IMPORT)]
            if outcome is Outcome.CONFLICT:
                report.conflict(path, file, database)
                continue
            report.count(outcome, path)
            if outcome in (Outcome.CREATE, Outcome.TAKE_FILE):
                pages.append(Page(kind, path, data, lines))
            elif outcome is Outcome.REMOVE:
                removals.append((kind, live[path], path))
            if outcome in (Outcome.CREATE, Outcome.TAKE_FILE, Outcome.REMOVE) or (
                outcome is Outcome.SAME and file != agreed.get(path)
            ):
                revisions.append(_revision(path, file))
    if report.problems:
        return
    for kind in kinds:
        stored = [page.data[kind.identity] for page in pages if page.kind is kind]
        removed = [getattr(page, kind.identity) for removal, page, _ in removals if removal is kind]
        free_names(kind, stored + removed)
    targets = Targets()
    for page in pages:
        store_page(page, targets)
    for page in pages:
        if not page.problems:
            store_rows(page, targets)
        report.problems.extend(page.problems)
    for kind, page, _ in removals:
        for rows in kind.rows.values():
            # Pages that go together may name each other.
            rows.model._default_manager.filter(**{rows.parent: page}).delete()
    for _, page, path in reversed(removals):
        if hasattr(page, "draft"):
            message = f"The file was deleted, but {page} has a newer draft. Publish or discard that first."
            report.problems.append(Problem(path, 1, message))
            continue
        try:
            page.delete()
        except ProtectedError as error:
            users = ", ".join(sorted({_page_of(row, kinds) for row in error.protected_objects})[:5])
            message = f"The file was deleted, but other pages still name {page}: {users}. Remove it there first."
            report.problems.append(Problem(path, 1, message))
    _save(revisions, author)


def _save(revisions: list[Revision], author: AbstractBaseUser | None) -> None:
    for revision in revisions:
        revision.author = author
    Revision.objects.bulk_create(revisions)


def _page_of(page: models.Model, kinds: Iterable[DocumentKind]) -> str:
    """The name of the page that a row belongs to."""
    parents = {rows.model: rows.parent for kind in kinds for rows in row_kinds(kind.rows)}
    while type(page) in parents:
        page = getattr(page, parents[type(page)])
    return f"{page} (newer draft)" if getattr(page, "draft_of_id", None) else str(page)


def _revision(path: str, text: str, source: str = Revision.Source.IMPORT) -> Revision:
    return Revision(path=path, text=text, source=source, agreed=True)


def export_documents(
    kinds: list[DocumentKind],
    root: Path,
    *,
    file_wins: Iterable[str] = (),
    database_wins: Iterable[str] = (),
    check_only: bool = False,
    author: AbstractBaseUser | None = None,
) -> Report:
    """Write what editors changed into the files. A file that changed meanwhile is left alone, and shown if both did.

    Draft copies have no file. Each file is replaced as a whole or not at all. `check_only` writes nothing. `author` is
    whoever asked for it.
    """
    write = (lambda path, text: None) if check_only else write_file
    report = Report()
    try:
        files = read_files(kinds, root)
    except Unreadable as error:
        report.problems.extend(error.problems)
        return report
    agreed = Revision.objects.agreed_texts()
    revisions = []
    for kind in kinds:
        texts = {kind.path(page): text for page, text in dump_all(kind, kind.live_pages())}
        met = [path for path, text in agreed.items() if text]
        mine = {path for path in [*files, *met] if path.startswith(f"{kind.folder}/")}
        for path in sorted(texts.keys() | mine):
            database = texts.get(path, "")
            raw = files.get(path, "")
            data, _, problems = load(kind, path, raw) if path in files else ({}, {}, [])
            if problems:
                report.problems.extend(problems)
                continue
            file = to_text(data) if data else ""
            outcome = decide(file, database, _canonical(kind, path, agreed.get(path)))
            if outcome is Outcome.CONFLICT and path in database_wins:
                outcome = Outcome.KEEP_DATABASE
                if file:
                    # The file's text is about to be replaced: history keeps it.
                    revisions.append(Revision(path=path, text=file, source=Revision.Source.EXPORT))
            elif outcome is Outcome.CONFLICT and path in file_wins:
                outcome = Outcome.TAKE_FILE
                revisions.append(_revision(path, database, Revision.Source.EXPORT))
            if outcome is Outcome.CONFLICT:
                report.conflict(path, file, database)
                continue
            if outcome is Outcome.SAME:
                report.counts[Outcome.SAME] += bool(file)
                if raw != file:
                    write(root / path, file)
                if agreed.get(path) != file:
                    revisions.append(_revision(path, file, Revision.Source.EXPORT))
            elif outcome is Outcome.KEEP_DATABASE:
                report.count("written" if database else "removed", path)
                write(root / path, database)
                revisions.append(_revision(path, database, Revision.Source.EXPORT))
            else:
                report.count("newer in the file: import first", path)
    if not check_only:
        _save(revisions, author)
    return report
