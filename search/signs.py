"""Lines that give a cause away, found in pasted text whatever addresses, times and paths stand in it.

The lines are data: `Cause.sign`, `Fingerprint.pattern`, and messages that editors keep. Both they and the paste lose
what varies; what is left is compared by pairs of neighbouring words, each counting the more the rarer it is.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

# Addresses, paths, times and long numbers say nothing of the cause.
VARIABLE = re.compile(
    r"[a-z][a-z0-9+.-]{1,20}://[^\s\"'<>,)]{0,2000}|\b[0-9a-f]{8}-[0-9a-f-]{20,30}\b|\b[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?::[0-9]+)?|"
    r"\b[0-9a-f]{16,200}\b|(?<![\w<])/[\w.@%+~-]{1,200}(?:/[\w.@%+~-]{0,200}){0,40}|\b[0-9]{4}[-/][0-9]{2}[-/][0-9]{2}\b|\b[0-9]{1,2}:[0-9]{2}(?::[0-9.]+)?\b",
    re.I,
)
WORD = re.compile(r"\bah[0-9]{5}\b|\b0x[0-9a-f]{8}\b|(?<=\()[0-9]{1,5}(?=[:)])|(?<=e|c)[0-9]{4}|[a-z]+(?:['_][a-z]+)*")
# "nginx:    connect() failed": who says so, before what is said.
SPEAKER = re.compile(r"\A(?P<who>[A-Z][A-Za-z0-9 .-]{1,24}|[a-z][a-z0-9-]{1,16})(?: \([^)]{1,30}\))?:\s+")
COMMON = set("the a an of to in on for at by is was were be been it this that with from and or as your you".split())


def words_of(text: str) -> list[str]:
    """The words of a line without what varies, in order."""
    plain = VARIABLE.sub(" ", text[:9000].lower().replace("’", "'").replace("\\", " "))
    return [word for word in WORD.findall(plain) if word not in COMMON]


@dataclass(frozen=True, slots=True)
class Sign:
    """One line, as the words that do not vary; `entry` is the place that it leads to, by its position in the index."""

    entry: int
    words: tuple[str, ...]
    speaker: str


@dataclass(frozen=True, slots=True)
class Match:
    """A sign that was found: the weight of the words that matched, and what share of the sign's words that is."""

    entry: int
    weight: float
    share: float
    speaker: str


class Signs:
    """All signs, ready to be looked for."""

    def __init__(self, lines: Iterable[tuple[int, str]]):
        self.signs: list[Sign] = []
        seen = set()
        for entry, text in lines:
            for line in text.split("\n"):
                speaker = SPEAKER.match(line.strip())
                words = tuple(words_of(line.strip()[speaker.end() :] if speaker else line))
                if words and (entry, words) not in seen:
                    seen.add((entry, words))
                    self.signs.append(Sign(entry, words, key(speaker["who"]) if speaker else ""))
        self.places: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for position, sign in enumerate(self.signs):
            for gram in grams(sign.words):
                self.places[gram].append(position)
        total = len(self.signs) + 1
        self.weight = {
            gram: math.log(1 + total / len(at)) * (1.0 if len(gram) > 1 else 0.5) for gram, at in self.places.items()
        }
        self.whole = [sum(self.weight[gram] for gram in grams(sign.words)) for sign in self.signs]

    def find(self, text: str) -> list[Match]:
        """The signs that stand in `text`, each with how much of it does, the best first."""
        found: Counter[int] = Counter()
        for gram in grams(words_of(text)):
            places = self.places.get(gram, ())
            if len(places) <= 400:
                weight = self.weight.get(gram, 0)
                for position in places:
                    found[position] += weight
        matches = []
        for position, weight in found.items():
            share = weight / self.whole[position]
            if share >= 0.3 and weight >= 3:
                sign = self.signs[position]
                matches.append(Match(sign.entry, weight, share, sign.speaker))
        return sorted(matches, key=lambda match: match.weight * match.share, reverse=True)[:40]


def grams(words: Iterable[str]) -> set[tuple[str, ...]]:
    words = list(words)
    return {(word,) for word in words} | set(pairwise(words))


def key(name: str) -> str:
    """The name of a speaker as vendors' slugs have it."""
    name = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return SPEAKERS.get(name, name)


SPEAKERS = {
    "alb": "aws-alb",
    "httpd": "apache",
    "openresty": "nginx",
    "ingress": "nginx",
    "google": "google-cloud-lb",
    "ats": "apache-traffic-server",
}
