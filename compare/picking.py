"""Understanding what somebody typed into the picker: numbers, names, aliases, constants."""

import difflib
import re
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.db.models import Q, QuerySet

from codes.models import Name, StatusCode, canonical

LONGEST = 200
MOST_WORDS = 12
BETWEEN = re.compile(r"\s*[,;|]\s*|\s+(?:vs\.?|versus|and|or)\s+|(?<=[0-9])\s+(?=[0-9])", re.I)
NUMBER = re.compile(r"(?:HTTP )?([0-9]{3})(?: .*)?", re.I | re.A)


@dataclass
class Picked:
    """The codes that were understood, in the order of their numbers, and the words that were not."""

    codes: list[StatusCode] = field(default_factory=list)
    unknown: list["Unknown"] = field(default_factory=list)

    @property
    def typed(self) -> list[str]:
        """What the fields of the picker hold when it is shown again."""
        return [*(code.label for code in self.codes), *(unknown.words for unknown in self.unknown)]

    @property
    def offers(self) -> list[tuple[str, list[tuple[StatusCode, str]]]]:
        """For each of the unknown words the codes that they may mean, with the query that has the code instead."""
        return [(row.words, [(code, self._with(row.words, code)) for code in row.perhaps]) for row in self.unknown]

    def _with(self, words: str, code: StatusCode) -> str:
        return urlencode([("code", code.label if typed == words else typed) for typed in self.typed])


@dataclass(frozen=True)
class Unknown:
    """Words that name no code, or more than one, and the codes that they may mean."""

    words: str
    perhaps: list[StatusCode]


def words_in(texts: list[str]) -> list[str]:
    """What stands in the fields of the picker, one name each: "401, 403", "bad gateway vs 504"."""
    parts = [part for text in texts for part in BETWEEN.split(canonical(text[:LONGEST]).replace("\n", " "))]
    return [part for part in parts if part.strip()][:MOST_WORDS]


def pick(words: list[str], codes: QuerySet[StatusCode]) -> Picked:
    """Find the code that each of the words means among `codes`, those that the reader may see; two queries at most."""
    if not words:
        return Picked()
    known = {code.number: code for code in codes.only("number", "name", "registration")}
    named = Q()
    for word in words:
        named |= Q(text__iexact=word)
    aliases: dict[str, set[int]] = {}
    for text, number in Name.objects.filter(named, code__in=codes).values_list("text", "code__number"):
        aliases.setdefault(text.lower(), set()).add(number)
    picked: dict[int, StatusCode] = {}
    unknown = []
    for word in words:
        meant = _meant(word, known, aliases)
        if len(meant) == 1:
            picked[meant[0].number] = meant[0]
        else:
            unknown.append(Unknown(word, meant or _nearest(word, known)))
    return Picked([picked[number] for number in sorted(picked)], unknown)


def _meant(word: str, known: dict[int, StatusCode], aliases: dict[str, set[int]]) -> list[StatusCode]:
    if found := NUMBER.fullmatch(word):
        return [known[int(found[1])]] if int(found[1]) in known else []
    named = [code for code in known.values() if code.name.lower() == word.lower()]
    return _registered_first(named or [known[number] for number in sorted(aliases.get(word.lower(), ()))])


def _registered_first(codes: list[StatusCode]) -> list[StatusCode]:
    """A name that the registry and a vendor share means the registered code."""
    return [code for code in codes if code.is_registered] or codes


def _nearest(word: str, known: dict[int, StatusCode]) -> list[StatusCode]:
    """At most three codes whose name is written alike, or whose number is near."""
    if found := NUMBER.fullmatch(word):
        number = int(found[1])
        return sorted(known.values(), key=lambda code: (abs(code.number - number), code.number))[:3]
    by_name = {code.name.lower(): code for code in sorted(known.values(), key=lambda code: code.is_registered)}
    return [by_name[name] for name in difflib.get_close_matches(word.lower()[:80], by_name, 3, 0.6)]
