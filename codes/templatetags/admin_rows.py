"""The fields of a row in a page's form, drawn in one go: a form of 1,700 fields is too much for a template of each."""

from collections.abc import Iterable

from django import template
from django.contrib.admin.helpers import AdminField, AdminReadonlyField, Fieldline, InlineAdminForm
from django.utils.html import conditional_escape, format_html, format_html_join

register = template.Library()
Field = AdminField | AdminReadonlyField


@register.simple_tag
def row_line(line: Fieldline) -> str:
    """One line of a row: a field, or several beside each other."""
    fields = list(line)
    names = " ".join(f"field-{_name(field)}" for field in fields)
    if len(fields) == 1:
        field = fields[0]
        state = " errors" if _errors(field) else ""
        return format_html(
            '<div class="form-row{} {}">{}<div><div class="flex-container{}">{}</div>{}</div></div>',
            *(state, names, _errors(field), _checkbox(field), _labelled(field), _help(field)),
        )
    boxes = (
        (
            _errors(field),
            _name(field),
            _checkbox(field),
            " errors" if _errors(field) else "",
            _labelled(field),
            _help(field),
        )
        for field in fields
    )
    box = '<div>{}<div class="flex-container fieldBox field-{}{}{}">{}</div>{}</div>'
    inside = format_html_join("", box, boxes)
    return format_html(
        '<div class="form-row {}"><div class="flex-container form-multiline">{}</div></div>', names, inside
    )


@register.simple_tag
def row_cells(line: Fieldline) -> str:
    """The same in a table, whose columns have the labels."""
    cells = ((_name(field), _errors(field), _widget(field)) for field in line)
    return format_html_join("", '<td class="field-{}">{}{}</td>', cells)


@register.filter
def cells(row: InlineAdminForm) -> int:
    """How many cells a row of a table has."""
    return 2 + sum(1 for fieldset in row for line in fieldset for _ in line)


def _name(field: Field) -> str:
    return field.field["name"] if field.is_readonly else field.field.name


def _errors(field: Field) -> str:
    return "" if field.is_readonly else field.errors()


def _checkbox(field: Field) -> str:
    return " checkbox-row" if getattr(field, "is_checkbox", False) else ""


def _widget(field: Field) -> str:
    return format_html("<p>{}</p>", field.contents()) if field.is_readonly else conditional_escape(field.field)


def _labelled(field: Field) -> str:
    parts: Iterable[str] = (field.label_tag(), _widget(field))
    return format_html("{}{}", *(reversed(tuple(parts)) if _checkbox(field) else parts))


def _help(field: Field) -> str:
    if field.is_readonly:
        return (
            format_html('<div class="help"><div>{}</div></div>', field.field["help_text"])
            if field.field["help_text"]
            else ""
        )
    bound = field.field
    if not bound.help_text:
        return ""
    return format_html('<div class="help" id="{}_helptext"><div>{}</div></div>', bound.id_for_label, bound.help_text)
