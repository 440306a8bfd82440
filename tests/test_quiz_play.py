"""Playing the quiz: every mode and kind, an answer that counts once, results, sharing, progress."""

import html
import json
import random
import re
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client, RequestFactory
from django.utils import timezone

from codes.models import StatusCode
from codes.senders import sender_of
from quiz.answers import is_right, read_answer, shuffled
from quiz.asked import Asked
from quiz.generators.world import World
from quiz.models import Attempt, Choice, Daily, Question, Step, Wording
from quiz.playing import next_wording
from quiz.starting import COUNTED, STARTS
from quiz.vocabulary import Kind, Topic
from tests import makers

pytestmark = pytest.mark.django_db


@pytest.fixture
def questions():
    """A dozen questions, two of every kind, about 404 and 410."""
    codes = [makers.make_code(404), makers.make_code(410)]
    kinds = [*Kind.values, *Kind.values]
    return [
        makers.make_question(f"q-{number}", codes=codes[: 1 + number % 2], kind=kind)
        for number, kind in enumerate(kinds)
    ]


def begin(client: Client, mode: str = "quick", **more) -> str:
    """Start a quiz; the address of the attempt."""
    response = client.post("/quiz/start", {"mode": mode, **more})
    assert response.status_code == 303, response.status_code
    return response["Location"]


def page(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status, f"{path} answered {response.status_code}"
    return html.unescape(response.content.decode())


def waiting(address: str) -> Step:
    key = address.rpartition("/")[2]
    return Step.objects.filter(attempt__key=key, answered_at=None).select_related("wording", "attempt").first()


def right_form(step: Step) -> dict:
    """The fields with which a reader who knows answers."""
    asked = Asked.from_wording(step.wording)
    order = shuffled(asked, step.seed)
    if asked.kind == "number":
        return {"number": asked.options[asked.rights[0]].text}
    if asked.kind == "order":
        return {f"place-{shown}": place for shown, place in enumerate(order)}
    if asked.kind == "match":
        return {f"partner-{place}": order.index(place) for place in range(len(order))}
    return {"choice": [order.index(place) for place in asked.rights]}


def wrong_form(step: Step) -> dict:
    asked = Asked.from_wording(step.wording)
    order = shuffled(asked, step.seed)
    count = len(order)
    if asked.kind == "number":
        return {"number": "599"}
    if asked.kind == "order":
        return {f"place-{shown}": (place + 1) % count for shown, place in enumerate(order)}
    if asked.kind == "match":
        return {f"partner-{place}": order.index((place + 1) % count) for place in range(count)}
    return {"choice": [next(order.index(place) for place in range(count) if place not in asked.rights)]}


def signed(client: Client, address: str) -> str:
    return re.search(r'name="step" value="([^"]+)"', page(client, address))[1]


def answer(client: Client, address: str, form=right_form):
    """Answer the question that waits, with the fields that `form` makes of it."""
    step = waiting(address)
    return client.post(address, {"step": signed(client, address), **form(step)})


def play(client: Client, address: str, form=right_form) -> int:
    """Answer everything; how many there were."""
    count = 0
    while waiting(address) and "<h1" in page(client, address) and waiting(address):
        assert answer(client, address, form).status_code == 303
        count += 1
        if not Attempt.objects.filter(key=address.rpartition("/")[2], finished_at=None).exists():
            break
    return count


# Where it begins


def test_the_first_page_sets_no_cookie_and_may_be_shared(client, questions):
    response = client.get("/quiz")
    assert response.status_code == 200
    assert not response.cookies and "Cookie" not in response.get("Vary", "")
    assert "12 questions" in response.content.decode()
    assert client.post("/quiz").status_code == 405


def test_the_cookie_comes_with_the_first_quiz_is_the_quiz_s_own_and_nobody_s_name(client, questions):
    response = client.post("/quiz/start", {"mode": "quick"})
    assert set(response.cookies) == {"quiz"}
    cookie = response.cookies["quiz"]
    assert cookie["path"] == "/quiz" and cookie["httponly"] and cookie["samesite"] == "Lax"
    assert Attempt.objects.get().visit == cookie.value
    assert not client.get("/404").wsgi_request.COOKIES.get("sessionid")


@pytest.mark.parametrize(
    "mode", ["quick", "class:4", "topic:basics", "decide", "daily", "endless", "exam", "codes:404", "one:q-0"]
)
def test_every_mode_begins_with_a_question(client, questions, mode):
    assert "<fieldset" in page(client, begin(client, mode))


@pytest.mark.parametrize(
    "mode",
    [
        "",
        "none",
        "topic",
        "topic:none",
        "class:9",
        "class:44",
        "codes:4",
        "codes:1-2",
        "one:../x",
        "retry:x",
        "quick:x",
    ],
)
def test_a_mode_that_there_is_not_is_said_so_and_nothing_is_kept(client, questions, mode):
    response = client.post("/quiz/start", {"mode": mode})
    assert response.status_code == 400
    assert "There is no such quiz" in response.content.decode()
    assert not response.cookies and not Attempt.objects.exists()


@pytest.mark.parametrize("more", [{"length": "7"}, {"length": "x"}, {"difficulty": "worst"}, {"length": "1e9"}])
def test_lengths_and_difficulties_are_those_that_are_offered(client, questions, more):
    assert client.post("/quiz/start", {"mode": "quick", **more}).status_code == 400


def test_length_and_difficulty_are_as_wished(client, questions):
    begin(client, "topic:basics", length="5")
    assert Step.objects.count() == 5
    Question.objects.filter(slug__in=["q-1", "q-2"]).update(difficulty="hard")
    begin(client, "topic:basics", difficulty="hard")
    titles = set(Attempt.objects.last().steps.values_list("wording__data__title", flat=True))
    assert titles == {"About q-1", "About q-2"}


def test_where_nothing_can_be_asked_that_is_said(client):
    makers.make_code(404)
    for mode in ("topic:caching", "daily", "one:none", "same:" + "A" * 22):
        response = client.post("/quiz/start", {"mode": mode})
        assert response.status_code == 404 and "There is no question of that kind yet" in response.content.decode()
    assert not Attempt.objects.exists()
    assert "There are no written questions yet" in page(client, "/quiz")


def test_what_was_not_met_comes_first(client, questions):
    begin(client, "topic:basics", length="5")
    begin(client, "topic:basics", length="5")
    asked = list(Step.objects.values_list("wording__question", flat=True))
    assert len(set(asked)) == 10


def test_mere_names_are_at_most_one_in_seven_while_there_are_others(client, questions):
    Question.objects.filter(slug__in=[f"q-{number}" for number in range(4)]).update(skill="name")
    begin(client, "topic:basics", length="5")
    assert Step.objects.filter(wording__data__skill="name").count() == 0
    begin(Client(), "topic:basics", length="10")
    assert Attempt.objects.last().steps.filter(wording__data__skill="name").count() <= 2


def test_a_form_of_another_site_is_refused(client, questions):
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
    ):
        assert client.post("/quiz/start", {"mode": "quick"}, headers=headers).status_code == 403
        assert client.post("/quiz/erase", headers=headers).status_code == 403
    for headers in ({"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://testserver"}, {}):
        assert client.post("/quiz/start", {"mode": "quick"}, headers=headers).status_code == 303


def sender() -> str:
    return sender_of(RequestFactory().get("/"))


def test_who_begins_too_often_is_asked_to_wait(client, questions):
    while STARTS.take(sender()).used < STARTS.most:
        pass
    response = client.post("/quiz/start", {"mode": "quick"})
    assert response.status_code == 429 and 0 < int(response["Retry-After"]) <= STARTS.seconds / STARTS.most
    assert client.post("/quiz/start", {"mode": "quick"}, REMOTE_ADDR="192.0.2.7").status_code == 303


def test_who_begins_very_often_is_not_counted_in_the_statistics(client, questions):
    def counted(address: str) -> set[bool]:
        attempt = Attempt.objects.get(key=address.rpartition("/")[2])
        return set(attempt.steps.filter(wording__question__isnull=False).values_list("is_counted", flat=True))

    assert True in counted(begin(client))
    while STARTS.take(sender()).used < COUNTED + 2:
        pass
    assert counted(begin(Client())) == {False}


# Kinds


@pytest.mark.parametrize("kind", Kind.values)
def test_each_kind_can_be_answered_rightly_wrongly_and_not_at_all(client, questions, kind):
    slug = Question.objects.filter(kind=kind).first().slug
    for form, verdict in ((right_form, "Right"), (wrong_form, "Not right"), (lambda step: {"skip": "1"}, "The answer")):
        address = begin(client, f"one:{slug}")
        response = answer(client, address, form)
        text = page(client, response["Location"])
        assert f"<title>{verdict}: " in text
        for option in Choice.objects.filter(question__slug=slug):
            assert option.why in text, "every choice says why, however one answered"
        assert "This is how to think of it." in text and 'href="/404"' in text and "RFC 9110 §15" in text


@pytest.mark.parametrize(
    ("kind", "form", "words"),
    [
        ("single", {}, "Choose one of the answers"),
        ("single", {"choice": ["0", "1"]}, "Choose one of the answers"),
        ("single", {"choice": "9"}, "Choose one of the answers"),
        ("single", {"choice": "-1"}, "Choose one of the answers"),
        ("several", {}, "Choose at least one"),
        ("number", {"number": "four"}, "Type the number alone"),
        ("number", {"number": "４０４"}, "Type the number alone"),
        ("number", {}, "Type the number alone"),
        ("order", {"place-0": "0", "place-1": "0", "place-2": "1", "place-3": "2"}, "a place of its own, from 1 to 4"),
        ("order", {"place-0": "0"}, "a place of its own"),
        ("match", {f"partner-{place}": "0" for place in range(4)}, "a partner of its own"),
        ("match", {}, "a partner of its own"),
    ],
)
def test_what_is_no_answer_is_told_what_is_missing_and_keeps_what_was_typed(client, questions, kind, form, words):
    address = begin(client, f"one:{Question.objects.filter(kind=kind).first().slug}")
    response = client.post(address, {"step": signed(client, address), **form})
    text = html.unescape(response.content.decode())
    assert response.status_code == 400 and words in text
    assert waiting(address), "nothing was taken"
    if form.get("number") == "four":
        assert 'value="four"' in text
    if kind == "order":
        assert text.count("selected") == len(form)


def test_a_number_may_be_typed_with_spaces_and_one_nobody_thought_of_is_shown(client, questions):
    address = begin(client, "one:q-2")
    assert "Right" in page(client, answer(client, address, lambda step: {"number": " 404 "})["Location"])
    address = begin(client, "one:q-2")
    location = answer(client, address, lambda step: {"number": "599"})["Location"]
    assert 'You typed <b class="mono">599</b>' in page(client, location)


@pytest.mark.parametrize("kind", ["order", "match"])
def test_what_is_to_be_put_right_is_never_shown_right(kind, questions):
    asked = Asked.of(Question.objects.with_rows().filter(kind=kind).first())
    orders = {tuple(shuffled(asked, f"seed {number}")) for number in range(200)}
    assert len(orders) > 10 and (0, 1, 2, 3) not in orders


def test_the_page_does_not_give_the_answer_away(client, questions):
    for question in questions[:6]:
        text = page(client, begin(client, f"one:{question.slug}"))
        for option in question.choices.all():
            assert option.why not in text
        assert question.explanation not in text and "is_correct" not in text


# An answer counts once


def test_a_double_post_changes_nothing_and_says_so(client, questions):
    address = begin(client, "topic:basics", length="5")
    step, token = waiting(address), signed(client, address)
    first = client.post(address, {"step": token, **wrong_form(step)})
    again = client.post(address, {"step": token, **right_form(step)})
    assert first["Location"].endswith("/1") and again["Location"].endswith("/1?note=again")
    assert "The first answer counts" in page(client, again["Location"])
    assert Step.objects.get(pk=step.pk).is_correct is False
    assert Step.objects.filter(answered_at__isnull=False).count() == 1


def test_an_unclear_second_post_is_harmless_too(client, questions):
    address = begin(client, "topic:basics", length="5")
    token = signed(client, address)
    answer(client, address)
    assert client.post(address, {"step": token})["Location"].endswith("?note=again")


def test_two_tabs_show_the_same_question_and_reloading_changes_nothing(client, questions):
    address = begin(client, "topic:basics")
    assert page(client, address).split("<form")[1] == page(Client(), address).split("<form")[1]
    for _ in range(3):
        assert "Question 1 of" in page(client, address)


def test_a_form_of_another_attempt_or_a_forged_one_changes_nothing(client, questions):
    one, two = begin(client, "topic:basics"), begin(client, "topic:basics")
    for token in (signed(client, two), "2:forged", "1", "", "x" * 9000, "1:" + "a" * 27):
        response = client.post(one, {"step": token, "skip": "1"})
        assert response["Location"].endswith("?note=form")
    assert "does not fit this quiz" in page(client, response["Location"])
    assert not Step.objects.filter(answered_at__isnull=False).exists()


def test_the_address_of_a_step_tells_nothing_before_its_answer(client, questions):
    address = begin(client, "topic:basics", length="5")
    for number in (1, 2, 5, 6, 999):
        response = client.get(f"{address}/{number}")
        assert (response.status_code, response["Location"]) == (303, address)
    answer(client, address)
    assert client.get(f"{address}/1").status_code == 200
    assert client.get(f"{address}/2").status_code == 303


def test_an_attempt_survives_the_loss_of_every_cookie(client, questions):
    address = begin(client, "topic:basics", length="5")
    answer(client, address)
    stranger = Client(enforce_csrf_checks=True)
    assert answer(stranger, address).status_code == 303
    assert Step.objects.filter(answered_at__isnull=False).count() == 2


def test_what_is_edited_withdrawn_or_deleted_meanwhile_is_asked_and_scored_as_it_was(client, questions):
    address = begin(client, "topic:basics", length="5")
    Question.objects.update(prompt="Something else?", published_at=None)
    Choice.objects.update(is_correct=False, text="rewritten")
    text = page(client, address)
    assert "What is it in" in text and "rewritten" not in text
    answer(client, address)
    Question.objects.all().delete()
    assert play(client, address) == 4
    assert "<b>5</b> of 5 right" in page(client, address)
    assert "This is how to think of it." in page(client, f"{address}/3")


def test_an_unknown_id_is_told_what_may_have_happened(client):
    for path in ("/quiz/" + "A" * 22, "/quiz/" + "A" * 22 + "/1"):
        assert "This quiz is not here" in page(client, path, 404)
    assert client.post("/quiz/" + "A" * 22 + "/finish").status_code == 404
    assert client.post("/quiz/" + "A" * 22, {"step": "1"}).status_code == 303


def test_what_is_personal_is_kept_by_no_cache_and_listed_by_no_search_engine(client, questions):
    address = begin(client, "one:q-0")
    location = answer(client, address)["Location"]
    for path in (address, location, "/quiz/progress", "/quiz/progress.json"):
        response = client.get(path)
        assert response["Cache-Control"] == "private, no-store" and response["X-Robots-Tag"] == "noindex", path


# Modes


def test_a_class_is_that_of_the_main_code(client, questions):
    other = makers.make_question("server", codes=[makers.make_code(502), StatusCode.objects.get(number=404)])
    begin(client, "class:5")
    assert list(Step.objects.values_list("wording__question", flat=True)) == [other.pk]


def test_questions_about_two_codes_name_both(client, questions):
    assert "6 written questions" in page(client, "/quiz?codes=404-410")
    begin(client, "codes:404-410", length="30")
    assert Step.objects.count() == 6
    assert "12 written questions about" in page(client, "/quiz?codes=404")
    for odd in ("999", "x", "404-", "404-410-411-412-413", "４０４"):
        assert "Quick ten" in page(client, f"/quiz?codes={odd}")


def test_the_daily_five_are_the_same_for_everybody_and_played_once(client, questions):
    mine, theirs = begin(client, "daily"), begin(Client(), "daily")
    assert [step.wording_id for step in Step.objects.filter(attempt__key=mine.rpartition("/")[2])] == [
        step.wording_id for step in Step.objects.filter(attempt__key=theirs.rpartition("/")[2])
    ]
    Question.objects.update(published_at=None)
    begin(Client(), "daily")
    assert Attempt.objects.last().steps.count() == 5
    assert begin(client, "daily") == mine
    play(client, mine)
    assert begin(client, "daily") == mine
    assert Daily.objects.count() == 1


def test_tomorrow_s_five_are_others_while_there_are_enough(client, questions):
    begin(client, "daily")
    Daily.objects.update(day=timezone.now().date() - timedelta(days=1))
    Attempt.objects.update(scope="2026-01-01")
    begin(client, "daily")
    one, two = (set(row.wordings) for row in Daily.objects.all())
    assert not one & two


def test_an_exam_says_nothing_until_its_end(client, questions):
    address = begin(client, "exam", length="5")
    for number in range(5):
        assert "right" not in page(client, address).split("<main")[1].split("<fieldset")[0].split("quiz-bar")[1][:400]
        location = answer(client, address, wrong_form if number else right_form)["Location"]
        assert location == address
        if number < 4:
            assert client.get(f"{address}/1").status_code == 303
            assert "1 of 5" not in page(client, "/quiz/progress")
            assert '"right": true' not in page(client, "/quiz/progress.json")
    assert "<b>1</b> of 5 right" in page(client, address)
    assert client.get(f"{address}/1").status_code == 200


def test_an_exam_ends_at_its_deadline_on_the_server(client, questions):
    address = begin(client, "exam", length="5")
    answer(client, address)
    step, token = waiting(address), signed(client, address)
    Attempt.objects.update(deadline=timezone.now() - timedelta(seconds=30))
    response = client.post(address, {"step": token, **right_form(step)})
    assert response["Location"].endswith("?note=late")
    text = page(client, response["Location"])
    assert "Time was up" in text and "<b>1</b> of 5 right" in text and "Not answered" in text
    assert Attempt.objects.get().finished_at == Attempt.objects.get().deadline


def test_an_exam_does_not_stay_open_when_the_clock_is_set_back(client, questions, monkeypatch):
    address = begin(client, "exam", length="5")
    answer(client, address)
    then = timezone.now() - timedelta(days=3650)
    monkeypatch.setattr(timezone, "now", lambda: then)
    assert 'data-left="300"' in page(client, address)
    answer(client, address)
    monkeypatch.setattr(timezone, "now", lambda: then + timedelta(seconds=310))
    text = page(client, address)
    assert "<b>2</b> of 5 right" in text and Attempt.objects.get().is_finished


def test_an_exam_can_be_handed_in_and_another_quiz_cannot(client, questions):
    address = begin(client, "exam", length="5")
    assert client.post(f"{address}/finish").status_code == 303
    assert Attempt.objects.get().is_finished and "<b>0</b> of 5" in page(client, address)
    other = begin(client, "quick")
    client.post(f"{other}/finish")
    assert "<fieldset" in page(client, other)


def test_an_endless_quiz_brings_back_what_was_missed(client, questions):
    address = begin(client, "endless")
    missed = waiting(address).wording_id
    answer(client, address, wrong_form)
    seen = []
    for _ in range(5):
        seen.append(waiting(address).wording_id)
        answer(client, address)
    assert seen.index(missed) == 3, "after three others"
    assert "5 of 6 right" in page(client, address)
    client.post(f"{address}/finish")
    assert "<b>5</b> of 6 right" in page(client, address)


def test_an_endless_quiz_ends_when_all_is_known(client, questions):
    address = begin(client, "endless")
    assert play(client, address) == 12
    assert "<b>12</b> of 12 right" in page(client, address)


def test_stopping_at_once_shows_that_there_is_nothing_to_show(client, questions):
    address = begin(client, "endless")
    client.post(f"{address}/finish")
    assert "You answered nothing" in page(client, address)


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        ([], 1),
        ([(1, True)], 2),
        ([(1, False)], 2),
        ([(1, False), (2, True), (3, True)], 4),
        ([(1, False), (2, True), (3, True), (4, True)], 1),
        ([(1, False), (2, False), (3, True), (4, True)], 1),
        ([(1, True), (2, True), (3, True), (4, True), (5, True)], None),
        ([(1, True), (2, True), (3, True), (4, True), (5, False)], 5),
        ([(1, False), (2, True), (3, True), (4, True), (1, True), (5, True)], 1),
        ([(1, False), (2, True), (3, True), (4, True), (1, True), (5, True), (1, True)], None),
    ],
)
def test_leitner_s_boxes(history, expected):
    assert next_wording(history, [1, 2, 3, 4, 5]) == expected


def test_whatever_is_answered_leitner_s_boxes_come_to_an_end():
    """Whoever misses each question once, and then knows it, is done."""
    history = []
    while (pk := next_wording(history, range(1, 30))) is not None:
        history.append((pk, pk in [known for known, _ in history]))
        assert len(history) < 200
    assert len({pk for pk, _ in history}) == 29


# Results


def test_results_show_score_review_tallies_and_what_to_read(client, questions):
    address = begin(client, "topic:basics", length="5")
    answer(client, address)
    play(client, address, wrong_form)
    text = page(client, address)
    assert "<b>1</b> of 5 right" in text and "Try the 4 missed again" in text
    assert "By class" in text and "By topic" in text and Topic.BASICS.label in text
    assert text.count(f'href="{address}/') == 5
    assert "Read next" in text and '<a href="/404">404</a>' in text
    assert 'href="/quiz/score/' in text


def test_the_missed_ones_are_asked_again_and_no_others(client, questions):
    address = begin(client, "topic:basics", length="5")
    answer(client, address)
    play(client, address, wrong_form)
    missed = set(Step.objects.filter(is_correct=False).values_list("wording", flat=True))
    retry = begin(client, f"retry:{address.rpartition('/')[2]}")
    assert set(Attempt.objects.last().steps.values_list("wording", flat=True)) == missed
    assert play(client, retry) == 4


def test_nothing_can_be_retried_or_shared_before_the_end(client, questions):
    address = begin(client, "exam", length="5")
    answer(client, address, wrong_form)
    attempt = Attempt.objects.get()
    assert client.post("/quiz/start", {"mode": f"retry:{attempt.key}"}).status_code == 404
    assert client.post("/quiz/start", {"mode": f"same:{attempt.share_key}"}).status_code == 404
    assert client.get(f"/quiz/score/{attempt.share_key}").status_code == 404
    assert client.get(f"/quiz/score/{attempt.share_key}.png").status_code == 404


def test_a_shared_score_tells_no_question_and_no_answer_and_lets_others_play(client, questions):
    address = begin(client, "topic:basics", length="5")
    play(client, address)
    attempt = Attempt.objects.get()
    other = Client()
    response = other.get(f"/quiz/score/{attempt.share_key}")
    text = html.unescape(response.content.decode())
    assert "<b>5</b> of 5 right" in text and not response.cookies
    assert f'og:image" content="http://testserver/quiz/score/{attempt.share_key}.png"' in text
    for step in attempt.steps.select_related("wording"):
        assert step.wording.data["title"] not in text and step.wording.data["prompt"] not in text
    assert attempt.key not in text
    begin(other, f"same:{attempt.share_key}")
    assert [step.wording_id for step in Attempt.objects.last().steps.all()] == [
        step.wording_id for step in attempt.steps.all()
    ]


def test_the_card_is_a_picture(client, questions):
    address = begin(client, "topic:basics", length="5")
    play(client, address, wrong_form)
    response = client.get(f"/quiz/score/{Attempt.objects.get().share_key}.png")
    assert response["Content-Type"] == "image/png" and response.content.startswith(b"\x89PNG")
    assert len(response.content) < 60_000


# A question at its own address


@pytest.mark.parametrize("kind", Kind.values)
def test_a_question_has_an_address_at_which_it_can_be_answered(client, questions, kind):
    question = Question.objects.filter(kind=kind).first()
    response = client.get(question.get_absolute_url())
    assert not response.cookies and 'content="noindex"' in response.content.decode()
    asked = Asked.of(Question.objects.with_rows().get(pk=question.pk))
    step = Step(wording=Wording(data=asked.data), attempt=Attempt(mode="one", scope=question.slug))
    form = {"mode": f"one:{question.slug}", "answered": "1"}
    location = client.post("/quiz/start", {**form, **right_form(step)})["Location"]
    assert "<title>Right: " in page(client, location)
    unclear = client.post("/quiz/start", form)["Location"]
    assert "<fieldset" in page(client, unclear)


def test_a_draft_of_a_question_is_shown_to_staff_alone(client, admin_client, questions):
    Question.objects.filter(slug="q-0").update(published_at=None)
    page(client, "/quiz/question/q-0", 404)
    response = admin_client.get("/quiz/question/q-0")
    assert response.status_code == 200 and response["Cache-Control"] == "private, no-store"
    assert "Only editors see it" in response.content.decode()
    assert client.post("/quiz/start", {"mode": "one:q-0"}).status_code == 404


# What a visitor did so far


def test_progress_counts_answers_days_classes_and_topics(client, questions):
    assert "Nothing yet" in page(client, "/quiz/progress")
    address = begin(client, "topic:basics", length="5")
    answer(client, address, wrong_form)
    play(client, address)
    for days, step in enumerate(Step.objects.order_by("-number")):
        Step.objects.filter(pk=step.pk).update(
            answered_at=timezone.now() - timedelta(days=days if days < 3 else days + 2)
        )
    text = page(client, "/quiz/progress")
    assert "<b>3</b> days in a row" in text and "<b>5</b> answers" in text and "<b>4</b> right" in text
    assert "4 of 5" in text
    Step.objects.update(answered_at=timezone.now() - timedelta(days=2))
    assert "<b>0</b> days in a row" in page(client, "/quiz/progress")
    Step.objects.update(answered_at=timezone.now() - timedelta(days=1))
    assert "<b>1</b> day in a row" in page(client, "/quiz/progress")


def test_what_is_kept_can_be_taken_away_and_erased(client, questions):
    address = begin(client, "topic:basics", length="5")
    play(client, address)
    stranger = Client()
    begin(stranger, "quick")
    data = json.loads(client.get("/quiz/progress.json").content)
    assert [quiz["mode"] for quiz in data["quizzes"]] == ["topic"] and len(data["quizzes"][0]["questions"]) == 5
    assert client.get("/quiz/erase").status_code == 405
    response = client.post("/quiz/erase")
    assert response.cookies["quiz"].value == "" and response.cookies["quiz"]["path"] == "/quiz"
    assert "Everything is erased" in page(client, response["Location"])
    assert Attempt.objects.count() == 1 and client.get(address).status_code == 404
    assert json.loads(Client().get("/quiz/progress.json").content)["quizzes"] == []


@pytest.mark.parametrize("value", ["", "x", "A" * 23, "' OR 1=1 --aaaaaaaaaaaa", "é" * 22])
def test_a_forged_cookie_is_no_visit(questions, value):
    client = Client()
    client.cookies["quiz"] = value
    assert "Nothing yet" in page(client, "/quiz/progress")
    response = client.post("/quiz/start", {"mode": "quick"})
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", response.cookies["quiz"].value)


# Purging


def purge(**options) -> str:
    out = StringIO()
    call_command("purge_quiz", stdout=out, **options)
    return out.getvalue()


def test_purging_takes_what_nobody_came_back_to_and_leaves_the_rest(client, questions):
    old, fresh, untouched = (begin(client, mode, length="5") for mode in ("topic:basics", "topic:basics", "exam"))
    answer(client, old), answer(client, fresh)
    begin(client, "daily"), begin(client, "endless")
    long_ago = timezone.now() - timedelta(days=200)
    Attempt.objects.filter(key__in=[one.rpartition("/")[2] for one in (old, fresh)]).update(created=long_ago)
    Step.objects.filter(attempt__key=old.rpartition("/")[2]).update(answered_at=long_ago)
    Attempt.objects.filter(mode="exam").update(created=timezone.now() - timedelta(days=8))
    assert "attempts 2, steps 10, dailies 0" in purge()
    assert client.get(old).status_code == client.get(untouched).status_code == 404
    assert client.get(fresh).status_code == 200
    waiting_ones = Attempt.objects.get(mode="endless").queue
    assert Wording.objects.filter(pk__in=waiting_ones).count() == len(waiting_ones)
    assert "attempts 0, steps 0" in purge()
    with pytest.raises(CommandError):
        purge(days=-1)


def test_wordings_go_with_the_last_attempt_that_needs_them(client, questions):
    begin(client, "topic:basics", length="5")
    Attempt.objects.all().delete()
    assert "wordings 5" in purge() and not Wording.objects.exists()


# Pure parts


def test_wordings_are_kept_once_however_often_they_are_asked(client, questions):
    for _ in range(3):
        begin(client, "topic:basics", length="30")
    assert Wording.objects.count() == 12
    Question.objects.filter(slug="q-0").update(title="Another title")
    begin(client, "topic:basics", length="30")
    assert Wording.objects.count() == 13


def test_reading_and_grading_agree_with_what_is_shown(questions):
    from django.http import QueryDict

    for question in Question.objects.with_rows():
        asked = Asked.of(question)
        wording = Wording(data=json.loads(json.dumps(asked.data)))
        assert Asked.from_wording(wording) == asked
        step = Step(wording=wording, attempt=Attempt(mode="quick"), number=3)
        for form, expected in ((right_form, True), (wrong_form, False)):
            post = QueryDict(mutable=True)
            for name, value in form(step).items():
                post.setlist(name, [str(one) for one in (value if isinstance(value, list) else [value])])
            assert is_right(asked, read_answer(asked, shuffled(asked, step.seed), post)) is expected


def test_the_nearest_are_offered_first():
    asked, confused, related, same, far = (
        makers.make_code(number, verified=True) for number in (502, 504, 521, 507, 200)
    )
    makers.make_relation(asked, confused, kind="confused")
    makers.make_relation(related, asked)
    world = World()
    codes = world.by_number
    scores = [world.confusability(codes[502], codes[other.number]) for other in (confused, related, same, far)]
    assert scores == sorted(scores, reverse=True) and len(set(scores)) == 4 and scores[-1] == 0
    found = world.confused_with(codes[502], lambda other: True, random.Random(1), count=2)
    assert found[0].number == 504 and 200 not in [code.number for code in found]
    assert world.why_not(codes[502], codes[504]) == "How they differ."
    assert world.why_not(codes[502], codes[507]).startswith("507 Name 507: ")
