"""The questions that pages ask about status codes."""

from collections.abc import Iterable

from django.apps import apps
from django.db.models import Aggregate, JSONField, OuterRef, Prefetch, Subquery

from codes.vocabulary import Registration, SectionKind

from .base import PublishableQuerySet


def _model(name: str):
    return apps.get_model("codes", name)


def class_digit(number: int) -> int:
    """The class that a number belongs to: 0 for 000, 1-5, and 6 for every number outside RFC 9110's range."""
    return min(number // 100, 6)


class JSONList(Aggregate):
    """Some columns of all rows of a group as one list of lists, in no order: rows that come with another query.

    Django's JSONObject would begin a writing transaction first, to see whether SQLite knows JSON.
    """

    template = "JSON_GROUP_ARRAY(JSON_ARRAY(%(expressions)s))"
    output_field = JSONField()

    def as_postgresql(self, compiler, connection, **extra):
        return self.as_sql(compiler, connection, template="JSONB_AGG(JSONB_BUILD_ARRAY(%(expressions)s))", **extra)


class StatusCodeQuerySet(PublishableQuerySet):
    def of_class(self, digit: int):
        """Codes of one class, as `class_digit` counts them."""
        upper = 1000 if digit == 6 else digit * 100 + 100
        return self.filter(number__gte=digit * 100, number__lt=upper)

    def registered(self):
        return self.exclude(registration=Registration.UNREGISTERED)

    def for_lists(self):
        """Only what a cell or a row in a list shows; `vendor_name` is the first vendor's of an unregistered number."""
        first = _model("Meaning").objects.filter(code=OuterRef("pk")).order_by("position").values("vendor__name")[:1]
        return self.annotate(vendor_name=Subquery(first)).defer(
            "meaning", "definition", "client_behaviour", "first_check", "source", "verified_note"
        )

    def side_by_side(self, numbers: Iterable[int]):
        """The codes of a comparison with the rows that align, in a number of queries that does not grow with them."""
        snippets = _model("Snippet").objects.select_related("platform").order_by("platform__position", "position")
        return self.filter(number__in=numbers).prefetch_related(
            "headerrules",
            "fingerprints",
            "enginenotes",
            Prefetch("sections", _model("Section").objects.filter(kind=SectionKind.SCENARIO)),
            Prefetch("snippets", snippets),
            Prefetch("relations", _model("Relation").objects.filter(other__number__in=numbers).select_related("other")),
        )

    def with_page(self, number: int, user):
        """Everything that the page of `number` shows, in a number of queries that does not grow with its rows."""
        live = self.model.objects.visible_to(user).values("number", "name")
        before = live.filter(number__lt=number).order_by("-number")
        after = live.filter(number__gt=number).order_by("number")
        status_class = _model("StatusClass").objects.filter(digit=class_digit(number))
        references = _model("Reference").objects.filter(code=OuterRef("pk")).order_by().values("code")
        return self.annotate(
            class_name=Subquery(status_class.values("name")[:1]),
            class_slug=Subquery(status_class.values("slug")[:1]),
            previous_number=Subquery(before.values("number")[:1]),
            previous_name=Subquery(before.values("name")[:1]),
            next_number=Subquery(after.values("number")[:1]),
            next_name=Subquery(after.values("name")[:1]),
            reference_rows=Subquery(references.annotate(rows=JSONList("position", "title", "url")).values("rows")),
        ).prefetch_related(
            Prefetch("meanings", _model("Meaning").objects.select_related("vendor")),
            Prefetch("names", _model("Name").objects.select_related("platform")),
            "headerrules",
            "rules",
            Prefetch("fingerprints", _model("Fingerprint").objects.select_related("vendor")),
            "exchanges",
            Prefetch("causes", _model("Cause").objects.select_related("meaning__vendor")),
            Prefetch("causes__fixes", _model("Fix").objects.select_related("platform")),
            Prefetch("steps", _model("Step").objects.select_related("proves")),
            Prefetch(
                "snippets",
                _model("Snippet").objects.select_related("platform").order_by("platform__position", "position"),
            ),
            "sections",
            "enginenotes",
            Prefetch(
                "relations",
                _model("Relation")
                .objects.filter(other__in=self.model.objects.visible_to(user))
                .select_related("other"),
            ),
        )
