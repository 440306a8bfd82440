"""Pages and rows for tests: `make_vendor()`, `make_code(404, name="…")`, `make_cause(code, slug="…")` and so on.

Each makes one saved object with sensible values, which keyword arguments replace. A row comes last in its list.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime

from codes.models import (
    Cause,
    EngineNote,
    Exchange,
    Fingerprint,
    Fix,
    HeaderRule,
    Meaning,
    Name,
    Platform,
    Reference,
    Relation,
    Rule,
    Section,
    Snippet,
    StatusClass,
    StatusCode,
    Step,
    Vendor,
)
from compare.addresses import slug_of
from compare.models import Aspect, Comparison, Decision, Side
from guides.models import Guide, GuideCode, GuideReference
from quiz.models import Choice, Question, QuestionCode
from search.models import Synonym, SynonymList

PUBLISHED = datetime(2026, 1, 2, tzinfo=UTC)

# What YAML, Markdown or a careless writer would spoil; canonical already.
AWKWARD = """\
    four spaces first: "quotes", 'quotes' and \\ backslash
key: value # not a comment
- not a list
---
...

> quoted
>
<Directory "/var/www"> & %{http_code} {{ braces }} | pipe
null, yes, 404.10, 1e3, 2026-11-21, *star, &anchor, !tag, @at, `tick`
Grüße, 漢字, no\u00a0break, zero\u200bwidth, 😀"""


def make_class(digit: int = 4, **fields) -> StatusClass:
    values = {"slug": f"{digit}xx", "name": f"Class {digit}", "tagline": "A few words", "summary": "One sentence."}
    return StatusClass.objects.create(digit=digit, **{**values, **fields})


def make_vendor(slug: str = "nginx", **fields) -> Vendor:
    values = {"name": slug.title(), "kind": "web-server", "summary": "One sentence."}
    return Vendor.objects.create(slug=slug, **{**values, **fields})


def make_platform(slug: str = "express", **fields) -> Platform:
    values = {"name": slug.title(), "kind": "framework", "lexer": "js"}
    return Platform.objects.create(slug=slug, **{**values, **fields})


def make_code(number: int = 404, **fields) -> StatusCode:
    """A published page without rows."""
    values = {
        "name": f"Name {number}",
        "published_at": PUBLISHED,
        "registration": "assigned",
        "spec": "RFC 9110",
        "section": "15.5.5",
        "summary": f"What {number} says, in one sentence.",
        "gist": "In a few words",
        "meaning": "In plain words.",
        "sent_by": ["origin"],
    }
    return StatusCode.objects.create(number=number, **{**values, **fields})


def make_draft_of(code: StatusCode, **fields) -> StatusCode:
    """A newer draft of a live page."""
    return make_code(code.number, **{"name": code.name, "published_at": None, "draft_of": code, **fields})


def _add(model, parent: str, owner, values: dict, fields: dict):
    position = model.objects.filter(**{parent: owner}).count() + 1
    return model.objects.create(**{parent: owner, "position": position, **values, **fields})


def _vendor(fields: dict) -> Vendor:
    return fields.get("vendor") or Vendor.objects.first() or make_vendor()


def _platform(fields: dict) -> Platform:
    return fields.get("platform") or Platform.objects.first() or make_platform()


def make_meaning(code: StatusCode, slug: str = "ours", **fields) -> Meaning:
    values = {"slug": slug, "label": code.label, "vendor": _vendor(fields), "name": "What we mean"}
    return _add(Meaning, "code", code, values, fields)


def make_name(code: StatusCode, text: str = "Also Called", **fields) -> Name:
    return _add(Name, "code", code, {"kind": "alias", "text": text}, fields)


def make_header(code: StatusCode, header: str = "Allow", **fields) -> HeaderRule:
    return _add(HeaderRule, "code", code, {"header": header, "level": "MUST"}, fields)


def make_rule(code: StatusCode, text: str = "Say why.", **fields) -> Rule:
    values = {"level": "SHOULD", "who": "server", "text": text, "section": "RFC 9110 §15.5"}
    return _add(Rule, "code", code, values, fields)


def make_fingerprint(code: StatusCode, pattern: str = "server: nginx", **fields) -> Fingerprint:
    values = {"kind": "header", "pattern": pattern, "proves": "Who answered."}
    return _add(Fingerprint, "code", code, values, fields)


def make_exchange(code: StatusCode, slug: str = "plain", **fields) -> Exchange:
    transcript = f"> GET / HTTP/1.1\n> Host: example.com\n\n< HTTP/1.1 {code.label} {code.name}\n< Content-Length: 0"
    return _add(Exchange, "code", code, {"slug": slug, "title": "An exchange", "transcript": transcript}, fields)


def make_cause(code: StatusCode, slug: str = "worker-killed", **fields) -> Cause:
    return _add(Cause, "code", code, {"slug": slug, "title": "It happened", "body": "How it happens."}, fields)


def make_fix(cause: Cause, slug: str = "restart", **fields) -> Fix:
    return _add(Fix, "cause", cause, {"slug": slug, "title": "Do this", "body": "How it is done."}, fields)


def make_step(code: StatusCode, slug: str = "look", **fields) -> Step:
    return _add(Step, "code", code, {"slug": slug, "title": "Look", "command": "curl -i https://example.com/"}, fields)


def make_snippet(code: StatusCode, slug: str = "send", **fields) -> Snippet:
    values = {"platform": _platform(fields), "role": "return", "title": "Send it", "source": "res.sendStatus(404)"}
    return _add(Snippet, "code", code, {"slug": slug, **values}, fields)


def make_section(code: StatusCode, slug: str = "cached", **fields) -> Section:
    return _add(Section, "code", code, {"kind": "faq", "slug": slug, "title": "Is it?", "body": "It is."}, fields)


def make_engine_note(code: StatusCode, engine: str = "Google", **fields) -> EngineNote:
    values = {
        "topic": "indexing",
        "text": "It is dropped.",
        "source": "Search Central",
        "source_url": "https://developers.google.com/search",
        "checked_on": date(2026, 1, 2),
    }
    return _add(EngineNote, "code", code, {"engine": engine, **values}, fields)


def make_relation(code: StatusCode, other: StatusCode, **fields) -> Relation:
    return _add(Relation, "code", code, {"other": other, "kind": "related", "note": "How they differ."}, fields)


def make_reference(code: StatusCode, url: str = "https://example.com/", **fields) -> Reference:
    return _add(Reference, "code", code, {"title": "Read more", "url": url}, fields)


def make_full_code(number: int = 404, **fields) -> StatusCode:
    """A published page with two rows of every kind and awkward text, beside 000 (related) and a vendor and platform."""
    vendor, platform = make_vendor("iis", name="IIS: 'the' #1"), make_platform("null", name="yes", lexer="text")
    other = make_code(0, name="No response", registration="unregistered", where_seen="client")
    values = {
        "name": "404.10",
        "is_popular": True,
        "year": 1996,
        "spec_url": "https://www.rfc-editor.org/rfc/rfc9110.html#section-15.5.5",
        "meaning": AWKWARD,
        "definition": "null",
        "sent_by": ["gateway", "origin", "cdn"],
        "look_at": "app",
        "storage": "heuristic",
        "retry_rule": "no",
        "retry_note": "yes",
        "client_behaviour": "# not a comment",
        "first_check": "- not a list",
        "grpc_status": "UNIMPLEMENTED",
        "grpc_sent_as": ["NOT_FOUND"],
        "verified": True,
        "checked_on": date(2026, 1, 2),
        "source": "one line " * 60,
    }
    code = make_code(number, **{**values, **fields})
    meaning = make_meaning(code, "404-10", label="404.10", vendor=vendor, name="1e3", body=AWKWARD, sent_by=["origin"])
    make_meaning(code, "1e3", label="1e3", vendor=vendor, name="~", where_seen="log")
    make_name(code, "HttpStatus.NOT_FOUND", kind="constant", platform=platform, since="3.10")
    make_name(code, "yes", kind="earlier", spec="RFC 2068")
    make_header(code, condition="when: it is #1")
    make_header(code, "Retry-After", level="MUST NOT")
    make_rule(code, AWKWARD)
    make_rule(code, "Say: why.", who="cache", level="MUST")
    make_fingerprint(code, AWKWARD, kind="page", vendor=vendor, meaning=meaning)
    make_fingerprint(code, "X-Powered-By: ASP.NET")
    make_exchange(code, note=AWKWARD)
    make_exchange(code, "2026-11-21", title="2026-11-21")
    cause = make_cause(code, layer="web-server", meaning=meaning, sign=AWKWARD, source="a: b")
    make_fix(cause, platform=platform, body=AWKWARD, why="off", expected="...", warning="---")
    make_fix(cause, "null")
    make_fix(make_cause(code, "true"))
    make_step(code, body=AWKWARD, proves=cause)
    make_step(code, "0x1f", command="curl -w '%{http_code}\\n' \\\n  https://example.com/", expect="404")
    make_snippet(code, source=AWKWARD, platform=platform, warning="!")
    make_snippet(code, "handle", role="handle", platform=platform, source="# a comment\nx = {'a': 1}  # and one")
    make_section(code, body=AWKWARD)
    make_section(code, kind="overview", title="Why?")
    make_engine_note(code, text=AWKWARD)
    make_engine_note(code, "Bing", topic="robots.txt")
    make_relation(code, other, kind="confused", note="0: nothing was answered")
    make_reference(code)
    make_reference(code, "https://example.com/?a=1&b=2#c", title="*")
    return code


def make_comparison(*codes: StatusCode, **fields) -> Comparison:
    """A published comparison with a side for each code, an aspect and a decision."""
    codes = sorted(codes, key=lambda code: code.number)
    values = {
        "slug": slug_of(code.number for code in codes),
        "topic": "missing",
        "published_at": PUBLISHED,
        "summary": "What sets them apart.",
        "verdict": "The first when it is there, the last when it is not.",
    }
    comparison = Comparison.objects.create(**{**values, **fields})
    for position, code in enumerate(codes, 1):
        Side.objects.create(
            comparison=comparison, position=position, code=code, choose_when=f"It is {code.label}.", scenario="A story."
        )
    texts = "\n".join(f"{code.label}: text of {code.label}" for code in codes)
    Aspect.objects.create(comparison=comparison, position=1, title="In short", texts=texts)
    Decision.objects.create(
        comparison=comparison, position=1, question="Is it there?", if_yes=codes[0], if_no=codes[-1]
    )
    return comparison


def make_question(slug: str = "which-one", codes: Iterable[StatusCode] = (), **fields) -> Question:
    """A published question of any kind; its choices are right as they stand, those of one answer at the first."""
    kind = fields.get("kind", "single")
    values = {
        "title": f"About {slug}",
        "kind": kind,
        "topic": "basics",
        "skill": "decide",
        "difficulty": "medium",
        "published_at": PUBLISHED,
        "prompt": f"What is it in {slug}?\n\n```text\nGET / 200\n```",
        "explanation": "This is how to think of it.",
        "read": "/404",
        "source": "RFC 9110 §15",
    }
    question = Question.objects.create(slug=slug, **{**values, **fields})
    codes = list(codes) or [StatusCode.objects.filter(draft_of=None).first() or make_code(404)]
    for position, code in enumerate(codes, 1):
        QuestionCode.objects.create(question=question, position=position, code=code)
    texts = ("404", "410", "403", "400") if kind == "number" else ("alpha", "beta", "gamma", "delta")
    rights = {"several": 2, "order": 0, "match": 0}.get(kind, 1)
    for position, text in enumerate(texts, 1):
        Choice.objects.create(
            question=question,
            position=position,
            text=text,
            is_correct=position <= rights,
            match=f"partner of {text}" if kind == "match" else "",
            why=f"Why {text}.",
        )
    return question


def make_guide(slug: str = "primer", *codes: StatusCode, **fields) -> Guide:
    """A published guide about `codes`, with two headings and a reference."""
    values = {
        "kind": "guide",
        "title": f"Guide {slug}",
        "published_at": PUBLISHED,
        "summary": f"What {slug} is for.",
        "body": "First words.\n\n## How it begins\n\nText.\n\n### In detail\n\nMore.",
    }
    guide = Guide.objects.create(slug=slug, **{**values, **fields})
    for position, code in enumerate(codes, 1):
        GuideCode.objects.create(guide=guide, position=position, code=code)
    GuideReference.objects.create(guide=guide, position=1, title="RFC 9110", url="https://example.com/rfc9110")
    return guide


def make_synonyms(slug: str = "words", **fields) -> SynonymList:
    """A list of two synonyms, one of which leads to 000."""
    words = SynonymList.objects.create(slug=slug, **{"title": "Words", **fields})
    code = StatusCode.objects.filter(number=0, draft_of=None).first() or make_code(0, registration="unregistered")
    Synonym.objects.create(list=words, position=1, text="slow", means="timeout")
    Synonym.objects.create(list=words, position=2, kind="message", text=AWKWARD.splitlines()[0].strip(), code=code)
    return words
