"""From a log line and what happened to the code that goes with it."""

import difflib
import random
import re

from codes.models import Cause, StatusCode
from codes.vocabulary import Layer, RelationKind
from quiz.asked import Asked, Option
from quiz.vocabulary import Difficulty, Kind, Skill, Topic

from .world import World

# Titles that are more alike than this may tell of the same thing.
ALIKE = 0.55
BETWEEN = {Layer.CDN, Layer.LOAD_BALANCER, Layer.PROXY, Layer.NETWORK, Layer.DNS, Layer.TLS}


def cause_of(world: World, code: StatusCode, rng: random.Random) -> Asked | None:
    """Which status goes with this log line?"""
    # On the pages of other classes causes tell what goes wrong beside the code, and not what ends in it.
    causes = world.causes.get(code.number, []) if code.digit not in (1, 2, 3) else []
    causes = [cause for cause in causes if cause.sign and not _mentions(cause, code)]
    if not causes:
        return None
    cause = rng.choice(causes)
    others = world.confused_with(code, lambda other: _is_no_cause_of(world, cause, other), rng)
    if not others:
        return None
    options = [
        Option(_shown(code), True, why=f"{cause.title}: {code.label}. {code.summary}", read=f"/{code.label}#causes")
    ]
    options += [Option(_shown(other), why=world.why_not(code, other), read=f"/{other.label}") for other in others]
    where = f" ({cause.meaning.vendor.name})" if cause.meaning else ""
    return Asked(
        title=cause.title[:70],
        kind=Kind.SINGLE,
        topic=Topic.GATEWAYS if cause.layer in BETWEEN else Topic.BASICS,
        skill=Skill.DIAGNOSE,
        difficulty=Difficulty.MEDIUM,
        prompt=f"{cause.title}{where}. It shows like this:\n\n```text\n{cause.sign}\n```\n\nWhich status goes with it?",
        explanation=_first_paragraph(cause.body),
        read=f"/{code.label}#cause-{cause.slug}",
        source=cause.source or code.spec_label or code.name,
        source_url=cause.source_url,
        codes=(code.number, *(other.number for other in others)),
        options=tuple(options),
        generator="cause",
    )


def _shown(code: StatusCode) -> str:
    return f"`{code.label}` {code.name}"


def _mentions(cause: Cause, code: StatusCode) -> bool:
    """Does what the reader sees give the number away, or the name?"""
    text = f"{cause.title} {cause.sign}".lower()
    return bool(re.search(rf"(?<![0-9]){code.label}(?![0-9])", text)) or code.name.lower() in text


def _is_no_cause_of(world: World, cause: Cause, other: StatusCode) -> bool:
    """Is it certain that this does not end in that code too?

    Not where the cause's own text speaks of that code, where that code has a cause that reads alike or shows the same
    sign, or where the two codes are called easily confused and something in the same layer ends in either.
    """
    if re.search(rf"(?<![0-9]){other.label}(?![0-9])", f"{cause.title} {cause.sign} {cause.body}"):
        return False
    kind, _ = world.notes.get((cause.code.number, other.number), ("", ""))
    signs = {line.strip() for line in cause.sign.split("\n") if line.strip()}
    for theirs in world.causes.get(other.number, []):
        if _are_alike(cause.title, theirs.title):
            return False
        if signs & {line.strip() for line in theirs.sign.split("\n")}:
            return False
        if kind == RelationKind.CONFUSED and theirs.layer == cause.layer:
            return False
    return True


def _are_alike(one: str, other: str) -> bool:
    matcher = difflib.SequenceMatcher(None, one.lower(), other.lower())
    return matcher.real_quick_ratio() > ALIKE and matcher.quick_ratio() > ALIKE and matcher.ratio() > ALIKE


def _first_paragraph(body: str) -> str:
    return body.split("\n\n")[0]
