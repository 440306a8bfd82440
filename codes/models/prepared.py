"""Queries that are compiled once per process.

Django builds the SQL of a queryset anew each time it is evaluated. A page that needs ten queries for the rows of one
key spent more time on that than on everything else that the database and its rows cost.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators
from django.utils import timezone

# Stand-ins for the key of a page's code, its number, the digit of its class, and for now.
KEY, NUMBER, DIGIT = 2_000_000_011, 31_337, 31_338
MOMENT = datetime(1999, 12, 31, tzinfo=UTC)


class Prepared:
    """A queryset in whose filters KEY, NUMBER, DIGIT and MOMENT stand for what is known only when it is asked.

    `make` builds it and is called once, when all models are there; it may select related rows, defer and annotate.
    """

    def __init__(self, make: Callable[[], QuerySet]):
        self._make = make

    def rows(self, values: dict[int, int]) -> list[Model]:
        """The rows, with each stand-in among the parameters of the SQL replaced by its value; one query."""
        query, adapt = self._query, connection.ops.adapt_datetimefield_value
        values = {**values, adapt(MOMENT): adapt(timezone.now())}
        with connection.cursor() as cursor:
            cursor.execute(query.sql, [values.get(parameter, parameter) for parameter in query.parameters])
            return [query.instance(list(row)) for row in cursor.fetchall()]

    @cached_property
    def _query(self) -> "_Compiled":
        return _Compiled(self._make())


class _Compiled:
    """What Django's own iterable makes of a queryset before it looks at the first row."""

    def __init__(self, queryset: QuerySet):
        compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        self.sql, self.parameters = compiler.as_sql()
        chosen = compiler.select
        info = compiler.klass_info
        columns = info["select_fields"]
        self.model = info["model"]
        self.start, self.end = columns[0], columns[-1] + 1
        self.names = [column[0].target.attname for column in chosen[self.start : self.end]]
        self.related = get_related_populators(info, chosen, DEFAULT_DB_ALIAS)
        self.annotations = compiler.annotation_col_map
        converters = compiler.get_converters([column[0] for column in chosen])
        self.converters = [(at, *found) for at, found in converters.items()]

    def instance(self, row: list) -> Model:
        for at, functions, expression in self.converters:
            for convert in functions:
                row[at] = convert(row[at], expression, connection)
        found = self.model.from_db(DEFAULT_DB_ALIAS, self.names, row[self.start : self.end])
        for populator in self.related:
            populator.populate(row, found)
        for name, at in self.annotations.items():
            setattr(found, name, row[at])
        return found
