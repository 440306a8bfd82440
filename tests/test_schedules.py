"""A newer draft that goes live at a planned moment."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from codes import publishing
from codes.documents import dump, kind_of
from codes.models import DraftSchedule, Revision, StatusCode
from codes.publishing import Conflict, draft_path, newest_text, path_of
from codes.schedules import plan, publish_due
from statusref.page_cache.watch import Watch
from tests.makers import make_code, make_comparison, make_full_code

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def url(word: str, page: StatusCode) -> str:
    return reverse(f"admin:codes_statuscode_{word}", args=[page.pk])


def person(role: str) -> User:
    user = User.objects.create_user(role.lower(), is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    return user


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def editor() -> User:
    return person("Editors")


@pytest.fixture
def live() -> StatusCode:
    return make_full_code()


def change(page: StatusCode, author: User | None, **values) -> None:
    """What a save in the admin does."""
    type(page).objects.filter(pk=page.pk).update(**values)
    page.refresh_from_db()
    text, source = dump(kind_of(page), page), Revision.Source.ADMIN
    Revision.objects.create(path=path_of(kind_of(page), page), text=text, author=author, source=source)


def draft_of(live: StatusCode, author: User, summary: str = "A better sentence.") -> StatusCode:
    draft = publishing.start_draft(kind_of(live), live, author)
    change(draft, author, summary=summary)
    return draft


def come_to(moment, monkeypatch) -> None:
    """The clock says `moment`."""
    monkeypatch.setattr(timezone, "now", lambda: moment)


def test_visitors_see_the_draft_from_its_moment_and_not_before(live, editor, client, monkeypatch):
    draft, moment = draft_of(live, editor), timezone.now() + HOUR
    plan(draft, moment, editor)
    come_to(moment - timedelta(seconds=1), monkeypatch)
    assert publish_due() == []
    assert "A better sentence." not in client.get(f"/{live.label}").content.decode()
    come_to(moment, monkeypatch)
    assert publish_due() == [live]
    assert "A better sentence." in client.get(f"/{live.label}").content.decode()
    assert not StatusCode.objects.filter(draft_of=live).exists()
    newest = Revision.objects.filter(path=kind_of(live).path(live)).first()
    assert (newest.author, newest.text) == (editor, dump(kind_of(live), StatusCode.objects.get(pk=live.pk)))
    assert not DraftSchedule.objects.exists()
    assert publish_due() == []


def test_whatever_process_serves_the_site_publishes_what_is_due(live, editor, monkeypatch):
    draft, moment = draft_of(live, editor), timezone.now() + HOUR
    plan(draft, moment, editor)
    seen = []
    watch = Watch(lambda public, changed: seen.append(changed))
    monkeypatch.setattr("statusref.page_cache.watch.close_old_connections", lambda: None)
    watch.look()
    come_to(moment, monkeypatch)
    watch.look()
    live.refresh_from_db()
    assert live.summary == "A better sentence."
    assert len(seen) == 2, "the page cache is told that something changed"


def test_a_comparison_goes_live_in_the_same_way(editor, monkeypatch):
    live = make_comparison(make_code(401), make_code(403))
    draft = publishing.start_draft(kind_of(live), live, editor)
    change(draft, editor, verdict="The other one.")
    plan(draft, timezone.now() + HOUR, editor)
    come_to(timezone.now() + HOUR, monkeypatch)
    assert publish_due() == [live]
    live.refresh_from_db()
    assert live.verdict == "The other one."


def test_asking_costs_one_query_while_nothing_is_due(live, editor, django_assert_num_queries):
    plan(draft_of(live, editor), timezone.now() + HOUR, editor)
    with django_assert_num_queries(1):
        publish_due()


def test_a_page_that_changed_meanwhile_is_a_conflict_that_editors_see_and_nothing_is_lost(live, editor, monkeypatch):
    draft, moment = draft_of(live, editor, "Mine."), timezone.now() + HOUR
    plan(draft, moment, editor)
    change(live, editor, summary="Theirs.")
    come_to(moment, monkeypatch)
    assert publish_due() == []
    live.refresh_from_db()
    draft.refresh_from_db()
    assert (live.summary, draft.summary) == ("Theirs.", "Mine.")
    client = client_of(editor)
    assert "changed after this draft was started" in client.get(url("change", draft)).content.decode()
    assert "could not go live" in client.get(url("change", live)).content.decode()
    home = client.get("/admin/").content.decode()
    assert "Newer drafts that did not go live" in home
    # It is not tried again and again, but when an editor has settled it.
    assert publish_due() == []
    shown = client.post(url("publish", draft))
    assert shown.status_code == 409
    assert "Theirs." in shown.content.decode() and "Mine." in shown.content.decode()
    client.post(url("publish", draft), {"overwrite": "1"})
    live.refresh_from_db()
    assert live.summary == "Mine."
    assert not DraftSchedule.objects.exists()


def test_a_conflict_is_told_when_the_draft_is_scheduled_and_can_be_settled_then(live, editor, monkeypatch):
    draft, moment = draft_of(live, editor, "Mine."), timezone.now() + HOUR
    change(live, editor, summary="Theirs.")
    with pytest.raises(Conflict):
        plan(draft, moment, editor)
    client = client_of(editor)
    form = {"moment": f"{moment:%Y-%m-%dT%H:%M:%S}"}
    shown = client.post(url("schedule", draft), form)
    assert shown.status_code == 409
    assert "Let the draft win, and schedule it" in shown.content.decode()
    assert not DraftSchedule.objects.exists()
    client.post(url("schedule", draft), {**form, "overwrite": "1"})
    assert newest_text(draft_path(kind_of(draft), draft)) == dump(kind_of(draft), draft)
    come_to(moment, monkeypatch)
    assert publish_due() == [live]
    live.refresh_from_db()
    assert live.summary == "Mine."


def test_what_a_writer_changed_after_the_plan_waits_for_an_editor(live, editor, monkeypatch):
    draft, moment = draft_of(live, editor), timezone.now() + HOUR
    plan(draft, moment, editor)
    change(draft, person("Writers"), summary="Nobody has read this.")
    come_to(moment, monkeypatch)
    assert publish_due() == []
    assert "writers changed the draft after it was scheduled" in DraftSchedule.objects.get().trouble
    live.refresh_from_db()
    assert live.summary != "Nobody has read this."


def test_what_an_editor_changed_after_the_plan_goes_live(live, editor, monkeypatch):
    draft, moment = draft_of(live, editor), timezone.now() + HOUR
    plan(draft, moment, editor)
    change(draft, editor, summary="Read once more.")
    come_to(moment, monkeypatch)
    assert publish_due() == [live]
    live.refresh_from_db()
    assert live.summary == "Read once more."


def test_a_withdrawn_page_does_not_come_back_by_itself(live, editor, client, monkeypatch):
    draft, moment = draft_of(live, editor), timezone.now() + HOUR
    plan(draft, moment, editor)
    publishing.withdraw(live)
    come_to(moment, monkeypatch)
    assert publish_due() == []
    assert "not published any more" in DraftSchedule.objects.get().trouble
    assert client.get(f"/{live.label}").status_code == 410


def test_a_discarded_draft_takes_its_schedule_along_and_the_next_draft_has_none(live, editor, monkeypatch):
    draft, moment = draft_of(live, editor), timezone.now() + HOUR
    plan(draft, moment, editor)
    publishing.discard_draft(kind_of(draft), draft, editor)
    again = draft_of(live, editor, "Not yet.")
    come_to(moment, monkeypatch)
    assert publish_due() == []
    assert StatusCode.objects.filter(pk=again.pk).exists()


def test_an_error_of_the_site_stops_one_draft_and_not_the_others(live, editor, monkeypatch):
    other, moment = make_code(418), timezone.now() + HOUR
    for page in (live, other):
        plan(draft_of(page, editor), moment, editor)
    real = publishing.publish_draft

    def broken(kind, draft, author, **options):
        if draft.draft_of == live:
            raise ZeroDivisionError
        return real(kind, draft, author, **options)

    monkeypatch.setattr(publishing, "publish_draft", broken)
    come_to(moment, monkeypatch)
    assert publish_due() == [other]
    assert "its log has the details" in DraftSchedule.objects.get().trouble


def test_an_editor_plans_changes_and_drops_a_moment(live, editor):
    draft, client = draft_of(live, editor), client_of(editor)
    moment = timezone.now() + HOUR
    client.post(url("schedule", draft), {"moment": f"{moment:%Y-%m-%dT%H:%M}"})
    assert f"{moment:%H:%M} UTC" in client.get(url("change", draft)).content.decode()
    assert "which goes live on" in client.get(url("change", live)).content.decode()
    assert "goes live on" in client.get("/admin/").content.decode()
    later = moment + HOUR
    client.post(url("schedule", draft), {"moment": f"{later:%Y-%m-%d %H:%M}"})
    assert DraftSchedule.objects.get().moment.hour == later.hour
    client.post(url("schedule", draft), {"moment": "", "cancel": "1"})
    assert not DraftSchedule.objects.exists()
    assert StatusCode.objects.filter(pk=draft.pk).exists()


@pytest.mark.parametrize(
    ("moment", "says"),
    [("", "Choose the moment"), ("soon", "Write the moment like"), ("2020-01-01T10:00", "That moment is past")],
)
def test_an_impossible_moment_is_told_and_nothing_is_scheduled(live, editor, moment, says):
    draft = draft_of(live, editor)
    response = client_of(editor).post(url("schedule", draft), {"moment": moment}, follow=True)
    assert says in response.content.decode()
    assert not DraftSchedule.objects.exists()


def test_only_who_may_publish_plans_and_only_newer_drafts_by_post(live, editor):
    draft, form = draft_of(live, editor), {"moment": "2099-01-01T10:00"}
    assert client_of(person("Writers")).post(url("schedule", draft), form).status_code == 403
    assert client_of(editor).post(url("schedule", live), form).status_code == 403
    assert client_of(editor).get(url("schedule", draft)).status_code == 405
    assert Client().post(url("schedule", draft), form).status_code == 302
    assert not DraftSchedule.objects.exists()
