"""What the models refuse, in words that an editor understands; and that the database refuses it too."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from codes.markdown import LONGEST
from codes.models import StatusCode, canonical, class_digit
from tests.makers import make_cause, make_class, make_code, make_meaning, make_vendor

pytestmark = pytest.mark.django_db


def refused(page, field: str) -> str:
    with pytest.raises(ValidationError) as error:
        page.full_clean()
    return " ".join(error.value.message_dict[field])


def test_a_number_has_one_live_page():
    make_code(404)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_code(404)


def test_a_number_has_three_digits():
    assert "999" in refused(StatusCode(number=1000, name="x"), "number")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_code(1000)


@pytest.mark.parametrize(
    ("fields", "where", "says"),
    [
        ({"summary": ""}, "summary", "Write it"),
        ({"registration": "assigned", "spec": ""}, "spec", "A registered number has a specification"),
        ({"redirect_rule": "keep"}, "redirect_rule", "Only a 3xx code"),
        ({"sent_by": []}, "sent_by", "Say who sends it"),
        ({"sent_by": ["origin", "nobody"]}, "sent_by", "nobody is not known here"),
        ({"sent_by": ["origin", "origin"]}, "sent_by", "only once"),
        ({"sent_by": "origin"}, "sent_by", "list of words"),
        ({"meaning": "x" * (LONGEST + 1)}, "meaning", "60,000 characters"),
        ({"year": 1066}, "year", "1990"),
        ({"spec_url": "javascript:alert(1)"}, "spec_url", "valid URL"),
    ],
)
def test_a_code_says_what_is_wrong_with_it(fields, where, says):
    code = make_code(404)
    for name, value in fields.items():
        setattr(code, name, value)
    assert says in refused(code, where)


def test_a_published_page_has_a_summary_in_the_database_too():
    code = make_code(404)
    with pytest.raises(IntegrityError), transaction.atomic():
        StatusCode.objects.filter(pk=code.pk).update(summary="")


def test_a_slug_stands_once_on_a_page():
    code = make_code(404)
    make_cause(code, slug="same")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_cause(code, slug="same")


def test_the_slug_of_a_class_follows_its_digit():
    assert '"4xx"' in refused(make_class(4, slug="5xx"), "slug")


def test_a_vendor_that_pages_name_cannot_be_deleted():
    vendor = make_vendor("nginx")
    make_meaning(make_code(499), vendor=vendor)
    with pytest.raises(ProtectedError):
        vendor.delete()


@pytest.mark.parametrize(
    ("number", "digit"), [(0, 0), (100, 1), (299, 2), (404, 4), (599, 5), (600, 6), (783, 6), (999, 6)]
)
def test_every_number_belongs_to_a_class(number, digit):
    assert class_digit(number) == digit
    make_code(number)
    assert StatusCode.objects.of_class(digit).get().number == number


def test_texts_are_stored_in_one_form():
    assert canonical("a\r\nb\t \rc  \n\n") == "a\nb\nc"
    assert canonical("\ttab") == "tab"
    assert canonical("a\n\tb") == "a\n    b"
    assert canonical("nul\0 bell\x07") == "nul bell"
