"""The version of the content changes with whatever visitors may come to see."""

from datetime import timedelta

import pytest
from django.utils import timezone

from codes.models import Revision
from codes.version import content_version
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
