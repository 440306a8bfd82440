"""The quiz with all of content/ in the database: query budgets, whatever is posted, and its ways in."""

import re

import pytest
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from codes.models import StatusCode
from quiz.models import Attempt, Mode, Question, Step
from quiz.vocabulary import Difficulty, Kind, Topic
from tests.test_quiz_play import answer, begin, page, right_form, signed, waiting, wrong_form

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("whole_site")]
EXAMPLES = hypothesis_settings(
    max_examples=150, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
MODES = ["quick", "daily", "class:4", "topic:conditional", "decide", "log", "apart", "endless", "exam", "codes:502-504"]


@pytest.mark.parametrize("mode", MODES)
def test_a_step_takes_at_most_6_queries(client, django_assert_max_num_queries, mode):
    address = begin(client, mode)
    with django_assert_max_num_queries(6):
        page(client, address)
    for form in (right_form, wrong_form):
        if not (step := waiting(address)):
            break
        data = {"step": signed(client, address), **form(step)}
        with django_assert_max_num_queries(6):
            location = client.post(address, data)["Location"]
        with django_assert_max_num_queries(6):
            client.get(location)


def test_results_progress_and_first_page_take_few_queries(client, django_assert_max_num_queries):
    address = begin(client, "exam", length="5")
    for _ in range(4):
        answer(client, address)
    step = waiting(address)
    data = {"step": signed(client, address), **right_form(step)}
    with django_assert_max_num_queries(6):
        client.post(address, data)
    for path in (
        address,
        f"/quiz/score/{Attempt.objects.get().share_key}",
        "/quiz/progress",
        "/quiz",
        "/quiz?codes=401-403",
    ):
        with django_assert_max_num_queries(6):
            page(client, path)


@pytest.mark.parametrize("mode", MODES)
def test_beginning_takes_few_queries(client, django_assert_max_num_queries, mode):
    # The text of each cause that a question is made of is read alone; an endless quiz has twenty made in advance.
    with django_assert_max_num_queries(60 if mode == "endless" else 40):
        begin(client, mode, length="30")


@pytest.mark.parametrize("path", ["/404", "/502", "/000", "/compare/401-vs-403", "/compare/500-vs-502-vs-503-vs-504"])
def test_the_teaser_keeps_within_the_budget_of_the_page(client, django_assert_max_num_queries, path):
    with django_assert_max_num_queries(14 if "compare" in path else 16):
        page(client, path)


def test_a_code_page_leads_to_the_questions_about_it(client):
    count = Question.objects.published().filter(codes__code__number=504).count()
    text = page(client, "/504")
    assert count and f"{count} quiz question" in text and 'value="codes:504"' in text
    quiet = next(code for code in StatusCode.objects.published() if not code.quiz_questions.exists())
    assert "quiz-teaser" not in page(client, quiet.get_absolute_url())
    begin(client, "codes:504")
    numbers = [step.wording.data["codes"] for step in Step.objects.select_related("wording")]
    assert len(numbers) >= min(count, 5) and all(504 in row for row in numbers)


def test_a_comparison_leads_to_the_questions_that_name_two_of_its_codes(client):
    count = Question.objects.published().about([502, 504]).count()
    assert count and f"{count} quiz question" in page(client, "/compare/502-vs-504")
    assert 'value="codes:502-504"' in page(client, "/compare/502-vs-504")
    assert "quiz-teaser" not in page(client, "/compare/226-vs-306")


def test_home_navigation_and_sitemap_lead_to_the_quiz(client):
    assert page(client, "/").count('href="/quiz"') >= 2
    assert "<loc>http://testserver/quiz</loc>" in page(client, "/sitemap.xml")


# Whatever is posted

WORDS = st.text(max_size=30)
DIGITS = st.sampled_from(["0", "1", "2", "3", "4", "9", "-1", "00", "１", "1e3", "", "x"])
FIELDS = st.sampled_from(
    ["choice", "number", "skip", "step", *(f"place-{n}" for n in range(6)), *(f"partner-{n}" for n in range(6))]
)
POSTS = st.dictionaries(FIELDS | WORDS, st.lists(DIGITS | WORDS, max_size=3), max_size=10)
SCOPES = (
    st.sampled_from(["", ":", ":4", ":caching", ":401-403", ":" + "A" * 22, ":which-one", ":../..", ":999"]) | WORDS
)


@pytest.fixture
def attempts():
    """One question of each kind, and an exam and an endless quiz, each waiting for its answer."""
    client = Client()
    slugs = [Question.objects.filter(kind=kind).first().slug for kind in Kind.values]
    return [begin(client, mode) for mode in [*(f"one:{slug}" for slug in slugs), "exam", "endless"]]


@given(data=st.data(), post=POSTS)
@EXAMPLES
def test_no_post_to_a_step_is_a_server_error(attempts, data, post):
    client = Client()
    address = data.draw(st.sampled_from(attempts))
    if data.draw(st.booleans()) and waiting(address):
        post = {**post, "step": [signed(client, address)]}
    response = client.post(address, post)
    assert response.status_code in (303, 400)
    if response.status_code == 303:
        assert response["Location"].startswith(address)
        assert client.get(response["Location"]).status_code in (200, 303)
    else:
        assert "or say that you do not know" in response.content.decode()


@given(mode=st.sampled_from([*Mode.values, "none"]), scope=SCOPES, more=POSTS, length=DIGITS, difficulty=DIGITS)
@EXAMPLES
def test_no_start_whatever_is_a_server_error(client, mode, scope, more, length, difficulty):
    data = {**more, "mode": f"{mode}{scope}", "length": length, "difficulty": difficulty}
    response = client.post("/quiz/start", data)
    assert response.status_code in (303, 400, 404)
    if response.status_code == 303:
        assert re.match(r"/quiz/[A-Za-z0-9_-]{22}", response["Location"])
        assert client.get(response["Location"]).status_code == 200


@given(codes=st.text(max_size=40), key=st.text("AZaz09_-./", max_size=24), number=st.text("0123456789x", max_size=6))
@EXAMPLES
def test_no_address_whatever_is_a_server_error(client, codes, key, number):
    assert client.get("/quiz", {"codes": codes}).status_code == 200
    for path in (f"/quiz/{key}", f"/quiz/{key}/{number}", f"/quiz/score/{key}.png", f"/quiz/question/{key}"):
        assert client.get(path).status_code in (200, 301, 302, 303, 404)
        assert client.post(path, {"step": number}).status_code in (301, 303, 403, 404, 405)


@given(st.lists(st.tuples(st.sampled_from(["right", "wrong", "skip", "again", "back", "finish"])), max_size=25))
@hypothesis_settings(EXAMPLES, max_examples=40)
def test_whatever_a_visitor_does_each_answer_counts_once_and_the_score_is_true(moves):
    client, known = Client(), {}
    address = begin(client, "endless" if len(moves) % 2 else "exam", length="5")
    posted = None
    for (move,) in moves:
        step = waiting(address)
        is_open = Attempt.objects.get(key=address.rpartition("/")[2]).finished_at is None
        if move == "finish":
            client.post(f"{address}/finish")
        elif move == "back" or not step or not is_open:
            assert client.get(f"{address}/1").status_code in (200, 303)
        elif move == "again" and posted:
            client.post(address, posted)
        elif move in ("right", "wrong", "skip"):
            form = {"right": right_form, "wrong": wrong_form, "skip": lambda step: {"skip": "1"}}[move]
            posted = {"step": signed(client, address), **form(step)}
            client.post(address, posted)
            known[step.number] = move == "right"
    stored = dict(
        Step.objects.filter(attempt__key=address.rpartition("/")[2], answered_at__isnull=False).values_list(
            "number", "is_correct"
        )
    )
    assert stored == known
    client.post(f"{address}/finish")
    text = page(client, address)
    if known:
        assert f"<b>{sum(known.values())}</b> of " in text


def test_topics_and_difficulties_all_begin(client):
    for mode in [f"topic:{topic}" for topic in Topic.values] + [f"class:{digit}" for digit in range(1, 7)]:
        response = client.post("/quiz/start", {"mode": mode})
        assert response.status_code in (303, 404), mode
    for difficulty in Difficulty.values:
        begin(client, "quick", difficulty=difficulty)
        asked = Attempt.objects.last().steps.values_list("wording__data__difficulty", flat=True)
        assert set(asked) == {difficulty}
