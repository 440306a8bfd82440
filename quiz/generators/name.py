"""Number and name, both ways; only registered names, which are nobody's opinion."""

import random

from codes.models import StatusCode
from codes.vocabulary import Registration
from quiz.asked import Asked, Option
from quiz.vocabulary import Difficulty, Kind, Skill, Topic

from .world import World


def _is_named(code: StatusCode) -> bool:
    return code.registration == Registration.ASSIGNED


def _has_another_name(code: StatusCode):
    return lambda other: _is_named(other) and other.name.lower() != code.name.lower()


def name_of(world: World, code: StatusCode, rng: random.Random) -> Asked | None:
    """What is 409 called?"""
    others = world.confused_with(code, _has_another_name(code), rng) if _is_named(code) else []
    if not others:
        return None
    options = [Option(code.name, True, why=code.summary, read=f"/{code.label}")]
    options += [
        Option(other.name, why=f"That is {other.label}. {world.why_not(code, other)}", read=f"/{other.label}")
        for other in others
    ]
    return _question(code, "name", f"What is {code.label}?", f"What is the registered name of `{code.label}`?", options)


def number_of(world: World, code: StatusCode, rng: random.Random) -> Asked | None:
    """Which number is Conflict?"""
    others = world.confused_with(code, _has_another_name(code), rng) if _is_named(code) else []
    if not others:
        return None
    options = [Option(code.label, True, why=code.summary, read=f"/{code.label}")]
    options += [
        Option(other.label, why=f"That is {other.name}. {world.why_not(code, other)}", read=f"/{other.label}")
        for other in others
    ]
    prompt = f"A response begins with `HTTP/1.1 ___ {code.name}`. Which number stands there?"
    return _question(code, "number", f"“{code.name}”", prompt, options, Kind.NUMBER)


def _question(
    code: StatusCode, generator: str, title: str, prompt: str, options: list[Option], kind: Kind = Kind.SINGLE
) -> Asked:
    return Asked(
        title=title[:70],
        kind=kind,
        topic=Topic.BASICS,
        skill=Skill.NAME,
        difficulty=Difficulty.EASY,
        prompt=prompt,
        explanation=f"{code.label} {code.name}: {code.summary}",
        read=f"/{code.label}",
        source=code.spec_label,
        source_url=code.spec_url,
        codes=(code.number,),
        options=tuple(options),
        generator=generator,
    )
