"""The version of the content changes with whatever visitors may come to see."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from codes.models import Revision
from codes.version import Kept, content_version, newest_revision, revisions_until
from tests.makers import make_code

pytestmark = pytest.mark.django_db


def test_it_stays_the_same_while_nothing_happens():
    make_code(404)
    assert content_version() == content_version()


def test_a_revision_changes_it():
    before = content_version()
    Revision.objects.create(path="codes/404.yaml", text="number: 404\n", source="admin")
    assert content_version() != before


def test_a_revision_that_is_committed_late_changes_it():
    Revision.objects.create(pk=20, path="codes/404.yaml", text="number: 404\n", source="admin")
    before = content_version()
    Revision.objects.create(pk=19, path="codes/500.yaml", text="number: 500\n", source="admin")
    assert content_version() != before


def test_a_schedule_that_falls_due_changes_it(monkeypatch):
    now = timezone.now()
    make_code(404, published_at=now + timedelta(minutes=5))
    before = content_version()
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(minutes=6))
    assert content_version() != before


def test_it_takes_one_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        content_version()


@pytest.mark.django_db(transaction=True)
def test_what_is_kept_is_made_once_for_each_version_and_anew_within_a_transaction():
    made = []
    kept = Kept(lambda *numbers: made.append(numbers) or len(made))
    assert (kept(1), kept(1), kept(2), kept(2)) == (1, 1, 2, 2)
    Revision.objects.create(path="codes/404.yaml", text="number: 404\n", source="admin")
    assert (kept(1), kept(1)) == (3, 3)
    with transaction.atomic():
        assert (kept(1), kept(1)) == (4, 5)
    assert kept(1) == 3


def test_the_newest_revision_is_told_from_one_that_got_the_same_key_and_from_one_that_came_late():
    assert newest_revision() is None
    first = Revision.objects.create(pk=20, path="codes/404.yaml", text="number: 404\n", source="admin")
    before = newest_revision()
    Revision.objects.create(pk=19, path="codes/500.yaml", text="number: 500\n", source="admin")
    late = newest_revision()
    Revision.objects.filter(pk=20).update(created=first.created + timedelta(seconds=1))
    assert len({before, late, newest_revision()}) == 3


def test_the_version_looks_at_no_more_than_the_last_revisions(monkeypatch):
    monkeypatch.setattr("codes.version.WINDOW", 5)
    for number in range(20):
        Revision.objects.create(path=f"codes/{number}.yaml", text="number: 404\n", source="admin")
    assert content_version().revisions == newest_revision()[2] == revisions_until(content_version().newest) == 5
