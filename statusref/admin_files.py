"""The admin's pages for files: bring the database to what the content files say, and the other way round.

GET shows what would happen and does nothing; POST does it. What both sides changed is a conflict, which the editor
settles path by path; a choice counts only for the very difference that was shown.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from codes.documents.syncing import Outcome, Report, export_documents, import_documents
from statusref.content import DOCUMENTS

FILE, DATABASE = "file", "database"
SHOWN = 40


@dataclass(frozen=True)
class Direction:
    """Import or export: the words of its page, what does it, and who may."""

    name: str
    title: str
    lead: str
    button: str
    permission: str
    run: Callable[..., Report]


IMPORT = Direction(
    "import",
    "Import from files",
    "Brings the database to what the content files say. What editors changed in the admin meanwhile stays.",
    "Import now",
    "codes.import_content",
    import_documents,
)
EXPORT = Direction(
    "export",
    "Export to files",
    "Writes what editors changed in the admin into the content files. A file that changed meanwhile is left alone.",
    "Export now",
    "codes.export_content",
    export_documents,
)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def files(request: HttpRequest, direction: Direction) -> HttpResponse:
    """What an import or export would do, or did."""
    if not request.user.has_perm(direction.permission):
        raise PermissionDenied
    root = Path(settings.CONTENT_DIR)
    run = partial(direction.run, DOCUMENTS, root)
    is_done = request.method == "POST"
    report, trouble, choices = Report(), "", {}
    if not root.is_dir():
        trouble, is_done = f"There is no folder {root}.", False
    else:
        try:
            if is_done:
                choices = choices_of(request, run(check_only=True))
                wins = {f"{side}_wins": [path for path, won in choices.items() if won == side] for side in SIDES}
                report = run(**wins, author=request.user)
            else:
                report = run(check_only=True)
        except OSError as error:
            trouble = f"The files could not be read or written: {error.strerror}: {error.filename}."
    context = admin.site.each_context(request) | {
        "title": direction.title,
        "direction": direction,
        "root": root,
        "report": report,
        "outcomes": outcomes_of(report, is_done),
        "same": report.counts[Outcome.SAME],
        "conflicts": [(path, lines_of(text), seen(text)) for path, text in report.conflicts.items()],
        "can_run": not trouble and (direction is EXPORT or not report.problems),
        "trouble": trouble,
        "is_done": is_done and not trouble,
        "settled": sorted(choices.items()),
        "stale": is_done and has_stale_choice(request, choices),
    }
    return render(request, "admin/files.html", context, status=500 if trouble else 200)


SIDES = (FILE, DATABASE)


def seen(difference: str) -> str:
    """A name of the difference that an editor was shown."""
    return hashlib.sha256(difference.encode()).hexdigest()[:16]


def lines_of(difference: str) -> list[tuple[str, str]]:
    """The lines of a difference, each with what it is: added, removed, or the same."""
    kinds = {"+": "added", "-": "removed"}
    return [(kinds.get(line[:1], "same"), line) for line in difference.split("\n")]


def choices_of(request: HttpRequest, report: Report) -> dict[str, str]:
    """Which side wins, for the conflicts that are still what the editor saw."""
    wanted = {path: request.POST.get(f"winner:{path}") for path in report.conflicts}
    return {
        path: side
        for path, side in wanted.items()
        if side in SIDES and request.POST.get(f"seen:{path}") == seen(report.conflicts[path])
    }


def has_stale_choice(request: HttpRequest, choices: dict[str, str]) -> bool:
    """Was something chosen that does not fit what is there now?"""
    chosen = {
        name.removeprefix("winner:") for name, side in request.POST.items() if name.startswith("winner:") and side
    }
    return bool(chosen - choices.keys())


# What a count is called before and after. An import does not look at pages whose file did not change.
WORDS = {
    Outcome.CREATE.value: ("new in the files: will be created", "created"),
    Outcome.TAKE_FILE.value: ("changed in the file: will be taken", "taken from the file"),
    Outcome.KEEP_DATABASE.value: ("edited in the admin: stay as they are", "edited in the admin: kept"),
    Outcome.REMOVE.value: ("their files were deleted: will be deleted", "deleted, as their files were"),
    "written": ("edited in the admin: their files will be written", "written"),
    "removed": ("deleted in the admin: their files will be removed", "removed"),
    "newer in the file: import first": ("newer in the file: import first", "newer in the file: import first"),
}


def outcomes_of(report: Report, is_done: bool) -> list[tuple[int, str, list[str], int]]:
    """Each outcome but "same" and conflicts: its count, its words, the first of its paths, and how many more."""
    found = []
    for what, count in report.counts.items():
        name = getattr(what, "value", what)
        if name in WORDS and count:
            paths = report.paths.get(name, [])
            found.append((count, WORDS[name][is_done], paths[:SHOWN], max(len(paths) - SHOWN, 0)))
    return found


import_files = partial(files, direction=IMPORT)
export_files = partial(files, direction=EXPORT)
