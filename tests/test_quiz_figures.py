"""What answers tell about a question, and the admin in which editors see it."""

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from codes import publishing
from codes.documents import dump, load
from codes.models import Revision
from quiz.documents import QUESTION
from quiz.figures import MINIMUM, Figures, figures_of, shares
from quiz.models import Attempt, GeneratorSwitch, LeftOut, Question, QuestionCode, Step, Wording
from tests import makers
from tests.test_admin import errors_of, fields_of, new_row
from tests.test_quiz_play import answer, begin, page, right_form, wrong_form

pytestmark = pytest.mark.django_db


def url(word: str, *args, model: str = "question") -> str:
    return reverse(f"admin:quiz_{model}_{word}", args=args)


def figures(question: Question):
    return figures_of(Question.objects.filter(pk=question.pk)).get(question.pk, Figures())


def answered(question: Question, *, right: int = 0, wrong: int = 0) -> None:
    """So many visitors answer a question, each for the first time."""
    for form, count in ((right_form, right), (wrong_form, wrong)):
        for _ in range(count):
            client = Client()
            answer(client, begin(client, f"one:{question.slug}"), form)


def make_answers(question: Question, rows: list[tuple[bool, int, int]]) -> None:
    """For each row an attempt in which this question was answered so, and of so many others so many rightly."""
    begin(Client(), f"one:{question.slug}")
    wording = Wording.objects.get(question=question)
    Attempt.objects.all().delete()
    Question.objects.update(updated_at=makers.PUBLISHED)
    other = Wording.objects.create(digest="other", data={})
    for was_right, others, rights in rows:
        attempt = Attempt.objects.create(mode="quick")
        values = {"attempt": attempt, "answered_at": attempt.created}
        place = 0 if was_right else 1
        Step.objects.create(**values, number=1, wording=wording, is_counted=True, is_correct=was_right, answer=[place])
        for number in range(others):
            Step.objects.create(**values, number=number + 2, wording=other, is_correct=number < rights, answer=[0])


# Figures


def test_the_share_is_shown_when_enough_people_answered():
    question = makers.make_question()
    answered(question, right=6, wrong=MINIMUM - 7)
    wording = Wording.objects.get()
    assert shares([wording.pk]) == {} and figures(question).reasons == []
    answered(question, wrong=1)
    assert shares([wording.pk]) == {wording.pk: 30}
    client = Client()
    assert "33 % get this right" in page(client, answer(client, begin(client, "one:which-one"))["Location"])


def test_replays_do_not_count():
    question = makers.make_question()
    client = Client()
    for _ in range(5):
        address = begin(client, "one:which-one")
        location = answer(client, address, wrong_form)["Location"]
        client.get(location)
        begin(client, f"retry:{address.rpartition('/')[2]}")
    assert figures(question).count == 1


def test_an_answer_that_nobody_gave_does_not_count():
    question = makers.make_question()
    begin(Client(), "one:which-one")
    assert figures(question).count == 0


def test_a_new_wording_begins_anew():
    question = makers.make_question()
    answered(question, right=2)
    Question.objects.update(prompt="Newly asked?", updated_at=timezone.now())
    assert figures(question).count == 0
    answered(question, wrong=1)
    assert (figures(question).count, figures(question).right) == (1, 0)


def test_the_wrong_answer_that_most_choose_is_named():
    question = makers.make_question()
    answered(question, right=1, wrong=3)
    assert figures(question).wrong in ("beta", "gamma", "delta")
    skip = Client()
    answer(skip, begin(skip, "one:which-one"), lambda step: {"skip": "1"})
    assert figures(question).count == 5 and figures(question).wrong_count <= 3


@pytest.mark.parametrize(
    ("rows", "reasons"),
    [
        ([(True, 4, 3)] * 10 + [(False, 4, 1)] * 10, []),
        ([(True, 4, 3)] * 20, ["too easy"]),
        ([(True, 4, 4)] * 3 + [(False, 4, 1)] * 17, ["too hard", "misleading"]),
        ([(True, 4, 4)] * 9 + [(False, 4, 1)] * 11, ["misleading"]),
        ([(True, 4, 1)] * 12 + [(False, 4, 3)] * 8, ["does not tell"]),
        ([(False, 4, 1)] * (MINIMUM - 1), []),
    ],
)
def test_what_needs_review_says_why(rows, reasons):
    question = makers.make_question()
    make_answers(question, rows)
    found = figures(question).reasons
    assert len(found) == len(reasons) and all(one.startswith(other) for one, other in zip(found, reasons, strict=True))


def test_discrimination_tells_whether_those_who_know_more_know_this():
    question = makers.make_question()
    make_answers(question, [(True, 4, 4)] * 10 + [(False, 4, 0)] * 10)
    assert figures(question).discrimination == 1.0
    assert figures(makers.make_question("other")).discrimination is None


def test_figures_take_the_same_number_of_queries_for_many(django_assert_max_num_queries):
    for number in range(12):
        makers.make_question(f"q-{number}")
    answered(Question.objects.first(), right=2)
    with django_assert_max_num_queries(3):
        figures_of(Question.objects.all())


# The admin


def test_the_list_shows_what_answers_tell_and_filters_what_needs_review(admin_client):
    question, other = makers.make_question(), makers.make_question("other")
    make_answers(question, [(True, 4, 4)] * 3 + [(False, 4, 1)] * 17)
    text = admin_client.get(url("changelist")).content.decode()
    assert "15 %" in text and "beta (17)" in text and "too hard; misleading" in text
    shown = admin_client.get(url("changelist"), {"review": "yes"}).context_data["cl"].result_list
    assert [row.pk for row in shown] == [question.pk] and other.pk
    assert admin_client.get(url("changelist"), {"q": "404"}).context_data["cl"].result_count == 2


def test_the_list_takes_few_queries(admin_client, django_assert_max_num_queries):
    for number in range(12):
        makers.make_question(f"q-{number}")
    with django_assert_max_num_queries(14):
        admin_client.get(url("changelist"))


def test_the_home_of_editors_names_what_most_people_get_wrong(admin_client, django_assert_max_num_queries):
    assert "Quiz questions to look at" not in admin_client.get("/admin/").content.decode()
    question = makers.make_question()
    make_answers(question, [(True, 4, 4)] * 3 + [(False, 4, 1)] * 17)
    with django_assert_max_num_queries(17):
        text = admin_client.get("/admin/").content.decode()
    assert "Quiz questions to look at" in text and "15 % right: too hard" in text
    assert url("change", question.pk) in text


@pytest.mark.parametrize("kind", ["single", "several", "number", "order", "match", "next"])
def test_saving_without_a_change_changes_no_text(admin_client, kind):
    question = makers.make_question(kind=kind)
    before = dump(QUESTION, question)
    response = admin_client.post(url("change", question.pk), fields_of(admin_client.get(url("change", question.pk))))
    assert response.status_code == 302, errors_of(response)
    assert dump(QUESTION, Question.objects.get()) == before


def test_a_question_is_added_with_its_codes_and_choices(admin_client, admin_user):
    code = makers.make_code(429)
    data = fields_of(admin_client.get(url("add"))) | {
        "title": "Throttled",
        "slug": "throttled",
        "kind": "single",
        "topic": "rate-limits",
        "skill": "decide",
        "difficulty": "easy",
        "prompt": "Which one?",
        "explanation": "So it is.",
        "read": "/429",
        "source": "RFC 6585 §4",
    }
    data = new_row(data, "codes", code=code.pk, position=1)
    for place, text in enumerate(("a", "b", "c")):
        row = {"text": text, "why": "Because.", "position": 0} | ({"is_correct": "on"} if not place else {})
        data = new_row(data, "choices", **row)
    response = admin_client.post(url("add"), data)
    assert response.status_code == 302, errors_of(response)
    revision = Revision.objects.get()
    assert (revision.path, revision.author) == ("questions/throttled.yaml", admin_user)
    assert not load(QUESTION, revision.path, revision.text)[2]


@pytest.mark.parametrize(
    ("kind", "change", "words"),
    [
        ("single", {"choices-1-is_correct": "on"}, "exactly one choice"),
        ("single", {"choices-1-match": "x"}, "Only a question of kind “match” has partners"),
        ("single", {"choices-1-text": "alpha"}, "Another row has the same"),
        ("several", {"choices-2-is_correct": "on", "choices-3-is_correct": "on"}, "Add one that is wrong"),
        ("number", {"choices-1-text": "gone"}, "Write the number alone"),
        ("match", {"choices-1-match": ""}, "Write the right-hand partner"),
        ("single", {"codes-0-DELETE": "on"}, "Name the codes"),
        ("single", {"read": "https://example.com/"}, "Give an address on this site"),
        ("single", {"transcript": "GET /"}, "Line 1 must begin with"),
        ("next", {"prompt": "Nothing shown."}, "Show what happened so far"),
        ("single", {"kind": "order"}, "Leave is_correct out"),
    ],
)
def test_what_contradicts_itself_is_refused_in_words(admin_client, kind, change, words):
    question = makers.make_question(kind=kind)
    before = dump(QUESTION, question)
    data = fields_of(admin_client.get(url("change", question.pk))) | change
    response = admin_client.post(url("change", question.pk), data)
    assert response.status_code == 200 and words in errors_of(response)
    assert dump(QUESTION, Question.objects.get()) == before


@pytest.mark.parametrize("kind", ["single", "several", "number", "order", "match", "next"])
def test_the_preview_plays_the_question_and_keeps_nothing(admin_client, kind):
    question = makers.make_question(kind=kind, published_at=None)
    begun = admin_client.get(url("preview", question.pk))
    assert "<fieldset" in begun.content.decode() and begun["Cache-Control"].startswith("private, no-store")
    unclear = admin_client.post(url("preview", question.pk), {})
    assert "or say that you do not know" in unclear.content.decode()
    told = admin_client.post(url("preview", question.pk), {"skip": "1"}).content.decode()
    assert "counted nowhere" in told and "This is how to think of it." in told
    assert not Attempt.objects.exists() and not Wording.objects.exists()


def test_the_preview_shows_a_newer_draft_as_it_will_be(admin_client, admin_user):
    question = makers.make_question()
    draft = publishing.start_draft(QUESTION, question, admin_user)
    Question.objects.filter(pk=draft.pk).update(prompt="To be looked at.")
    assert "To be looked at." in page(admin_client, url("preview", draft.pk))
    assert "To be looked at." not in page(Client(), question.get_absolute_url())
    publishing.publish_draft(QUESTION, Question.objects.get(pk=draft.pk), admin_user)
    assert "To be looked at." in page(Client(), question.get_absolute_url())
    assert Question.objects.get().pk == question.pk


def test_a_withdrawn_question_is_gone(admin_client):
    question = makers.make_question()
    admin_client.post(url("withdraw", question.pk))
    page(Client(), "/quiz/question/which-one", 410)
    admin_client.post(url("publish", question.pk))
    page(Client(), "/quiz/question/which-one")


def test_the_form_takes_few_queries(admin_client, django_assert_max_num_queries):
    question = makers.make_question()
    with django_assert_max_num_queries(16):
        admin_client.get(url("change", question.pk))


def test_generators_are_switched_in_the_list_and_codes_are_left_out(admin_client):
    rows = list(GeneratorSwitch.objects.all())
    data = {"form-TOTAL_FORMS": len(rows), "form-INITIAL_FORMS": len(rows), "_save": "Save"}
    data |= {f"form-{place}-id": row.pk for place, row in enumerate(rows)}
    data["form-0-is_on"] = "on"
    assert admin_client.post(url("changelist", model="generatorswitch"), data).status_code == 302
    assert [row.is_on for row in GeneratorSwitch.objects.all()] == [True, *[False] * (len(rows) - 1)]
    assert admin_client.get(url("add", model="generatorswitch")).status_code == 403
    code = makers.make_code(418)
    response = admin_client.post(url("add", model="leftout"), {"code": code.pk, "reason": "A joke."})
    assert response.status_code == 302 and LeftOut.objects.get().code == code
    assert admin_client.get(url("changelist", model="leftout")).status_code == 200


@pytest.mark.parametrize(("group", "may_publish"), [("Writers", False), ("Editors", True)])
def test_writers_write_and_editors_publish(group, may_publish):
    user = User.objects.create_user("somebody", is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    client = Client()
    client.force_login(user)
    live, draft = makers.make_question(), makers.make_question("draft", published_at=None)
    assert client.get(url("changelist")).status_code == 200
    data = fields_of(client.get(url("change", draft.pk)))
    assert client.post(url("change", draft.pk), data | {"title": "Newly called"}).status_code == 302
    assert client.post(url("change", live.pk), {"title": "x"}).status_code == (200 if may_publish else 403)
    assert client.post(url("publish", draft.pk)).status_code == (302 if may_publish else 403)
    assert user.has_perm("quiz.change_generatorswitch") is may_publish


def test_a_code_that_a_question_names_cannot_be_deleted_behind_its_back():
    question = makers.make_question()
    with pytest.raises(Exception, match="protected"):
        question.codes.first().code.delete()
    assert QuestionCode.objects.exists()
