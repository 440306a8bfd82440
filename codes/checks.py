"""What an editor should look at again in the text of a page. Warnings, never walls: nothing here stops a save.

Every function is pure and takes a page's plain data, as `documents.load` returns it. Links are in `codes.links`.
"""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from codes import exchanges
from codes.field_names import FIELD_NAMES
from codes.markdown import EXCHANGE, fences

CHECKS = {
    "links": ("Broken links", "Links inside this site lead to a published page, and to a place that it has."),
    "shared": (
        "Words of another page",
        "A thought that belongs to many pages stands on one; the others link to it.",
    ),
    "pictures": ("Pictures without a text", "Say what a picture shows, for those who do not see it: ![text](address)."),
    "rules": ("Rules without their section", "What a specification says names where it says so: “RFC 9110 §15.5.2”."),
    "fields": ("Unknown header fields", "Neither IANA's registry nor another page knows this name."),
    "sentences": ("Long sentences", "A reader under pressure loses the thread after 45 words."),
    "obsolete": ("Obsolete specifications", "Cite what is in force; the older one belongs into a sentence on history."),
}
LONGEST_SENTENCE = 45
RUN = 10

# What is verbatim, or a name or address, and so no prose.
SKIPPED = frozenset(
    "transcript code run command pattern sign log_line slug url spec spec_url source_url text section header".split()
)
CODE = re.compile(r"```.*?```|`[^`]*`", re.S)
NOT_PROSE = re.compile(r"```.*?```|`[^`]*`|\]\([^)]{0,600}\)", re.S)
WORD = re.compile(r"[a-z0-9'§.-]+")
PICTURE = re.compile(r"!\[\s*\]\(\s*([^)\s]{0,80})")
CITED = re.compile(r"RFC [0-9]+|draft|Fetch|WHATWG|\[MS-", re.I)
OBSOLETE = {
    **dict.fromkeys((2068, 2616, 2145, 2818, 7230, 7231, 7232, 7233, 7235, 7538, 7615, 7694), "RFC 9110"),
    7234: "RFC 9111",
    7238: "RFC 9110",
    7540: "RFC 9113",
    2617: "RFC 9110, RFC 7616 and RFC 7617",
    2965: "RFC 6265",
    5988: "RFC 8288",
    7807: "RFC 9457",
}
OLD_RFC = re.compile(rf"RFC ({'|'.join(map(str, OBSOLETE))})\b")
OLD_RFC_SAYS = re.compile(
    rf"{OLD_RFC.pattern}(?: §[0-9.]+)? "
    r"(?:says|requires|defines|allows|permits|forbids|states|demands)\b"
)


@dataclass(frozen=True)
class Finding:
    """Something to look at: a key of `CHECKS`, where on the page, and what it is."""

    check: str
    where: str
    message: str


def check(data: dict) -> list[Finding]:
    """Everything that a page alone can tell: all but its links and the words that it shares with others."""
    functions = (pictures_without_text, rules_without_section, unknown_fields, long_sentences, obsolete_citations)
    return [finding for function in functions for finding in function(data)]


# Walking through a page


def leaves(value: object, where: str = "", key: str = "") -> Iterator[tuple[str, str, str]]:
    """Every text of a page: where it stands in words ("cause moved, fix rename: body"), its key, and the text."""
    if isinstance(value, dict):
        for name, part in value.items():
            if isinstance(part, list):
                for number, row in enumerate(part, 1):
                    place = f"{_one_of(name)} {_name_of(row, number)}"
                    yield from leaves(row, f"{where}, {place}" if where else place, name)
            else:
                yield from leaves(part, f"{where}: {name}" if where else name, name)
    elif isinstance(value, str):
        yield where, key, value


def _one_of(rows: str) -> str:
    return {"fixes": "fix"}.get(rows, rows.removesuffix("s")).replace("_", " ")


def _name_of(row: object, number: int) -> str:
    if not isinstance(row, dict):
        return str(number)
    return str(row.get("slug") or row.get("header") or row.get("code") or row.get("other") or number)[:60]


def prose(data: object, skipped: frozenset[str] = SKIPPED) -> Iterator[tuple[str, str]]:
    """All prose of a page and where it stands: no code, commands, patterns, transcripts, names or addresses."""
    for where, key, text in leaves(data):
        if key not in skipped:
            yield where, NOT_PROSE.sub(" ", text)


def markdown_texts(data: object) -> Iterator[tuple[str, str]]:
    """All texts that may be Markdown, without the code in them."""
    for where, key, text in leaves(data):
        if key == "text" or key not in SKIPPED:
            yield where, CODE.sub(" ", text)


def sentences(text: str) -> Iterator[str]:
    for paragraph in re.split(r"\n\s*\n|\n\s*[-*|#0-9]", text):
        yield from re.split(r"(?<=[.!?:;])\s+", paragraph)


# The checks


def long_sentences(data: dict) -> Iterator[Finding]:
    for where, text in prose(data):
        for sentence in sentences(text):
            words = sentence.split()
            if len(words) > LONGEST_SENTENCE:
                yield Finding("sentences", where, f"{len(words)} words. Split it: “{' '.join(words[:10])[:120]} …”")


def pictures_without_text(data: dict) -> Iterator[Finding]:
    for where, text in markdown_texts(data):
        for found in PICTURE.finditer(text):
            yield Finding("pictures", where, f"Say what {found[1] or 'the picture'} shows, between the brackets.")


def rules_without_section(data: dict) -> Iterator[Finding]:
    """Rules, and header fields that a keyword asks for."""
    asked = [(number, row) for number, row in enumerate(data.get("headers", []), 1) if row.get("level") != "used"]
    rows = [("rule", number, row) for number, row in enumerate(data.get("rules", []), 1)]
    rows += [("header", number, row) for number, row in asked]
    for what, number, row in rows:
        section = row.get("section", "")
        where = f"{what} {_name_of(row, number)}"
        if not section:
            quoted = f": “{_start(row['text'])}”" if row.get("text") else "."
            yield Finding("rules", where, f"Name its section, like “RFC 9110 §15.5.2”{quoted}")
        elif not CITED.search(section) and not section.startswith("http"):
            yield Finding("rules", where, f"“{section}” names no specification. Write it like “RFC 9110 §15.5.2”.")
        elif re.fullmatch(r"RFC [0-9]+", section):
            yield Finding("rules", where, f"Which section of {section}? Write it like “{section} §2.1”.")


def unknown_fields(data: dict) -> Iterator[Finding]:
    names = [(f"header {row['header']}", row["header"]) for row in data.get("headers", []) if row.get("header")]
    for number, row in enumerate(data.get("exchanges", []), 1):
        try:
            messages = exchanges.parse(row.get("transcript", ""))
        except ValueError:
            continue
        names += [(f"exchange {_name_of(row, number)}: transcript", name) for name in _fields_of(messages)]
    for where, _, text in leaves(data):
        for transcript in fences(text, EXCHANGE) if f"```{EXCHANGE}" in text else ():
            try:
                names += [(where, name) for name in _fields_of(exchanges.parse(transcript))]
            except ValueError as error:
                yield Finding("fields", where, f"An exchange cannot be drawn. {error}")
    for where, name in names:
        if (wrong := wrong_with_field(name)) is not None:
            yield Finding("fields", where, wrong)


def _fields_of(messages: list[exchanges.Message]) -> list[str]:
    return list(dict.fromkeys(name for message in messages for name, _ in message.fields))


def wrong_with_field(name: str) -> str | None:
    """What to say of a header field's name; None where it is known. Anybody may make up a name with `X-`."""
    lower = name.lower()
    if lower in FIELD_NAMES:
        return None
    is_private = lower.startswith("x-")
    near = difflib.get_close_matches(lower[:80], FIELD_NAMES, 1, 0.85 if is_private else 0.6)
    if is_private and not near:
        return None
    hint = f"Did you mean {FIELD_NAMES[near[0]]}?" if near else "Look whether it is spelt so where it is defined."
    return f"{name[:80]} is not known. {hint}"


def obsolete_citations(data: dict) -> Iterator[Finding]:
    """Obsolete RFCs as the source of what holds now; an earlier name and a sentence in the past tense may cite them."""
    for where, key, text in leaves(data):
        if key in ("spec", "section") and not where.startswith("name "):
            found = OLD_RFC.search(text)
        else:
            found = OLD_RFC_SAYS.search(text) if key not in SKIPPED or key == "text" else None
        if found:
            yield Finding("obsolete", where, f"RFC {found[1]} was replaced by {OBSOLETE[int(found[1])]}.")


def _start(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"


# Words that stand on two pages


def own_words(data: dict) -> list[tuple[str, list[str]]]:
    """Where, and the words, of what no other page should say: rules, names, notes on facts and sources may repeat."""
    apart = ("rules", "names", "headers")
    own = {key: value for key, value in data.items() if key not in apart and not key.endswith("_note")}
    if "meanings" in own:
        kept = ("slug", "body", "summary")
        own["meanings"] = [{key: row[key] for key in kept if key in row} for row in own["meanings"]]
    return [(where, WORD.findall(text.lower())) for where, text in prose(own, SKIPPED | {"source"})]


def runs_in(words: list[str]) -> list[str]:
    """Every run of ten words."""
    return [" ".join(words[start : start + RUN]) for start in range(len(words) - RUN + 1)]


def run_hashes(data: dict) -> Iterator[int]:
    """The runs of a page as numbers, which hold for this process."""
    return (hash(run) for _, words in own_words(data) for run in runs_in(words))


def shared_words(data: dict, others: Iterable[tuple[str, Iterable[int]]]) -> Iterator[Finding]:
    """Passages of ten words and more that stand on another page too; `others` gives pages' names and `run_hashes`."""
    texts = own_words(data)
    mine = {hash(run) for _, words in texts for run in runs_in(words)}
    for name, hashes in others:
        if hits := mine.intersection(hashes):
            for where, words in texts:
                for passage in _passages(words, hits):
                    yield Finding("shared", where, f"{name} says this too: “{_start(passage)}”")


def _passages(words: list[str], hits: set[int]) -> Iterator[str]:
    starts = [start for start, run in enumerate(runs_in(words)) if hash(run) in hits]
    if not starts:
        return
    breaks = [0, *(place for place, (a, b) in enumerate(pairwise(starts), 1) if b > a + RUN), len(starts)]
    for first, last in pairwise(breaks):
        yield " ".join(words[starts[first] : starts[last - 1] + RUN])


def pairs_with_shared_words(pages: Mapping[str, dict]) -> dict[tuple[str, str], str]:
    """The first shared run of every two pages that share one, by their names."""
    seen: dict[str, str] = {}
    shared: dict[tuple[str, str], str] = {}
    for name, data in pages.items():
        for _, words in own_words(data):
            for run in runs_in(words):
                other = seen.setdefault(run, name)
                if other != name:
                    shared.setdefault((other, name), run)
    return shared
