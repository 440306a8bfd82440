"""One fact that sets a code apart from those that it is taken for."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from codes.models import StatusCode
from codes.vocabulary import BodyRule, RedirectRule, Storage, WhereSeen
from quiz.asked import Asked, Option
from quiz.vocabulary import Difficulty, Kind, Skill, Topic

from .world import World


@dataclass(frozen=True)
class Fact:
    """A question that a column of every code answers. `says` tells what a code's own column says of it."""

    prompt: str
    title: str
    topic: str
    holds: Callable[[StatusCode], bool]
    is_comparable: Callable[[StatusCode], bool]
    says: Callable[[StatusCode], str]


def _sentence(*parts: str) -> str:
    return " ".join(f"{part.rstrip('.')}." for part in parts if part)


FACTS = (
    Fact(
        "Which of these may a cache store and reuse although nothing in the response says so?",
        "Stored without being asked",
        Topic.CACHING,
        lambda code: code.storage == Storage.HEURISTIC,
        lambda code: code.storage in (Storage.HEURISTIC, Storage.EXPLICIT, Storage.NEVER),
        lambda code: _sentence(f"{code.label} stored: {code.get_storage_display().lower()}", code.storage_note),
    ),
    Fact(
        "Which of these never has content?",
        "A response that ends with its fields",
        Topic.CONTENT,
        lambda code: code.body_rule == BodyRule.FORBIDDEN and code.where_seen == WhereSeen.SENT,
        lambda code: code.where_seen == WhereSeen.SENT,
        lambda code: _sentence(f"{code.label} content: {code.get_body_rule_display().lower()}", code.body_note),
    ),
    Fact(
        "A client sends a POST. After which of these must it send a POST again, to the new address?",
        "The method that survives",
        Topic.REDIRECTS,
        lambda code: code.redirect_rule == RedirectRule.KEEP,
        lambda code: bool(code.redirect_rule),
        lambda code: _sentence(f"{code.label}: {code.get_redirect_rule_display().lower()}", code.redirect_note),
    ),
    Fact(
        "Which of these is never sent to anybody?",
        "Not on the wire",
        Topic.VENDORS,
        lambda code: code.where_seen in (WhereSeen.LOG, WhereSeen.INTERNAL),
        lambda code: code.where_seen in (WhereSeen.LOG, WhereSeen.INTERNAL, WhereSeen.SENT),
        lambda code: _sentence(f"{code.label} is seen {code.get_where_seen_display().lower()}", code.summary),
    ),
    Fact(
        "A proxy without gRPC answers a gRPC call with a bare status. Which one does the client report as UNAVAILABLE?",
        "Through the eyes of a gRPC client",
        Topic.GATEWAYS,
        lambda code: code.grpc_status == "UNAVAILABLE",
        lambda code: bool(code.grpc_status),
        lambda code: f"A gRPC client makes {code.grpc_status} of a bare {code.label}.",
    ),
)


def what_differs(world: World, code: StatusCode, rng: random.Random) -> Asked | None:
    """Which of these codes, of which exactly one does, …?"""
    facts = [fact for fact in FACTS if fact.is_comparable(code) and fact.holds(code)]
    if not facts:
        return None
    fact = rng.choice(facts)
    others = world.confused_with(code, lambda other: fact.is_comparable(other) and not fact.holds(other), rng)
    if not others:
        return None
    options = [
        Option(f"`{one.label}` {one.name}", one is code, why=fact.says(one), read=f"/{one.label}#facts")
        for one in (code, *others)
    ]
    return Asked(
        title=fact.title,
        kind=Kind.SINGLE,
        topic=fact.topic,
        skill=Skill.APART,
        difficulty=Difficulty.HARD,
        prompt=fact.prompt,
        explanation=fact.says(code),
        read=f"/{code.label}#facts",
        source=code.spec_label or code.name,
        source_url=code.spec_url,
        codes=(code.number, *(other.number for other in others)),
        options=tuple(options),
        generator="difference",
    )
