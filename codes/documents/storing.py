"""From plain data to the database. Rows are matched by what tells them apart, so their keys and links survive."""

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Value
from django.db.models.functions import Concat
from django.utils import timezone

from codes.models import Platform, StatusCode, Vendor

from .kinds import DocumentKind, RowKind
from .reading import Lines, Problem, as_moment, line_of
from .writing import natural_key


class Targets:
    """What documents may name: vendors and platforms by slug, codes by number; one query each."""

    def __init__(self) -> None:
        self.known = {
            Vendor: dict(Vendor.objects.values_list("slug", "pk")),
            Platform: dict(Platform.objects.values_list("slug", "pk")),
            StatusCode: dict(StatusCode.objects.filter(draft_of=None).values_list("number", "pk")),
        }


class Page:
    """One document on its way into the database; it collects what the models object to."""

    def __init__(self, kind: DocumentKind, path: str, data: dict, lines: Lines):
        self.kind, self.path, self.data, self.lines = kind, path, data, lines
        self.problems: list[Problem] = []
        self.instance: models.Model | None = None

    def complain(self, at: tuple, message: str) -> None:
        self.problems.append(Problem(self.path, line_of(self.lines, at), message))

    def fill(self, instance: models.Model, fields: dict, data: dict, at: tuple, targets: Targets, own: dict) -> bool:
        """Set the values of one row, validate it, and tell whether anything changed."""
        changed, relations = instance.pk is None, []
        for key, field in fields.items():
            value = data.get(key)
            if field.is_relation:
                relations.append(field.name)
                value = self.resolve(field, key, value, at, targets, own)
                name = field.attname
            else:
                name = field.name
                value = _stored(field, value)
            if getattr(instance, name) != value:
                setattr(instance, name, value)
                changed = True
        if changed:
            skip = {field.name for field in instance._meta.fields if field.is_relation} | {"id"}
            try:
                instance.clean_fields(exclude=skip)
                instance.clean()
            except ValidationError as error:
                for name, messages in _by_field(error).items():
                    key = next((key for key, field in fields.items() if field.name == name), None)
                    label = f'"{key}": ' if key else ""
                    for message in messages:
                        self.complain((*at, key), label + message + _choices(instance, name))
        return changed

    def resolve(
        self, field: models.ForeignKey, key: str, value: object, at: tuple, targets: Targets, own: dict
    ) -> int | None:
        if value is None:
            if not field.null:
                self.complain((*at, key), f'"{key}" is missing.')
            return None
        known = targets.known.get(field.related_model)
        if known is None:
            known = own.get(field.related_model, {})
            where = "on this page"
        else:
            where = "among the content files or in the database"
        if value not in known:
            self.complain((*at, key), f'"{key}" names {value!r}, which is not {where}. Correct it or add that one.')
            return None
        return known[value]


def free_names(kind: DocumentKind, identities: list) -> None:
    """Take their names off pages that are about to be stored or deleted, so that each may get another's."""
    names = [field.name for field in kind.fields.values() if field.unique and not field.primary_key]
    names = [name for name in names if name != kind.identity]
    if names and identities:
        pages = kind.live_pages().filter(**{f"{kind.identity}__in": identities})
        # No text has a control character, so nothing else is named so.
        pages.update(**{name: Concat(Value("\x1f"), kind.identity) for name in names})


def store_page(page: Page, targets: Targets, into: models.Model | None = None) -> None:
    """Create or update the page itself, without its rows. Problems are left in `page.problems`.

    `into` is the row to fill where it is not the live page: a newer draft of it.
    """
    kind = page.kind
    identity = page.data[kind.identity]
    instance = into or kind.live_pages().filter(**{kind.identity: identity}).first() or kind.model()
    is_new = instance._state.adding
    page.fill(instance, kind.fields, page.data, (), targets, {})
    if page.problems:
        return
    try:
        instance.validate_unique()
    except ValidationError as error:
        for name, messages in error.message_dict.items():
            page.complain((name,), f"{messages[0]} Correct this, or change the other page first.")
        return
    if hasattr(instance, "updated_at"):
        instance.updated_at = (is_new and instance.published_at) or timezone.now()
    instance.save()
    page.instance = instance
    known = targets.known.get(kind.model)
    if known is not None and into is None:
        known[identity] = instance.pk


def store_rows(page: Page, targets: Targets) -> None:
    """Bring the rows of a stored page to what the document says: update, create and delete."""
    own: dict[type, dict] = {}
    for key, kind in page.kind.rows.items():
        rows = [(page.instance, (key,), page.data.get(key, []))]
        _store_list(page, kind, rows, targets, own)


def store(page: Page, into: models.Model | None = None) -> models.Model:
    """Store one document with its rows in one transaction. Raises `NotStorable` with its problems otherwise."""
    with transaction.atomic():
        targets = Targets()
        store_page(page, targets, into)
        if not page.problems:
            store_rows(page, targets)
        if page.problems:
            raise NotStorable(page.problems)
    return page.instance


class NotStorable(Exception):
    """A document names what is no longer there, or breaks a rule of its models."""

    def __init__(self, problems: list[Problem]):
        self.problems = problems
        super().__init__(" ".join(problem.message for problem in problems))


def _store_list(page: Page, kind: RowKind, lists: list, targets: Targets, own: dict) -> None:
    parents = [parent.pk for parent, _, _ in lists]
    found = kind.model._default_manager.filter(**{f"{kind.parent}__in": parents}).select_related(
        *[field.name for field in kind.fields.values() if field.is_relation]
    )
    gone, existing = {row.pk for row in found}, {}
    for row in found:
        existing.setdefault((getattr(row, f"{kind.parent}_id"), _identity(kind, row)), row)
    new, changed, wanted = [], [], []
    for parent, at, rows in lists:
        for position, data in enumerate(rows, 1):
            identity = tuple(data.get(key) for key in kind.identity)
            row = existing.pop((parent.pk, identity), None) or kind.model(**{kind.parent: parent})
            gone.discard(row.pk)
            moved = row.position != position
            row.position = position
            if page.fill(row, kind.fields, data, (*at, position - 1), targets, own) or moved:
                (changed if row.pk else new).append(row)
            wanted.append((row, (*at, position - 1), data))
    if page.problems:
        return
    kind.model._default_manager.filter(pk__in=gone).delete()
    if changed:
        names = [field.name for field in kind.fields.values()]
        kind.model._default_manager.bulk_update(changed, [*names, "position"])
    kind.model._default_manager.bulk_create(new)
    if "slug" in kind.fields:
        own[kind.model] = {row.slug: row.pk for row, _, _ in wanted}
    for key, child in kind.children.items():
        _store_list(page, child, [(row, (*at, key), data.get(key, [])) for row, at, data in wanted], targets, own)


def _identity(kind: RowKind, row: models.Model) -> tuple:
    values = (getattr(row, kind.fields[key].name) for key in kind.identity)
    values = (natural_key(value) if isinstance(value, models.Model) else value for value in values)
    return tuple(None if value == "" else value for value in values)


def _stored(field: models.Field, value: object) -> object:
    if value is not None:
        return as_moment(value) if isinstance(field, models.DateTimeField) else value
    if field.has_default():
        return field.get_default()
    return None if field.null else ""


def _by_field(error: ValidationError) -> dict[str, list[str]]:
    return error.message_dict if hasattr(error, "error_dict") else {"": error.messages}


def _choices(instance: models.Model, name: str) -> str:
    field = next((field for field in instance._meta.fields if field.name == name), None)
    value = getattr(instance, name, None) if field else None
    if not field or not field.choices or not value or value in dict(field.flatchoices):
        return ""
    return f" Choose from: {', '.join(str(choice) for choice, _ in field.flatchoices)}."
