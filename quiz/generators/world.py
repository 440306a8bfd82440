"""What generators know: verified codes, and how easily each is taken for another."""

import random
from collections import defaultdict
from collections.abc import Callable
from functools import cached_property
from itertools import islice

from codes.models import Cause, HeaderRule, Relation, StatusCode
from codes.version import Kept
from codes.vocabulary import RelationKind

# How much a reason counts for two codes to be confused.
CONFUSED, RELATED, SAME_CLASS, NEAR = 6, 4, 2, 1
NEARBY = 3
WRONG = 3


class World:
    """The facts of verified, published codes but for those left out; each kind of row is read once, when needed."""

    def __init__(self, *left_out: int):
        codes = StatusCode.objects.published().filter(verified=True).exclude(number__in=left_out)
        self.codes = list(codes.defer("meaning", "definition", "client_behaviour", "source", "verified_note"))
        self.by_number = {code.number: code for code in self.codes}
        self.by_key = {code.pk: code for code in self.codes}

    @cached_property
    def notes(self) -> dict[tuple[int, int], tuple[str, str]]:
        """Kind and sentence of what relates two codes, by their numbers in either order; confused before related."""
        rows = Relation.objects.filter(code__in=self.codes, other__in=self.codes)
        found = rows.order_by("-kind", "-pk").values_list("code__number", "other__number", "kind", "note")
        notes = {}
        for one, other, kind, note in found:
            notes[(other, one)] = notes[(one, other)] = (kind, note)
        return notes

    @cached_property
    def headers(self) -> dict[int, list[HeaderRule]]:
        rules = defaultdict(list)
        for rule in HeaderRule.objects.filter(code__in=self.codes):
            rule.code = self.by_key[rule.code_id]
            rules[rule.code.number].append(rule)
        return rules

    @cached_property
    def causes(self) -> dict[int, list[Cause]]:
        causes = defaultdict(list)
        for cause in Cause.objects.filter(code__in=self.codes).select_related("meaning__vendor").defer("body"):
            cause.code = self.by_key[cause.code_id]
            causes[cause.code.number].append(cause)
        return causes

    def confusability(self, one: StatusCode, other: StatusCode) -> int:
        """How easily one is taken for the other."""
        kind, _ = self.notes.get((one.number, other.number), ("", ""))
        score = {RelationKind.CONFUSED: CONFUSED, RelationKind.RELATED: RELATED}.get(kind, 0)
        score += SAME_CLASS * (one.digit == other.digit)
        return score + NEAR * (abs(one.number - other.number) <= NEARBY)

    def confused_with(
        self, code: StatusCode, is_wrong: Callable[[StatusCode], bool], rng: random.Random, count: int = WRONG
    ) -> list[StatusCode]:
        """The codes most easily taken for this one of which `is_wrong` is sure; chance decides between equals."""
        scores = {other.number: self.confusability(code, other) for other in self.codes if other is not code}
        others = [other for other in self.codes if scores.get(other.number)]
        rng.shuffle(others)
        others.sort(key=lambda other: -scores[other.number])
        near = list(islice((other for other in others if is_wrong(other)), count + 2))
        # One of the next best now and then, so that the same code is not always asked in the same company.
        return near[: count - 1] + rng.sample(near[count - 1 :], 1) if len(near) >= count else []

    def why_not(self, code: StatusCode, other: StatusCode) -> str:
        """What sets another code apart: the editors' sentence about the two, or what that one says."""
        _, note = self.notes.get((code.number, other.number), ("", ""))
        return note or f"{other.label} {other.name}: {other.summary}"


known_world = Kept(World)
