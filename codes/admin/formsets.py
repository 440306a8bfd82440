"""What holds for the rows of one page together: nothing twice, an order, transcripts that show the page's status."""

from django import forms
from django.db import models
from django.forms.models import BaseInlineFormSet

from codes.documents import RowKind
from codes.documents.kinds import REGISTRY, row_kinds
from codes.exchanges import missing_from
from codes.vocabulary import WhereSeen

from . import conflicts


def row_kind_of(model: type[models.Model]) -> RowKind:
    """How rows of this model stand in the document of their page."""
    return next(kind for page in REGISTRY.values() for kind in row_kinds(page.rows) if kind.model is model)


def in_order(rows: list[models.Model], before: dict[int, int]) -> list[models.Model]:
    """All `rows` of one page in the order that their editor wants. `before` tells the earlier position by primary key.

    A row whose position was changed gets the place that its editor typed; position 0 is the end.
    """

    def place(row: models.Model) -> tuple[float, int]:
        if not row.position:
            return float("inf"), 0
        earlier = before.get(row.pk, row.position + 1)
        return row.position, (row.position > earlier) - (row.position < earlier)

    return sorted(rows, key=place)


def renumber(rows: list[models.Model], before: dict[int, int]) -> None:
    """Save the positions 1, 2, 3 … of all `rows` of one page."""
    moved = []
    for position, row in enumerate(in_order(rows, before), 1):
        if row.position != position:
            row.position = position
            moved.append(row)
    if moved:
        type(moved[0])._default_manager.bulk_update(moved, ["position"])


class RowFormSet(BaseInlineFormSet):
    """Rows of a page. What tells two rows apart in the page's document must tell them apart here.

    The unique constraints name the parent, which inline forms leave out, so Django does not check them. A row that
    somebody else deleted meanwhile comes back where its editor saves over that.
    """

    def _construct_form(self, i: int, **kwargs) -> forms.ModelForm:
        form = super()._construct_form(i, **kwargs)
        if i < self.initial_form_count() and conflicts.overwrites(self) and conflicts.is_gone(form):
            key = form.fields[self.model._meta.pk.name]
            key.disabled, key.required = True, False
        return form

    def kept_forms(self) -> list[forms.ModelForm]:
        """The rows that will be there after saving."""
        return [
            form
            for form in self.forms
            if (form.instance.pk or form.has_changed()) and not self._should_delete_form(form)
        ]

    def clean(self) -> None:
        kind = row_kind_of(self.model)
        fields = [kind.fields[key] for key in kind.identity]
        names = {field.name for field in fields}
        kept = [form for form in self.kept_forms() if not names & form.errors.keys()]
        holders = self._holders([field.attname for field in fields])
        deleted = {form.instance.pk for form in self.initial_forms if self._should_delete_form(form)}
        seen = set()
        for form in kept:
            identity = tuple(getattr(form.instance, field.attname) for field in fields)
            if identity in seen:
                form.add_error(fields[-1].name, self._twice([field.verbose_name for field in fields]))
            elif (holder := holders.get(identity, form.instance.pk)) != form.instance.pk and (
                form.instance.pk or holder not in deleted
            ):
                message = "Another row still has that. If you are changing or deleting it here, save that first."
                form.add_error(fields[-1].name, message)
            seen.add(identity)
        gone = [form for form in self.initial_forms if conflicts.is_gone(form) and not self._should_delete_form(form)]
        if gone and not conflicts.overwrites(self):
            for form in gone:
                form.add_error(None, conflicts.GONE)
            raise forms.ValidationError(conflicts.ROWS_GONE)

    def _twice(self, names: list[str]) -> str:
        constraints = self.model._meta.total_unique_constraints
        return (
            constraints[0].violation_error_message
            if constraints
            else f"Another row has the same {', '.join(names)}. Change or delete one of the two."
        )

    def _holders(self, attributes: list[str]) -> dict[tuple, int]:
        """Which row has which identity in the database now, where the database insists that only one has.

        Rows are saved one after the other, deletions before new ones, so two rows cannot swap theirs in one step.
        """
        if not self.instance.pk or not self.model._meta.total_unique_constraints:
            return {}
        rows = self.model._default_manager.filter(**{self.fk.name: self.instance}).values_list("pk", *attributes)
        return {tuple(identity): pk for pk, *identity in rows}

    def save_new_objects(self, commit=True):
        super().save_new_objects(commit)
        for form in self.initial_forms:
            if conflicts.is_gone(form) and not self._should_delete_form(form):
                self.new_objects.append(self.save_new(form, commit))
        return self.new_objects

    def save(self, commit=True):
        saved = super().save(commit)
        rows = [form.instance for form in self.forms if form.instance.pk]
        if conflicts.overwrites(self):
            theirs = self.model._default_manager.filter(**{self.fk.name: self.instance})
            rows += theirs.exclude(pk__in=[row.pk for row in rows])
        renumber(rows, self.positions_before())
        return saved

    def positions_before(self) -> dict[int, int]:
        """The positions that the rows had when the form was opened, by primary key."""
        return {form.instance.pk: form.initial.get("position", form.instance.position) for form in self.initial_forms}


class HeaderRuleFormSet(RowFormSet):
    def clean(self) -> None:
        super().clean()
        rules = [form.instance for form in self.kept_forms() if not form.errors]
        # The exchanges, which come later on the page, must carry them.
        self.instance.required_headers = [rule.header for rule in rules if rule.is_unconditional]


class ExchangeFormSet(RowFormSet):
    def clean(self) -> None:
        super().clean()
        page = self.instance
        if page.number is None or page.where_seen != WhereSeen.SENT:
            return
        required = getattr(page, "required_headers", None)
        if required is None:
            required = [rule.header for rule in page.headerrules.all() if rule.is_unconditional] if page.pk else []
        for form in self.kept_forms():
            if "transcript" in form.errors:
                continue
            if missing := missing_from(form.instance.transcript, page.number, required):
                form.add_error(
                    "transcript",
                    f"This lacks {' and '.join(missing)}. A transcript shows a response with the page's status, which "
                    "carries every header that must always be there.",
                )
