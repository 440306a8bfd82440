"""What is drawn without templates is what Django's templates draw."""

import re

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from hypothesis import given
from hypothesis import strategies as st

from codes.admin.drawing import DRAW, QuickRenderer, RowSelect

AWKWARD = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\x00"), max_size=30)
VALUES = st.one_of(st.none(), AWKWARD, st.integers(), st.sampled_from(["", "<b>", '"', "a\nb", "</textarea>", "&amp;"]))
ATTRIBUTES = st.dictionaries(
    st.sampled_from(["class", "maxlength", "aria-label", "disabled", "data-x"]),
    st.one_of(AWKWARD, st.integers(), st.booleans()),
)
WIDGETS = [forms.TextInput, forms.NumberInput, forms.HiddenInput, forms.URLInput, forms.Textarea, forms.CheckboxInput]


def parts(html: str) -> tuple[list, list]:
    """The tags of some HTML, their attributes in no order, and the texts between them."""
    found = re.split(r"(<[^<>]*>)", html)
    tags = [
        (tag.split(" ")[0].rstrip(">"), sorted(re.findall(r' ([\w-]+)(?:="([^"]*)")?', tag))) for tag in found[1::2]
    ]
    return tags, found[::2]


@pytest.mark.parametrize("widget", WIDGETS)
@given(value=VALUES, attributes=ATTRIBUTES)
def test_a_widget_is_drawn_as_by_its_template(widget, value, attributes):
    def draw(renderer) -> str:
        return widget(attributes).render("a-name", value, {"id": "id_a"}, renderer)

    assert widget.template_name in DRAW
    assert parts(draw(QuickRenderer())) == parts(draw(DjangoTemplates()))


@given(chosen=VALUES, labels=st.lists(AWKWARD.filter(str.strip), max_size=5), attributes=ATTRIBUTES)
def test_a_select_has_the_options_of_its_template_and_the_same_one_is_chosen(chosen, labels, attributes):
    choices = [("", "---------"), *enumerate(labels)]

    def draw(widget) -> tuple:
        tags, texts = parts(
            widget(attributes, choices).render("a-name", chosen, {"id": "id_a"}).replace("</option>", "")
        )
        return tags, [text.strip() for text in texts]

    assert draw(RowSelect) == draw(forms.Select)


@given(messages=st.lists(AWKWARD, max_size=3), label=AWKWARD)
def test_labels_and_errors_are_drawn_as_by_their_templates(messages, label):
    class Form(forms.Form):
        field = forms.CharField(label=label)

    def draw(renderer) -> str:
        form = Form({"field": "x"}, renderer=renderer)
        for message in messages:
            form.add_error("field", message)
        return form["field"].label_tag() + form["field"].errors.as_ul()

    assert parts(draw(QuickRenderer())) == parts(draw(DjangoTemplates()))
