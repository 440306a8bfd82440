"""Error pages, the error report form, and the site without its database."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import Http404
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from codes.limits import Limit
from codes.models import ErrorReport, OldAddress
from codes.senders import address_of, sender_of
from codes.views import REPORTS
from statusref import views

REPORT = {"path": "/404", "text": "The section number of the second rule is wrong."}


def test_error_pages_need_no_database():
    request = RequestFactory().get("/x")
    assert views.server_error(request).status_code == 500
    assert views.forbidden(request, Exception()).status_code == 403
    assert views.bad_request(request, Exception()).status_code == 400
    assert views.csrf_failure(request).status_code == 403


def test_the_404_page_works_without_the_database(rf, monkeypatch):
    def broken(*args):
        raise DatabaseError("gone")

    monkeypatch.setattr("statusref.views.StatusCode.objects.published", broken)
    monkeypatch.setattr("statusref.views.OldAddress.objects.filter", lambda **lookups: broken())
    response = views.not_found(rf.get("/477"), Http404())
    assert response.status_code == 404
    assert "There is no page" in response.content.decode()


@pytest.mark.django_db
def test_an_old_address_leads_to_the_new_one_and_a_withdrawn_page_is_gone(client):
    OldAddress.objects.create(path="/vendors/nginx-inc", target="/vendors/nginx")
    OldAddress.objects.create(path="/418")
    response = client.get("/vendors/nginx-inc")
    assert (response.status_code, response["Location"]) == (301, "/vendors/nginx")
    assert client.get("/418").status_code == 410


@pytest.mark.django_db
def test_a_bug_shows_the_500_page_and_nothing_of_itself(monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("secret detail")

    monkeypatch.setattr("codes.views.blocks_of", broken)
    monkeypatch.setattr("codes.views.StatusClass.objects.all", broken)
    response = Client(raise_request_exception=False).get("/vendors/%s" % ("x" * 10))
    assert response.status_code == 404
    monkeypatch.setattr("codes.views.filters_of", broken)
    response = Client(raise_request_exception=False).get("/codes")
    assert response.status_code == 500
    assert "500" in response.content.decode() and "secret detail" not in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_database_that_is_away_is_a_503_that_says_when_to_come_back(monkeypatch, error):
    def away(*args, **kwargs):
        raise error("connection to server at 192.0.2.1 failed")

    monkeypatch.setattr("codes.views.filters_of", away)
    response = Client(raise_request_exception=False).get("/codes")
    assert (response.status_code, response["Retry-After"]) == (503, "10")
    assert "192.0.2.1" not in response.content.decode()


@pytest.mark.django_db
def test_a_reader_can_report_an_error(client):
    response = client.post(reverse("codes:report"), REPORT, follow=True)
    assert "An editor will read it" in response.content.decode()
    report = ErrorReport.objects.get()
    assert (report.path, report.is_read) == ("/404", False)


@pytest.mark.django_db
def test_the_form_knows_the_page_that_one_came_from(client):
    assert 'value="/500"' in client.get("/report?page=/500").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("path", "http://elsewhere.example/", "begins with one slash"),
        ("path", "//elsewhere.example/", "begins with one slash"),
        ("path", "", "required"),
        ("path", "/" + "a" * 300, "at most 200"),
        ("text", "wrong", "in a sentence"),
        ("text", "a " * 3000, "At most 2,000"),
        ("text", "\0\0\0", "Null characters"),
    ],
)
def test_a_bad_report_says_what_would_be_right_and_keeps_the_text(client, field, value, says):
    response = client.post(reverse("codes:report"), {**REPORT, field: value})
    assert response.status_code == 400
    assert says in response.content.decode()
    assert REPORT["text"][:20] in response.content.decode() or field == "text"
    assert not ErrorReport.objects.exists()


@pytest.mark.django_db
def test_a_sender_may_not_flood_the_editors(client):
    for _ in range(REPORTS.most):
        assert client.post(reverse("codes:report"), REPORT).status_code == 302
    response = client.post(reverse("codes:report"), REPORT)
    assert response.status_code == 429
    assert 600 < int(response["Retry-After"]) <= REPORTS.seconds / REPORTS.most
    assert ErrorReport.objects.count() == REPORTS.most
    assert client.post(reverse("codes:report"), REPORT, REMOTE_ADDR="192.0.2.7").status_code == 302


@pytest.mark.django_db
def test_all_senders_together_may_not_flood_the_editors(client, monkeypatch):
    monkeypatch.setattr("codes.views.REPORTS_OF_ALL", Limit("reports", most=3, seconds=3600))
    answers = [
        client.post(reverse("codes:report"), REPORT, REMOTE_ADDR=f"192.0.2.{last}").status_code for last in range(4)
    ]
    assert answers == [302, 302, 302, 429]


@pytest.mark.django_db
def test_a_forged_report_is_refused():
    response = Client(enforce_csrf_checks=True).post(reverse("codes:report"), REPORT)
    assert response.status_code == 403
    assert "Go back, reload the page" in response.content.decode()


def test_a_sender_is_told_apart_by_a_hash_that_changes_daily(rf, monkeypatch):
    request = rf.get("/", REMOTE_ADDR="192.0.2.7")
    today = sender_of(request)
    assert "192.0.2.7" not in today
    assert today == sender_of(request) != sender_of(rf.get("/", REMOTE_ADDR="192.0.2.8"))
    tomorrow = timezone.now() + timedelta(days=1)
    monkeypatch.setattr("codes.senders.timezone.now", lambda: tomorrow)
    assert sender_of(request) != today


def test_a_network_of_ipv6_is_one_sender(rf):
    def sender(address: str) -> str:
        return sender_of(rf.get("/", REMOTE_ADDR=address))

    assert sender("2001:db8:1:2::1") == sender("2001:db8:1:2:ffff::9") != sender("2001:db8:1:3::1")
    assert sender("::ffff:192.0.2.7") == sender("192.0.2.7") != sender("::ffff:192.0.2.8")
    assert sender("no address") != sender("")


def test_a_forwarded_address_counts_only_behind_a_trusted_proxy(rf, settings):
    request = rf.get("/", REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": "6.6.6.6, 192.0.2.7"})
    assert address_of(request) == "10.0.0.1"
    settings.TRUSTED_PROXIES = 1
    assert address_of(request) == "192.0.2.7"


@pytest.mark.django_db
def test_the_login_is_closed_after_too_many_wrong_passwords(client, django_user_model):
    django_user_model.objects.create_superuser("ed", password="right-horse-battery")
    for _ in range(8):
        response = client.post("/admin/login/", {"username": "ed", "password": "wrong"})
    assert response.status_code == 429
    response = client.post("/admin/login/", {"username": "ed", "password": "right-horse-battery"})
    assert response.status_code == 429
