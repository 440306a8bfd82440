"""Short searches that found nothing are counted for curators, and nobody can be told from them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from search.models import Asked, Unfound
from tests.makers import make_code

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def page():
    return make_code(404)


def ask(client, query: str, visitor: str = "192.0.2.1") -> None:
    assert client.get("/search", {"q": query}, REMOTE_ADDR=visitor).status_code == 200


def kept() -> dict[str, int]:
    return dict(Unfound.objects.values_list("text", "count"))


def test_a_search_is_kept_once_two_visitors_asked_the_same(client):
    ask(client, "Zyzzogeton  quux")
    ask(client, "zyzzogeton quux")
    assert kept() == {}
    ask(client, "zyzzogeton quux", "192.0.2.2")
    assert kept() == {"zyzzogeton quux": 2}
    ask(client, "zyzzogeton quux", "192.0.2.3")
    ask(client, "zyzzogeton quux", "192.0.2.3")
    assert kept() == {"zyzzogeton quux": 3}


def test_what_one_visitor_asked_cannot_be_read(client):
    ask(client, "zyzzogeton quux")
    row = Asked.objects.get()
    assert "zyzzogeton" not in f"{row.query}{row.visitor}" and "192.0.2.1" not in f"{row.query}{row.visitor}"


def test_the_salt_changes_every_day(client, monkeypatch):
    ask(client, "zyzzogeton quux")
    tomorrow = timezone.now() + timedelta(days=1)
    monkeypatch.setattr(timezone, "now", lambda: tomorrow)
    ask(client, "zyzzogeton quux", "192.0.2.2")
    assert kept() == {} and Asked.objects.count() == 1


@pytest.mark.parametrize(
    "query",
    ["z" * 61, "zyzz at me@example.com", "zyzz 192.0.2.77", "zyzz abcdefghijklmnopqrstuvwxyz0", "zyzz 12345678", "zy"],
)
def test_long_searches_and_what_may_be_personal_are_never_counted(client, query):
    ask(client, query)
    ask(client, query, "192.0.2.2")
    assert kept() == {} and not Asked.objects.exists()


def test_what_was_asked_on_a_day_that_is_not_today_makes_no_room_less(client, monkeypatch):
    """Not before it either, should the clock have been ahead."""
    now = timezone.now()
    for days in (1, -1, 0):
        monkeypatch.setattr(timezone, "now", lambda days=days: now + timedelta(days=days))
        ask(client, "zyzzogeton quux")
    assert Asked.objects.get().day == now.date()


def test_a_paste_is_never_counted(client):
    for visitor in ("192.0.2.1", "192.0.2.2"):
        client.post("/search", {"q": "zyzzogeton\nquux"}, REMOTE_ADDR=visitor)
        client.post("/search", {"q": "zyzzogeton"}, REMOTE_ADDR=visitor)
    assert kept() == {}


def test_what_was_found_is_not_counted(client):
    for visitor in ("192.0.2.1", "192.0.2.2"):
        client.get("/search", {"q": "404", "all": 1}, REMOTE_ADDR=visitor)
    assert not Asked.objects.exists()


def test_curators_see_it_teach_it_and_tick_it_off(client, admin_client):
    for visitor in ("192.0.2.1", "192.0.2.2"):
        ask(client, "zyzzogeton quux", visitor)
    text = admin_client.get("/admin/search/unfound/").content.decode()
    assert "zyzzogeton quux" in text and "/admin/search/synonym/add/?text=zyzzogeton%20quux" in text.replace("+", "%20")
    row = Unfound.objects.get()
    admin_client.post("/admin/search/unfound/", {"action": "mark_done", "_selected_action": [row.pk]})
    assert not Unfound.objects.open().exists()
    assert admin_client.get(f"/admin/search/unfound/{row.pk}/change/").status_code == 200
    assert admin_client.get("/admin/search/unfound/add/").status_code == 403


def test_an_answer_does_not_need_the_count(client, monkeypatch):
    from django.db import DatabaseError

    def broken(*args):
        raise DatabaseError

    monkeypatch.setattr("search.unfound._count", broken)
    ask(client, "zyzzogeton quux")
