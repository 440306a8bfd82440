"""The past of a page in the admin, and two editors at once: nothing is lost, and nothing goes over another's text."""

import re

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from codes import publishing
from codes.admin import diffs
from codes.admin.history import record
from codes.documents import dump, kind_of
from codes.documents.kinds import REGISTRY
from codes.models import Cause, OldAddress, Revision, StatusCode, Vendor
from tests.makers import (
    make_cause,
    make_class,
    make_code,
    make_comparison,
    make_fix,
    make_full_code,
    make_guide,
    make_platform,
    make_question,
    make_section,
    make_snippet,
    make_step,
    make_synonyms,
    make_vendor,
)
from tests.test_admin import errors_of, fields_of, make_page, new_row

pytestmark = pytest.mark.django_db


# Helpers


def person(name: str, role: str = "") -> Client:
    """Somebody who is logged in: a superuser, or a member of the group `role`."""
    user = User.objects.create_user(name, is_staff=True, is_superuser=not role)
    if role:
        user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


def address(view: str, page) -> str:
    return reverse(f"admin:{page._meta.app_label}_{page._meta.model_name}_{view}", args=[page.pk])


def open_form(client: Client, page) -> dict[str, str]:
    response = client.get(address("change", page))
    assert response.status_code == 200
    return fields_of(response)


def save(client: Client, page, data: dict):
    return client.post(address("change", page), data)


def must_save(client: Client, page, data: dict) -> None:
    response = save(client, page, data)
    assert response.status_code == 302, errors_of(response)


def recorded(page):
    """The page, with its text as the first revision."""
    record([page], None)
    return page


def revisions(page) -> list[Revision]:
    return list(Revision.objects.filter(path=publishing.path_of(kind_of(page), page)))


def restore(client: Client, revision: Revision):
    return client.post(reverse("admin:codes_revision_restore", args=[revision.pk]), follow=True)


def compared(client: Client, old: Revision, new: Revision):
    return client.get(reverse("admin:codes_revision_compare"), {"old": old.pk, "new": new.pk})


def text_of(response) -> str:
    return response.content.decode()


def said(response) -> str:
    return " ".join(str(message) for message in response.context["messages"])


@pytest.fixture
def ann():
    return person("ann")


@pytest.fixture
def bob():
    return person("bob")


# Comparing


def test_a_comparison_marks_lines_by_sign_and_the_words_that_changed():
    lines = diffs.compare("a: 1\nb: the old word\nc: 3", "a: 1\nb: the new word\nc: 3\nd: 4")
    assert [line.sign for line in lines] == [" ", "−", "+", " ", "+"]
    assert [text for text, is_changed in lines[1].parts if is_changed] == ["old"]
    assert [text for text, is_changed in lines[2].parts if is_changed] == ["new"]
    assert ["".join(text for text, _ in line.parts) for line in lines] == [
        "a: 1",
        "b: the old word",
        "b: the new word",
        "c: 3",
        "d: 4",
    ]
    assert diffs.count("a\nb", "a\nc\nd") == (2, 1)


def test_a_comparison_leaves_out_what_is_far_from_a_change_and_says_in_which_list_it_goes_on():
    before = "name: a\nsteps:\n" + "\n".join(f"- slug: s{n}" for n in range(20))
    lines = diffs.compare(before, before.replace("s19", "other"))
    assert lines[0].parts == [("18 lines the same, then in steps", False)]
    assert [line.sign for line in lines] == ["…", " ", " ", " ", "−", "+"]
    assert diffs.compare(before, before) == []


def test_lines_with_nothing_in_common_are_not_marked_word_by_word():
    removed, added = diffs.compare("completely different", "1234")
    assert not removed.parts[0][1] and not added.parts[0][1]


# History


def test_the_history_lists_revisions_newest_first_with_their_authors_and_the_lines_that_changed(ann):
    code = make_code()
    Revision.objects.create(path="codes/404.yaml", text=dump(kind_of(code), code), source="import", agreed=True)
    must_save(ann, code, open_form(ann, code) | {"summary": "Another sentence."})
    rows = ann.get(address("history", code)).context["rows"]
    assert (rows[0].source, rows[0].added, rows[0].removed) == ("admin", 1, 1)
    text = text_of(ann.get(address("history", code)))
    assert text.index(">ann<") < text.index(">Import<")
    assert "With the file" in text
    assert "+1" in text and "−1" in text


def test_a_long_history_is_paged_and_two_revisions_of_different_pages_of_it_can_be_compared(ann):
    code = make_code()
    for n in range(120):
        Revision.objects.create(path="codes/404.yaml", text=f"number: 404\nname: n{n}\n", source="admin")
    all_of_them = revisions(code)
    first = ann.get(address("history", code))
    assert [row.pk for row in first.context["rows"]] == [row.pk for row in all_of_them[:50]]
    last = ann.get(address("history", code), {"p": 3, "old": all_of_them[119].pk, "new": all_of_them[4].pk})
    assert len(last.context["rows"]) == 20
    assert last.context["elsewhere"] == [all_of_them[4]]
    assert last.context["chosen"] == {"old": all_of_them[119], "new": all_of_them[4]}
    assert (last.context["rows"][0].added, last.context["rows"][-1].removed) == (1, 0)
    assert "n115" in text_of(compared(ann, all_of_them[119], all_of_them[4]))


def test_the_history_takes_as_many_queries_for_many_revisions_as_for_few(ann, django_assert_max_num_queries):
    code = make_code()
    for n in range(60):
        Revision.objects.create(
            path="codes/404.yaml", text=f"name: n{n}", source="admin", author=User.objects.get(username="ann")
        )
    with django_assert_max_num_queries(16):
        ann.get(address("history", code))


def test_every_kind_of_page_has_a_history(ann):
    code = make_code()
    pages = [code, make_class(), make_vendor(), make_platform()]
    for page in pages:
        recorded(page)
        response = ann.get(address("history", page))
        assert response.status_code == 200
        assert len(response.context["rows"]) == 1


def test_every_kind_of_page_that_has_an_admin_can_be_restored(ann):
    comparison = make_comparison(make_code(401), make_code(403))
    pages = [comparison, make_class(), make_vendor("other"), make_platform("other"), make_code(418)]
    pages += [make_guide(), make_question(), make_synonyms()]
    edited = {model for model in REGISTRY if model in admin.site._registry}
    assert edited <= {type(page) for page in pages}
    for page in pages:
        if type(page) not in edited:
            continue
        recorded(page)
        text = revisions(page)[0].text
        name = "name" if hasattr(page, "name") else "title"
        setattr(page, name, "Changed")
        page.save()
        recorded(page)
        restore(ann, revisions(page)[1])
        page.refresh_from_db()
        assert getattr(page, name) != "Changed"
        assert revisions(page)[0].text == text


def test_the_history_of_a_cause_is_that_of_its_page(ann):
    cause = make_cause(recorded(make_code()))
    assert ann.get(address("history", cause)).context["rows"] == revisions(cause.code)


def test_a_newer_draft_has_a_history_of_its_own_that_the_live_page_leads_to(ann):
    live = recorded(make_full_code())
    draft = publishing.start_draft(kind_of(live), live, User.objects.get())
    must_save(ann, draft, open_form(ann, draft) | {"summary": "In the draft."})
    response = ann.get(address("history", draft))
    assert len(response.context["rows"]) == 2
    assert "Started from the published page" in text_of(response)
    assert len(ann.get(address("history", live)).context["rows"]) == 1
    assert ann.get(address("history", live)).context["draft_count"] == 2
    assert ann.get(address("history", live), {"drafts": ""}).context["rows"] == response.context["rows"]


def test_a_page_without_revisions_says_so(ann):
    assert "no revision yet" in text_of(ann.get(address("history", make_code())))


def test_identical_revisions_are_said_to_be_identical(ann):
    first = Revision.objects.create(path="codes/404.yaml", text="number: 404\n", source="admin")
    second = Revision.objects.create(path="codes/404.yaml", text="number: 404\n", source="export", agreed=True)
    assert "Both texts are identical" in text_of(compared(ann, first, second))
    assert "Both texts are identical" in text_of(compared(ann, first, first))


def test_texts_in_a_comparison_are_escaped_and_signed(ann):
    first = Revision.objects.create(path="codes/404.yaml", text="name: <script>a</script>\n", source="admin")
    second = Revision.objects.create(path="codes/404.yaml", text="name: <script>b</script>\n", source="admin")
    text = text_of(compared(ann, second, first))
    assert "<script>a" not in text and "&lt;script&gt;" in text
    # The older one is the old text, in whatever order they were asked for.
    assert text.index('<td class="sign">−</td>') < text.index('<td class="sign">+</td>')
    assert "<script>a" not in text_of(ann.get(reverse("admin:codes_revision_change", args=[first.pk])))


@pytest.mark.parametrize("query", ["", "?old=1", "?old=abc&new=%00", "?old=9999&new=9998", f"?old={'9' * 30}&new=1"])
def test_a_comparison_of_what_is_not_there_is_not_found(ann, query):
    assert ann.get(reverse("admin:codes_revision_compare") + query).status_code == 404


def test_a_history_of_what_is_not_there_leads_back(ann):
    assert ann.get(reverse("admin:codes_statuscode_history", args=[12345])).status_code == 302
    assert ann.get(reverse("admin:codes_revision_change", args=[12345])).status_code == 404
    odd = Revision.objects.create(path="nothing/here.yaml", text="a: 1", source="admin")
    assert ann.get(reverse("admin:codes_revision_change", args=[odd.pk])).status_code == 404


def test_who_may_not_see_a_page_may_not_see_its_past():
    code = recorded(make_code())
    stranger = person("stranger", "Writers")
    User.objects.get(username="stranger").groups.clear()
    revision = revisions(code)[0]
    for path in (
        address("history", code),
        reverse("admin:codes_revision_change", args=[revision.pk]),
        reverse("admin:codes_revision_compare") + f"?old={revision.pk}&new={revision.pk}",
    ):
        assert stranger.get(path).status_code == 403
        assert Client().get(path).status_code == 302


# Restoring


def test_a_page_is_restored_with_all_its_rows_by_one_click_and_that_is_a_revision(ann):
    code = recorded(make_full_code())
    before, kept = dump(kind_of(code), code), code.meanings.first().pk
    must_save(ann, code, open_form(ann, code) | {"summary": "Worse.", "steps-0-DELETE": "on", "names-0-text": "Worse"})
    code.causes.all().delete()
    response = restore(ann, revisions(code)[-1])
    assert "is restored to the text of" in said(response)
    code = StatusCode.objects.get(pk=code.pk)
    assert dump(kind_of(code), code) == before
    assert code.meanings.first().pk == kept
    newest = revisions(code)[0]
    assert (newest.text, newest.author.username, newest.source) == (before, "ann", "admin")
    assert "worse" in text_of(compared(ann, revisions(code)[1], newest)).lower()


def test_restoring_what_is_there_already_changes_nothing(ann):
    code = recorded(make_code())
    assert "nothing was changed" in said(restore(ann, revisions(code)[0]))
    assert len(revisions(code)) == 1


def test_restoring_leaves_a_page_as_published_as_it_is(ann):
    code = recorded(make_code(published_at=None, summary="As a draft."))
    code.published_at, code.summary = timezone.now().replace(microsecond=0), "As a published page."
    code.save()
    recorded(code)
    restore(ann, revisions(code)[1])
    code.refresh_from_db()
    assert code.summary == "As a draft."
    assert code.is_published
    publishing.withdraw(code)
    recorded(code)
    restore(ann, revisions(code)[2])
    code.refresh_from_db()
    assert code.published_at is None


def test_what_names_something_that_is_gone_cannot_be_restored_and_nothing_changes(ann):
    vendor = make_vendor("gone")
    code = make_code()
    code.meanings.create(slug="a", label="404.1", name="A", vendor=vendor)
    recorded(code)
    code.meanings.all().delete()
    vendor.delete()
    recorded(code)
    text = dump(kind_of(code), code)
    response = restore(ann, revisions(code)[1])
    assert "was not restored, and nothing was changed" in said(response)
    assert "names 'gone'" in said(response)
    code.refresh_from_db()
    assert dump(kind_of(code), code) == text
    assert len(revisions(code)) == 2


def test_a_text_that_can_no_longer_be_read_cannot_be_restored(ann):
    recorded(make_code())
    broken = Revision.objects.create(path="codes/404.yaml", text="number: 404\nfomer_key: 1\n", source="admin")
    assert "Unknown key" in said(restore(ann, broken))


def test_a_published_page_whose_old_text_is_not_fit_to_be_published_stays_as_it_is(ann):
    code = recorded(make_code(published_at=None, summary=""))
    code.published_at, code.summary = timezone.now().replace(microsecond=0), "Ready."
    code.save()
    assert "needs its one-sentence summary" in said(restore(ann, revisions(code)[0]))
    code.refresh_from_db()
    assert code.summary == "Ready."


def test_restoring_needs_a_post_with_a_token(ann):
    code = recorded(make_code())
    path = reverse("admin:codes_revision_restore", args=[revisions(code)[0].pk])
    assert ann.get(path).status_code == 405
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(User.objects.get(username="ann"))
    assert careful.post(path).status_code == 403


def test_a_writer_restores_drafts_and_an_editor_what_is_live(ann):
    writer, editor = person("wes", "Writers"), person("eve", "Editors")
    draft, live = recorded(make_code(410, published_at=None)), recorded(make_code(404))
    for page in (draft, live):
        must_save(ann, page, open_form(ann, page) | {"summary": "Changed."})
    assert restore(writer, revisions(live)[1]).status_code == 403
    assert "Restore this text" not in text_of(
        writer.get(reverse("admin:codes_revision_change", args=[revisions(live)[1].pk]))
    )
    assert restore(writer, revisions(draft)[1]).status_code == 200
    assert restore(editor, revisions(live)[1]).status_code == 200
    for page in (draft, live):
        page.refresh_from_db()
        assert page.summary != "Changed."


def test_a_newer_draft_is_restored_without_touching_the_live_page(ann):
    live = recorded(make_full_code())
    draft = publishing.start_draft(kind_of(live), live, User.objects.get())
    must_save(ann, draft, open_form(ann, draft) | {"summary": "In the draft."})
    text = revisions(draft)[0].text
    restore(ann, revisions(draft)[1])
    assert StatusCode.objects.get(pk=draft.pk).summary == live.summary
    path = publishing.path_of(kind_of(draft), draft)
    publishing.discard_draft(kind_of(draft), draft, User.objects.get())
    assert len(revisions(live)) == 1
    # A discarded draft comes back, and can be published: it knows what it was started from.
    restore(ann, Revision.objects.filter(path=path, text=text).get())
    again = StatusCode.objects.get(draft_of=live)
    assert dump(kind_of(again), again) == text
    publishing.publish_draft(kind_of(again), again, User.objects.get())
    live.refresh_from_db()
    assert live.summary == "In the draft."


# Deleted pages


def delete(client: Client, page) -> None:
    response = client.post(address("delete", page), {"post": "yes"})
    assert response.status_code == 302


def deleted(client: Client, **query):
    return client.get(reverse("admin:codes_revision_deleted"), query)


def test_a_deleted_page_is_listed_by_its_name_and_comes_back_as_it_was(ann):
    code = recorded(make_full_code(name="Never: 'There'"))
    text = dump(kind_of(code), code)
    delete(ann, code)
    gone = ann.get("/404")
    assert (gone.status_code, gone["Cache-Control"]) == (410, "no-cache")
    row = deleted(ann).context["rows"][0]
    assert (row.path, row.name, row.author.username) == ("codes/404.yaml", "Never: 'There'", "ann")
    response = restore(ann, row.last)
    assert "It is published." in said(response)
    code = StatusCode.objects.get(number=404, draft_of=None)
    assert dump(kind_of(code), code) == text
    assert not deleted(ann).context["rows"]
    assert not OldAddress.objects.exists()
    assert [revision.text for revision in revisions(code)] == [text, "", text]


def test_deleted_pages_are_listed_by_kind_and_linked_from_their_lists(ann):
    for page in (recorded(make_vendor()), recorded(make_platform())):
        delete(ann, page)
    assert len(deleted(ann).context["rows"]) == 2
    assert [row.path for row in deleted(ann, folder="vendors").context["rows"]] == ["vendors/nginx.yaml"]
    assert not deleted(ann, folder="nothing").context["rows"]
    text = text_of(ann.get(reverse("admin:codes_vendor_changelist")))
    assert f"{reverse('admin:codes_revision_deleted')}?folder=vendors" in text


def test_a_writer_brings_a_published_page_back_as_a_draft(ann):
    code = recorded(make_code())
    delete(ann, code)
    restore(person("wes", "Writers"), Revision.objects.exclude(text="").get())
    assert StatusCode.objects.get(number=404).published_at is None


def test_who_may_not_add_a_page_may_not_bring_it_back(ann):
    delete(ann, recorded(make_vendor()))
    client = person("reader", "Writers")
    user = User.objects.get(username="reader")
    user.groups.clear()
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    assert "You may not add such a page" in text_of(deleted(client))
    assert restore(client, Revision.objects.exclude(text="").get()).status_code == 403
    assert not Vendor.objects.exists()


def test_a_deletion_itself_cannot_be_restored(ann):
    delete(ann, recorded(make_vendor()))
    assert restore(ann, Revision.objects.filter(text="").get()).status_code == 404
    text = text_of(ann.get(reverse("admin:codes_revision_change", args=[Revision.objects.first().pk])))
    assert "Here the page was deleted" in text


# Two editors at once


def test_a_save_over_somebody_else_s_is_refused_with_who_when_what_and_the_typed_text(ann, bob):
    code = recorded(make_page())
    mine = open_form(bob, code) | {"summary": "Bob's sentence.", "steps-0-title": "Bob's step"}
    mine = new_row(mine, "references", title="Bob's book", url="https://example.com/bob", position=0)
    must_save(ann, code, open_form(ann, code) | {"summary": "Ann's sentence.", "gist": "Ann's gist"})
    response = save(bob, code, mine)
    assert "Nothing was saved: ann changed this page on" in errors_of(response)
    text = text_of(response)
    assert re.search(r'<tr class="added">.*?Ann(?:</b>)?&#x27;s', text.replace("<b>", ""), re.DOTALL)
    for typed in ("Bob&#x27;s sentence.", "Bob&#x27;s step", "Bob&#x27;s book"):
        assert typed in text
    code.refresh_from_db()
    assert code.summary == "Ann's sentence."
    assert len(revisions(code)) == 2
    assert "Drop my text and load theirs" in text


def test_the_next_save_goes_through_where_its_editor_chose_so(ann, bob):
    code = recorded(make_page())
    mine = open_form(bob, code) | {"summary": "Bob's sentence."}
    must_save(ann, code, open_form(ann, code) | {"summary": "Ann's sentence."})
    refused = save(bob, code, mine)
    again = fields_of(refused)
    assert save(bob, code, again).status_code == 200
    must_save(bob, code, again | {"overwrite_revision": refused.context["conflict"].key})
    code.refresh_from_db()
    assert code.summary == "Bob's sentence."
    assert [revision.author and revision.author.username for revision in revisions(code)] == ["bob", "ann", None]


def test_what_a_third_person_saved_since_is_not_saved_over(ann, bob):
    code = recorded(make_code())
    mine = open_form(bob, code) | {"summary": "Bob's."}
    must_save(ann, code, open_form(ann, code) | {"summary": "Ann's."})
    refused = save(bob, code, mine)
    must_save(ann, code, open_form(ann, code) | {"gist": "Ann again"})
    response = save(bob, code, fields_of(refused) | {"overwrite_revision": refused.context["conflict"].key})
    text = text_of(response)
    assert "Nothing was saved" in text and "Ann again" in text.replace("<b>", "").replace("</b>", "")
    must_save(bob, code, fields_of(response) | {"overwrite_revision": response.context["conflict"].key})


def test_another_tab_of_the_same_person_is_a_conflict_too(ann):
    code = recorded(make_code())
    data = open_form(ann, code)
    must_save(ann, code, data | {"summary": "First."})
    assert "you, in another tab or window, changed this page" in errors_of(save(ann, code, data | {"gist": "Second"}))


def test_an_import_meanwhile_is_a_conflict_and_a_mere_export_is_none(ann):
    code = recorded(make_code())
    data = open_form(ann, code) | {"summary": "Ann's."}
    text = revisions(code)[0].text
    Revision.objects.create(path="codes/404.yaml", text=text, source="export", agreed=True)
    publishing.save_text(
        kind_of(code), "codes/404.yaml", text.replace("In a few words", "Theirs"), None, source="import"
    )
    assert "the import of the files changed this page" in errors_of(save(ann, code, data))
    data = open_form(ann, code) | {"summary": "Ann's."}
    text = revisions(code)[0].text
    Revision.objects.create(path="codes/404.yaml", text=text, source="export", agreed=True)
    must_save(ann, code, data)


def test_an_export_after_the_change_does_not_hide_who_made_it(ann, bob):
    code = recorded(make_code())
    data = open_form(bob, code) | {"gist": "Bob's"}
    must_save(ann, code, open_form(ann, code) | {"summary": "Ann's."})
    Revision.objects.create(path="codes/404.yaml", text=revisions(code)[0].text, source="export", agreed=True)
    assert "ann changed this page" in errors_of(save(bob, code, data))


def test_a_page_without_revisions_is_saved_and_still_protected(ann, bob):
    code = make_page()
    mine = open_form(bob, code) | {"summary": "Bob's."}
    must_save(ann, code, open_form(ann, code) | {"summary": "Ann's."})
    assert "ann changed this page" in errors_of(save(bob, code, mine))


@pytest.mark.parametrize("seen", ["", "abc", "9" * 40, "-1", "\x00"])
def test_a_form_that_does_not_say_what_its_editor_saw_saves_over_nothing(ann, seen):
    code = recorded(make_code())
    data = open_form(ann, code) | {"summary": "Mine.", "seen_revision": seen, "overwrite_revision": "abc"}
    assert "Nothing was saved" in errors_of(save(ann, code, data))
    del data["seen_revision"]
    assert "Nothing was saved" in errors_of(save(ann, code, data))


def test_every_other_kind_of_page_is_protected_as_well(ann, bob):
    comparison = make_comparison(make_code(401), make_code(403))
    for page in (comparison, make_class(), make_vendor(), make_platform()):
        recorded(page)
        key = "name" if hasattr(page, "name") else "title"
        mine = open_form(bob, page) | {key: "Bob's"}
        must_save(ann, page, open_form(ann, page) | {key: "Ann's"})
        refused = save(bob, page, mine)
        assert "ann changed this page" in errors_of(refused)
        page.refresh_from_db()
        assert getattr(page, key) == "Ann's"
        must_save(bob, page, fields_of(refused) | {"overwrite_revision": refused.context["conflict"].key})


def test_a_cause_and_its_page_can_be_edited_at_once_since_neither_form_holds_the_other(ann, bob):
    code = make_page()
    other = make_cause(code, "other")
    recorded(code)
    cause = code.causes.first()
    page_form, cause_form, other_form = open_form(ann, code), open_form(bob, cause), open_form(bob, other)
    must_save(ann, code, page_form | {"summary": "Ann's."})
    must_save(bob, cause, cause_form | {"title": "Bob's."})
    must_save(bob, other, other_form | {"title": "Bob's other."})
    assert {"Ann's.", "Bob's.", "Bob's other."} <= set(re.findall(r"[A-Z]\w+'s(?: other)?\.", revisions(code)[0].text))


def test_two_editors_of_one_cause_are_a_conflict(ann, bob):
    code = make_page()
    recorded(code)
    cause = code.causes.get()
    mine = open_form(bob, cause) | {"title": "Bob's", "fixes-0-title": "Bob's fix"}
    must_save(ann, cause, open_form(ann, cause) | {"fixes-0-title": "Ann's fix"})
    response = save(bob, cause, mine)
    assert "ann changed this page" in errors_of(response)
    assert "Bob&#x27;s fix" in text_of(response)
    must_save(bob, cause, fields_of(response) | {"overwrite_revision": response.context["conflict"].key})
    assert cause.fixes.get().title == "Bob's fix"


def test_a_cause_that_was_renamed_or_moved_meanwhile_is_a_conflict(ann, bob):
    code = make_code()
    cause, _ = make_cause(code, "one"), make_cause(code, "two")
    recorded(code)
    for theirs in ({"slug": "uno"}, {"position": "2"}):
        mine = open_form(bob, cause) | {"title": "Bob's"}
        must_save(ann, cause, open_form(ann, cause) | theirs)
        assert "ann changed this page" in errors_of(save(bob, cause, mine))


def test_two_editors_of_a_newer_draft_are_a_conflict_and_the_live_page_does_not_matter(ann, bob):
    live = recorded(make_full_code())
    draft = publishing.start_draft(kind_of(live), live, User.objects.first())
    mine = open_form(bob, draft) | {"summary": "Bob's."}
    must_save(ann, live, open_form(ann, live) | {"gist": "Live"})
    must_save(bob, draft, mine)
    mine = open_form(bob, draft) | {"summary": "Bob's second."}
    must_save(ann, draft, open_form(ann, draft) | {"summary": "Ann's."})
    assert "ann changed this page" in errors_of(save(bob, draft, mine))


# Rows that somebody else deleted


def test_rows_that_the_other_deleted_are_shown_with_the_typed_text_and_come_back_if_so_chosen(ann, bob):
    code = make_code()
    for slug in ("one", "two", "three"):
        make_section(code, slug, title=slug)
    recorded(code)
    mine = open_form(bob, code) | {"sections-0-body": "Bob on one.", "sections-2-body": "Bob on three."}
    must_save(ann, code, open_form(ann, code) | {"sections-0-DELETE": "on", "sections-1-title": "Ann's two"})
    response = save(bob, code, mine)
    complaints = errors_of(response)
    assert "ann changed this page" in complaints
    assert "Somebody else deleted one of these rows meanwhile" in complaints
    text = text_of(response)
    assert text.count("Somebody else deleted this row meanwhile") == 1
    # Django shows as many rows as the database has, and would leave the last typed one out.
    assert "Bob on one." in text and "Bob on three." in text
    must_save(bob, code, fields_of(response) | {"overwrite_revision": response.context["conflict"].key})
    assert [(row.slug, row.position, row.body) for row in code.sections.all()] == [
        ("one", 1, "Bob on one."),
        ("two", 2, "It is."),
        ("three", 3, "Bob on three."),
    ]


def test_rows_that_the_other_added_stay(ann, bob):
    code = make_code()
    make_section(code, "one")
    recorded(code)
    mine = open_form(bob, code) | {"sections-0-body": "Bob's."}
    theirs = new_row(open_form(ann, code), "sections", kind="faq", title="New", slug="new", body="A", position=0)
    must_save(ann, code, theirs)
    refused = save(bob, code, mine)
    must_save(bob, code, fields_of(refused) | {"overwrite_revision": refused.context["conflict"].key})
    assert [(row.slug, row.position, row.body) for row in code.sections.all()] == [
        ("one", 1, "Bob's."),
        ("new", 2, "A"),
    ]


def test_a_row_that_both_deleted_is_no_problem(ann, bob):
    code = make_code()
    make_section(code, "one")
    mine = open_form(bob, code) | {"sections-0-DELETE": "on", "summary": "Bob's."}
    code.sections.all().delete()
    must_save(bob, code, mine)
    code.refresh_from_db()
    assert code.summary == "Bob's."


def test_rows_that_went_without_a_trace_can_be_saved_again(bob):
    code = make_code()
    make_step(code)
    make_snippet(code)
    mine = open_form(bob, code) | {"steps-0-title": "Kept", "snippets-0-title": "Kept too"}
    code.steps.all().delete()
    code.snippets.all().delete()
    response = save(bob, code, mine)
    assert "Rows were deleted meanwhile" in text_of(response)
    must_save(bob, code, fields_of(response) | {"overwrite_revision": "0"})
    assert (code.steps.get().title, code.snippets.get().title) == ("Kept", "Kept too")


def test_fixes_that_the_other_deleted_come_back_too(ann, bob):
    code = make_code()
    cause = make_cause(code)
    make_fix(cause)
    recorded(code)
    mine = open_form(bob, cause) | {"fixes-0-body": "Bob's."}
    must_save(ann, cause, open_form(ann, cause) | {"fixes-0-DELETE": "on"})
    response = save(bob, cause, mine)
    assert "Bob&#x27;s." in text_of(response)
    must_save(bob, cause, fields_of(response) | {"overwrite_revision": response.context["conflict"].key})
    assert cause.fixes.get().body == "Bob's."


def test_an_error_beside_a_conflict_is_shown_as_well_and_stays_after_the_choice(ann, bob):
    code = make_code()
    make_section(code, "one")
    recorded(code)
    mine = open_form(bob, code) | {"sections-0-body": "", "sections-0-title": "Bob's title", "summary": ""}
    must_save(ann, code, open_form(ann, code) | {"sections-0-DELETE": "on"})
    response = save(bob, code, mine)
    chosen = fields_of(response) | {"overwrite_revision": response.context["conflict"].key}
    response = save(bob, code, chosen)
    assert "A published page needs its one-sentence summary" in errors_of(response)
    assert "Bob&#x27;s title" in text_of(response)
    chosen = fields_of(response) | {"overwrite_revision": chosen["overwrite_revision"], "summary": "S."}
    must_save(bob, code, chosen | {"sections-0-body": "B."})
    assert code.sections.get().body == "B."


# The page itself is gone


def test_what_was_typed_into_a_page_that_was_deleted_meanwhile_is_shown(ann, bob):
    code = recorded(make_page())
    mine = open_form(bob, code) | {"summary": "Bob's long work.", "steps-0-title": "Bob's step"}
    delete(ann, code)
    response = save(bob, code, mine)
    assert response.status_code == 409
    text = text_of(response)
    assert "ann deleted this page" in text
    assert "Bob&#x27;s long work." in text and "Bob&#x27;s step" in text
    assert "csrf" not in text.split("What you had typed")[1]
    # What was there before is in the history.
    assert [name for name, _ in response.context["typed"]] == ["summary", "steps-0-title"]


def test_what_was_typed_into_a_cause_or_draft_that_is_gone_is_shown(ann, bob):
    live = recorded(make_full_code())
    draft = publishing.start_draft(kind_of(live), live, User.objects.first())
    cause = live.causes.first()
    typed_draft = open_form(bob, draft) | {"summary": "Bob's draft."}
    typed_cause = open_form(bob, cause) | {"title": "Bob's cause."}
    pages = {draft.pk: draft, cause.pk: cause}
    addresses = [address("change", page) for page in (draft, cause)]
    publishing.publish_draft(kind_of(draft), StatusCode.objects.get(pk=draft.pk), User.objects.first())
    Cause.objects.get(pk=cause.pk).delete()
    assert pages
    for path, data, words in zip(addresses, (typed_draft, typed_cause), ("draft.", "cause."), strict=True):
        response = bob.post(path, data)
        assert response.status_code == 409
        assert f"Bob&#x27;s {words}" in text_of(response)


def test_what_a_writer_typed_into_a_draft_that_was_published_meanwhile_is_shown(ann):
    draft, writer = recorded(make_code(published_at=None)), person("wes", "Writers")
    mine = open_form(writer, draft) | {"summary": "Typed by Wes."}
    publishing.publish(draft)
    recorded(draft)
    response = save(writer, draft, mine)
    assert response.status_code == 403
    assert "Typed by Wes." in text_of(response)
    assert "You may not change 404" in text_of(response)
    draft.refresh_from_db()
    assert draft.summary != "Typed by Wes."


def test_a_page_that_never_was_leads_back_to_the_index(ann):
    assert ann.get(reverse("admin:codes_statuscode_change", args=[4711])).status_code == 302
    assert ann.post(reverse("admin:codes_statuscode_change", args=[4711]), {"name": "A"}).status_code == 302


# Cost


def test_a_page_of_120_rows_is_opened_and_a_conflict_found_in_few_queries(ann, bob, django_assert_max_num_queries):
    code = recorded(make_page(rows=10))
    with django_assert_max_num_queries(25):
        mine = open_form(bob, code)
    with django_assert_max_num_queries(1000) as saving:
        must_save(ann, code, open_form(ann, code) | {"summary": "Ann's."})
    with django_assert_max_num_queries(len(saving)):
        response = save(bob, code, mine)
    assert response.context["conflict"]
