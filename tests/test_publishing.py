"""The life of a page: draft, newer draft, preview, publish, schedule, withdraw; and who may do what."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from codes import publishing
from codes.documents import NotStorable, dump, kind_of
from codes.models import OldAddress, Revision, StatusCode
from codes.schedules import note_appeared
from tests.makers import make_cause, make_class, make_code, make_full_code

pytestmark = pytest.mark.django_db


def url(word: str, page: StatusCode) -> str:
    return reverse(f"admin:codes_statuscode_{word}", args=[page.pk])


def person(role: str) -> Client:
    user = User.objects.create_user(role.lower(), is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def live():
    return make_full_code()


@pytest.fixture
def author():
    return User.objects.create_user("author")


def test_a_newer_draft_is_a_whole_copy_that_visitors_do_not_see(live, author, client):
    make_class(live.digit)
    kind = kind_of(live)
    draft = publishing.start_draft(kind, live, author)
    assert draft.pk != live.pk and draft.draft_of == live
    assert dump(kind, draft) == dump(kind, live)
    draft.summary = "A sentence that nobody may see yet."
    draft.save()
    for path in (f"/{live.label}", "/", "/codes", "/sitemap.xml", f"/search?q={live.label}", "/search?q=nobody"):
        assert "nobody may see" not in client.get(path, follow=True).content.decode()
    assert client.get("/").content.decode().count(f'href="/{live.label}"') == 1


def test_a_page_has_one_newer_draft(live, author):
    kind = kind_of(live)
    assert publishing.start_draft(kind, live, author) == publishing.start_draft(kind, live, author)


def test_publishing_a_draft_loads_its_text_into_the_live_page_and_removes_it(live, author):
    kind = kind_of(live)
    kept = live.causes.first()
    draft = publishing.start_draft(kind, live, author)
    draft.summary = "A better sentence."
    draft.save()
    make_cause(draft, slug="brand-new", title="A new thing happens")
    draft.names.first().delete()
    wanted = dump(kind, draft)
    published = publishing.publish_draft(kind, draft, author)
    assert published.pk == live.pk
    assert dump(kind, published) == wanted
    assert not StatusCode.objects.filter(draft_of=live).exists()
    assert published.causes.get(slug=kept.slug).pk == kept.pk
    newest = Revision.objects.filter(path=kind.path(live)).first()
    assert (newest.text, newest.author, newest.agreed) == (wanted, author, False)


def test_a_live_page_that_changed_meanwhile_is_a_conflict_and_nothing_is_lost(live, author):
    kind = kind_of(live)
    draft = publishing.start_draft(kind, live, author)
    draft.summary = "Mine."
    draft.save()
    live.summary = "Theirs."
    live.save()
    with pytest.raises(publishing.Conflict) as conflict:
        publishing.publish_draft(kind, draft, author)
    assert "+summary: Theirs." in conflict.value.difference
    live.refresh_from_db()
    draft.refresh_from_db()
    assert (live.summary, draft.summary) == ("Theirs.", "Mine.")
    assert publishing.publish_draft(kind, draft, author, overwrite=True).summary == "Mine."


def test_a_draft_that_changed_nothing_does_not_undo_what_the_live_page_became(live, author):
    kind = kind_of(live)
    draft = publishing.start_draft(kind, live, author)
    live.summary = "Theirs."
    live.save()
    assert publishing.publish_draft(kind, draft, author).summary == "Theirs."


def test_an_import_does_not_mistake_a_draft_for_a_file(live, author, tmp_path):
    from codes.documents.syncing import Outcome, export_documents, import_documents
    from statusref.content import DOCUMENTS

    export_documents(DOCUMENTS, tmp_path)
    publishing.start_draft(kind_of(live), live, author)
    report = import_documents(DOCUMENTS, tmp_path)
    assert report.is_clean and not report.counts[Outcome.REMOVE] and not report.counts[Outcome.CREATE]
    assert not any("draft" in path.name for path in tmp_path.rglob("*"))


def test_the_preview_shows_the_page_as_it_will_be_to_staff_only(live, author, client):
    draft = publishing.start_draft(kind_of(live), live, author)
    draft.summary = "A sentence to look at."
    draft.save()
    assert client.get(url("preview", draft)).status_code == 302
    writer = person("Writers")
    response = writer.get(url("preview", draft))
    assert response.status_code == 200
    assert "A sentence to look at." in response.content.decode()
    assert response["Cache-Control"].startswith("private, no-store")
    assert f'<h1 class="statusline"><span class="proto">HTTP/1.1</span> <span class="num">{live.label}</span>' in (
        response.content.decode()
    )


def test_an_editor_starts_and_publishes_a_newer_draft_in_the_admin(live):
    editor = person("Editors")
    response = editor.post(url("draft", live), follow=True)
    draft = StatusCode.objects.get(draft_of=live)
    assert "Newer draft." in response.content.decode()
    StatusCode.objects.filter(pk=draft.pk).update(summary="Better.")
    assert editor.post(url("publish", draft), follow=True).status_code == 200
    live.refresh_from_db()
    assert live.summary == "Better."


def test_a_conflict_in_the_admin_shows_the_difference_and_lets_the_editor_choose(live):
    editor = person("Editors")
    editor.post(url("draft", live))
    draft = StatusCode.objects.get(draft_of=live)
    StatusCode.objects.filter(pk=draft.pk).update(summary="Mine.")
    StatusCode.objects.filter(pk=live.pk).update(summary="Theirs.")
    response = editor.post(url("publish", draft))
    assert response.status_code == 409
    assert "Theirs." in response.content.decode()
    editor.post(url("publish", draft), {"overwrite": "1"})
    live.refresh_from_db()
    assert live.summary == "Mine."


def test_discarding_a_newer_draft_leaves_the_page_and_the_drafts_text_in_history(live):
    editor = person("Editors")
    editor.post(url("draft", live))
    draft = StatusCode.objects.get(draft_of=live)
    before = dump(kind_of(live), live)
    editor.post(url("delete", draft), {"post": "yes"})
    assert dump(kind_of(live), StatusCode.objects.get(pk=live.pk)) == before
    assert Revision.objects.filter(path=publishing.draft_path(kind_of(live), draft)).exclude(text="").exists()


def test_withdrawing_asks_first_and_then_answers_410(live, client):
    editor = person("Editors")
    assert "410 Gone" in editor.get(url("withdraw", live)).content.decode()
    assert client.get(f"/{live.label}").status_code == 200
    editor.post(url("withdraw", live))
    assert client.get(f"/{live.label}").status_code == 410
    assert editor.get(f"/{live.label}").status_code == 200
    live.refresh_from_db()
    assert live.state == "draft"
    editor.post(url("publish", live))
    assert client.get(f"/{live.label}").status_code == 200
    assert not OldAddress.objects.exists()


def test_a_deleted_page_that_was_published_is_gone_and_a_draft_never_was(client):
    editor = person("Editors")
    page, draft = make_code(404), make_code(418, published_at=None)
    editor.post(url("delete", page), {"post": "yes"})
    editor.post(url("delete", draft), {"post": "yes"})
    assert client.get("/404").status_code == 410
    assert client.get("/418").status_code == 404


def test_a_scheduled_page_appears_when_its_time_comes(client, monkeypatch):
    page = make_code(404, published_at=timezone.now() + timedelta(hours=1))
    assert client.get("/404").status_code == 404
    later = timezone.now() + timedelta(hours=2)
    monkeypatch.setattr("codes.models.base.timezone.now", lambda: later)
    assert client.get("/404").status_code == 200
    assert page.is_published


def test_what_appeared_stays_when_the_clock_is_set_back_until_an_editor_says_otherwise(client, monkeypatch):
    now = timezone.now()
    make_class(4)
    page = make_code(418, published_at=now + timedelta(minutes=5))
    later = make_code(425, published_at=now + timedelta(days=5))
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(hours=1))
    note_appeared()
    monkeypatch.setattr(timezone, "now", lambda: now - timedelta(days=3650))
    assert client.get("/418").status_code == 200 and client.get("/425").status_code == 404
    page.refresh_from_db()
    assert page.is_published and page.state == "published" and not StatusCode.objects.appearing().exists()
    assert list(StatusCode.objects.scheduled()) == [later]
    page.published_at = now + timedelta(minutes=30)
    page.save()
    assert client.get("/418").status_code == 404 and page.state == "scheduled"


def test_a_page_that_is_not_ready_is_not_published_and_the_reason_is_told():
    page = make_code(404, published_at=None, summary="")
    response = person("Editors").post(url("publish", page), follow=True)
    assert "needs its one-sentence summary" in response.content.decode()
    page.refresh_from_db()
    assert page.published_at is None


@pytest.mark.parametrize("word", ["draft", "publish", "withdraw", "preview"])
def test_no_word_of_a_pages_life_is_open_to_strangers(live, client, word):
    for response in (client.get(url(word, live)), client.post(url(word, live))):
        assert response.status_code == 302 and "/admin/login/" in response["Location"]
    outsider = Client()
    outsider.force_login(User.objects.create_user("staff", is_staff=True))
    assert outsider.post(url(word, live)).status_code == 403


@pytest.mark.parametrize("word", ["draft", "publish"])
def test_state_changes_only_by_post_with_a_token(live, word):
    editor = person("Editors")
    assert editor.get(url(word, live)).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.get(username="editors"))
    assert strict.post(url(word, live)).status_code == 403


# Roles


def test_a_writer_writes_drafts_and_publishes_nothing(live):
    writer = person("Writers")
    assert writer.get(url("change", live)).status_code == 200
    assert writer.post(url("change", live), {}).status_code == 403
    assert writer.post(url("publish", live)).status_code == 403
    assert writer.post(url("withdraw", live)).status_code == 403
    assert writer.post(url("draft", live)).status_code == 302
    draft = StatusCode.objects.get(draft_of=live)
    page = writer.get(url("change", draft))
    assert page.status_code == 200
    assert page.context["has_change_permission"]
    assert "published_at" not in page.context["adminform"].form.fields
    assert writer.post(url("publish", draft)).status_code == 403


def test_a_writer_may_not_change_a_cause_of_a_published_page(live):
    writer = person("Writers")
    cause = live.causes.first()
    assert writer.post(reverse("admin:codes_cause_change", args=[cause.pk]), {}).status_code == 403
    writer.post(url("draft", live))
    own = StatusCode.objects.get(draft_of=live).causes.first()
    assert writer.post(reverse("admin:codes_cause_change", args=[own.pk]), {}).status_code == 200


def test_a_writer_cannot_publish_by_typing_a_time_into_the_form():
    writer = person("Writers")
    data = {"number": "404", "name": "Not Found", "registration": "assigned", "spec": "RFC 9110", "summary": "One."}
    data |= {"published_at_0": "2026-01-01", "published_at_1": "00:00:00", "where_seen": "sent", "sent_by": "origin"}
    data |= {"storage": "explicit", "body_rule": "allowed", "retry_rule": "no"}
    for prefix in writer.get(reverse("admin:codes_statuscode_add")).context["inline_admin_formsets"]:
        name = prefix.formset.prefix
        data |= {f"{name}-TOTAL_FORMS": "0", f"{name}-INITIAL_FORMS": "0"}
    response = writer.post(reverse("admin:codes_statuscode_add"), data)
    assert response.status_code == 302, response.context["errors"]
    assert StatusCode.objects.get(number=404).published_at is None


def test_only_administrators_touch_users():
    for role, status in (("Writers", 403), ("Editors", 403), ("Administrators", 200)):
        client = person(role)
        assert client.get(reverse("admin:auth_user_changelist")).status_code == status
        assert client.get(reverse("admin:auth_group_changelist")).status_code == status


def test_the_roles_exist_and_editors_may_publish():
    assert set(Group.objects.values_list("name", flat=True)) == {"Writers", "Editors", "Administrators"}
    publish = Permission.objects.get(codename="publish_statuscode")
    assert {group.name for group in publish.group_set.all()} == {"Editors", "Administrators"}


# What is impossible


def test_the_text_of_a_newer_draft_is_never_stored_over_its_live_page(live, author):
    kind = kind_of(live)
    draft = publishing.start_draft(kind, live, author)
    text = dump(kind, draft)
    for path, into in ((publishing.draft_path(kind, live), None), (publishing.draft_path(kind, live), live)):
        with pytest.raises(ValueError, match="is not the path of"):
            publishing.save_text(kind, path, text, author, into=into)
    with pytest.raises(ValueError, match="is not the path of"):
        publishing.save_text(kind, kind.path(live), text, author, into=draft)


def test_no_draft_is_started_of_a_page_whose_text_breaks_a_rule_of_today(live, author):
    StatusCode.objects.filter(pk=live.pk).update(registration="no-such-word")
    editor = person("Editors")
    with pytest.raises(NotStorable):
        publishing.start_draft(kind_of(live), StatusCode.objects.get(pk=live.pk), author)
    response = editor.post(url("draft", live), follow=True)
    assert "No draft was started" in response.content.decode()
    assert not StatusCode.objects.filter(draft_of=live).exists()
