"""Questions made from the database: exactly one right answer, wrong ones that people choose, switches."""

import random
import re
from collections import Counter

import pytest

from codes.models import Relation, StatusCode, class_digit
from quiz.generators import GENERATORS, make
from quiz.generators.difference import FACTS
from quiz.generators.world import NEARBY
from quiz.models import GeneratorSwitch, LeftOut, Question, Step
from quiz.rules import wrong_with_choices, wrong_with_text
from quiz.starting import Wish
from quiz.vocabulary import Skill
from tests.test_quiz_play import begin

Name = GeneratorSwitch.Name
QUICK = Wish("quick")
BY_NUMBER = re.compile(r"[0-9]{3}")


# With all of content/


@pytest.fixture
def all_made(whole_site, db):
    """Everything that the generators can make, with two seeds."""
    return [asked for seed in range(2) for asked in make(10_000, QUICK, random.Random(seed))]


def test_there_are_hundreds_of_all_kinds_and_each_keeps_the_rules_of_written_ones(all_made):
    assert len(all_made) > 300
    counts = Counter(asked.generator for asked in all_made)
    assert set(counts) == set(Name.values)
    for asked in all_made:
        choices = [{"text": option.text, "is_correct": option.is_correct} for option in asked.options]
        assert not list(wrong_with_choices(asked.kind, choices)), asked
        assert not list(wrong_with_text(asked.kind, asked.data, choices)), asked
        assert len({option.text for option in asked.options}) == len(asked.options)
        assert all(option.why and option.read for option in asked.options)
        assert asked.source and asked.explanation and asked.read.startswith(f"/{asked.codes[0]:03d}")
        assert len(asked.title) <= 70


def test_never_are_two_answers_right(all_made):
    codes = {code.number: code for code in StatusCode.objects.all()}
    facts = {fact.prompt: fact for fact in FACTS}
    for asked in all_made:
        right, wrong = asked.options[0], asked.options[1:]
        code = codes[asked.codes[0]]
        if asked.generator == Name.NAME:
            assert right.text == code.name and code.name not in [option.text for option in wrong]
        elif asked.generator == Name.NUMBER:
            assert codes[int(right.text)].name == code.name
            assert all(codes[int(option.text)].name != code.name for option in wrong)
        elif asked.generator == Name.HEADER:
            named = {rule.header.lower() for rule in code.headerrules.all()}
            assert right.text.strip("`").lower() in named
            assert all(option.text.strip("`").lower() not in named for option in wrong)
        elif asked.generator == Name.DIFFERENCE:
            holding = [codes[int(BY_NUMBER.search(one.text)[0])] for one in asked.options]
            assert [facts[asked.prompt].holds(one) for one in holding] == [True, False, False, False]
        else:
            slug = asked.read.partition("#cause-")[2]
            cause = code.causes.get(slug=slug)
            for option in wrong:
                number = BY_NUMBER.search(option.text)[0]
                assert not re.search(rf"(?<![0-9]){number}(?![0-9])", f"{cause.title} {cause.sign} {cause.body}")
                theirs = codes[int(number)].causes.all()
                assert cause.title not in [other.title for other in theirs]
                assert cause.sign not in [other.sign for other in theirs]


def test_a_sign_does_not_give_the_number_away(all_made):
    for asked in all_made:
        if asked.generator == Name.CAUSE:
            assert not re.search(rf"(?<![0-9]){asked.codes[0]:03d}(?![0-9])", asked.prompt), asked.prompt


def test_wrong_answers_are_codes_that_people_confuse_with_the_right_one(all_made):
    related = {frozenset(pair) for pair in Relation.objects.values_list("code__number", "other__number")}
    near = total = 0
    for asked in all_made:
        for other in asked.codes[1:]:
            total += 1
            is_near = class_digit(other) == class_digit(asked.codes[0]) or abs(other - asked.codes[0]) <= NEARBY
            near += is_near or frozenset((asked.codes[0], other)) in related
    assert near == total > 300


def test_only_verified_published_facts_are_asked(all_made):
    verified = set(StatusCode.objects.published().filter(verified=True).values_list("number", flat=True))
    assert {number for asked in all_made for number in asked.codes} <= verified
    StatusCode.objects.exclude(number__in=[404, 405, 403, 410]).update(verified=False)
    assert {number for asked in make(99, QUICK, random.Random(1)) for number in asked.codes} <= {404, 405, 403, 410}


def test_the_same_seed_makes_the_same_questions(whole_site, db):
    one, two = (make(20, QUICK, random.Random(7)) for _ in range(2))
    assert one == two and len(one) == 20


def test_a_generator_that_is_switched_off_makes_nothing(whole_site, db):
    for name in Name.values:
        GeneratorSwitch.objects.filter(name=name).update(is_on=False)
        assert name not in {asked.generator for asked in make(10_000, QUICK, random.Random(1))}
        GeneratorSwitch.objects.filter(name=name).update(is_on=True)
    GeneratorSwitch.objects.update(is_on=False)
    assert make(10, QUICK, random.Random(1)) == []


def test_a_code_that_is_left_out_is_neither_asked_for_nor_offered(whole_site, db):
    LeftOut.objects.create(code=StatusCode.objects.get(number=404))
    for asked in make(10_000, QUICK, random.Random(1)):
        assert 404 not in asked.codes
        assert "404" not in [
            BY_NUMBER.search(option.text)[0] for option in asked.options if BY_NUMBER.search(option.text)
        ]


def test_a_wish_is_heeded(whole_site, db):
    rng = random.Random(1)
    assert {asked.codes[0] // 100 for asked in make(50, Wish("class", "5"), rng)} == {5}
    assert {asked.codes[0] for asked in make(50, Wish("codes", "401-405"), rng)} == {401, 405}
    assert {asked.difficulty for asked in make(50, Wish("quick", difficulty="hard"), rng)} == {"hard"}
    assert {asked.skill for asked in make(50, Wish("apart"), rng)} == {Skill.APART}


def test_every_generator_has_a_switch_in_the_admin(db):
    assert set(GENERATORS) == set(GeneratorSwitch.objects.values_list("name", flat=True))


def test_made_questions_fill_what_editors_did_not_write_and_are_never_counted(whole_site, client):
    Question.objects.exclude(slug="large-upload-with-expect").update(published_at=None)
    begin(client, "class:1", length="10")
    steps = Step.objects.select_related("wording")
    assert steps.count() == 10
    made = [step for step in steps if step.wording.question_id is None]
    assert len(made) == 9 and not any(step.is_counted for step in made)
