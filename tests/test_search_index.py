"""The index follows the content: no drafts, schedules when due, every change; threads share it, processes do not."""

import os
import threading
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from codes.models import Revision, StatusCode
from search import current as holder
from search.answering import spaced
from search.current import current
from search.entries import Entry
from search.index import Index
from search.models import Synonym, SynonymList
from search.ranking import search
from tests.makers import make_cause, make_class, make_code, make_comparison, make_draft_of


def numbers(query: str, index=None) -> list[int]:
    return [found.page.number for found in search(spaced(query), index or current()).results]


def revise(code: StatusCode) -> None:
    Revision.objects.create(path=f"codes/{code.label}.yaml", text=f"number: {code.number}\n", source="admin")


@pytest.mark.django_db
def test_drafts_and_scheduled_pages_are_not_in_it():
    make_cause(make_code(404), title="Zyzzogeton stood there")
    make_cause(make_code(477, published_at=None), title="Quokkatron was here")
    make_cause(make_code(479, published_at=timezone.now() + timedelta(days=1)), title="Wombatron was here")
    make_cause(make_draft_of(StatusCode.objects.get(number=404)), title="Newerdraftron was here")
    assert numbers("zyzzogeton") == [404]
    for word in ("quokkatron", "wombatron", "newerdraftron"):
        assert numbers(word) == [], word
    assert 477 not in numbers("477") and 479 not in numbers("HTTP 479")


@pytest.mark.django_db
def test_a_schedule_that_falls_due_enters(monkeypatch):
    code = make_code(479, published_at=timezone.now() + timedelta(minutes=5))
    make_cause(code, title="Wombatron was here")
    assert numbers("wombatron") == []
    later = timezone.now() + timedelta(minutes=6)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert numbers("wombatron") == [479]


@pytest.mark.django_db
def test_a_comparison_is_found_by_its_verdict():
    make_comparison(make_code(404), make_code(410), verdict="Pick the marsupial.")
    found = search("marsupial", current()).results
    assert [each.page.url for each in found] == ["/compare/404-vs-410"] and found[0].page.number is None


@pytest.mark.django_db
def test_synonyms_of_editors_lead_where_they_say():
    code, words = make_code(404, summary="The thing is missing."), SynonymList.objects.create(slug="a", title="A")
    make_code(500)
    assert numbers("gallimaufry") == [] and numbers("ERR_GALLIMAUFRY") == []
    Synonym.objects.create(list=words, text="gallimaufry", means="missing")
    Synonym.objects.create(list=words, kind="name", text="ERR_GALLIMAUFRY", code=code)
    Synonym.objects.create(list=words, kind="header", text="X-Gallimaufry", code=code)
    Synonym.objects.create(list=words, kind="message", text="cannot open the gallimaufry at 10.0.0.1", code=code)
    index = Index("now")
    assert numbers("gallimaufry", index)[0] == 404
    assert search("ERR_GALLIMAUFRY", index).exact.url == "/404"
    assert numbers("x-gallimaufry", index)[0] == 404
    assert numbers("2026-11-21 12:00 app[7]: cannot open the gallimaufry at 192.0.2.77", index)[0] == 404


@pytest.mark.django_db
def test_another_app_enters_its_pages(monkeypatch):
    entry = Entry("/guides/marsupials", "/guides/marsupials", "guide", "On marsupials")
    monkeypatch.setattr("search.entries.SOURCES", [lambda: [entry]])
    assert search("marsupials", Index("now")).results[0].page == entry


@pytest.mark.django_db
def test_the_order_does_not_depend_on_the_order_of_the_database(monkeypatch):
    for number in (404, 410, 451):
        make_cause(make_code(number), title="The marsupial left")
    entries = Index("one").entries
    monkeypatch.setattr("search.index.all_entries", lambda: sorted(entries, key=lambda entry: entry.url))
    assert numbers("marsupial left", Index("two")) == numbers("marsupial left", Index("three"))


@pytest.mark.django_db(transaction=True)
def test_a_change_is_built_behind_the_reader_and_then_seen(monkeypatch):
    monkeypatch.setattr(holder, "EVERY", 0.0)
    make_class()
    revise(make_code(404))
    before = current()
    code = make_code(410)
    make_cause(code, title="Wombatron was here")
    revise(code)
    for _ in range(100):
        index = current()
        if index is not before:
            break
        time.sleep(0.05)
    assert before.entry_of(410) is None and index.entry_of(410)
    assert numbers("wombatron", index) == [410]
    for thread in threading.enumerate():
        if thread.name == "search-index":
            thread.join()


@pytest.mark.django_db
def test_threads_share_one_index():
    make_code(404)
    index, found = current(), []
    threads = [threading.Thread(target=lambda: found.extend(numbers("404", index))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [404] * 8


@pytest.mark.django_db
def test_a_child_process_has_no_index_of_its_parent_and_an_open_lock():
    make_code(404)
    assert current()
    with holder._build:
        child = os.fork()
        if child == 0:
            os._exit(0 if holder._held is None and holder._build.acquire(blocking=False) else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
