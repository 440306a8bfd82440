"""From the path of a revision to the page that it is a text of, and what an editor may do there."""

import re
from dataclasses import dataclass

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest
from django.urls import reverse

from codes.documents import DocumentKind
from codes.documents.kinds import REGISTRY
from codes.publishing import DRAFT

from .rights import is_live


@dataclass(frozen=True)
class Place:
    """What a revision is a text of: the kind of page, the page itself where there is one, and its admin."""

    path: str
    kind: DocumentKind
    page: models.Model | None
    live: models.Model | None
    owner: admin.ModelAdmin

    @property
    def is_draft(self) -> bool:
        return self.path.startswith(DRAFT)

    @property
    def name(self) -> str:
        if self.page:
            return f"{self.page} (newer draft)" if self.is_draft else str(self.page)
        return self.path

    @property
    def change_address(self) -> str:
        return self._address("change", self.page)

    @property
    def history_address(self) -> str:
        return self._address("history", self.page)

    @property
    def live_history_address(self) -> str:
        return self._address("history", self.live)

    def _address(self, view: str, page: models.Model | None) -> str:
        meta = self.owner.opts
        return reverse(f"admin:{meta.app_label}_{meta.model_name}_{view}", args=[page.pk]) if page else ""

    def may_restore(self, request: HttpRequest) -> bool:
        """May this editor bring the page to what one of its revisions says?"""
        if self.page is None and not self.is_draft:
            return self.owner.has_add_permission(request)
        if self.page is None and not (self.live and is_live(self.live)):
            return False
        return self.owner.has_change_permission(request, self.page)


def kinds() -> dict[str, tuple[DocumentKind, admin.ModelAdmin]]:
    """Each kind of page that is edited here, with its admin, by its folder."""
    admins = admin.site._registry
    return {kind.folder: (kind, admins[kind.model]) for kind in REGISTRY.values() if kind.model in admins}


def place_of(path: str) -> Place | None:
    """Where the revisions of `path` belong. None where no kind of page is kept there any more."""
    folder, _, file = path.removeprefix(DRAFT).partition("/")
    kind, owner = kinds().get(folder, (None, None))
    name = file.removesuffix(".yaml")
    if kind is None:
        return None
    is_number = isinstance(kind.model._meta.get_field(kind.identity), models.IntegerField)
    if is_number and not re.fullmatch(r"[0-9]{1,9}", name):
        return None
    page = live = kind.live_pages().filter(**{kind.identity: int(name) if is_number else name}).first()
    if path.startswith(DRAFT):
        page = kind.model._default_manager.filter(draft_of=live).first() if live else None
    return Place(path, kind, page, live, owner)


def visible_place(request: HttpRequest, path: str) -> Place:
    """The place of a revision that this editor may read. Raises PermissionDenied or Http404."""
    place = place_of(path)
    if place is None:
        raise Http404(f"No page is kept at {path} any more.")
    if not (place.owner.has_view_permission(request, place.page) or request.user.has_perm("codes.view_revision")):
        raise PermissionDenied
    return place
