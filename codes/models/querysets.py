"""The questions that pages ask about status codes."""

from bisect import bisect
from collections.abc import Iterable

from django.apps import apps
from django.db.models import Aggregate, JSONField, OuterRef, Prefetch, Subquery

from codes.vocabulary import Registration, SectionKind

from .base import PublishableQuerySet

NOT_PACKED = object()


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


# Rows of few and short columns that come with their code's own query instead of one each.
PACKED = {
    "headerrules": ("HeaderRule", "position header level condition note section"),
    "rules": ("Rule", "position level who text section"),
    "exchanges": ("Exchange", "position slug title transcript note"),
    "enginenotes": ("EngineNote", "position engine topic text source source_url checked_on"),
    "references": ("Reference", "position title url"),
}


def _packed(name: str) -> Subquery:
    model, columns = PACKED[name]
    rows = _model(model).objects.filter(code=OuterRef("pk")).order_by().values("code")
    return Subquery(rows.annotate(rows=JSONList(*columns.split())).values("rows"))


def rows_of(code, name: str) -> list:
    """The rows `name` of a code in their order: unpacked where they came with it (`with_page`), else asked for."""
    packed = getattr(code, f"packed_{name}", NOT_PACKED)
    if packed is NOT_PACKED:
        return list(getattr(code, name).all())
    model, columns = _model(PACKED[name][0]), PACKED[name][1].split()
    fields = [model._meta.get_field(column) for column in columns]
    return [
        model(**{field.attname: field.to_python(value) for field, value in zip(fields, row, strict=True)})
        for row in sorted(packed or [], key=lambda row: row[0])
    ]


def _class_name(number: int) -> Subquery:
    return Subquery(_model("StatusClass").objects.filter(digit=class_digit(number)).values("name")[:1])


def _snippets() -> Prefetch:
    rows = _model("Snippet").objects.select_related("platform")
    return Prefetch("snippets", rows.order_by("platform__position", "position"))


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
        return self.filter(number__in=numbers).prefetch_related(
            "headerrules",
            "fingerprints",
            "enginenotes",
            Prefetch("sections", _model("Section").objects.filter(kind=SectionKind.SCENARIO)),
            _snippets(),
            Prefetch("relations", _model("Relation").objects.filter(other__number__in=numbers).select_related("other")),
        )

    def with_snippets(self, number: int):
        """What the page of all snippets of `number` shows."""
        return self.annotate(class_name=_class_name(number)).prefetch_related(_snippets())

    def neighbours_of(self, number: int) -> tuple[tuple[int, str] | None, tuple[int, str] | None]:
        """Number and name of the codes before and after `number` among these."""
        others = list(self.exclude(number=number).order_by("number").values_list("number", "name"))
        at = bisect(others, (number,))
        return (others[at - 1] if at else None), (others[at] if at < len(others) else None)

    def with_page(self, number: int, user):
        """Everything that the page of `number` shows, in a number of queries that does not grow with its rows."""
        return self.annotate(
            class_name=_class_name(number), **{f"packed_{name}": _packed(name) for name in PACKED}
        ).prefetch_related(
            Prefetch("meanings", _model("Meaning").objects.select_related("vendor")),
            Prefetch("names", _model("Name").objects.select_related("platform")),
            Prefetch("fingerprints", _model("Fingerprint").objects.select_related("vendor")),
            Prefetch("causes", _model("Cause").objects.select_related("meaning__vendor")),
            Prefetch("causes__fixes", _model("Fix").objects.select_related("platform")),
            Prefetch("steps", _model("Step").objects.select_related("proves")),
            _snippets(),
            "sections",
            Prefetch(
                "relations",
                _model("Relation")
                .objects.filter(other__in=self.model.objects.visible_to(user))
                .select_related("other"),
            ),
        )
