"""Which state of the content a process sees: what is made from content and kept (pages, the search index) asks this."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from django.apps import apps
from django.db import connection
from django.db.models import Aggregate, Count, Max, OuterRef, QuerySet, Subquery, Sum, Value

from codes.models import Revision
from codes.models.base import Publishable

# No transaction takes longer than so many others that write a revision.
WINDOW = 1000


class ContentVersion(NamedTuple):
    """Two equal versions mean equal content for visitors.

    `newest` and `revisions`, those among the last thousand keys, change with every save, import, publication,
    withdrawal and deletion, because each writes a revision in its own transaction; both are needed, since a transaction
    with a lower key may be committed later. `scheduled`, the sum of the keys of what waits, changes when the time of a
    scheduled page comes. None of them takes longer to find the more content there is.
    """

    newest: int
    revisions: int
    scheduled: tuple[int, ...]


def content_version() -> ContentVersion:
    """Return the version of what the database holds now, in one query."""
    models = [model for model in apps.get_models() if issubclass(model, Publishable)]
    newest = Revision.objects.order_by("-pk").values("pk")[:1]
    questions = [
        _ask(Revision.objects.all(), "newest", Max("pk")),
        _ask(Revision.objects.filter(pk__gt=Subquery(newest) - WINDOW), "revisions", Count("pk")),
        *(_ask(model._default_manager.scheduled(), model._meta.label, Sum("pk")) for model in models),
    ]
    found = dict(questions[0].union(*questions[1:], all=True))
    scheduled = tuple(found.get(model._meta.label) or 0 for model in models)
    return ContentVersion(found.get("newest") or 0, found.get("revisions", 0), scheduled)


class Kept:
    """What `make` gives for its arguments, made once for each version of the content, in each process."""

    def __init__(self, make: Callable[..., object]):
        self._make = make
        self._held: tuple[ContentVersion | None, dict] = (None, {})

    def __call__(self, *arguments):
        if connection.in_atomic_block:
            # What is seen here is nobody else's, and may be undone.
            return self._make(*arguments)
        version = content_version()
        held = self._held
        if held[0] != version:
            held = self._held = (version, {})
        if arguments not in held[1]:
            held[1][arguments] = self._make(*arguments)
        return held[1][arguments]


# The key and the time of the newest revision, and how many there are among the last thousand keys. The same three mean
# the same revisions, though a transaction that is rolled back gives its keys back.
NewestRevision = tuple[int, datetime, int]


def newest_revision() -> NewestRevision | None:
    """One query, which takes as long however many there are. None where there is no revision."""
    window = Revision.objects.filter(pk__gt=OuterRef("pk") - WINDOW).order_by().annotate(one=Value(1)).values("one")
    count = Subquery(window.annotate(count=Count("pk")).values("count"))
    return Revision.objects.order_by("-pk").annotate(count=count).values_list("pk", "created", "count").first()


def revisions_until(newest: int) -> int:
    """How many revisions there are now of those that a version with this `newest` counts."""
    return Revision.objects.filter(pk__gt=newest - WINDOW, pk__lte=newest).count()


def _ask(rows: QuerySet, name: str, total: Aggregate) -> QuerySet:
    return (
        rows.order_by().annotate(asked=Value(name)).values("asked").annotate(total=total).values_list("asked", "total")
    )
