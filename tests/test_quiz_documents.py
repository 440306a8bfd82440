"""Questions as files: what is wrong with one is said with its line, and what would be right."""

import re
from pathlib import Path

import pytest
import yaml
from django.db import IntegrityError, transaction

from codes.documents import dump, load, store, to_text
from codes.documents.storing import Page
from codes.models import StatusCode
from quiz.documents import QUESTION
from quiz.models import Question
from quiz.vocabulary import Kind
from tests import makers

CONTENT = Path(__file__).parent.parent / "content/questions"
FORMAT = Path(__file__).parent.parent / "docs/content-format.md"
FILES = {path.stem: path.read_text() for path in sorted(CONTENT.glob("*.yaml"))}


def problems_of(data: dict) -> list[str]:
    text = yaml.safe_dump({"slug": "it", **data}, sort_keys=False, allow_unicode=True)
    return [problem.message for problem in load(QUESTION, "questions/it.yaml", text)[2]]


def choices(*texts: str, right: int = 1, **more) -> list[dict]:
    return [
        {"text": text, "why": "Because.", **({"is_correct": True} if place < right else {}), **more}
        for place, text in enumerate(texts)
    ]


def a_question(kind: str = "single", **data) -> dict:
    return {"kind": kind, "prompt": "What now?", "codes": [{"code": 404}], "choices": choices("a", "b", "c"), **data}


def test_the_example_of_the_documentation_is_right():
    (example,) = re.findall(r"```yaml\n(slug: login-throttle-header\n.*?)```", FORMAT.read_text(), re.S)
    data, _, problems = load(QUESTION, "questions/login-throttle-header.yaml", example)
    assert not problems and data["kind"] == "single"


@pytest.mark.parametrize(
    "data",
    [
        a_question(),
        a_question("next", prompt="Then?\n\n```text\nGET /\n```"),
        a_question("next", transcript="> GET / HTTP/1.1"),
        a_question("several", choices=choices("a", "b", "c", "d", right=2)),
        a_question("number", choices=choices("404", "410", "404.13")),
        a_question("number", choices=choices("404")),
        a_question("order", choices=choices("a", "b", "c", right=0)),
        a_question("match", choices=[{"text": t, "match": t * 2, "why": "Yes."} for t in "abc"]),
    ],
)
def test_a_question_of_each_kind_can_be_right(data):
    assert not problems_of(data)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (a_question(codes=[]), "Name the codes that the question is about"),
        (a_question(codes=[{"code": number} for number in range(400, 407)]), "6 codes at most; this names 7"),
        (a_question(choices=choices("a", "b")), "has 3 to 6 choices; this has 2"),
        (a_question(choices=choices("a", "b", "c", right=2)), "exactly one choice with is_correct; 2 are marked"),
        (a_question("next", choices=choices("a", "b", "c", right=0)), "exactly one choice with is_correct; none is"),
        (a_question(transcript="GET /"), "Line 1 must begin with"),
        (a_question("next"), "Show what happened so far"),
        (a_question("several", choices=choices("a", "b", "c", "d")), "at least two choices with is_correct; 1 is"),
        (a_question("several", choices=choices("a", "b", "c", "d", right=4)), "Add one that is wrong"),
        (a_question("several", choices=choices("a", "b", "c", right=2)), "has 4 to 7 choices; this has 3"),
        (a_question("number", choices=choices("404", "four")), "Write the number alone"),
        (a_question("number", choices=choices("404", right=0)), "Mark the number that is right"),
        (a_question("number", prompt="404 or not?", choices=choices("404")), "gives the answer 404 away"),
        (a_question("number", title="A 404", choices=choices("404")), "gives the answer 404 away"),
        (a_question("order"), "Leave is_correct out: the order in which they stand is what is right"),
        (a_question("match"), "Leave is_correct out: the pairs are what is right"),
        (a_question("match", choices=choices("a", "b", "c", right=0)), "Write the right-hand partner"),
        (a_question("match", choices=choices("a", "b", "c", right=0, match="same")), "“same” stands here twice"),
        (a_question("match", choices=choices("a", "b", right=0, match="x")), "has 3 to 6 pairs; this has 2"),
        (a_question(choices=choices("a", "b", "c", match="x")), "Only a question of kind “match” has partners"),
        (a_question(choices=choices("a", "b", "All of the above")), "Choices are shuffled"),
    ],
)
def test_what_contradicts_itself_is_said_with_what_to_write(data, words):
    found = problems_of(data)
    assert any(words in message for message in found), found


def test_a_complaint_names_the_line_of_its_choice():
    text = "slug: it\nkind: number\ncodes:\n- code: 404\nchoices:\n- text: '404'\n  is_correct: true\n- text: gone\n"
    (problem,) = load(QUESTION, "questions/it.yaml", text)[2]
    assert problem.line == 8


@pytest.mark.django_db
def test_models_complain_too_about_words_and_addresses():
    makers.make_code(404)
    data = a_question(kind="guess", read="https://example.com/", slug="it")
    data, lines, _ = load(QUESTION, "questions/it.yaml", yaml.safe_dump(data, sort_keys=False))
    page = Page(QUESTION, "questions/it.yaml", data, lines)
    with pytest.raises(Exception, match=r"Give an address on this site") as refused:
        store(page)
    assert "Choose from: single, several" in str(refused.value)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", Kind.values)
def test_what_is_dumped_can_be_stored_again_and_is_the_same(kind):
    question = makers.make_question(kind=kind)
    text = dump(QUESTION, question)
    question.delete()
    data, lines, problems = load(QUESTION, f"questions/{question.slug}.yaml", text)
    assert not problems
    assert dump(QUESTION, store(Page(QUESTION, f"questions/{question.slug}.yaml", data, lines))) == text


@pytest.mark.django_db
def test_a_question_about_a_code_without_a_published_page_is_not_asked():
    question = makers.make_question()
    assert list(Question.objects.published()) == [question]
    StatusCode.objects.update(published_at=None)
    assert not Question.objects.published().exists()


@pytest.mark.django_db
def test_a_slug_has_one_live_question():
    question = makers.make_question()
    with transaction.atomic(), pytest.raises(IntegrityError):
        Question.objects.create(slug=question.slug)
    Question.objects.create(slug=question.slug, draft_of=question)


@pytest.mark.django_db
def test_questions_about_several_codes_are_about_two_of_them_at_least():
    one, two, three = (makers.make_code(number) for number in (401, 403, 404))
    alone = makers.make_question("alone", codes=[one])
    pair = makers.make_question("pair", codes=[one, two])
    other = makers.make_question("other", codes=[two, three])
    assert set(Question.objects.about([401])) == {alone, pair}
    assert set(Question.objects.about([401, 403])) == {pair}
    assert set(Question.objects.about([401, 403, 404])) == {pair, other}


# The questions themselves


@pytest.mark.parametrize("slug", sorted(FILES))
def test_a_file_is_canonical_and_its_choices_differ(slug):
    data, _, problems = load(QUESTION, f"questions/{slug}.yaml", FILES[slug])
    assert not problems, "\n".join(map(str, problems))
    assert to_text(data) == FILES[slug], "run: python manage.py import_content && python manage.py export_content"
    texts = ["".join(choice["text"].split()).strip("`.") for choice in data["choices"]]
    assert len(set(texts)) == len(texts)


def test_every_kind_is_asked():
    kinds = {load(QUESTION, f"questions/{slug}.yaml", text)[0]["kind"] for slug, text in FILES.items()}
    assert kinds == set(Kind.values)


def test_at_most_one_question_in_seven_is_about_a_mere_name():
    skills = [load(QUESTION, f"questions/{slug}.yaml", text)[0]["skill"] for slug, text in FILES.items()]
    assert skills.count("name") * 7 <= len(skills)
