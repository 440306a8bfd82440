"""The home of editors: what needs attention, what changed, and the shortest way to a page."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from codes.documents import DOCUMENTS, dump
from codes.documents.kinds import kind_of
from codes.expectations import EXPECTATIONS, lacking, with_parts
from codes.models import ErrorReport, Revision, StatusCode
from codes.publishing import start_draft
from compare.models import Comparison
from tests.makers import (
    make_cause,
    make_code,
    make_exchange,
    make_fingerprint,
    make_full_code,
    make_meaning,
    make_name,
    make_platform,
    make_relation,
    make_rule,
    make_section,
    make_step,
    make_vendor,
)

pytestmark = pytest.mark.django_db

CODE = next(kind for kind in DOCUMENTS if kind.model is StatusCode)


def record(*pages, **values) -> None:
    for page in pages:
        kind = kind_of(page)
        Revision.objects.create(path=kind.path(page), text=dump(kind, page), **{"source": "admin", **values})


def make_report(path: str = "/404", **values) -> ErrorReport:
    return ErrorReport.objects.create(path=path, **{"text": "The summary is wrong.", **values})


def staff(*permissions: str) -> Client:
    user = User.objects.create_user("writer", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


def index(client: Client):
    response = client.get("/admin/")
    assert response.status_code == 200
    return response


def lists(client: Client) -> dict:
    """What needs attention, by its title, as the index shows it."""
    context = index(client).context
    found = next(part["lists"] for part in reversed(list(context)) if "lists" in part)
    return {one.title: one for one in found}


def change_page(page) -> str:
    return f"/admin/{page._meta.app_label}/{page._meta.model_name}/{page.pk}/change/"


# What needs attention


def test_an_empty_site_needs_nothing(admin_client):
    assert lists(admin_client) == {}
    assert "Nothing." in index(admin_client).content.decode()


def test_drafts_schedules_and_newer_drafts_of_every_app_are_listed(admin_client, admin_user):
    draft = make_code(410, published_at=None)
    later = make_code(411, published_at=timezone.now() + timedelta(hours=3))
    live = make_code(404)
    newer = start_draft(CODE, live, admin_user)
    comparison = Comparison.objects.create(slug="404-vs-410", topic="missing")
    found = lists(admin_client)
    assert {entry.address for entry in found["Drafts"].entries} == {change_page(draft), change_page(comparison)}
    assert found["Drafts"].links == [
        ("status codes (1)", "/admin/codes/statuscode/?state=draft"),
        ("comparisons (1)", "/admin/compare/comparison/?state=draft"),
    ]
    assert [entry.address for entry in found["Scheduled"].entries] == [change_page(later)]
    assert f"{later.published_at:%Y-%m-%d %H:%M} UTC, within a day" == found["Scheduled"].entries[0].note
    assert [entry.address for entry in found["Newer drafts"].entries] == [change_page(newer)]


def test_a_list_shows_eight_and_how_many_there_are(admin_client):
    for number in range(400, 420):
        make_code(number, published_at=None)
    drafts = lists(admin_client)["Drafts"]
    assert (drafts.count, len(drafts.entries)) == (20, 8)
    response = admin_client.get(drafts.links[0][1])
    assert response.context_data["cl"].result_count == 20


def test_facts_that_nobody_verified_are_listed_with_what_is_not_sure(admin_client):
    make_code(404, verified=True)
    doubtful = make_code(410, verified_note="No source was found.")
    found = lists(admin_client)["Facts not verified"]
    assert [(entry.address, entry.note) for entry in found.entries] == [(change_page(doubtful), "No source was found.")]
    assert admin_client.get(found.links[0][1]).context_data["cl"].result_count == 1


def test_unread_reports_are_listed_until_they_are_read(admin_client):
    report = make_report()
    found = lists(admin_client)["Unread error reports"]
    assert [entry.address for entry in found.entries] == [change_page(report)]
    assert admin_client.get(found.links[0][1]).context_data["cl"].result_count == 1
    action = {"action": "mark_read", "_selected_action": [report.pk]}
    admin_client.post("/admin/codes/errorreport/", action)
    assert "Unread error reports" not in lists(admin_client)


def test_broken_links_are_listed_with_what_is_wrong(admin_client):
    code = make_code(meaning="See [this](/999) and [that](/998).", verified=True)
    record(code)
    found = lists(admin_client)["Broken links"]
    assert (found.count, found.entries[0].text) == (2, "/404")
    assert found.entries[0].note == "/999: there is no such page. And 1 more."
    assert admin_client.get(found.entries[0].address).url == change_page(code)
    make_code(998), record(make_code(999)), record(StatusCode.objects.get(number=998))
    assert "Broken links" not in lists(admin_client)


# What a page usually has


def lacks(number: int) -> list[str]:
    return lacking(with_parts(StatusCode.objects.filter(number=number)).get())


def test_an_error_in_force_usually_has_what_its_readers_come_for():
    code = make_code(404)
    assert lacks(404) == ["relations", "causes", "steps", "fingerprints", "faq", "rules", "exchange"]
    for make in (make_cause, make_step, make_fingerprint, make_section, make_rule, make_exchange):
        make(code)
    make_relation(code, make_code(410))
    assert lacks(404) == []


def test_other_pages_usually_have_other_parts():
    other = make_code(0, registration="unregistered", where_seen="client")
    for number in (204, 418, 499):
        make_relation(make_code(number), other)
    StatusCode.objects.filter(number=418).update(registration="unused")
    StatusCode.objects.filter(number=499).update(registration="unregistered")
    assert lacks(204) == ["misreadings", "exchange"]
    assert lacks(418) == []
    assert lacks(499) == ["meanings"]
    make_section(StatusCode.objects.get(number=204), kind="misuse")
    make_meaning(StatusCode.objects.get(number=499))
    assert lacks(204) == ["exchange"] and lacks(499) == []


def test_the_index_says_what_a_page_lacks_and_what_is_usual(admin_client):
    other = make_code(0, registration="unregistered", where_seen="log")
    code = make_code(204, verified=True)
    make_relation(code, other)
    found = lists(admin_client)["Pages that lack a usual part"]
    assert "lacks misreadings or misuses, an exchange" in [entry.note for entry in found.entries]
    assert found.details == tuple(map(str, EXPECTATIONS))
    response = admin_client.get(found.links[0][1])
    assert response.context_data["cl"].result_count == found.count == 2
    assert admin_client.get("/admin/codes/statuscode/?lacks=exchange").context_data["cl"].result_count == 1


# Changes


def test_the_last_fifteen_changes_say_page_who_when_and_from_where(admin_client, admin_user):
    code = make_code(404)
    for _ in range(20):
        record(code, author=admin_user)
    start_draft(CODE, code, admin_user)
    Revision.objects.create(path="codes/410.yaml", text="", source="import")
    text = index(admin_client).content.decode()
    changes = text[text.index("Recent changes") :]
    assert changes.count('aria-label="History of') == 15
    assert "newer draft" in changes and "deleted" in changes and "Import" in changes and admin_user.username in changes
    assert admin_client.get("/admin/jump?path=codes/404.yaml").url == change_page(code)
    draft = StatusCode.objects.get(draft_of=code)
    assert admin_client.get("/admin/jump?path=draft:codes/404.yaml").url == change_page(draft)
    history = admin_client.get("/admin/jump?path=codes/404.yaml&to=history").url
    assert history == f"/admin/codes/statuscode/{code.pk}/history/"
    assert admin_client.get(history).status_code == 200
    assert admin_client.get("/admin/jump?path=codes/410.yaml", follow=True).status_code == 200


# Queries and rights


def make_much() -> None:
    """A dozen pages of every state, with a draft, a report and a broken link each."""
    for number in range(400, 412):
        code = make_code(number, meaning="See [this](/999).")
        record(code)
        start_draft(CODE, code, None)
        make_report(f"/{number}")
        record(make_code(number + 100, published_at=None))
        record(make_code(number + 150, published_at=timezone.now() + timedelta(days=1)))
        Comparison.objects.create(slug=f"{number}-vs-{number + 100}", topic="auth")


def test_the_index_takes_few_queries_however_much_there_is(admin_client, django_assert_max_num_queries):
    record(make_code(599))
    with django_assert_max_num_queries(17) as small:
        index(admin_client)
    make_much()
    with django_assert_max_num_queries(17) as large:
        index(admin_client)
    assert len(large) <= len(small) + 1, "the first time, the new texts are read"


def test_the_index_of_an_editor_without_all_rights_takes_few_queries_too(django_assert_max_num_queries):
    client = staff("view_statuscode", "view_comparison", "view_revision", "view_errorreport")
    make_much()
    with django_assert_max_num_queries(17):
        index(client)


def test_nobody_sees_what_they_may_not_see():
    make_much()
    client = staff("view_vendor")
    assert lists(client) == {}
    text = index(client).content.decode()
    assert "Recent changes" not in text and "/admin/import" not in text and "/admin/export" not in text
    assert client.get("/admin/checks").status_code == 403
    for path in ("/admin/jump?q=404", "/admin/jump?q=400"):
        assert "Nothing found" in client.get(path).content.decode()


@pytest.mark.parametrize("path", ["/admin/jump?q=404", "/admin/checks", "/admin/import", "/admin/export"])
def test_visitors_are_sent_to_the_login(client, path):
    response = client.get(path)
    assert response.status_code == 302 and response.url.startswith("/admin/login/")


# Jump


def jump(client: Client, typed: str) -> str:
    response = client.get("/admin/jump", {"q": typed})
    return response.url if response.status_code == 302 else response.content.decode()


def test_a_number_a_label_a_name_or_an_address_leads_to_its_form(admin_client):
    code = make_code(404, name="Not Found")
    make_meaning(code, "iis", label="404.13")
    make_name(code, "NOT_FOUND", kind="constant", platform=make_platform("c"))
    vendor = make_vendor("caddy", name="Caddy Server")
    for typed in ("404", " 404 ", "/404", "https://example.com/404?x=1#causes", "404.13", "not found", "not_found"):
        assert jump(admin_client, typed) == change_page(code), typed
    for typed in ("caddy", "Caddy server", "/vendors/caddy"):
        assert jump(admin_client, typed) == change_page(vendor), typed
    comparison = Comparison.objects.create(slug="404-vs-410", topic="missing")
    for typed in ("404-vs-410", "404 vs 410"):
        assert jump(admin_client, typed) == change_page(comparison), typed


def test_several_pages_are_a_list_and_none_says_so(admin_client):
    codes = [make_code(502, name="Bad Gateway"), make_code(504, name="Gateway Timeout")]
    text = jump(admin_client, "gateway")
    assert all(change_page(code) in text for code in codes)
    make_vendor("nginx"), make_platform("nginx")
    assert jump(admin_client, "nginx").count("/change/") >= 2
    assert jump(admin_client, "/vendors/nginx").startswith("/admin/codes/vendor/")
    assert "Nothing found for “zzz”" in jump(admin_client, "zzz")
    assert admin_client.get("/admin/jump").status_code == 200


def test_a_drafts_number_leads_to_its_live_page(admin_client, admin_user):
    code = make_code(404)
    start_draft(CODE, code, admin_user)
    assert jump(admin_client, "404") == change_page(code)


@pytest.mark.parametrize(
    "typed", ["\x00", "%", "'", "٤٠٤", "9" * 400, "<script>alert(1)</script>", "//", "http://[", "?#"]
)
def test_nonsense_never_breaks_the_jump(admin_client, typed):
    response = admin_client.get("/admin/jump", {"q": typed})
    assert response.status_code == 200
    assert "<script>alert" not in response.content.decode()
    assert admin_client.get("/admin/jump", {"path": typed or "x"}).status_code in (200, 302)


def test_the_jump_box_is_on_every_page_of_the_admin_and_not_on_the_login(admin_client, client):
    code = make_code()
    for path in ("/admin/", "/admin/codes/statuscode/", change_page(code)):
        assert 'id="jump"' in admin_client.get(path).content.decode()
    assert 'id="jump"' not in Client().get("/admin/login/").content.decode()


# Reports


def test_a_page_links_to_the_unread_reports_about_it(admin_client):
    code = make_full_code(404)
    assert "unread report" not in admin_client.get(change_page(code)).content.decode()
    for path in ("/404", "/404#causes", "/404.13", "/4040", "/5xx"):
        make_report(path)
    make_report("/404", is_read=True)
    response = admin_client.get(change_page(code))
    assert "2 unread reports" in response.content.decode()
    shown = admin_client.get(response.context_data["reports_address"])
    assert shown.context_data["cl"].result_count == 2
    cause = code.causes.first()
    assert "2 unread reports" in admin_client.get(change_page(cause)).content.decode()


def test_a_report_links_to_its_page_and_to_its_form(admin_client):
    code = make_code(404)
    report = make_report("/404#causes")
    text = admin_client.get("/admin/codes/errorreport/").content.decode()
    assert 'href="/404#causes"' in text and 'href="/admin/jump?q=%2F404"' in text
    assert 'href="/admin/jump?q=%2F404"' in admin_client.get(change_page(report)).content.decode()
    assert jump(admin_client, "/404") == change_page(code)
    make_report("/cheat-sheet"), make_report("/no/such/page"), make_report("/\\evil")
    assert admin_client.get("/admin/codes/errorreport/").content.decode().count("/admin/jump?q=") <= 2
