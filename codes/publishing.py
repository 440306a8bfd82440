"""The life of a page: newer draft, publish, withdraw, restore. Each is a comparison or a copy of texts.

A newer draft is a second row whose `draft_of` is the live page. Its revisions have a path of their own (`draft_path`);
the first of them, marked `agreed`, is the live text that it started from, so publishing is the three-way comparison of
an import: what only the draft changed is taken, what the live page changed meanwhile is a conflict.
"""

import difflib

from django.contrib.auth.models import AbstractBaseUser
from django.db import models, transaction
from django.utils import timezone

from codes.documents import DocumentKind, NotStorable, Page, dump, load, store
from codes.documents.syncing import Outcome, decide
from codes.models import OldAddress, Revision

# What the path of a newer draft's revisions begins with.
DRAFT = "draft:"


class Conflict(Exception):
    """The live page was changed after the draft was started. `difference` is what changed on the live page."""

    def __init__(self, difference: str):
        self.difference = difference
        super().__init__("The live page was changed after this draft was started.")


def draft_path(kind: DocumentKind, page: models.Model) -> str:
    """The path of a newer draft's revisions; no content file has it."""
    return f"{DRAFT}{kind.path(page)}"


def path_of(kind: DocumentKind, page: models.Model) -> str:
    """The path of the page's revisions, whether it is live or a newer draft."""
    return draft_path(kind, page) if getattr(page, "draft_of_id", None) else kind.path(page)


def difference(before: str, after: str, names: tuple[str, str] = ("before", "after")) -> str:
    """Return a unified diff of two texts of a page."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), *names, lineterm="", n=3)
    return "\n".join(lines)


def save_text(
    kind: DocumentKind,
    path: str,
    text: str,
    author: AbstractBaseUser | None,
    *,
    into: models.Model | None = None,
    source: str = Revision.Source.ADMIN,
) -> models.Model:
    """Bring a page to what `text` says and record the revision. Raises NotStorable where that is impossible."""
    data, lines, problems = load(kind, path.removeprefix(DRAFT), text)
    if problems:
        raise NotStorable(problems)
    with transaction.atomic():
        page = store(Page(kind, path, data, lines), into)
        Revision.objects.create(path=path, text=dump(kind, page), author=author, source=source)
    return page


@transaction.atomic
def start_draft(kind: DocumentKind, live: models.Model, author: AbstractBaseUser) -> models.Model:
    """Return the newer draft of a live page; it is made as a copy where there is none."""
    existing = kind.model.objects.filter(draft_of=live).first()
    if existing:
        return existing
    text, path = dump(kind, live), draft_path(kind, live)
    data, lines, _ = load(kind, kind.path(live), text)
    draft = store(Page(kind, path, data, lines), kind.model(draft_of=live))
    Revision.objects.create(path=path, text=text, author=author, source=Revision.Source.ADMIN, agreed=True)
    return draft


@transaction.atomic
def publish_draft(
    kind: DocumentKind, draft: models.Model, author: AbstractBaseUser, *, overwrite: bool = False
) -> models.Model:
    """Load the draft's text into its live page and remove the draft.

    Raises Conflict where the live page was changed after the draft was started, unless `overwrite`, and
    ValidationError where the live page was withdrawn meanwhile and is not ready to come back.
    """
    live, path = draft.draft_of, draft_path(kind, draft)
    started = Revision.objects.filter(path=path, agreed=True).first()
    base = started.text if started else ""
    new, current = dump(kind, draft), dump(kind, live)
    outcome = decide(new, current, base)
    if outcome is Outcome.CONFLICT and not overwrite:
        raise Conflict(difference(base, current, ("when the draft was started", "live now")))
    if outcome not in (Outcome.SAME, Outcome.KEEP_DATABASE):
        live = save_text(kind, kind.path(live), new, author, into=live)
    if not live.is_published:
        publish(live)
        text = dump(kind, live)
        Revision.objects.create(path=kind.path(live), text=text, author=author, source=Revision.Source.ADMIN)
    discard_draft(kind, draft, author)
    return live


@transaction.atomic
def discard_draft(kind: DocumentKind, draft: models.Model, author: AbstractBaseUser) -> None:
    """Remove a newer draft; its revisions stay."""
    path = draft_path(kind, draft)
    draft.delete()
    Revision.objects.create(path=path, text="", author=author, source=Revision.Source.ADMIN)


@transaction.atomic
def publish(page: models.Model) -> None:
    """Publish a draft or scheduled page now. Raises ValidationError where it is not ready."""
    page.published_at = timezone.now().replace(microsecond=0)
    page.full_clean(exclude=["draft_of"], validate_unique=False, validate_constraints=False)
    page.save()
    OldAddress.objects.filter(path=page.get_absolute_url()).delete()


@transaction.atomic
def withdraw(page: models.Model) -> None:
    """Take a published page back: visitors get a 410 from now on."""
    page.published_at = None
    page.save()
    OldAddress.objects.update_or_create(path=page.get_absolute_url(), defaults={"target": ""})


def newest_text(path: str) -> str:
    """The text of a path's newest revision; empty where it was deleted or never was."""
    newest = Revision.objects.filter(path=path).first()
    return newest.text if newest else ""
