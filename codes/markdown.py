"""The one door from text to HTML: CommonMark with tables, no raw HTML, highlighted code, then sanitised."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from itertools import pairwise

import nh3
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from markdown_it import MarkdownIt
from markdown_it.token import Token as Piece
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Keyword, Name, Number, String, Token
from pygments.util import ClassNotFound

from codes import exchanges

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
    "li": {"class"},
    "p": {"class", "aria-hidden"},
    "td": {"class"},
    "th": {"class"},
}
# Fenced code of this language is a transcript (`codes.exchanges`), drawn as a ladder.
EXCHANGE = "exchange"
PLACE = re.compile(r"\s*\{#([a-z0-9]+(?:-[a-z0-9]+)*)\}\s*\Z")
SANITISER = nh3.Cleaner(
    tags=ALLOWED_TAGS,
    attributes=ALLOWED_ATTRIBUTES,
    url_schemes={"http", "https", "mailto"},
    link_rel=None,
)


def highlight(code: str, language: str) -> str:
    """Return the code as HTML with four kinds of `<span class="…">`; plain where the language is unknown."""
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
    return f'<span class="{kind}">{escape(text)}</span>' if kind and text else escape(text)


def _language(token: Piece) -> str:
    return token.info.strip().split(" ")[0] if token.info else ""


def _fence(renderer, tokens, index, options, env) -> str:
    token = tokens[index]
    language = _language(token)
    if language == EXCHANGE:
        try:
            return render_to_string("codes/_ladder.html", {"http_messages": exchanges.parse(token.content)})
        except ValueError:
            # What an editor is still typing; a guide with such a block cannot be saved.
            language = "text"
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


@dataclass(frozen=True)
class Heading:
    """A heading of an article: its level (2 is the highest), its place in links, and its words without Markdown."""

    level: int
    anchor: str
    title: str


@lru_cache(maxsize=512)
def outline(text: str) -> tuple[Heading, ...]:
    """The headings of an article in order; a place that is written out (`## Title {#place}`) stays as it is."""
    return tuple(heading for _, _, heading in _headings(_parser().parse(text[:LONGEST])))


@lru_cache(maxsize=512)
def render_article(text: str) -> SafeString:
    """Like `render`, in which each heading is a link to its place. For a page that consists of one text."""
    parser, env = _parser(), {}
    pieces = parser.parse(text[:LONGEST], env)
    for opening, words, heading in list(_headings(pieces)):
        opening.attrSet("id", heading.anchor)
        if not any(piece.type == "link_open" for piece in words.children):
            start = Piece("html_inline", "", 0, content=f'<a href="#{escape(heading.anchor)}">')
            words.children = [start, *words.children, Piece("html_inline", "", 0, content="</a>")]
    return mark_safe(SANITISER.clean(parser.renderer.render(pieces, parser.options, env)))  # noqa: S308


def fences(text: str, language: str) -> list[str]:
    """The contents of all fenced code of one language."""
    pieces = _parser().parse(text[:LONGEST])
    return [piece.content for piece in pieces if piece.type == "fence" and _language(piece) == language]


def _headings(pieces: list[Piece]) -> Iterator[tuple[Piece, Piece, Heading]]:
    """Each heading that stands in no list or quotation: its opening, its words (without a place), and what it is."""
    for opening, words in pairwise(pieces):
        if opening.type != "heading_open" or opening.level:
            continue
        place = ""
        if words.children and words.children[-1].type == "text":
            last = words.children[-1]
            if found := PLACE.search(last.content):
                place, last.content = found[1], last.content[: found.start()]
        spoken = [piece.content for piece in words.children if piece.type in ("text", "code_inline")]
        title = "".join(spoken).strip()
        yield opening, words, Heading(int(opening.tag[1]), place or slugify(title), title)


@lru_cache(maxsize=16_384)
def render_inline(text: str) -> SafeString:
    """Return one line of Markdown (code, emphasis, links) as HTML without a paragraph around it."""
    return mark_safe(SANITISER.clean(_parser().renderInline(text[:LONGEST])))  # noqa: S308


@lru_cache(maxsize=16_384)
def render_code(code: str, language: str = "text") -> SafeString:
    """Return code as highlighted HTML for the inside of a `<pre>`."""
    return mark_safe(highlight(code, language))  # noqa: S308


# Marks of headings, quotations, tables and emphasis; an underscore inside a word is a part of the word.
MARKS = re.compile(r"^ *[#>]+ ?|\*+|\||(?<![^\W_])_+|_+(?![^\W_])", re.M)


def to_plain(text: str) -> str:
    """Return the text without its Markdown, for descriptions and excerpts. Code in a line stays as it is."""
    text = re.sub(r"```.*?```", " ", text, flags=re.S)
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    pieces = re.split(r"`+([^`]*)`+", text)
    pieces[::2] = [MARKS.sub("", piece) for piece in pieces[::2]]
    return re.sub(r"\s+", " ", "".join(pieces)).strip()
