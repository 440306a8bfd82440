"""Markdown becomes HTML that is safe whatever was written, and quickly."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codes.markdown import LONGEST, highlight, render, render_inline, to_plain


def test_it_renders_what_editors_write():
    html = render("A `code`, **bold**, [404](/404)\n\n```python\nx = 1\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |")
    assert '<a href="/404">404</a>' in html
    assert '<span class="n">1</span>' in html
    assert '<div class="scroll"' in html and "<table>" in html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt&#58;alert(1))",
        "![x](javascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "<img src=x onerror=alert(1)>",
        '[x](/a "onclick=alert(1)")',
        "[x](vbscript:msgbox)",
        '```"><script>alert(1)</script>\nx\n```',
        "<Directory /var/www>",
    ],
)
def test_nothing_that_runs_comes_through(text):
    html = render(text) + render_inline(text)
    assert not re.search(r"<script|<img[^>]*onerror|<[^>]*\son\w+=|href=\"(?:javascript|data|vbscript)", html, re.I)


def test_configuration_in_angle_brackets_is_shown_not_swallowed():
    assert "&lt;Directory /var/www&gt;" in render("`<Directory /var/www>`")
    block = render("```apacheconf\n<Directory /var/www>\n```")
    assert "&lt;Directory /var/www&gt;" in re.sub(r"</?span[^>]*>", "", block)


@given(st.text(max_size=400))
def test_whatever_is_written_renders_without_script(text):
    assert "<script" not in render(text).lower()


@pytest.mark.parametrize("piece", ["[", "*a ", "![", "`", "> ", "- ", "\\", "a_", "|", "<", "&", "(", "[a](", "1. "])
def test_hostile_repetition_does_not_hang(piece):
    started = time.monotonic()
    render(piece * (20_000 // len(piece)))
    assert time.monotonic() - started < 6


def test_a_text_that_is_too_long_is_refused_with_a_reason():
    with pytest.raises(ValueError, match="60,000 characters"):
        render("x" * (LONGEST + 1))


def test_code_keeps_every_character():
    code = "if a < b && c > \"d\":\n    return 'x'  # <b>\n"
    html = highlight(code, "python")
    shown = re.sub(r"<[^>]+>", "", html)
    assert (
        shown.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", '"')
        .replace("&#x27;", "'")
        .replace("&amp;", "&")
        == code
    )


def test_an_unknown_language_is_plain():
    assert highlight("a < b", "no-such-language") == "a &lt; b"


def test_plain_text_loses_its_marks():
    assert to_plain("**A** [link](/x) and `code`") == "A link and code"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("**Set** `proxy_read_timeout` to _60 s_", "Set proxy_read_timeout to 60 s"),
        ("proxy_read_timeout and __init__", "proxy_read_timeout and init"),
        ("`Accept: */*` in [C#](/406) > 3", "Accept: */* in C# > 3"),
        ("# Title\n\n> quoted\n\n| a | b |", "Title quoted a b"),
        ("before ```\ncode\n``` after", "before after"),
    ],
)
def test_plain_text_keeps_the_words_and_drops_the_marks(text, plain):
    assert to_plain(text) == plain
