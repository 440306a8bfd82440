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
from codes.locks import PAGES, wait_for
from codes.models import DraftSchedule, OldAddress, Revision

# What the path of a newer draft's revisions begins with.
DRAFT = "draft:"


class Conflict(Exception):
    """The live page was changed after the draft was started.

    `before` is the text from which the draft was started, `live` what is live now, `draft` what the draft says.
    """

    def __init__(self, before: str, live: str, draft: str):
        self.before, self.live, self.draft = before, live, draft
        super().__init__("The published page was changed after this draft was started.")

    @property
    def difference(self) -> str:
        """What changed on the live page, as a unified diff."""
        return difference(self.before, self.live, ("when the draft was started", "live now"))


def may_publish(user: AbstractBaseUser, model: type[models.Model]) -> bool:
    """May `user` publish, withdraw, and change what is live?"""
    return user.has_perm(f"{model._meta.app_label}.publish_{model._meta.model_name}")


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
    """Bring a page to what `text` says and record the revision. Raises NotStorable where that is impossible.

    The text of a newer draft goes only `into` a newer draft, and that of a live page only into a live page.
    """
    if path.startswith(DRAFT) != bool(getattr(into, "draft_of_id", None)):
        raise ValueError(f"{path} is not the path of {into or 'a new page'}.")
    data, lines, problems = load(kind, path.removeprefix(DRAFT), text)
    if problems:
        raise NotStorable(problems)
    with transaction.atomic():
        wait_for(PAGES)
        page = store(Page(kind, path, data, lines), into)
        Revision.objects.create(path=path, text=dump(kind, page), author=author, source=source)
    return page


@transaction.atomic
def start_draft(kind: DocumentKind, live: models.Model, author: AbstractBaseUser) -> models.Model:
    """Return the newer draft of a live page; it is made as a copy where there is none.

    Raises NotStorable where the page has no text that can be read, as when a rule has become stricter.
    """
    wait_for(PAGES)
    existing = kind.model.objects.filter(draft_of=live).first()
    if existing:
        return existing
    text, path = dump(kind, live), draft_path(kind, live)
    data, lines, problems = load(kind, kind.path(live), text)
    if problems:
        raise NotStorable(problems)
    draft = store(Page(kind, path, data, lines), kind.model(draft_of=live))
    Revision.objects.create(path=path, text=text, author=author, source=Revision.Source.ADMIN, agreed=True)
    return draft


def compare(
    kind: DocumentKind, draft: models.Model, author: AbstractBaseUser | None, *, overwrite: bool = False
) -> tuple[Outcome, str]:
    """Return what publishing the draft would do, and its text. Raises Conflict where both it and the live page changed.

    With `overwrite` the draft then counts as started from what is live now: `author` saw that, and keeps the draft.
    """
    path = draft_path(kind, draft)
    started = Revision.objects.filter(path=path, agreed=True).first()
    base = started.text if started else ""
    new, live = dump(kind, draft), dump(kind, draft.draft_of)
    outcome = decide(new, live, base)
    if outcome is Outcome.CONFLICT:
        if not overwrite:
            raise Conflict(base, live, new)
        revision = {"path": path, "author": author, "source": Revision.Source.ADMIN}
        Revision.objects.create(**revision, text=live, agreed=True)
        Revision.objects.create(**revision, text=new)
        outcome = decide(new, live, live)
    return outcome, new


@transaction.atomic
def publish_draft(
    kind: DocumentKind, draft: models.Model, author: AbstractBaseUser | None, *, overwrite: bool = False
) -> models.Model:
    """Load the draft's text into its live page and remove the draft.

    Raises Conflict where the live page was changed after the draft was started, unless `overwrite`, and
    ValidationError where the live page was withdrawn meanwhile and is not ready to come back.
    """
    wait_for(PAGES)
    draft.refresh_from_db()
    live = draft.draft_of
    outcome, new = compare(kind, draft, author, overwrite=overwrite)
    if outcome not in (Outcome.SAME, Outcome.KEEP_DATABASE):
        live = save_text(kind, kind.path(live), new, author, into=live)
    if not live.is_published:
        publish(live)
        text = dump(kind, live)
        Revision.objects.create(path=kind.path(live), text=text, author=author, source=Revision.Source.ADMIN)
    # The draft's text alone may have brought a withdrawn page back.
    OldAddress.objects.filter(path=live.get_absolute_url()).delete()
    discard_draft(kind, draft, author)
    return live


@transaction.atomic
def discard_draft(kind: DocumentKind, draft: models.Model, author: AbstractBaseUser | None) -> None:
    """Remove a newer draft and its schedule; its revisions stay."""
    path = draft_path(kind, draft)
    DraftSchedule.objects.of(draft).delete()
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
