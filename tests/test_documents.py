"""Pages as text: what goes in comes out, and what cannot go in is told with its file, its line and a remedy."""

import contextlib
import re
from datetime import UTC, date, datetime, timedelta

import pytest
import yaml
from django.db import models, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from codes.documents import DOCUMENTS, dump, load, store_page, store_rows, to_text
from codes.documents.kinds import is_list
from codes.documents.storing import Page, Targets
from codes.documents.syncing import import_documents
from codes.markdown import LONGEST
from codes.models import Cause, Fix, Meaning, Name, Platform, Revision, StatusClass, StatusCode, Vendor, canonical

from . import makers

CLASSES, PLATFORMS, VENDORS, CODES = DOCUMENTS
EXAMPLES = hypothesis_settings(
    max_examples=40,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)

# --- what a writer may type -------------------------------------------------------------------------------------------

PIECES = [
    *"a b : - # > < | ? ! & * @ ` % ' \" \\ [ ] { } , ~ = . 0 é 漢 😀".split(),
    *(" ", "  ", "    ", "\n", "\n\n", "\r\n", "\r", "\t", "\n\t", "\n ", " \n", "\u00a0", "\u3000", "\u200b"),
    *("\x00", "\x07", "\x0b", "\x0c", "\x1b", "\x1c", "\x7f", "\x80", "\x85", "\x9f", "\u2028", "\u2029", "\ufeff"),
    *(": ", " #", "---", "...", "\n---\n", "\n...\n", "\n>\n", "\n<\n", "\n- a", "\n# a", "\n  a: b", "<<", "%TAG"),
    *("404.10", "1e3", "0x1f", "0o17", "1_000", ".inf", "yes", "No", "null", "2026-11-21", "12:30:45", "word " * 40),
    *("\U0001f468\u200d\U0001f469", "\ue000", "\uffff", "\U0010ffff", "x" * 300),
]
texts = st.lists(st.sampled_from(PIECES), max_size=12).map("".join) | st.text(
    st.characters(exclude_categories=["Cs"]), max_size=40
)
SLUGS = ["a", "1e3", "404", "404-10", "0x1f", "null", "true", "yes", "2026-11-21", "worker-killed", "0", "o"]
URLS = ["https://example.com/", "https://example.com/?a=1&b=%20#c", "http://[::1]:8080/x:y"]
TRANSCRIPTS = ["> GET / HTTP/1.1\n> Host: a\n>\n\n< HTTP/1.1 404 Not Found", ">\r\n> {}\r\n<  \r\n< a: b"]


def texts_for(field: models.Field) -> st.SearchStrategy:
    """Texts that the field takes, as typed: not canonical yet."""

    def cut(text: str) -> str:
        short = text if not field.max_length else canonical(text)[: field.max_length]
        return short if canonical(short) or field.blank else "x"

    return texts.map(cut)


def values_for(field: models.Field) -> st.SearchStrategy:
    if is_list(field):
        return st.lists(st.sampled_from(list(field.vocabulary)), unique=True, max_size=4)
    if isinstance(field, models.ForeignKey):
        known = {Vendor: SLUGS, Platform: SLUGS, StatusCode: [0, 500, 999], Meaning: ["1e3"], Cause: ["null"]}
        return st.sampled_from(known[field.related_model])
    if field.name == "slug":
        return st.sampled_from(SLUGS)
    if field.name == "lexer":
        return st.sampled_from(["text", "python"])
    if field.name == "transcript":
        return st.sampled_from(TRANSCRIPTS)
    if field.name == "run":
        return st.sampled_from(["> GET /\n< 404\n< !Location\n<\n< é: text", "exit: 22\n+ a = 1\n>> GET /\n\n"])
    if isinstance(field, models.URLField):
        return st.sampled_from(URLS)
    if field.choices:
        return st.sampled_from([value for value, _ in field.flatchoices])
    if isinstance(field, models.BooleanField):
        return st.booleans()
    if isinstance(field, models.IntegerField):
        return st.integers(1990, 2100)
    if isinstance(field, models.DateTimeField):
        moments = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
        return moments | moments.map(lambda moment: moment.date())
    if isinstance(field, models.DateField):
        return st.dates(date(1990, 1, 1), date(2100, 1, 1))
    return texts_for(field)


def is_required(field: models.Field) -> bool:
    return not (field.null or field.blank or field.has_default())


def rows_of(kind) -> st.SearchStrategy:
    required = {key: values_for(field) for key, field in kind.fields.items() if is_required(field)}
    optional = {key: values_for(field) for key, field in kind.fields.items() if not is_required(field)}
    if "platform" in optional:
        optional.pop("platform")  # a constant needs one, so every name has one
        required["platform"] = st.sampled_from(SLUGS)
    optional |= {key: st.lists(rows_of(child), max_size=3).map(_once(child)) for key, child in kind.children.items()}
    return st.fixed_dictionaries(required, optional=optional)


def _once(kind):
    def keep_first(rows: list[dict]) -> list[dict]:
        seen = {}
        for row in rows:
            identity = tuple(canonical(str(row.get(key, ""))) for key in kind.identity)
            seen.setdefault(identity, row)
        return list(seen.values())

    return keep_first


@st.composite
def code_pages(draw) -> dict:
    """A whole page with rows of every kind, as typed."""
    page = draw(
        st.fixed_dictionaries(
            {"number": st.just(404), "name": st.just("x") | values_for(CODES.fields["name"])},
            optional={key: values_for(field) for key, field in CODES.fields.items() if key not in ("number", "name")},
        )
    )
    # The four rules of the model about a page as a whole.
    page.pop("redirect_rule", None)
    page |= {"sent_by": page.get("sent_by") or ["origin"]}
    if not canonical(page.get("summary", "")):
        page.pop("published_at", None)
    if not canonical(page.get("spec", "")):
        page.pop("registration", None)
    meanings, causes = CODES.rows["meanings"], CODES.rows["causes"]
    page["meanings"] = [{**draw(rows_of(meanings)), "slug": "1e3"}]
    for key, kind in CODES.rows.items():
        if kind not in (meanings, causes):
            page[key] = _once(kind)(draw(st.lists(rows_of(kind), max_size=3)))
    page["causes"] = [{**draw(rows_of(causes)), "slug": "null"}]
    return page


def as_typed(data: dict, allow_unicode: bool = True) -> str:
    """The document as another program would write it."""
    return yaml.dump(data, Dumper=yaml.CSafeDumper, allow_unicode=allow_unicode)


def read(kind, path: str, text: str) -> dict:
    data, _, problems = load(kind, path, text)
    assert not problems, problems
    return data


def store(kind, path: str, text: str) -> models.Model:
    data, lines, problems = load(kind, path, text)
    page = Page(kind, path, data, lines)
    if not problems:
        targets = Targets()
        store_page(page, targets)
        if not page.problems:
            store_rows(page, targets)
    assert not [*problems, *page.problems], [*problems, *page.problems]
    return page.instance


@contextlib.contextmanager
def undone():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def make_targets() -> None:
    for slug in SLUGS:
        makers.make_vendor(slug)
        makers.make_platform(slug)
    for number in (0, 500, 999):
        makers.make_code(number)


# --- one canonical form -----------------------------------------------------------------------------------------------


@given(texts)
@EXAMPLES
def test_canonical_text_stays_as_it_is(text):
    once = canonical(text)
    assert canonical(once) == once


@given(texts)
@EXAMPLES
def test_canonical_text_has_no_characters_that_yaml_or_a_browser_would_spoil(text):
    once = canonical(text)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]", once)
    assert not re.search(r"[^\S\n]\n|\s\Z|\A\n", once)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\tb", "a   b"),
        ("a  \nb \n\n", "a\nb"),
        ("\n\n  first\nsecond", "  first\nsecond"),
        ("\n   alone", "alone"),
        ("  alone  ", "alone"),
        ("a\u2028b\x85c", "a\nb\nc"),
        ("\ufeffa\x00b\x1bc", "abc"),
        ("\x00 ", ""),
    ],
)
def test_a_text_is_made_canonical_in_one_way(typed, stored):
    assert canonical(typed) == stored


@given(code_pages())
@EXAMPLES
def test_load_reads_what_to_text_wrote_whatever_was_typed(page):
    data = read(CODES, "codes/404.yaml", as_typed(page))
    text = to_text(data)
    assert read(CODES, "codes/404.yaml", text) == data
    assert to_text(read(CODES, "codes/404.yaml", text)) == text


@given(text=texts, at=st.sampled_from(["name", "meaning", "source"]), escaped=st.booleans())
@EXAMPLES
def test_every_text_is_read_as_it_was_typed_but_for_its_canonical_form(text, at, escaped):
    data = read(CODES, "codes/404.yaml", as_typed({"number": 404, at: text}, allow_unicode=not escaped))
    assert data.get(at, "") == canonical(text)


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_the_line_ends_and_the_mark_of_a_windows_editor_change_nothing(line_end):
    text = "number: 404\nname: 'a: b'\nmeaning: |\n  one\n\n  two\n"
    windows = "\ufeff" + text.replace("\n", line_end)
    assert to_text(read(CODES, "codes/404.yaml", windows)) == to_text(read(CODES, "codes/404.yaml", text))


@pytest.mark.parametrize("word", ["404.10", "1e3", "yes", "null", "~", "0x1f", "12:30:45", "2026-11-21", "1_000", "<<"])
def test_a_word_that_yaml_reads_as_something_else_stays_a_word(word):
    page = {"number": 404, "name": word, "meanings": [{"slug": "a", "label": word}], "sent_by": [word]}
    data = read(CODES, "codes/404.yaml", to_text(page))
    assert (data["name"], data["meanings"][0]["label"], data["sent_by"]) == (word, word, [word])


@pytest.mark.parametrize("label", ["404.10", "1e3", "0404", "1_000", "012", "0x1F", "off", "2026-11-21"])
def test_a_label_without_quotes_is_read_letter_by_letter(label):
    data = read(CODES, "codes/404.yaml", f"number: 404\nmeanings:\n- slug: a\n  label: {label}\n")
    assert data["meanings"][0]["label"] == label


def test_a_text_of_several_lines_is_a_block():
    text = to_text({"number": 404, "meaning": "  one\n\n---\nkey: value # no\n> 3"})
    assert text == "number: 404\nmeaning: |2\n    one\n\n  ---\n  key: value # no\n  > 3\n"


def test_one_date_at_two_places_is_written_twice():
    day = date(2026, 1, 2)
    data = {"number": 404, "published_at": day, "checked_on": day}
    assert to_text(data) == "number: 404\npublished_at: 2026-01-02\nchecked_on: 2026-01-02\n"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-11-21", "2026-11-21"),
        ("'2026-11-21'", "2026-11-21"),
        ("2026-11-21 00:00:00", "2026-11-21"),
        ("2026-11-21T10:30:00Z", "2026-11-21 10:30:00+00:00"),
        ("2026-11-21T10:30:00+02:00", "2026-11-21 08:30:00+00:00"),
        ("2026-11-21 10:30:00.000001", "2026-11-21 10:30:00.000001+00:00"),
    ],
)
def test_a_moment_is_utc_and_a_date_is_its_midnight(written, meant):
    data = read(CODES, "codes/404.yaml", f"number: 404\npublished_at: {written}\n")
    assert str(data["published_at"]) == meant


def test_a_key_left_out_means_the_same_as_its_default():
    short = to_text(read(CODES, "codes/404.yaml", "number: 404\nname: a\n"))
    long = to_text(
        read(CODES, "codes/404.yaml", "number: 404\nname: a\nstorage: explicit\nwhere_seen: sent\nsection:\n")
    )
    assert short == long
    assert "storage: explicit" in short


# --- into the database and back ---------------------------------------------------------------------------------------


@pytest.mark.django_db
@given(code_pages())
@EXAMPLES
def test_what_is_stored_is_dumped_as_the_canonical_text(page):
    text = to_text(read(CODES, "codes/404.yaml", as_typed(page)))
    with undone():
        make_targets()
        assert dump(CODES, store(CODES, "codes/404.yaml", as_typed(page))) == text
        assert dump(CODES, StatusCode.objects.get(number=404)) == text


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [CLASSES, PLATFORMS, VENDORS], ids=lambda kind: kind.folder)
@given(data=st.data())
@hypothesis_settings(EXAMPLES, max_examples=25)
def test_a_page_without_rows_is_dumped_as_the_canonical_text(kind, data):
    slug = "4xx" if kind is CLASSES else "null"
    fixed = {"slug": st.just(slug), "digit": st.just(4)}
    strategies = {key: fixed[key] if key in fixed else values_for(field) for key, field in kind.fields.items()}
    typed = as_typed(data.draw(st.fixed_dictionaries(strategies)))
    with undone():
        path = f"{kind.folder}/{slug}.yaml"
        assert dump(kind, store(kind, path, typed)) == to_text(read(kind, path, typed))


@pytest.mark.django_db
def test_a_full_page_survives_its_deletion_and_return():
    code = makers.make_full_code()
    text = dump(CODES, code)
    code.delete()
    assert dump(CODES, store(CODES, "codes/404.yaml", text)) == text


@pytest.mark.django_db
def test_the_full_page_of_the_makers_has_every_key_and_every_row_and_is_valid():
    code = makers.make_full_code()
    data = read(CODES, "codes/404.yaml", dump(CODES, code))
    for key, kind in CODES.rows.items():
        assert len(data[key]) >= 1, key
        assert {name for row in data[key] for name in row} >= {
            name for name, f in kind.fields.items() if is_required(f)
        }
        for row in kind.model.objects.all():
            row.full_clean()
    code.full_clean()
    assert data["meaning"] == makers.AWKWARD


def keys_of_all_rows() -> dict:
    kinds = [*CODES.rows.values(), CODES.rows["causes"].children["fixes"]]
    return {kind.model: set(kind.model.objects.values_list("pk", flat=True)) for kind in kinds}


@pytest.mark.django_db
def test_saving_the_same_text_again_changes_no_primary_key():
    code = makers.make_full_code()
    before, text = keys_of_all_rows(), dump(CODES, code)
    assert store(CODES, "codes/404.yaml", text).pk == code.pk
    assert keys_of_all_rows() == before


@pytest.mark.django_db
def test_editing_every_text_of_a_page_changes_no_primary_key():
    code = makers.make_full_code()
    before = keys_of_all_rows()
    data = read(CODES, "codes/404.yaml", dump(CODES, code))
    rows = [row for key in CODES.rows for row in data[key]]
    rows += [fix for cause in data["causes"] for fix in cause.get("fixes", [])]
    for row in rows:
        for key in row.keys() & {"title", "body", "note", "why", "proves", "source"} - {"proves"}:
            row[key] = "Changed."
    text = to_text(data)
    assert dump(CODES, store(CODES, "codes/404.yaml", text)) == text
    assert text.count("Changed.") > 20
    assert keys_of_all_rows() == before


@pytest.mark.django_db
@given(seed=st.randoms(use_true_random=False))
@hypothesis_settings(EXAMPLES, max_examples=15)
def test_rows_in_another_order_keep_their_primary_keys(seed):
    with undone():
        code = makers.make_full_code()
        before = keys_of_all_rows()
        data = read(CODES, "codes/404.yaml", dump(CODES, code))
        for key in CODES.rows:
            seed.shuffle(data[key])
        for cause in data["causes"]:
            seed.shuffle(cause["fixes"])
        text = to_text(data)
        assert dump(CODES, store(CODES, "codes/404.yaml", text)) == text
        assert keys_of_all_rows() == before


@pytest.mark.django_db
def test_a_row_that_is_no_longer_in_the_text_is_removed_with_its_children_and_no_other():
    code = makers.make_full_code()
    kept = Cause.objects.get(slug="true")
    kept_fixes = set(kept.fixes.values_list("pk", flat=True))
    data = read(CODES, "codes/404.yaml", dump(CODES, code))
    data["causes"] = [row for row in data["causes"] if row["slug"] == "true"]
    data["meanings"] = []
    for row in [*data["steps"], *data["fingerprints"]]:
        row.pop("proves" if "slug" in row else "meaning", None)
    text = to_text({key: value for key, value in data.items() if value != []})
    assert dump(CODES, store(CODES, "codes/404.yaml", text)) == text
    assert list(Cause.objects.all()) == [kept]
    assert set(Fix.objects.values_list("pk", flat=True)) == kept_fixes
    assert not Meaning.objects.exists()


@pytest.mark.django_db
def test_a_page_without_rows_in_its_text_loses_them_all():
    makers.make_full_code()
    store(CODES, "codes/404.yaml", "number: 404\nname: a\n")
    assert not any(keys_of_all_rows().values())


@pytest.mark.django_db
def test_rows_that_the_database_holds_twice_are_one_after_storing_their_text():
    code = makers.make_code()
    first, _ = makers.make_name(code, "Twice"), makers.make_name(code, "Twice")
    data = read(CODES, "codes/404.yaml", dump(CODES, makers.make_code(405)).replace("405", "404"))
    text = to_text({**data, "names": [{"kind": "alias", "text": "Twice"}]})
    assert dump(CODES, store(CODES, "codes/404.yaml", text)) == text
    assert list(Name.objects.all()) == [first]


@pytest.mark.django_db
def test_rows_of_another_page_and_of_a_draft_copy_stay():
    code = makers.make_code()
    makers.make_cause(makers.make_code(500))
    makers.make_cause(makers.make_draft_of(code), "drafted")
    makers.make_cause(code, "gone")
    store(CODES, "codes/404.yaml", "number: 404\nname: a\n")
    assert {cause.slug for cause in Cause.objects.all()} == {"worker-killed", "drafted"}
    assert StatusCode.objects.get(draft_of=code).name == "Name 404"


@pytest.mark.django_db
def test_a_new_page_is_as_old_as_its_publication_and_a_changed_one_is_new():
    store(CODES, "codes/404.yaml", "number: 404\nname: a\nsummary: b\npublished_at: 2020-01-02\nsent_by: [cdn]\n")
    assert StatusCode.objects.get().updated_at == datetime(2020, 1, 2, tzinfo=UTC)
    store(CODES, "codes/404.yaml", "number: 404\nname: a\nsummary: c\npublished_at: 2020-01-02\nsent_by: [cdn]\n")
    assert timezone.now() - StatusCode.objects.get().updated_at < timedelta(minutes=1)


@pytest.mark.django_db
def test_all_pages_are_dumped_in_a_number_of_queries_that_does_not_grow(django_assert_max_num_queries):
    from codes.documents import dump_all

    makers.make_full_code()
    for number in range(500, 520):
        makers.make_fix(makers.make_cause(makers.make_code(number)))
    with django_assert_max_num_queries(len(CODES.rows) + 2):
        assert len(list(dump_all(CODES, CODES.live_pages()))) == 22


# --- what cannot be read ----------------------------------------------------------------------------------------------

PAGE = "number: 404\nname: Not Found\n"
LIVE = "number: 404\nname: Not Found\nsummary: One.\npublished_at: 2026-01-02\nsent_by: [origin]\n"

MALFORMED = {
    "a colon in a text": (PAGE + "gist: a: b\n", 3, 'Put a text that contains ": " into quotes'),
    "a tab as indentation": ("number: 404\nmeanings:\n\t- slug: a\n", 3, "Use spaces, never tabs."),
    "a tab in a block": (PAGE + "meaning: |\n\tindented\n", 4, "Use spaces, never tabs."),
    "an open quote": (PAGE + "gist: 'open\nspec: a\n", 5, "Check the indentation and the quotes"),
    "an open bracket": (PAGE + "sent_by: [origin\n", 4, "Check the indentation and the quotes"),
    "a special character": (PAGE + "gist: @home\n", 3, "Put a text that begins with a special character into quotes"),
    "a backtick": (PAGE + "gist: `a`\n", 3, "Put a text that begins with a special character into quotes"),
    "an alias of nothing": (PAGE + "gist: *star\n", 3, "Write the text out, or quote it."),
    "an alias": (PAGE + "gist: &a text\nspec: *a\n", 4, "Write the text out"),
    "an alias of a list": (PAGE + "sent_by: &a [cdn]\ngrpc_sent_as: *a\n", 4, "Write the text out"),
    "an alias of its own list": (PAGE + "causes: &a\n- *a\n", 4, "Write the text out"),
    "a merge key": (PAGE + "causes:\n- &a {slug: a}\n- {<<: *a}\n", 5, "Write the text out"),
    "two documents": (PAGE + "---\nnumber: 405\n", 3, "One file holds one page"),
    "a key twice": (PAGE + "gist: a\nname: b\n", 4, '"name" stands here twice. Keep one of the two.'),
    "a misspelt key": (PAGE + "sumary: a\n", 3, 'Unknown key "sumary". Did you mean "summary"?'),
    "a misspelt key in a row": (PAGE + "causes:\n- slug: a\n  titel: b\n", 5, 'Did you mean "title"?'),
    "a misspelt list": (PAGE + "cause:\n- slug: a\n", 3, 'Did you mean "causes"?'),
    "an unknown key": (PAGE + "zzz: a\n", 3, 'Unknown key "zzz". Known here: number, name, '),
    "a list as a key": (PAGE + "? [a]\n: b\n", 3, "Unknown key"),
    "an unknown choice": (PAGE + "storage: maybe\n", 3, "Choose from: heuristic, explicit, never, updates, none."),
    "an unknown choice in a row": (
        PAGE + "names:\n- text: a\n  kind: nick\n",
        5,
        "Choose from: earlier, alias, constant.",
    ),
    "an unknown word in a list": (PAGE + "sent_by: [cdn, moon]\n", 3, "moon is not known here; choose from: origin, "),
    "a word twice": (PAGE + "sent_by: [cdn, cdn]\n", 3, "Name each only once."),
    "a list for a text": (PAGE + "gist: [a, b]\n", 3, '"gist" is one value, not a list or a mapping.'),
    "a mapping for a text": (PAGE + "gist: {a: b}\n", 3, '"gist" is one value, not a list or a mapping.'),
    "a text for a list": (PAGE + "sent_by: origin\n", 3, '"sent_by" is a list of words, like [origin, cdn].'),
    "lists for words": (PAGE + "sent_by: [[origin]]\n", 3, '"sent_by" is a list of words, like [origin, cdn].'),
    "a text for rows": (PAGE + "causes: many\n", 3, '"causes" is a list: begin each of its rows with "- ".'),
    "a mapping for rows": (PAGE + "causes:\n  slug: a\n", 4, '"causes" is a list: begin each of its rows with "- ".'),
    "a text for a row": (PAGE + "causes:\n- it broke\n", 4, "Here should be keys and values"),
    "an empty row": (PAGE + "causes:\n- \n", 4, "Here should be keys and values"),
    "a list for the page": ("- number: 404\n", 1, "Here should be keys and values"),
    "a word for the page": ("hello\n", 1, "Here should be keys and values"),
    "nothing but a null": ("~\n", 1, "Here should be keys and values"),
    "no number for a number": (PAGE + "year: abc\n", 3, "\"year\": write a whole number, not 'abc'."),
    "a number with a point": (PAGE + "year: 1996.5\n", 3, "\"year\": write a whole number, not '1996.5'."),
    "a number below zero": (PAGE + "year: -1\n", 3, "\"year\": write a whole number, not '-1'."),
    "a number too high": (PAGE + "year: 2101\n", 3, "less than or equal to 2100"),
    "a huge number": (PAGE + f"year: {'9' * 5000}\n", 3, '"year": write a whole number, not '),
    "maybe": (PAGE + "verified: maybe\n", 3, "\"verified\": write true or false, not 'maybe'."),
    "yes": (PAGE + "verified: yes\n", 3, "\"verified\": write true or false, not 'yes'."),
    "no date": (PAGE + "checked_on: tomorrow\n", 3, "'tomorrow' is not a date. Write it like 2026-11-21."),
    "a date that never was": (PAGE + "checked_on: 2026-02-30\n", 3, "is not a date. Write it like 2026-11-21."),
    "a moment before all time": (PAGE + "published_at: 0001-01-01T00:00:00+14:00\n", 3, "is not a date. Write it like"),
    "a moment after all time": (PAGE + "published_at: 9999-12-31T23:59:00-14:00\n", 3, "is not a date. Write it like"),
    "no number": ("name: Not Found\n", 1, '"number" is missing.'),
    "an empty number": ("name: a\nnumber:\n", 1, '"number" is missing.'),
    "another number": ("name: a\nnumber: 405\n", 2, "this file is codes/405.yaml. Rename the file or correct the key."),
    "two rows of one slug": (
        PAGE + "causes:\n- slug: a\n  title: b\n  body: c\n- slug: a\n  title: d\n  body: e\n",
        7,
        "causes: a stands at line 4 too. Keep one, or rename one.",
    ),
    "two fixes of one slug": (
        PAGE
        + "causes:\n- slug: a\n  title: b\n  body: c\n  fixes:\n  - {slug: d, title: e}\n  - {slug: d, title: f}\n",
        9,
        "fixes: d stands at line 8 too. Keep one, or rename one.",
    ),
    "one relation twice": (
        PAGE + "relations:\n- {kind: related, other: 0, note: a}\n- {kind: confused, other: 0, note: b}\n",
        5,
        "relations: 0 stands at line 4 too. Keep one, or rename one.",
    ),
    "an unknown vendor": (
        PAGE + "meanings:\n- {slug: a, label: b, name: c, vendor: moon}\n",
        4,
        "names 'moon', which is not among the content files or in the database. Correct it or add that one.",
    ),
    "an unknown platform": (
        PAGE + "names:\n- {kind: constant, text: a, platform: moon}\n",
        4,
        "\"platform\" names 'moon', which is not among the content files",
    ),
    "an unknown code": (
        PAGE + "relations:\n- {kind: related, other: 405, note: a}\n",
        4,
        '"other" names 405, which is not among the content files or in the database.',
    ),
    "no code": (PAGE + "relations:\n- {kind: related, other: abc, note: a}\n", 4, "write a whole number, not 'abc'."),
    "an unknown cause": (
        PAGE + "steps:\n- {slug: a, title: b, proves: c}\n",
        4,
        "\"proves\" names 'c', which is not on this page. Correct it or add that one.",
    ),
    "an unknown meaning": (
        PAGE + "causes:\n- {slug: a, title: b, body: c, meaning: d}\n",
        4,
        "\"meaning\" names 'd', which is not on this page.",
    ),
    "no vendor": (PAGE + "meanings:\n- {slug: a, label: b, name: c}\n", 4, '"vendor" is missing.'),
    "itself": (PAGE + "relations:\n- {kind: related, other: 404, note: a}\n", 4, "A page is not related to itself."),
    "a long text": (
        PAGE + f"gist: {'a' * 61}\n",
        3,
        '"gist": Ensure this value has at most 60 characters (it has 61).',
    ),
    "a text of 5 MB": (PAGE + f"meaning: {'a ' * 2_500_000}\n", 3, f"A text may have {LONGEST:,} characters. Split"),
    "a long text in a row": (
        PAGE + f"causes:\n- slug: a\n  body: b\n  title: {'a' * 141}\n",
        6,
        '"title": Ensure this value has at most 140 characters (it has 141).',
    ),
    "a bad slug": (
        PAGE + "causes:\n- {slug: A b, title: b, body: c}\n",
        4,
        "Use lower-case letters, digits and single",
    ),
    "a bad address": (PAGE + "spec_url: example\n", 3, '"spec_url": Enter a valid URL.'),
    "no title": (PAGE + "causes:\n- slug: a\n  body: b\n", 4, '"title": This field cannot be blank.'),
    "no body": (PAGE + "causes:\n- slug: a\n  title: b\n  body: ' '\n", 6, '"body": This field cannot be blank.'),
    "a constant of nothing": (PAGE + "names:\n- {kind: constant, text: a}\n", 4, "A constant belongs to a platform"),
    "no summary": (LIVE.replace("summary: One.\n", ""), 1, "A published page needs its one-sentence summary."),
    "a published page that nobody sends": (LIVE.replace("sent_by: [origin]\n", ""), 1, "Say who sends it"),
    "a redirect of a 404": (PAGE + "redirect_rule: keep\n", 3, "Only a 3xx code has a redirect rule."),
    "registered nowhere": (PAGE + "registration: assigned\n", 1, "A registered number has a specification."),
    "a bad transcript": (
        PAGE + "exchanges:\n- slug: a\n  title: b\n  transcript: |\n    > GET / HTTP/1.1\n    Host: a\n",
        6,
        'Line 2 must begin with "> " (request) or "< " (response): Host: a',
    ),
    "nothing": ("", 1, "The file is empty. Write the page, or delete the file."),
    "only white space": ("\n\n", 1, "The file is empty. Write the page, or delete the file."),
    "only a comment": ("# later\n", 1, "The file is empty. Write the page, or delete the file."),
    "a control character": (PAGE + "gist: a\x01b\n", 3, "Take the character #x0001 out"),
    "a binary file": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", 1, "Save it as UTF-8."),
    "Latin-1": (PAGE.encode() + "gist: Grüße\n".encode("latin-1"), 3, "Save it as UTF-8."),
    "UTF-16": (PAGE.encode("utf-16"), 1, "Save it as UTF-8."),
    "a nest of lists": (PAGE + "gist: " + "[" * 10_000 + "\n", 3, "nested too deep"),
    "a deeper nest of lists": ("[" * 400_000, 1, "nested too deep"),
    "a nest of rows": ("- " * 400_000, 1, "nested too deep"),
    "a nest of mappings": ("{a: " * 400_000, 1, "nested too deep"),
    "a nest of keys": ("? " * 400_000, 1, "nested too deep"),
    "a nest over many lines": (PAGE + "causes:\n" + " [\n" * 10_000, 13, "nested too deep"),
    "a bomb of aliases": (
        PAGE + "causes:\n- &a {slug: a, fixes: &f [&x {slug: b}, *x, *x]}\n" + "- *a\n" * 1000,
        4,
        "Write the text out",
    ),
    "5 MB of one word": ("a" * 5_000_000, 1, "Here should be keys and values"),
    "a key of 5 MB": (PAGE + "? " + "a" * 5_000_000 + "\n: b\n", 3, "Unknown key"),
    "a text of 5 MB where a few words belong": (PAGE + f"gist: {'a ' * 2_500_000}\n", 3, "at most 60 characters"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", MALFORMED)
def test_a_file_that_cannot_be_read_is_told_with_line_and_remedy_and_nothing_is_imported(tmp_path, name):
    content, line, remedy = MALFORMED[name]
    makers.make_code(0)
    for folder in ("classes", "platforms", "vendors", "codes"):
        (tmp_path / folder).mkdir()
    (tmp_path / "vendors/good.yaml").write_text("slug: good\nname: Good\nkind: cdn\n")
    (tmp_path / "codes/404.yaml").write_bytes(content if isinstance(content, bytes) else content.encode())

    report = import_documents(DOCUMENTS, tmp_path)

    first = report.problems[0]
    assert (first.path, first.line) == ("codes/404.yaml", line), report.problems
    assert remedy in first.message
    assert str(first).startswith(f"codes/404.yaml:{line}: ")
    assert len(str(first)) < 1000
    assert not Vendor.objects.exists()
    assert not Revision.objects.exists()
    assert list(StatusCode.objects.values_list("number", flat=True)) == [0]


@pytest.mark.django_db
def test_all_mistakes_of_a_file_are_told_at_once():
    text = "number: 404\nnmae: a\nverified: maybe\ncauses: b\nstorage: [c]\nsteps:\n- sulg: d\n"
    _, _, problems = load(CODES, "codes/404.yaml", text)
    assert sorted(problem.line for problem in problems) == [2, 3, 4, 5, 7]


@given(
    st.text(st.sampled_from("ab:-#[]{}&*!|>'\"%@`?,~ \n\t0\\\x00é")) | st.binary().map(lambda b: b.decode("latin-1"))
)
@hypothesis_settings(EXAMPLES, max_examples=300)
def test_whatever_stands_in_a_file_is_read_or_told_with_a_line_of_it(text):
    data, _, problems = load(CODES, "codes/404.yaml", text)
    assert problems or data["number"] == 404
    for problem in problems:
        assert 1 <= problem.line <= len(re.split(r"\r\n|[\n\r\x85\u2028\u2029]", text)) + 1
        assert problem.message.rstrip()[-1] in '.?"'


@pytest.mark.django_db
def test_a_page_of_5_mb_is_stored_whole():
    steps = [{"slug": f"s{number}", "title": "a", "body": "word\n\n" * 8_000 + "end"} for number in range(100)]
    text = to_text({**read(CODES, "codes/404.yaml", "number: 404\nname: a\n"), "steps": steps})
    assert len(text) > 5_000_000
    assert dump(CODES, store(CODES, "codes/404.yaml", text)) == text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "text", "line", "message"),
    [
        ("vendors/b.yaml", "slug: b\nname: Nginx\nkind: cdn\n", 2, "already"),
        ("platforms/b.yaml", "slug: b\nname: Express\nkind: client\n", 2, "already"),
        ("platforms/b.yaml", "slug: b\nname: B\nkind: client\nlexer: no\n", 4, 'Pygments knows no language "no"'),
        ("classes/4x.yaml", "slug: 4x\ndigit: 4\nname: a\ntagline: b\nsummary: c\n", 1, "The slug of class 4"),
        ("classes/7xx.yaml", "slug: 7xx\ndigit: 7\nname: a\ntagline: b\nsummary: c\n", 2, "less than or equal to 6"),
        ("classes/5xx.yaml", "slug: 5xx\nname: a\ntagline: b\nsummary: c\n", 1, '"digit"'),
        ("codes/1000.yaml", "number: 1000\nname: a\n", 1, "less than or equal to 999"),
        ("codes/0404.yaml", "number: 404\nname: a\n", 1, "this file is codes/404.yaml"),
    ],
)
def test_a_page_that_would_take_the_place_of_another_is_refused(tmp_path, path, text, line, message):
    makers.make_class(4), makers.make_vendor(), makers.make_platform()
    (tmp_path / path).parent.mkdir()
    (tmp_path / path).write_text(text)
    (problem,) = import_documents(DOCUMENTS, tmp_path).problems
    assert (problem.path, problem.line) == (path, line)
    assert message in problem.message
    assert [StatusClass.objects.get().slug, Vendor.objects.get().slug] == ["4xx", "nginx"]
