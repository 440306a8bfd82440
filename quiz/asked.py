"""A question as it is asked: plain values, whether an editor wrote it or a generator made it."""

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cached_property

from .models import Question, Wording
from .vocabulary import Kind


@dataclass(frozen=True)
class Option:
    """What can be chosen. `match` is its partner where the kind is match."""

    text: str
    is_correct: bool = False
    match: str = ""
    why: str = ""
    read: str = ""


@dataclass(frozen=True)
class Asked:
    """One question with everything that is shown before and after it is answered."""

    title: str
    kind: str
    topic: str
    skill: str
    difficulty: str
    prompt: str
    explanation: str
    read: str
    source: str
    codes: tuple[int, ...]
    options: tuple[Option, ...]
    slug: str = ""
    transcript: str = ""
    source_url: str = ""
    generator: str = ""

    @classmethod
    def of(cls, question: Question) -> "Asked":
        """What a question says now. Its rows are fetched (`with_rows`)."""
        names = "title kind topic skill difficulty prompt explanation read source slug transcript source_url".split()
        return cls(
            **{name: str(getattr(question, name)) for name in names},
            codes=tuple(row.code.number for row in question.codes.all()),
            options=tuple(
                Option(row.text, row.is_correct, row.match, row.why, row.read) for row in question.choices.all()
            ),
        )

    @classmethod
    def from_wording(cls, wording: Wording) -> "Asked":
        options = tuple(Option(**option) for option in wording.data["options"])
        return cls(**{**wording.data, "codes": tuple(wording.data["codes"]), "options": options})

    @cached_property
    def data(self) -> dict:
        return asdict(self)

    @cached_property
    def digest(self) -> str:
        return hashlib.sha256(json.dumps(self.data, sort_keys=True).encode()).hexdigest()

    @property
    def task(self) -> str:
        return Kind(self.kind).task

    @property
    def has_one_answer(self) -> bool:
        return self.kind in (Kind.SINGLE, Kind.NEXT)

    @property
    def rights(self) -> list[int]:
        """The places of the options that are right, from 0."""
        return [place for place, option in enumerate(self.options) if option.is_correct]


def keep(asked: list[Asked], questions: dict[str, int]) -> list[Wording]:
    """The wordings of these questions, in their order; what was never asked so before is kept now.

    `questions` gives the primary key by slug. Three queries at most.
    """
    digests = [one.digest for one in asked]
    known = {wording.digest: wording for wording in Wording.objects.filter(digest__in=digests)}
    if missing := {one.digest: one for one in asked if one.digest not in known}:
        new = [
            Wording(digest=digest, data=one.data, question_id=questions.get(one.slug))
            for digest, one in missing.items()
        ]
        # Somebody else may keep the same at the same time.
        Wording.objects.bulk_create(new, ignore_conflicts=True)
        known |= {wording.digest: wording for wording in Wording.objects.filter(digest__in=missing)}
    return [known[digest] for digest in digests]
