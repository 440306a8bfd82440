"""The one door from text to HTML: CommonMark with tables, no raw HTML, highlighted code, then sanitised."""

import re
from functools import lru_cache
from html import escape

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Keyword, Name, Number, String, Token
from pygments.util import ClassNotFound

# Longer than any page of the site; markdown-it-py needs seconds for hostile input beyond it.
LONGEST = 60_000

# Four colours are enough to read code by, and keep a page small.
KINDS = (
    (Comment, "c"),
    (String, "s"),
    (Number, "n"),
    (Keyword, "k"),
    (Name.Tag, "k"),
    (Name.Builtin, "k"),
    (Token.Generic.Heading, "k"),
)
ALLOWED_TAGS = set(
    "a b blockquote br code dd div dl dt em h2 h3 h4 h5 h6 hr i img li ol p pre s span strong sub sup "
    "table tbody td th thead tr ul".split()
)
ALLOWED_ATTRIBUTES = {
    "*": {"id"},
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height", "loading"},
    "code": {"class"},
    "pre": {"class", "tabindex"},
    "span": {"class"},
    "div": {"class", "tabindex", "role"},
    "ol": {"start"},
    "td": {"class"},
    "th": {"class"},
}
SANITISER = nh3.Cleaner(
    tags=ALLOWED_TAGS,
    attributes=ALLOWED_ATTRIBUTES,
    url_schemes={"http", "https", "mailto"},
    link_rel=None,
)


def highlight(code: str, language: str) -> str:
    """Return the code as HTML with four kinds of `<span class="tok-…">`; plain where the language is unknown."""
    try:
        lexer: Lexer = get_lexer_by_name(language or "text", stripnl=False, ensurenl=False)
    except ClassNotFound:
        return escape(code)
    parts, pending, kind = [], [], None
    for token, value in lexer.get_tokens(code):
        found = next((name for of, name in KINDS if token in of), None)
        if found != kind and value.strip():
            parts.append(_span(kind, "".join(pending)))
            pending, kind = [], found
        pending.append(value)
    parts.append(_span(kind, "".join(pending)))
    return "".join(parts)


def _span(kind: str | None, text: str) -> str:
    return f'<span class="tok-{kind}">{escape(text)}</span>' if kind and text else escape(text)


def _fence(renderer, tokens, index, options, env) -> str:
    token = tokens[index]
    language = token.info.strip().split(" ")[0] if token.info else ""
    return f'<pre tabindex="0"><code>{highlight(token.content.rstrip(chr(10)), language)}</code></pre>\n'


def _table_open(renderer, tokens, index, options, env) -> str:
    return '<div class="scroll" tabindex="0" role="group"><table>\n'


def _table_close(renderer, tokens, index, options, env) -> str:
    return "</table></div>\n"


@lru_cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False, "typographer": False})
    parser.enable(["table", "strikethrough"])
    parser.add_render_rule("fence", _fence)
    parser.add_render_rule("code_block", _fence)
    parser.add_render_rule("table_open", _table_open)
    parser.add_render_rule("table_close", _table_close)
    return parser


@lru_cache(maxsize=16_384)
def render(text: str) -> SafeString:
    """Return Markdown as sanitised HTML. A pure function of the text, so its results are kept."""
    if len(text) > LONGEST:
        raise ValueError(f"A text may have {LONGEST:,} characters; this one has {len(text):,}. Split it.")
    return mark_safe(SANITISER.clean(_parser().render(text)))  # noqa: S308


@lru_cache(maxsize=16_384)
def render_inline(text: str) -> SafeString:
    """Return one line of Markdown (code, emphasis, links) as HTML without a paragraph around it."""
    return mark_safe(SANITISER.clean(_parser().renderInline(text[:LONGEST])))  # noqa: S308


@lru_cache(maxsize=16_384)
def render_code(code: str, language: str = "text") -> SafeString:
    """Return code as highlighted HTML for the inside of a `<pre>`."""
    return mark_safe(highlight(code, language))  # noqa: S308


def to_plain(text: str) -> str:
    """Return the text without its Markdown, for descriptions and excerpts."""
    text = re.sub(r"```.*?```", " ", text, flags=re.S)
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return re.sub(r"\s+", " ", re.sub(r"[*_`#>|]", "", text)).strip()
