"""The small parts of a form, drawn without templates.

A code page's form has some 1,700 fields. Their templates took two thirds of the time of opening it, and every option of
every select was a template of its own. What is drawn here is what Django's templates draw.
"""

from collections.abc import Callable
from functools import lru_cache

from django import forms
from django.forms.renderers import TemplatesSetting
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join


class QuickRenderer(TemplatesSetting):
    """Draws what stands here once for each field; everything else by its template."""

    def render(self, template_name: str, context: dict, request=None) -> str:
        draw = DRAW.get(template_name)
        return draw(context) if draw else super().render(template_name, context, request)


def _input(context: dict) -> str:
    widget = context["widget"]
    value = widget["value"]
    attributes = flatatt(({} if value is None else {"value": str(value)}) | widget["attrs"])
    return format_html('<input type="{}" name="{}"{}>', widget["type"], widget["name"], attributes)


def _textarea(context: dict) -> str:
    widget = context["widget"]
    # The first line break is no part of the value (HTML §13.2.6.4.7).
    return format_html(
        '<textarea name="{}"{}>\n{}</textarea>', widget["name"], flatatt(widget["attrs"]), widget["value"] or ""
    )


def _label(context: dict) -> str:
    if not context["use_tag"]:
        return format_html("{}", context["label"])
    return format_html("<{0}{1}>{2}</{0}>", context["tag"], flatatt(context["attrs"] or {}), context["label"])


def _errors(context: dict) -> str:
    if not context["errors"]:
        return ""
    identity = f"{context['errors'].field_id}_error" if context["errors"].field_id else None
    items = format_html_join("", "<li>{}</li>", ((error,) for error in context["errors"]))
    return format_html("<ul{}>{}</ul>", flatatt({"class": context["error_class"], "id": identity}), items)


_WIDGETS = "django/forms/widgets"
DRAW: dict[str, Callable[[dict], str]] = {
    f"{_WIDGETS}/textarea.html": _textarea,
    "django/forms/label.html": _label,
    "django/forms/errors/list/ul.html": _errors,
} | {f"{_WIDGETS}/{name}.html": _input for name in ("text", "number", "hidden", "url", "checkbox", "date", "time")}


class RowSelect(forms.Select):
    """A select whose options many rows of a page share. They are drawn once for all."""

    def render(self, name: str, value: object, attrs: dict | None = None, renderer=None) -> str:
        attributes = flatatt(self.build_attrs(self.attrs, attrs))
        options = _options(tuple(self.choices), "" if value is None else str(value))
        return format_html('<select name="{}"{}>{}{}{}</select>', name, attributes, *options)


@lru_cache(maxsize=256)
def _options(choices: tuple, chosen: str) -> tuple[str, str, str]:
    """The options before the chosen one, that one, and those after it."""
    at = next((index for index, (key, _) in enumerate(choices) if str(key) == chosen), len(choices))
    # The end tag of an option may be left out (HTML §13.1.2.4), and there are some 6,000.
    draw = '<option value="{}">{}'
    one = format_html_join("", '<option value="{}" selected>{}', choices[at : at + 1])
    return format_html_join("", draw, choices[:at]), one, format_html_join("", draw, choices[at + 1 :])
