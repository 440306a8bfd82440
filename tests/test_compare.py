"""Two to four codes side by side: addresses, pages, the picker, files and the admin."""

import html
import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from codes import publishing
from codes.documents import dump, load, store
from codes.documents.storing import Page
from codes.documents.syncing import import_documents
from codes.models import Revision, StatusCode
from compare.documents import COMPARISON
from compare.facts import groups_of
from compare.models import Aspect, Comparison, Decision, Side, Topic
from compare.picking import pick, words_in
from compare.rules import texts_in
from statusref.content import DOCUMENTS
from tests import makers
from tests.test_admin import errors_of, fields_of, new_row

pytestmark = pytest.mark.django_db


def page(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status, f"{path} answered {response.status_code}"
    return html.unescape(response.content.decode())


def leads(client: Client, path: str, data: dict | None = None) -> tuple[int, str]:
    response = client.get(path, data)
    return response.status_code, response.headers.get("Location", "")


@pytest.fixture
def pair():
    """401 and 403, published, with a curated comparison; 404 published, 410 a draft."""
    makers.make_code(404), makers.make_code(410, published_at=None)
    return makers.make_comparison(makers.make_code(401, name="Unauthorized"), makers.make_code(403, name="Forbidden"))


# Addresses


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("403-vs-401", "/compare/401-vs-403"),
        ("401-VS-403", "/compare/401-vs-403"),
        ("401-vs-403-vs-401", "/compare/401-vs-403"),
        ("404-vs-403-vs-401-vs-403-vs-404", "/compare/401-vs-403-vs-404"),
        ("401-vs-403/", "/compare/401-vs-403"),
        ("401-vs-401", "/401"),
        ("401", "/401"),
    ],
)
def test_every_spelling_of_a_set_leads_to_its_one_address(client, pair, typed, address):
    assert leads(client, f"/compare/{typed}") == (301, address)


@pytest.mark.parametrize(
    "typed",
    [
        "401-vs-",
        "-vs-401",
        "401vs403",
        "40-vs-41",
        "0401-vs-403",
        "401-vs-abc",
        "４０１-vs-４０３",
        "401-vs-40３",
        "401 vs 403",
        "vs",
    ],
)
def test_what_is_no_set_of_numbers_is_told_how_an_address_looks(client, pair, typed):
    assert "Nothing to compare here" in page(client, f"/compare/{typed}", 404)


def test_unknown_numbers_are_named_and_the_known_ones_linked(client, pair):
    text = page(client, "/compare/401-vs-477-vs-999", 404)
    assert "477, 999" in text and "have no page" in text
    assert 'href="/401"' in text and 'href="/477"' in text and 'href="/compare/401-vs-403"' in text
    assert 'content="noindex"' in text


def test_five_codes_are_too_many_and_pairs_are_offered(client, pair):
    text = page(client, "/compare/401-vs-403-vs-404-vs-500-vs-501", 404)
    assert "5 codes are too many" in text and "500, 501 have no page" in re.sub("<[^>]*>", "", text)
    assert 'href="/compare/401-vs-404"' in text


def test_a_draft_is_unknown_to_visitors_and_shown_to_staff(client, admin_client, pair):
    assert "410 has no page" in re.sub("<[^>]*>", "", page(client, "/compare/404-vs-410", 404))
    response = admin_client.get("/compare/404-vs-410")
    assert response.status_code == 200 and response["Cache-Control"] == "private, no-store"


# The page


def test_a_curated_page_says_the_verdict_and_when_to_choose_which(client, pair):
    text = page(client, "/compare/401-vs-403")
    for words in (pair.verdict, "It is 401.", "It is 403.", "In short", "text of 403", "A story.", "Is it there?"):
        assert words in text
    assert 'content="noindex"' not in text
    assert '<link rel="canonical" href="http://testserver/compare/401-vs-403">' in text


def test_another_set_shows_the_codes_own_words_and_is_not_indexed(client, pair):
    codes = {code.number: code for code in StatusCode.objects.all()}
    makers.make_relation(codes[404], codes[401], note="404 hides, 401 asks.")
    text = page(client, "/compare/401-vs-404")
    assert "404 hides, 401 asks." in text and codes[404].summary in text
    assert 'content="noindex"' in text
    assert "No editor has written a verdict" in page(client, "/compare/403-vs-404")


def test_a_draft_of_a_comparison_is_not_shown_to_visitors(client, admin_client, pair):
    Comparison.objects.update(published_at=timezone.now() + timedelta(days=1))
    assert pair.verdict not in page(client, "/compare/401-vs-403")
    assert 'href="/compare/401-vs-403"' not in page(client, "/compare") + page(client, "/401")
    assert "compare/401-vs-403" not in page(client, "/sitemap.xml")
    assert "This comparison is a scheduled" in page(admin_client, "/compare/401-vs-403")


def test_a_comparison_of_a_code_that_is_withdrawn_is_listed_nowhere(client, pair):
    StatusCode.objects.filter(number=403).update(published_at=None)
    assert not Comparison.objects.published().exists()
    assert 'href="/compare/401-vs-403"' not in page(client, "/compare") + page(client, "/401")
    page(client, "/compare/401-vs-403", 404)


def test_what_differs_is_marked_in_words_and_what_is_not_stated_is_no_difference():
    one = makers.make_code(301, storage="heuristic", redirect_rule="may-change", grpc_status="UNKNOWN")
    two = makers.make_code(302, storage="explicit", redirect_rule="may-change")
    codes = list(StatusCode.objects.side_by_side([one.number, two.number]))
    rows = {row.title: row for group in groups_of(codes, None) for row in group.rows}
    assert rows["Stored by caches"].outcome.label == "differs"
    assert rows["Redirect"].outcome.label == "the same"
    assert rows["A gRPC client sees"].outcome.label == "not stated for each"
    assert "Google" not in rows


def test_rows_name_the_headers_that_each_must_carry():
    one, two = makers.make_code(401), makers.make_code(429)
    makers.make_header(one, "WWW-Authenticate")
    makers.make_header(two, "Retry-After", level="MAY")
    codes = list(StatusCode.objects.side_by_side([401, 429]))
    row = next(row for group in groups_of(codes, None) for row in group.rows if row.title == "Required headers")
    assert [cell.text for cell in row.cells] == ["`WWW-Authenticate`", "None"]
    assert "Retry-After" in row.cells[1].note


def test_snippets_stand_side_by_side_for_platforms_that_two_codes_share(client, pair):
    for number in (401, 403):
        code = StatusCode.objects.get(number=number)
        makers.make_snippet(
            code, source=f"send({number})", platform=makers.Platform.objects.first() or makers.make_platform()
        )
    makers.make_snippet(code, "lonely", platform=makers.make_platform("go"))
    text = re.sub("<[^>]*>", "", page(client, "/compare/401-vs-403"))
    assert "send(401)" in text and "send(403)" in text
    assert 'data-platform="go"' not in page(client, "/compare/401-vs-403")


# The picker, and the ways in


def test_a_name_of_two_codes_means_the_registered_one():
    makers.make_code(401, name="Unauthorized")
    makers.make_code(561, name="Unauthorized", registration="unregistered")
    picked = pick(words_in(["unauthorized"]), StatusCode.objects.published())
    assert [code.number for code in picked.codes] == [401]


def test_an_alias_of_two_codes_is_not_guessed():
    for number in (408, 504):
        makers.make_name(makers.make_code(number), "Timed out")
    picked = pick(words_in(["timed out"]), StatusCode.objects.published())
    assert not picked.codes and [code.number for code in picked.unknown[0].perhaps] == [408, 504]


def test_drafts_cannot_be_picked(client, pair):
    assert client.get("/compare", {"q": "404, 410"}).status_code == 400


def test_the_picker_lists_curated_comparisons_by_topic_and_pairs_that_are_confused(client, pair):
    codes = {code.number: code for code in StatusCode.objects.all()}
    makers.make_relation(codes[404], codes[401], kind="confused")
    makers.make_relation(codes[404], codes[410], kind="confused")
    makers.make_relation(codes[401], codes[403], kind="confused")
    text = page(client, "/compare")
    assert Topic.MISSING.label in text and 'href="/compare/401-vs-403"' in text
    others = text.split("People also compare")[1]
    assert "401-vs-404" in others and "404-vs-410" not in others and "401-vs-403" not in others


def test_a_code_page_names_its_comparisons_and_compares_in_one_step(client, pair):
    makers.make_class(4)
    text = page(client, "/401")
    assert 'href="/compare/401-vs-403"' in text and 'href="#compare"' in text
    assert 'name="code" value="401"' in text
    assert 'href="/compare/401-vs-403"' not in page(client, "/404")


def test_home_counts_the_comparisons_truly(client, pair):
    assert "1 comparison with a verdict" in page(client, "/")
    Comparison.objects.all().delete()
    assert "comparison with a verdict" not in page(client, "/")


@pytest.mark.parametrize("path", ["/compare", "/compare/401-vs-403", "/compare/401-vs-404"])
def test_comparisons_are_read_only_set_no_cookie_and_may_be_shared(client, pair, path):
    response = client.get(path)
    assert not response.cookies and "Cookie" not in response.get("Vary", "")
    assert client.head(path).status_code == 200
    assert client.post(path).status_code == 405


# Files


def problems_of(text: str, slug: str = "401-vs-403") -> list[str]:
    return [str(problem) for problem in load(COMPARISON, f"comparisons/{slug}.yaml", text)[2]]


SIDES = "sides:\n- code: 401\n  choose_when: a\n- code: 403\n  choose_when: b\n"


def test_what_is_dumped_can_be_stored_again_and_is_the_same(pair):
    text = dump(COMPARISON, pair)
    assert "texts: |\n    401: text of 401\n    403: text of 403\n" in text
    pair.delete()
    data, lines, problems = load(COMPARISON, "comparisons/401-vs-403.yaml", text)
    assert not problems
    assert dump(COMPARISON, store(Page(COMPARISON, "comparisons/401-vs-403.yaml", data, lines))) == text


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (f"slug: 401-vs-403\n{SIDES}- code: 403\n  choose_when: c\n", 7, "403 stands at line 5 too"),
        ("slug: 401-vs-403\nsides:\n- code: 401\n  choose_when: a\n", 2, "2 to 4 codes; this has 1"),
        ("slug: 401-vs-403\ntopic: auth\n", 1, "2 to 4 codes; this has 0"),
        (
            f"slug: 401-vs-402-vs-403\n{SIDES}- code: 402\n  choose_when: c\n",
            2,
            "order of their numbers: 401, 402, 403",
        ),
        (f"slug: 401-vs-403\n{SIDES}- code: 404\n  choose_when: c\n", 1, 'make the slug "401-vs-403-vs-404"'),
        (f"slug: 401-vs-403\n{SIDES}aspects:\n- title: A\n  texts: '401: a'\n", 9, "these are missing: 403"),
        (
            f"slug: 401-vs-403\n{SIDES}aspects:\n- title: A\n  texts: |\n    401: a\n    403: b\n    404: c\n",
            9,
            "404 is no side",
        ),
        (f"slug: 401-vs-403\n{SIDES}aspects:\n- title: A\n  texts: no number\n", 9, "Begin each text with its code"),
        (f"slug: 401-vs-403\n{SIDES}decisions:\n- question: A?\n  if_yes: 404\n  if_no: 401\n", 9, "404 is no side"),
        (f"slug: 401-vs-403\n{SIDES}decisions:\n- question: A?\n  if_yes: 401\n", 8, "for “no” too"),
        (
            f"slug: 401-vs-403\n{SIDES}decisions:\n- question: A?\n  if_yes: 401\n  if_no: 403\n"
            "- question: B?\n  if_yes: 401\n  if_no: 403\n",
            10,
            "Only the last question",
        ),
    ],
)
def test_a_file_that_contradicts_itself_is_told_where_and_how(text, line, words):
    slug = text.split()[1]
    (problem,) = problems_of(text, slug)
    assert problem.startswith(f"comparisons/{slug}.yaml:{line}:") and words in problem


@pytest.mark.parametrize("text", ["401 a", "x\n401: a", "401: a\n401: b", "401:\n403: b", ""])
def test_texts_of_an_aspect_that_cannot_be_read_are_refused(text):
    with pytest.raises(ValueError):
        texts_in(text)


def test_a_text_of_an_aspect_may_have_several_lines():
    assert texts_in("401: a\n  b\n403: `c: d`") == {401: "a\n  b", 403: "`c: d`"}


def test_a_file_that_names_a_code_without_a_page_is_not_imported(tmp_path, pair):
    (tmp_path / "comparisons").mkdir()
    text = dump(COMPARISON, pair).replace("403", "477")
    (tmp_path / "comparisons/401-vs-477.yaml").write_text(text)
    problems = import_documents([COMPARISON], tmp_path).problems
    assert problems and all("477" in problem.message for problem in problems)
    assert not Comparison.objects.filter(slug="401-vs-477").exists()


def test_deleting_the_file_of_a_code_names_the_comparison_that_needs_it(tmp_path, pair):
    from codes.documents.syncing import export_documents

    export_documents(DOCUMENTS, tmp_path)
    (tmp_path / "codes/403.yaml").unlink()
    (problem,) = import_documents(DOCUMENTS, tmp_path).problems
    assert problem.path == "codes/403.yaml" and "401 vs 403" in problem.message


def test_the_database_has_one_live_comparison_for_a_set(pair):
    with transaction.atomic(), pytest.raises(IntegrityError):
        Comparison.objects.create(slug=pair.slug, topic="auth")
    Comparison.objects.create(slug=pair.slug, topic="auth", draft_of=pair)


@pytest.mark.parametrize("slug", ["403-vs-401", "401", "401-vs-401", "401-vs-403-vs-404-vs-405-vs-406", "a-vs-b"])
def test_a_slug_that_is_no_set_is_refused(slug):
    with pytest.raises(ValidationError):
        Comparison(slug=slug, topic="auth").full_clean()


def test_a_published_comparison_needs_its_verdict_and_summary():
    with pytest.raises(ValidationError) as refused:
        Comparison(slug="401-vs-403", topic="auth", published_at=timezone.now()).full_clean(validate_constraints=False)
    assert {"verdict", "summary"} <= set(refused.value.message_dict)


def test_a_newer_draft_replaces_the_text_of_the_live_comparison(pair):
    author = User.objects.create_user("author")
    draft = publishing.start_draft(COMPARISON, pair, author)
    draft.verdict = "A better sentence."
    draft.save()
    draft.sides.filter(code__number=401).update(choose_when="Newly said.")
    assert Comparison.objects.published().get() == pair
    live = publishing.publish_draft(COMPARISON, draft, author)
    assert (live.pk, live.verdict) == (pair.pk, "A better sentence.")
    assert live.sides.get(code__number=401).choose_when == "Newly said."
    assert not Comparison.objects.exclude(draft_of=None).exists()


# The admin


def url(word: str, *args) -> str:
    return reverse(f"admin:compare_comparison_{word}", args=args)


def add_form(client: Client, *codes: StatusCode, **values) -> dict:
    data = fields_of(client.get(url("add")))
    for index, code in enumerate(codes):
        data |= {f"sides-{index}-code": code.pk, f"sides-{index}-choose_when": f"It is {code.label}."}
    return data | {"topic": "auth", "verdict": "This or that.", "summary": "This or that.", **values}


def test_codes_are_chosen_in_any_order_and_make_the_address(admin_client, admin_user):
    first, second, third = (makers.make_code(number) for number in (403, 401, 404))
    response = admin_client.post(url("add"), add_form(admin_client, first, third, second))
    assert response.status_code == 302, errors_of(response)
    comparison = Comparison.objects.get()
    assert comparison.slug == "401-vs-403-vs-404" and comparison.state == "draft"
    assert [(side.position, side.code.number) for side in comparison.sides.all()] == [(1, 401), (2, 403), (3, 404)]
    revision = Revision.objects.get()
    assert (revision.path, revision.author) == ("comparisons/401-vs-403-vs-404.yaml", admin_user)
    assert not load(COMPARISON, revision.path, revision.text)[2]


def test_a_set_that_exists_or_is_none_is_refused_in_words(admin_client, pair):
    codes = {code.number: code for code in StatusCode.objects.all()}
    for chosen, words in [
        ((403, 401), "These codes have a comparison already"),
        ((401,), "2 to 4 codes; this has 1"),
        ((), "2 to 4 codes; this has 0"),
        ((401, 401), "A code stands here twice"),
    ]:
        response = admin_client.post(url("add"), add_form(admin_client, *(codes[number] for number in chosen)))
        assert words in errors_of(response)
    assert Comparison.objects.count() == 1


def test_list_and_form_open_and_saving_without_a_change_changes_no_text(admin_client, pair):
    assert b"401 vs 403" in admin_client.get(url("changelist"), {"q": "403", "topic": "missing"}).content
    before = dump(COMPARISON, pair)
    data = fields_of(admin_client.get(url("change", pair.pk)))
    response = admin_client.post(url("change", pair.pk), data)
    assert response.status_code == 302, errors_of(response)
    assert dump(COMPARISON, Comparison.objects.get()) == before


def test_the_form_takes_few_queries(admin_client, pair, django_assert_max_num_queries):
    with django_assert_max_num_queries(16):
        admin_client.get(url("change", pair.pk))


def test_a_verdict_can_be_edited_and_the_history_has_it(admin_client, pair):
    data = fields_of(admin_client.get(url("change", pair.pk))) | {"verdict": "Newly judged."}
    assert admin_client.post(url("change", pair.pk), data).status_code == 302
    assert "Newly judged." in page(Client(), "/compare/401-vs-403")
    assert "Newly judged." in Revision.objects.first().text


def test_the_codes_of_a_comparison_stay(admin_client, pair):
    other = StatusCode.objects.get(number=404)
    data = fields_of(admin_client.get(url("change", pair.pk))) | {"sides-1-code": other.pk}
    assert "are its address, 401 vs 403" in errors_of(admin_client.post(url("change", pair.pk), data))


def test_aspects_and_questions_that_miss_the_sides_are_refused(admin_client, pair):
    codes = {code.number: code.pk for code in StatusCode.objects.all()}
    data = fields_of(admin_client.get(url("change", pair.pk)))
    for more, words in [
        ({"aspects-0-texts": "401: only"}, "these are missing: 403"),
        ({"aspects-0-texts": "no number"}, "Begin each text with its code"),
        ({"decisions-0-if_no": ""}, "The last question leads to a code"),
        ({"decisions-0-if_yes": codes[404]}, "404 is no side"),
        (
            new_row(data, "decisions", question="B?", if_yes=codes[401], if_no=codes[403], position=0),
            "Only the last question",
        ),
    ]:
        response = admin_client.post(url("change", pair.pk), data | more)
        assert words in errors_of(response)
    assert Decision.objects.count() == 1 and Aspect.objects.get().texts.startswith("401: text")


def test_a_question_can_be_added_before_the_last(admin_client, pair):
    code = StatusCode.objects.get(number=401)
    data = fields_of(admin_client.get(url("change", pair.pk)))
    data = new_row(data, "decisions", question="Before?", if_yes=code.pk, if_no="", position=1)
    response = admin_client.post(url("change", pair.pk), data)
    assert response.status_code == 302, errors_of(response)
    assert [row.question for row in pair.decisions.all()] == ["Before?", "Is it there?"]


def test_the_preview_shows_a_newer_draft_as_it_will_be(admin_client, admin_user, pair):
    draft = publishing.start_draft(COMPARISON, pair, admin_user)
    Comparison.objects.filter(pk=draft.pk).update(verdict="To be looked at.")
    assert "To be looked at." in page(admin_client, url("preview", draft.pk))
    assert "To be looked at." not in page(Client(), "/compare/401-vs-403")


def test_who_may_only_write_cannot_change_what_is_published(pair):
    user = User.objects.create_user("writer", is_staff=True)
    wanted = ["view_comparison", "change_comparison"]
    user.user_permissions.set(Permission.objects.filter(codename__in=wanted))
    writer = Client()
    writer.force_login(user)
    assert writer.get(url("change", pair.pk)).status_code == 200
    assert writer.post(url("change", pair.pk), {"verdict": "Mine."}).status_code == 403


def test_a_code_that_a_comparison_names_cannot_be_deleted_behind_its_back(pair):
    with pytest.raises(Exception, match="protected"):
        StatusCode.objects.get(number=403).delete()
    assert Side.objects.count() == 2
