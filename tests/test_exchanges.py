"""Transcripts of HTTP exchanges, as curl prints them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codes.exchanges import Message, missing_from, parse
from codes.models import canonical

STORY = """\
> PUT /files/1 HTTP/1.1
> Host: example.com
> Expect: 100-continue

< HTTP/1.1 100 Continue

>
> first line
>
> last: line

< HTTP/1.1 413 Content Too Large
< Connection: close
< Retry-After:
<
< {"error": "too large"}
<
< > the end"""


def test_a_story_is_read_message_by_message():
    assert parse(STORY) == [
        Message(">", "PUT /files/1 HTTP/1.1", (("Host", "example.com"), ("Expect", "100-continue")), ""),
        Message("<", "HTTP/1.1 100 Continue", (), ""),
        Message(">", "", (), "first line\n\nlast: line"),
        Message(
            "<",
            "HTTP/1.1 413 Content Too Large",
            (("Connection", "close"), ("Retry-After", "")),
            '{"error": "too large"}\n\n> the end',
        ),
    ]


def test_a_response_has_a_status_and_a_request_or_mere_content_has_none():
    assert [message.status for message in parse(STORY)] == [None, 100, None, 413]
    assert [message.is_request for message in parse(STORY)] == [True, False, True, False]


def test_a_field_is_found_however_its_name_is_written():
    (message,) = parse("< HTTP/2 404\n< Content-Type: text/html: it is")
    assert message.has_field("content-type")
    assert not message.has_field("content")
    assert message.fields == (("Content-Type", "text/html: it is"),)


def test_a_response_that_follows_its_request_without_a_blank_line_is_a_message_of_its_own():
    assert [message.mark for message in parse("> GET / HTTP/1.1\n< HTTP/1.1 200 OK\n> GET /a HTTP/1.1")] == [*"><>"]


@pytest.mark.parametrize(
    "line",
    ["> GET / HTTP/1.1", "> GET /", "> M-SEARCH * HTTP/1.1", "< HTTP/2 404", "< HTTP/1.1 404 ", "< HTTP/3 599 x"],
)
def test_a_start_line_of_http_is_accepted(line):
    assert parse(line)[0].start == line[2:]


@pytest.mark.parametrize(
    ("transcript", "message"),
    [
        ("", "The transcript is empty."),
        (" \n\n ", "The transcript is empty."),
        ("GET / HTTP/1.1", 'Line 1 must begin with "> " (request) or "< " (response): GET / HTTP/1.1'),
        ("> GET / HTTP/1.1\nHost: a", "Line 2 must begin with"),
        (" > GET / HTTP/1.1", "Line 1 must begin with"),
        (">GET / HTTP/1.1", "Line 1 must begin with"),
        ("> GET / HTTP/1.1\n\n\n<< HTTP/1.1 200 OK", "Line 4 must begin with"),
        ("> get / HTTP/1.1", 'Line 1 is not a start line like "> GET /path HTTP/1.1": get / HTTP/1.1'),
        ("> GET /a b HTTP/1.1", "Line 1 is not a start line like"),
        ("< 404 Not Found", 'Line 1 is not a start line like "< HTTP/1.1 404 Not Found": 404 Not Found'),
        ("< HTTP/1.1 40", "Line 1 is not a start line like"),
        ("< HTTP/1.1 4040", "Line 1 is not a start line like"),
        ("< GET / HTTP/1.1", "Line 1 is not a start line like"),
        ("> HTTP/1.1 404 Not Found", "Line 1 is not a start line like"),
        (">", "Line 1 is not a start line like"),
        ("> GET / HTTP/1.1\n> Host", 'Line 2 is not a header field like "Name: value"; content begins after a line'),
        ("> GET / HTTP/1.1\n> Ho st: a", "Line 2 is not a header field like"),
        ("> GET / HTTP/1.1\n> Host : a", "Line 2 is not a header field like"),
        ("> GET / HTTP/1.1\n> : a", "Line 2 is not a header field like"),
        ("> GET / HTTP/1.1\n\n< HTTP/1.1 200 OK\n< {}", "Line 4 is not a header field like"),
    ],
)
def test_what_is_no_transcript_is_told_with_its_line(transcript, message):
    with pytest.raises(ValueError, match=r"^(Line|The)") as caught:
        parse(transcript)
    assert str(caught.value).startswith(message)


def test_a_line_is_quoted_only_in_part():
    with pytest.raises(ValueError, match=r"^Line 1 ") as caught:
        parse("x" * 100_000)
    assert len(str(caught.value)) < 200


@given(st.text(st.sampled_from("<> \n:AGET/HTP1.042\u2028\u00a0\r\tx"), max_size=60))
def test_whatever_is_written_is_read_or_refused_with_words(transcript):
    try:
        messages = parse(transcript)
    except ValueError as error:
        assert str(error).startswith(("Line ", "The transcript is empty."))
    else:
        assert messages


names = st.text(st.sampled_from("abcXYZ-!#$%&'*+.^_`|~019"), min_size=1, max_size=10)
words = st.text(st.sampled_from("abc :;<>{}/é😀\"'#-"), max_size=20).map(str.strip)
starts = st.builds("{} {} HTTP/1.1".format, st.sampled_from(["GET", "PATCH", "M-SEARCH"]), st.sampled_from(["/", "*"]))
statuses = st.builds("HTTP/{} {:03d} {}".format, st.sampled_from(["1.1", "2"]), st.integers(0, 999), words)


@st.composite
def messages(draw) -> Message:
    mark = draw(st.sampled_from("<>"))
    start = draw(starts if mark == ">" else statuses).strip()
    fields = tuple(draw(st.lists(st.tuples(names, words), max_size=4)))
    return Message(mark, start, fields, "\n".join(draw(st.lists(words, max_size=4))).rstrip("\n"))


def written(message: Message) -> str:
    lines = [message.start, *(f"{name}: {value}" for name, value in message.fields)]
    lines += ["", *message.content.split("\n")] if message.content else []
    return "\n".join(f"{message.mark} {line}" for line in lines)


@given(st.lists(messages(), min_size=1, max_size=4))
def test_every_message_is_read_as_it_was_written_before_and_after_it_is_stored(story):
    transcript = "\n\n".join(written(message) for message in story)
    assert parse(transcript) == story
    assert parse(canonical(transcript)) == story


@pytest.mark.parametrize(
    ("transcript", "number", "headers", "missing"),
    [
        ("< HTTP/1.1 405 No\n< allow: GET", 405, ["Allow"], []),
        ("< HTTP/1.1 405 No\n< Allow: GET", 405, iter(["Allow"]), []),
        ("< HTTP/1.1 405 No", 405, ["Allow", "Date"], ["Allow", "Date"]),
        ("< HTTP/1.1 405 No\n< Date: now", 405, ["Allow", "Date"], ["Allow"]),
        ("< HTTP/1.1 405 No\n\n< HTTP/1.1 405 No\n< Allow: GET", 405, ["Allow"], []),
        ("< HTTP/1.1 405 No\n<\n< Allow: GET", 405, ["Allow"], ["Allow"]),
        ("< HTTP/1.1 404 No", 405, [], ["a response with status 405"]),
        ("> GET / HTTP/1.1", 0, [], ["a response with status 000"]),
        ("> GET / HTTP/1.1\n\n>\n> 405", 405, ["Allow"], ["a response with status 405"]),
    ],
)
def test_what_a_page_must_show_and_its_transcript_does_not_is_named(transcript, number, headers, missing):
    assert missing_from(transcript, number, headers) == missing
