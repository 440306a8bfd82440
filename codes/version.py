"""Which state of the content a process sees: what is made from content and kept (pages, the search index) asks this."""

from typing import NamedTuple

from django.apps import apps
from django.db.models import Aggregate, Count, Max, QuerySet, Value

from codes.models import Revision
from codes.models.base import Publishable


class ContentVersion(NamedTuple):
    """Two equal versions mean equal content for visitors.

    `newest` and `revisions` change with every save, import, publication, withdrawal and deletion, because each writes a
    revision in its own transaction; both are needed, since a transaction with a lower key may be committed later.
    `published` changes when the time of a scheduled page comes.
    """

    newest: int
    revisions: int
    published: tuple[int, ...]


def content_version() -> ContentVersion:
    """Return the version of what the database holds now, in one query."""
    models = [model for model in apps.get_models() if issubclass(model, Publishable)]
    questions = [
        _ask(Revision.objects.all(), "newest", Max("pk")),
        _ask(Revision.objects.all(), "revisions", Count("pk")),
        *(_ask(model._default_manager.published(), model._meta.label, Count("pk")) for model in models),
    ]
    found = dict(questions[0].union(*questions[1:], all=True))
    published = tuple(found.get(model._meta.label, 0) for model in models)
    return ContentVersion(found.get("newest") or 0, found.get("revisions", 0), published)


def _ask(rows: QuerySet, name: str, total: Aggregate) -> QuerySet:
    return (
        rows.order_by().annotate(asked=Value(name)).values("asked").annotate(total=total).values_list("asked", "total")
    )
