"""Which header field a response must carry."""

import random

from codes.models import HeaderRule, StatusCode
from codes.vocabulary import Level
from quiz.asked import Asked, Option
from quiz.vocabulary import Difficulty, Kind, Skill, Topic

from .world import WRONG, World

TOPICS = {
    "WWW-Authenticate": Topic.AUTH,
    "Proxy-Authenticate": Topic.AUTH,
    "Allow": Topic.APIS,
    "Upgrade": Topic.CONNECTION,
    "Connection": Topic.CONNECTION,
    "Location": Topic.REDIRECTS,
}


def header_of(world: World, code: StatusCode, rng: random.Random) -> Asked | None:
    """Which field must a 405 carry? Wrong ones are fields of other codes for which this one has no rule at all."""
    own = world.headers.get(code.number, [])
    musts = [rule for rule in own if rule.level == Level.MUST]
    if not musts:
        return None
    rule = rng.choice(musts)
    spoken_of = {rule.header.lower() for rule in own}
    others = _fields_of_others(world, code, spoken_of)
    if len(others) < WRONG:
        return None
    wrong = rng.sample(others[: WRONG + 3], min(WRONG, len(others)))
    options = [Option(f"`{rule.header}`", True, why=_why(rule), read=f"/{code.label}#headers")]
    options += [Option(f"`{one.header}`", why=_why_not(code, one), read=f"/{one.code.label}#headers") for one in wrong]
    when = f" ({rule.condition})" if rule.condition else ""
    return Asked(
        title=f"What a {code.label} must carry",
        kind=Kind.SINGLE,
        topic=TOPICS.get(rule.header, Topic.CONDITIONAL),
        skill=Skill.HEADERS,
        difficulty=Difficulty.MEDIUM,
        prompt=f"Which of these fields must a `{code.label}` response carry{when}?",
        explanation=_why(rule),
        read=f"/{code.label}#headers",
        source=rule.section or code.spec_label,
        source_url=code.spec_url,
        codes=(code.number,),
        options=tuple(options),
        generator="header",
    )


def _fields_of_others(world: World, code: StatusCode, spoken_of: set[str]) -> list[HeaderRule]:
    """One rule for each field that codes taken for this one send, the nearest first."""
    found: dict[str, HeaderRule] = {}
    for other in sorted(world.codes, key=lambda other: -world.confusability(code, other)):
        for rule in world.headers.get(other.number, []) if other is not code else []:
            if rule.header.lower() not in spoken_of and rule.level in (Level.MUST, Level.SHOULD, Level.MAY):
                found.setdefault(rule.header.lower(), rule)
    return list(found.values())


def _why(rule: HeaderRule) -> str:
    when = f", {rule.condition}" if rule.condition else ""
    note = f" {rule.note}" if rule.note else ""
    return f"A {rule.code.label} must carry `{rule.header}`{when}.{note}"


def _why_not(code: StatusCode, rule: HeaderRule) -> str:
    whose = f"{rule.code.label} {rule.code.name}"
    return f"Nothing asks a {code.label} for it. It goes with {whose}: {rule.get_level_display()}."
