"""Words of a query: stemmed, without those that say nothing, with typing errors mended and synonyms added."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

import tantivy
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

ANALYZER = (
    tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    .filter(tantivy.Filter.lowercase())
    .filter(tantivy.Filter.ascii_fold())
    .filter(tantivy.Filter.remove_long(60))
    .filter(tantivy.Filter.stemmer("english"))
    .build()
)
# Words of questions, which say nothing about the answer.
SILENT = set(
    """a about all also am an and any anyone are as at be been being but by can could d did do does doing done for
    from get gets getting give given gives go goes got had has have having he help her here hey hi how i if im
    in into is it its just keep keeps ll look m make makes may me mean means might my need now of ok on one or
    our out over please problem put re really s say says see seems shall she should show shows so some somebody
    someone still t tell than thank thanks that the their them then there these they thing things this those to
    too try trying up us use used using ve very want was way we well were what whats when where which while who
    whom whose why will with would you your""".split()
)
# Words that stand on every page: they count, but little.
FAINT = set(
    """api code error errors http https page request respons response return returned returns send sends sent
    server site status web website""".split()
)
FAINT_WEIGHT = 0.4
WORD = re.compile(r"[a-z0-9]+(?:['’][a-z]+)?")
# What logs put before a message: when, and which process. Its digits are no words.
_MONTH = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
_DATE = r"[0-9]{4}[-/][0-9]{2}[-/][0-9]{2}"
_TIME = r"[0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]{1,9})?(?: ?(?:z\b|[+-][0-9]{2}:?[0-9]{2}\b))?"
STAMP = re.compile(
    rf"(?<![\w.])(?:{_DATE}(?:[t ]{_TIME})?|[0-9]{{1,2}}/{_MONTH}/[0-9]{{4}}(?::{_TIME})?"
    rf"|(?:(?:mon|tue|wed|thu|fri|sat|sun),? )?{_MONTH} {{1,2}}[0-9]{{1,2}} {_TIME}(?: [0-9]{{4}})?|{_TIME})"
    r"|\b[0-9]+#[0-9]+:(?: \*[0-9]+)?|(?<=[a-z])\[[0-9]+\]|\bpid [0-9]+(?::tid [0-9]+)?"
)


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """The stem of one word, as the index has it."""
    found = ANALYZER.analyze(word)
    return found[0] if found else ""


@dataclass(frozen=True)
class Term:
    """One word of a query: its stem, what it counts, and other stems that mean the same."""

    stem: str
    weight: float = 1.0
    others: tuple[str, ...] = ()


@dataclass
class Vocabulary:
    """Every word that the index knows, and the synonyms of words and phrases."""

    counts: dict[str, int] = field(default_factory=dict)
    stems: set[str] = field(default_factory=set)
    synonyms: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    by_length: dict[int, list[str]] = field(default_factory=dict)

    def learn(self, text: str, weight: int = 1) -> None:
        for word in WORD.findall(text.lower()):
            if not word.isdigit():
                self.counts[word] = self.counts.get(word, 0) + weight

    def finish(self) -> None:
        """Order the words for `mend`; call it once, after the last `learn`."""
        self.stems = {stem(word) for word in self.counts}
        for word, count in self.counts.items():
            if count >= 2 and len(word) >= 3 and word.isalpha():
                self.by_length.setdefault(len(word), []).append(word)

    def synonym(self, text: str, means: str) -> None:
        """Let `text` also find `means`."""
        stems = tuple(stem(word) for word in WORD.findall(text.lower()))
        others = tuple(stem(word) for word in WORD.findall(means.lower()) if word not in SILENT)
        if stems and others:
            self.synonyms[stems] = tuple(dict.fromkeys(self.synonyms.get(stems, ()) + others))

    def mend(self, word: str) -> str:
        """The word that was meant where this one is a typing error, else the word itself."""
        return _mend(self, word)

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other

    def terms_of(self, query: str) -> list[Term]:
        """The terms of a query, at most 40, the words that say nothing left out unless there are no others."""
        words = WORD.findall(STAMP.sub(" ", query.lower()[:4000]))[:160]
        spoken = [word for word in words if word not in SILENT] or words
        stems = [stem(self.mend(word)) for word in words]
        added = self._synonyms(stems)
        terms: dict[str, Term] = {}
        for word in spoken[:40]:
            mended = self.mend(word)
            root = stem(mended)
            if root and root not in terms:
                weight = FAINT_WEIGHT if mended in FAINT else 1.0
                terms[root] = Term(root, weight, added.pop(root, ()))
        for others in added.values():
            for other in others:
                terms.setdefault(other, Term(other, 0.5))
        return list(terms.values())

    def _synonyms(self, stems: list[str]) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for size in (4, 3, 2, 1):
            for start in range(len(stems) - size + 1):
                if others := self.synonyms.get(tuple(stems[start : start + size])):
                    name = stems[start] if size == 1 else " ".join(stems[start : start + size])
                    found.setdefault(name, others)
        return found


@lru_cache(maxsize=8192)
def _mend(vocabulary: Vocabulary, word: str) -> str:
    if (
        len(word) < 3
        or not word.isalpha()
        or word in vocabulary.counts
        or stem(word) in vocabulary.stems
        or word in SILENT
    ):
        return word
    most = 1 if len(word) < 5 else 2
    candidates = [
        each for size in range(len(word) - most, len(word) + most + 1) for each in vocabulary.by_length.get(size, ())
    ]
    found = process.extract(word, candidates, scorer=DamerauLevenshtein.distance, score_cutoff=most, limit=12)
    if not found:
        return word
    return min(found, key=lambda each: (each[1], each[0][0] != word[0], -vocabulary.counts[each[0]]))[0]


def known_share(terms: Iterable[Term], vocabulary: Vocabulary) -> float:
    """How much of what was asked the site has words for, 0 to 1."""
    terms = list(terms)
    whole = sum(term.weight for term in terms)
    return sum(term.weight for term in terms if term.stem in vocabulary.stems) / whole if whole else 0.0
