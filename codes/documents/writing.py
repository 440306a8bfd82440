"""From the database to text."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import yaml
from django.db import models

from .kinds import DocumentKind, RowKind

Data = dict[str, object]


class Dumper(yaml.CSafeDumper):
    """Texts of several lines as `|` blocks, which end with the line break that `load` takes off again."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _represent_text(dumper: yaml.Dumper, text: str) -> yaml.Node:
    if "\n" in text:
        return dumper.represent_scalar("tag:yaml.org,2002:str", text + "\n", style="|")
    return dumper.represent_scalar("tag:yaml.org,2002:str", text)


Dumper.add_representer(str, _represent_text)


def to_text(data: Data) -> str:
    """Return the canonical text of a document's plain data."""
    return yaml.dump(data, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=110)


def dump(kind: DocumentKind, page: models.Model) -> str:
    """Return the canonical text of one page."""
    return next(text for _, text in dump_all(kind, [page]))


def dump_all(kind: DocumentKind, pages: Iterable[models.Model]) -> Iterator[tuple[models.Model, str]]:
    """Yield each page with its canonical text, at one query per list of rows, however many pages there are."""
    pages = list(pages)
    lists = {key: _rows_by_parent(rows, [page.pk for page in pages]) for key, rows in kind.rows.items()}
    for page in pages:
        data = _plain(kind.fields, page)
        data.update({key: rows[page.pk] for key, rows in lists.items() if page.pk in rows})
        yield page, to_text(data)


def _rows_by_parent(kind: RowKind, parents: list[int]) -> dict[int, list[Data]]:
    related = [field.name for field in kind.fields.values() if field.is_relation]
    rows = kind.model._default_manager.filter(**{f"{kind.parent}__in": parents}).select_related(*related)
    rows = list(rows.order_by("position", "pk"))
    children = {key: _rows_by_parent(child, [row.pk for row in rows]) for key, child in kind.children.items()}
    grouped = defaultdict(list)
    for row in rows:
        data = _plain(kind.fields, row)
        data.update({key: found[row.pk] for key, found in children.items() if row.pk in found})
        grouped[getattr(row, f"{kind.parent}_id")].append(data)
    return grouped


def _plain(fields: dict[str, models.Field], row: models.Model) -> Data:
    """The row's values as YAML has them, without the empty ones."""
    values = {key: _value(getattr(row, field.name)) for key, field in fields.items()}
    return {key: value for key, value in values.items() if value not in (None, "", []) and value is not False}


def _value(value: object) -> object:
    if isinstance(value, models.Model):
        return natural_key(value)
    if isinstance(value, datetime):
        value = value.astimezone(UTC)
        return value.date() if value.time() == datetime.min.time() else value
    return str(value) if isinstance(value, str) else value


def natural_key(target: models.Model) -> str | int:
    """How a document names another page or row: a code by its number, everything else by its slug."""
    return getattr(target, "number", None) if hasattr(target, "number") else target.slug
