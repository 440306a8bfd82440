"""Form fields for the texts, word lists and references of a page."""

import re
from collections.abc import Iterator

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget, AdminTextInputWidget
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.choices import BaseChoiceIterator
from django.utils.text import capfirst

from codes.markdown import LONGEST
from codes.models import Cause, Meaning, StatusCode, canonical
from codes.models.base import WordListField

from .drawing import RowSelect


class TextField(forms.CharField):
    """A text of several lines, compared in its canonical form: browsers send CRLF, which is no change."""

    def to_python(self, value: object) -> str:
        text = super().to_python(value)
        # Canonical text has no NUL; leave it in for the validator that complains about it.
        return text if "\x00" in text else canonical(text)


class WordsField(forms.CharField):
    """A `WordListField` as one line: words of its vocabulary in an order that counts, separated by commas."""

    widget = AdminTextInputWidget

    def __init__(self, vocabulary: list[str], **kwargs):
        self.spelling = {word.lower(): word for word in vocabulary}
        super().__init__(**kwargs)

    def prepare_value(self, value: object) -> object:
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: object) -> list[str]:
        text = super().to_python(value)
        if "\x00" in text or len(text) > 500:
            raise ValidationError("Write a few words, separated by commas.", code="not_words")
        return [self.spelling.get(word.lower(), word) for word in re.split(r"[\s,]+", text) if word]


class RowChoices(BaseChoiceIterator):
    """The options for these rows. Django takes this class as it is; a list it would go through again for each form."""

    def __init__(self, rows: dict[int, models.Model]):
        self.pairs = [("", "---------"), *((pk, str(row)) for pk, row in rows.items())]

    def __iter__(self) -> Iterator[tuple]:
        return iter(self.pairs)


class RowChoiceField(forms.TypedChoiceField):
    """A foreign key as a plain select whose options were fetched and are drawn once for all rows of the page."""

    widget = RowSelect

    def __init__(self, rows: dict[int, models.Model], **kwargs):
        super().__init__(choices=RowChoices(rows), coerce=lambda pk: rows[int(pk)], empty_value=None, **kwargs)

    def __deepcopy__(self, memo):
        # The options are the same for every row: ChoiceField would copy them for each.
        return forms.Field.__deepcopy__(self, memo)

    def has_changed(self, initial: object, data: object) -> bool:
        return str(initial or "") != str(data or "")


class Choices:
    """What the selects on the page of `page` offer; one query for each model, however many rows ask."""

    def __init__(self, page: StatusCode | None):
        self.page = page
        self.found: dict[type[models.Model], dict[int, models.Model]] = {}

    @classmethod
    def of_request(cls, request: HttpRequest, page: models.Model | None) -> "Choices":
        if not hasattr(request, "row_choices"):
            request.row_choices = cls(page)
        return request.row_choices

    def of(self, model: type[models.Model]) -> dict[int, models.Model]:
        if model not in self.found:
            self.found[model] = {row.pk: row for row in self._rows(model)}
        return self.found[model]

    def _rows(self, model: type[models.Model]) -> models.QuerySet:
        if model is StatusCode:
            return StatusCode.objects.filter(draft_of=None).only("number", "name")
        if model is Meaning:
            return Meaning.objects.filter(code_id=self.page and self.page.pk).select_related("vendor")
        if model is Cause:
            return Cause.objects.filter(code_id=self.page and self.page.pk)
        return model._default_manager.all()


def words_field(db_field: WordListField) -> WordsField:
    words = list(db_field.vocabulary)
    help_text = f"{db_field.help_text} Words in order, separated by commas. Known: {', '.join(words)}."
    return WordsField(words, label=capfirst(db_field.verbose_name), required=False, help_text=help_text.strip())


def as_code(field: forms.Field) -> forms.Field:
    """Show the field's text in monospace, unwrapped."""
    field.widget.attrs |= {"class": "vLargeTextField code", "wrap": "off", "spellcheck": "false"}
    return field


# `strip` would take the indentation of a first line.
OVERRIDES = {
    models.TextField: {
        "form_class": TextField,
        "widget": AdminTextareaWidget(attrs={"rows": 3}),
        "max_length": LONGEST,
        "strip": False,
    },
    models.URLField: {"widget": forms.URLInput(attrs={"class": "vURLField"}), "assume_scheme": "https"},
}
