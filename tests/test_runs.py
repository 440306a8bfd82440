"""The notation in which a snippet says how it is run."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from codes.runs import parse
from tests import makers

RUN = """\
env: API_TOKEN=secret
file: /etc/nginx/htpasswd = alice:x
^ const before = 1;
+ const after = 2;
> 30 x :443 POST /orders HTTP/1.0, leave after 0.5 s
> Content-Type: application/json
>
> {"id": 1}
>
> second block
>> GET /v1/rates
<< 503, after 2 s
< 103
< Link: </a.css>*

< 429
< Retry-After: *
< !Location
<
< too many"""


def test_a_run_is_settings_code_and_messages():
    run = parse(RUN)
    assert run.get("env") == "API_TOKEN=secret"
    assert run.all("file") == ["/etc/nginx/htpasswd = alice:x"]
    assert (run.above, run.below) == ("const before = 1;", "const after = 2;")
    assert [part.mark for part in run.parts] == [">", ">>", "<<", "<", "<"]
    request, _, behind, early, final = run.parts
    assert request.start == {
        "times": "30", "port": "443", "method": "POST", "target": "/orders", "version": "HTTP/1.0", "leave": "0.5",
    }  # fmt: skip
    assert request.fields == (("Content-Type", "application/json"),)
    assert request.content == '{"id": 1}\n\nsecond block'
    assert behind.start == {"status": "503", "after": "2"}
    assert (early.status, final.status) == (103, 429)
    assert final.fields == (("Retry-After", "*"), ("!Location", ""))
    assert final.content == "too many"


def test_bytes_behind_a_gateway_may_be_no_http():
    (_, raw, _) = parse("> GET /\n<<\n<< garbage\n< 502").parts
    assert (raw.start, raw.content) == ({}, "garbage")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("GET /", 'Line 1 must begin with ">"'),
        ("> GET", 'Line 1 is not like "> GET /orders/7"'),
        ("> GET /\n< 4042", 'Line 2 is not like "< 404"'),
        ("< 404", 'Line 1 answers nothing. Write its request ("> GET /") above it.'),
        ("> GET /\n> no field", "Line 2 is not a header field"),
        ("> GET /\n< 404\n< Retry-After", "Line 3 is not a header field"),
        ("evn: A=b", "Line 1 must begin with"),
        ("exit: no", 'Line 1: write it like "exit: 22".'),
        ("file: index.html", 'Line 1: write it like "file: '),
        ("prints:", 'Line 1: write it like "prints: '),
        ("on: fire", 'Line 1: write it like "on: browser".'),
    ],
)
def test_a_mistake_is_named_with_its_line(text, complaint):
    with pytest.raises(ValueError) as error:
        parse(text)
    assert str(error.value).startswith(complaint)


@given(st.text(st.sampled_from("><+^: \n4GETx/0123sfile=.,after{}*!é"), max_size=80))
def test_any_text_is_a_run_or_a_complaint_about_a_line(text):
    try:
        run = parse(text)
    except ValueError as error:
        assert str(error).startswith("Line ")
    else:
        assert all(part.line <= text.count("\n") + 1 for part in run.parts)


@pytest.mark.django_db
def test_the_admin_says_what_is_wrong_with_a_run():
    snippet = makers.make_snippet(makers.make_code(404))
    snippet.run = "> GET /\n< gone"
    with pytest.raises(ValidationError) as error:
        snippet.clean()
    assert "Line 2" in error.value.message_dict["run"][0]
