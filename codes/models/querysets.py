"""The questions that pages ask about status codes."""

from bisect import bisect
from collections.abc import Iterable
from functools import lru_cache

from django.apps import apps
from django.db.models import Aggregate, Field, JSONField, OuterRef, Prefetch, Subquery

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


@lru_cache
def _packed_fields(name: str) -> tuple[type, list[Field]]:
    """The model of packed rows, and their fields in the order of the model, the position first."""
    model, columns = PACKED[name]
    return _model(model), [field for field in _model(model)._meta.concrete_fields if field.name in columns.split()]


def packed(name: str) -> Subquery:
    """All rows of one kind of a code in one column."""
    model, fields = _packed_fields(name)
    rows = model.objects.filter(code=OuterRef("pk")).order_by().values("code")
    return Subquery(rows.annotate(rows=JSONList(*(field.name for field in fields))).values("rows"))


def rows_of(code, name: str) -> list:
    """The rows `name` of a code in their order: unpacked where they came with it (`page.load_page`), else asked for."""
    found = getattr(code, f"packed_{name}", NOT_PACKED)
    if found is NOT_PACKED:
        return list(getattr(code, name).all())
    model, fields = _packed_fields(name)
    names = [field.attname for field in fields]
    return [
        model.from_db(None, names, [field.to_python(value) for field, value in zip(fields, row, strict=True)])
        for row in sorted(found or [], key=lambda row: row[0])
    ]


def class_name(digit: int) -> Subquery:
    return Subquery(_model("StatusClass").objects.filter(digit=digit).values("name")[:1])


def snippets_in_order():
    """Snippets by platform, in the order of platforms, with their platforms."""
    return _model("Snippet").objects.select_related("platform").order_by("platform__position", "position")


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
            Prefetch("snippets", snippets_in_order()),
            Prefetch("relations", _model("Relation").objects.filter(other__number__in=numbers).select_related("other")),
        )

    def with_snippets(self, number: int):
        """What the page of all snippets of `number` shows."""
        found = self.annotate(class_name=class_name(class_digit(number)))
        return found.prefetch_related(Prefetch("snippets", snippets_in_order()))

    def neighbours_of(self, number: int) -> tuple[tuple[int, str] | None, tuple[int, str] | None]:
        """Number and name of the codes before and after `number` among these."""
        others = list(self.exclude(number=number).order_by("number").values_list("number", "name"))
        at = bisect(others, (number,))
        return (others[at - 1] if at else None), (others[at] if at < len(others) else None)
