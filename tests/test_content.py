"""The text of the site itself: right facts, canonical form, and the rules of good pages."""

import json
import re
from pathlib import Path

import pytest
import yaml

from codes import checks, exchanges
from codes.corpus import corpus_of
from codes.documents import load, to_text
from codes.documents.files import read_files
from codes.documents.syncing import import_documents
from codes.markdown import outline
from statusref.content import DOCUMENTS as ALL_DOCUMENTS

ROOT = Path(__file__).parent.parent
CONTENT = ROOT / "content"
FACTS = json.loads((ROOT / "tests/data/facts.json").read_text())
CODES = {
    path.stem: yaml.load(path.read_text(), Loader=yaml.CSafeLoader) for path in sorted(CONTENT.glob("codes/*.yaml"))
}
COMPARISONS = {
    path.stem: yaml.load(path.read_text(), Loader=yaml.CSafeLoader)
    for path in sorted(CONTENT.glob("comparisons/*.yaml"))
}
GUIDES = {
    path.stem: yaml.load(path.read_text(), Loader=yaml.CSafeLoader) for path in sorted(CONTENT.glob("guides/*.yaml"))
}
TEXTS = read_files(ALL_DOCUMENTS, CONTENT)
PATTERN_PAGES = ["200", "301", "304", "401", "404", "429", "499", "500", "502"]
BANNED = [
    "it is important to note",
    "in the context of",
    "in today's",
    "delve",
    "leverage",
    "seamless",
    "crucial",
    "lorem ipsum",
    "coming soon",
    "TODO",
]


@pytest.mark.django_db
def test_everything_can_be_imported():
    report = import_documents(ALL_DOCUMENTS, CONTENT)
    assert not report.problems, "\n".join(map(str, report.problems))
    assert not report.conflicts


@pytest.mark.parametrize("path", sorted(TEXTS))
def test_a_file_is_in_its_canonical_form(path):
    kind = next(kind for kind in ALL_DOCUMENTS if path.startswith(f"{kind.folder}/"))
    data, _, problems = load(kind, path, TEXTS[path])
    assert not problems
    assert to_text(data) == TEXTS[path], "run: python manage.py import_content && python manage.py export_content"


def data_of(path: str) -> dict:
    return yaml.load(TEXTS[path], Loader=yaml.CSafeLoader)


def facts_of(number: str) -> list[dict]:
    return [fact for fact in FACTS if (0 if fact["code"] in (-1, 9) else fact["code"]) == int(number)]


@pytest.mark.parametrize("number", CODES)
def test_a_page_says_what_the_checked_facts_say(number):
    page, facts = CODES[number], facts_of(number)
    registered = next((fact for fact in facts if fact["origin"] == "iana"), None)
    assert facts, "no facts are known of this number"
    if registered:
        assert page["name"] == registered["phrase"]
        assert page["registration"] == registered["status"]
        assert page["spec"] == registered["defining_spec"]
        assert page.get("section") == registered["section"]
        assert page["spec_url"] == registered["spec_url"]
        assert page["year"] == registered["year_introduced"]
        assert page["body_rule"] == registered["body"]
        assert (page["storage"] == "heuristic") == registered["heuristically_cacheable"]
        assert page.get("grpc_status") == registered["grpc_mapping"]["http_to_grpc_when_no_grpc_status"]
        assert page.get("grpc_sent_as", []) == registered["grpc_mapping"]["google_rpc_codes_sent_as_this_status"]
        assert page.get("verified", False) == registered["verified"]
        constants = {(row.get("platform"), row["text"]) for row in page.get("names", []) if row["kind"] == "constant"}
        for platform, constant in registered["constants"].items():
            assert not isinstance(constant, str) or (platform, constant) in constants
        labels = {meaning["label"]: meaning for meaning in page.get("meanings", [])}
        assert set(registered["iis_substatus"]) <= set(labels)
    else:
        assert page["registration"] == "unregistered"
    meanings = {(meaning["label"], meaning["name"]) for meaning in page.get("meanings", [])}
    for fact in facts:
        if fact["origin"] != "iana":
            assert (fact["code_display"], fact["phrase"]) in meanings


def test_every_number_of_the_facts_has_a_page_and_no_other():
    assert set(CODES) == {f"{max(fact['code'], 0):03d}" for fact in FACTS} - {"009"}


@pytest.mark.parametrize("number", CODES)
def test_a_page_has_what_every_page_needs(number):
    page = CODES[number]
    for key in ("summary", "gist", "meaning", "definition", "client_behaviour", "first_check"):
        assert page.get(key), f"write {key}"
    assert len(page["summary"]) <= 200 and page["summary"].endswith("."), (
        "the summary is one sentence of 200 characters"
    )
    assert page.get("relations"), "name at least one related or confused code"
    for meaning in page.get("meanings", []):
        assert meaning.get("summary"), f"meaning {meaning['slug']}: write its one sentence"


@pytest.mark.parametrize("number", PATTERN_PAGES)
def test_a_pattern_page_has_every_part(number):
    page = CODES[number]
    wanted = {"names", "rules", "fingerprints", "exchanges", "steps", "snippets", "sections", "engine_notes"}
    wanted |= {"relations", "references"}
    if number == "499":
        wanted -= {"rules"}
    assert wanted <= set(page)
    kinds = {section["kind"] for section in page["sections"]}
    assert {"faq", "scenario"} <= kinds
    if number[0] in "45":
        assert len(page["causes"]) >= 5
        assert all(cause.get("fixes") for cause in page["causes"])
        assert {"operations", "prevention"} <= kinds
        assert "visitor" in kinds or page["where_seen"] != "sent"
    else:
        assert page.get("causes") or "misuse" in kinds
    assert len({snippet["platform"] for snippet in page["snippets"]}) >= 5


@pytest.mark.parametrize("slug", COMPARISONS)
def test_a_comparison_has_every_part(slug):
    page = COMPARISONS[slug]
    assert {"title", "topic", "published_at", "summary", "verdict", "sides", "aspects", "decisions"} <= set(page)
    assert len(page["aspects"]) >= 3 and len(page["decisions"]) >= 1
    for side in page["sides"]:
        assert side.get("scenario"), f"{side['code']}: write its scenario"
        assert any(side["code"] in row.values() for row in page["decisions"]), f"no answer leads to {side['code']}"


@pytest.mark.parametrize("slug", GUIDES)
def test_a_guide_has_every_part(slug):
    page = GUIDES[slug]
    assert {"kind", "title", "published_at", "summary", "body", "codes", "references"} <= set(page)
    assert page["kind"] == "post" or page.get("position"), "give it its place in the order of reading"
    assert page["summary"].endswith("."), "the summary is one sentence"
    headings = outline(page["body"])
    assert len([heading for heading in headings if heading.level == 2]) >= 3, "divide it: at least three headings"
    assert not page["body"].startswith("#"), "begin with what the reader came for, then the first heading"
    for row in page["codes"]:
        assert f"/{row['code']:03d}" in page["body"], f"{row['code']}: link to its page where the text speaks of it"


def test_the_guides_that_pages_rely_on_are_there():
    assert {"primer", "reading-the-hops"} <= set(GUIDES)
    assert [slug for slug, page in GUIDES.items() if page["kind"] == "primer"] == ["primer"]


def test_the_page_of_500_has_a_home_for_every_kind_of_section():
    from codes.vocabulary import SectionKind

    kinds = {section["kind"] for section in CODES["500"]["sections"]}
    assert kinds >= set(SectionKind.values) - {SectionKind.MISUSE}


@pytest.mark.parametrize("number", CODES)
def test_exchanges_show_the_status_and_the_headers_that_it_must_carry(number):
    page = CODES[number]
    if page["where_seen"] != "sent":
        return
    must = [row["header"] for row in page.get("headers", []) if row["level"] == "MUST" and not row.get("condition")]
    for exchange in page.get("exchanges", []):
        problems = exchanges.missing_from(exchange["transcript"], page["number"], must)
        assert not problems, f"{exchange['slug']}: {problems}"


@pytest.mark.parametrize("number", CODES)
def test_a_cause_says_what_happens_and_what_to_do(number):
    for cause in CODES[number].get("causes", []):
        assert len(cause["body"].split()) >= 12, f"{cause['slug']}: say what happens"
        assert cause.get("sign") or cause.get("source"), f"{cause['slug']}: give a log line, a symptom or a source"
        assert cause.get("fixes"), f"{cause['slug']}: write a fix"
        for fix in cause["fixes"]:
            assert fix.get("body"), f"{cause['slug']}/{fix['slug']}: say what to do"
            assert fix.get("expected"), f"{cause['slug']}/{fix['slug']}: say how one knows that it worked"


@pytest.mark.parametrize("number", CODES)
def test_rules_and_notes_name_their_source(number):
    page = CODES[number]
    for rule in page.get("rules", []):
        assert re.search(r"(RFC \d+|draft|Fetch)", rule["section"]), rule["text"]
    for note in page.get("engine_notes", []):
        assert note["source_url"].startswith("http") and note["checked_on"]


@pytest.mark.parametrize("path", sorted(TEXTS))
def test_no_phrase_that_only_fills_space(path):
    prose = " ".join(text for _, text in checks.prose(data_of(path))).lower()
    for phrase in BANNED:
        assert phrase.lower() not in prose, f"say it without “{phrase}”"


@pytest.mark.parametrize("path", sorted(TEXTS))
def test_the_checks_that_the_admin_shows_find_nothing(path):
    """Pictures without a text, rules without a section, unknown header fields, obsolete specifications."""
    found = [f"{finding.where}: {finding.message}" for finding in checks.check(data_of(path))]
    assert not found, "\n".join(found)


def test_no_link_inside_the_site_is_broken():
    texts = corpus_of(TEXTS)
    assert texts.texts.keys() == TEXTS.keys()
    found = [f"{path}: {row.where}: {row.message}" for path, rows in texts.broken_links().items() for row in rows]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("path", sorted(TEXTS))
def test_no_sentence_is_too_long_for_a_reader_under_pressure(path):
    assert not list(checks.long_sentences(data_of(path)))


@pytest.mark.parametrize("path", sorted(TEXTS))
def test_hosts_are_examples(path):
    addresses = re.findall(r"(?<![§\d.-])(?:\d{1,3}\.){3}\d{1,3}\b(?!/)", TEXTS[path])
    private = r"(127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|"
    private += r"192\.0\.2\.|198\.51\.100\.|203\.0\.113\.|0\.0\.0\.0|169\.254\.)"
    for address in addresses:
        parts = [int(part) for part in address.split(".")]
        if max(parts) <= 255 and parts[0] > 9 and not re.match(private, address):
            pytest.fail(f"{address} may be somebody's; use 192.0.2.x")


def test_no_ten_words_stand_on_two_pages():
    """Prose only; names, rules, commands and code apart. A thought that belongs to many pages stands on one."""
    shared = checks.pairs_with_shared_words(CODES | GUIDES)
    listed = "\n".join(f"{a} and {b}: {run}" for (a, b), run in sorted(shared.items()))
    assert len(shared) <= 5, f"{len(shared)} pairs of pages share ten words; move the thought to one place:\n{listed}"
