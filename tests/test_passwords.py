"""Logging in, and a forgotten password: by mail, or by an Administrator."""

import os
import re
import subprocess
import sys
import threading
from datetime import datetime, timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import Group, User
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from codes.limits import Limit
from statusref.passwords import LINKS, LINKS_OF_ACCOUNT
from tests.site_server import ROOT

pytestmark = pytest.mark.django_db
ASK = "/admin/password_reset/"


@pytest.fixture
def editor() -> User:
    return User.objects.create_user("ed", "ed@example.com", "right-horse-battery", is_staff=True)


@pytest.fixture
def mailing(settings):
    """A site with a mail server; what it sends is in `outbox()`."""
    settings.EMAIL_URL = "smtp://mail.example.com"


def outbox() -> list[mail.EmailMessage]:
    """What was sent, once everything is."""
    for thread in threading.enumerate():
        if thread.name == "mail":
            thread.join(60)
    return mail.outbox


def link_in(message) -> str:
    return re.search(r"https?://[^/]+(/\S+)", message.body)[1]


def test_the_login_page_leads_to_a_link_by_mail_with_which_one_chooses_a_new_password(client, editor, mailing):
    assert f'href="{ASK}"' in client.get("/admin/login/").content.decode()
    assert client.get(ASK).status_code == 200
    response = client.post(ASK, {"email": "ed@example.com"}, follow=True)
    assert "if an account exists" in response.content.decode()
    (message,) = outbox()
    assert message.to == ["ed@example.com"]
    assert "“ed”" in message.body
    response = client.get(link_in(message), follow=True)
    address = response.redirect_chain[-1][0]
    weak = client.post(address, {"new_password1": "12345", "new_password2": "12345"})
    assert "too short" in weak.content.decode()
    done = client.post(address, {"new_password1": "fresh-kettle-water", "new_password2": "fresh-kettle-water"})
    assert done.url == reverse("password_reset_complete")
    assert client.get(done.url).status_code == 200
    for page in (ASK, reverse("password_reset_done"), done.url, link_in(message)):
        assert "Django" not in client.get(page, follow=True).content.decode()
    editor.refresh_from_db()
    assert editor.check_password("fresh-kettle-water")
    assert "invalid" in client.get(link_in(message), follow=True).content.decode()


def test_who_was_locked_out_by_wrong_passwords_comes_in_with_the_new_one(client, editor, mailing):
    for _ in range(8):
        client.post("/admin/login/", {"username": "ed", "password": "wrong"})
    assert client.post("/admin/login/", {"username": "ed", "password": "right-horse-battery"}).status_code == 429
    client.post(ASK, {"email": "ed@example.com"})
    address = client.get(link_in(outbox()[0]), follow=True).redirect_chain[-1][0]
    client.post(address, {"new_password1": "fresh-kettle-water", "new_password2": "fresh-kettle-water"})
    response = client.post("/admin/login/", {"username": "ed", "password": "fresh-kettle-water"})
    assert response.status_code == 302


def test_a_lock_does_not_last_until_where_the_clock_was_when_it_was_made(client, editor):
    right = {"username": "ed", "password": "right-horse-battery"}
    for _ in range(8):
        client.post("/admin/login/", {**right, "password": "wrong"})
    assert client.post("/admin/login/", right).status_code == 429
    AccessAttempt.objects.update(attempt_time=timezone.now() + timedelta(days=1))
    assert client.post("/admin/login/", right).status_code == 302


def test_nor_does_a_link(client, editor, mailing, monkeypatch):
    with monkeypatch.context() as ahead:
        ahead.setattr(PasswordResetTokenGenerator, "_now", lambda tokens: datetime.now() + timedelta(days=1))
        client.post(ASK, {"email": "ed@example.com"})
        assert "invalid" not in client.get(link_in(outbox()[0]), follow=True).content.decode()
    assert "invalid" in client.get(link_in(outbox()[0]), follow=True).content.decode()


def test_the_answer_does_not_tell_whether_somebody_has_an_address(client, editor, mailing):
    known = client.post(ASK, {"email": "ed@example.com"})
    unknown = client.post(ASK, {"email": "nobody@example.com"})
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert len(outbox()) == 1


def test_nor_does_the_time_that_it_takes(client, editor, mailing, monkeypatch):
    may_send = threading.Event()
    monkeypatch.setattr(mail.EmailMultiAlternatives, "send", lambda message: may_send.wait(60) and message.subject)
    assert client.post(ASK, {"email": "ed@example.com"}).status_code == 302
    assert [thread for thread in threading.enumerate() if thread.name == "mail"]
    may_send.set()
    outbox()


def test_a_mail_server_that_is_away_is_told_in_the_log(client, editor, mailing, monkeypatch, caplog):
    def away(message):
        raise ConnectionRefusedError("mail.example.com")

    monkeypatch.setattr(mail.EmailMultiAlternatives, "send", away)
    assert client.post(ASK, {"email": "ed@example.com"}).status_code == 302
    outbox()
    assert "Failed to send" in caplog.text and "ed@example.com" not in caplog.text


def test_what_is_no_address_is_told(client, mailing):
    response = client.post(ASK, {"email": "ed"})
    assert response.status_code == 400
    assert "Enter a valid email address" in response.content.decode()


def test_the_link_leads_to_the_site_s_own_address_whatever_the_request_says(client, editor, mailing, settings):
    settings.BASE_URL = "https://status.example.org"
    client.post(ASK, {"email": "ed@example.com"}, headers={"host": "localhost"})
    assert "https://status.example.org/admin/password_reset/" in outbox()[0].body
    assert "localhost" not in outbox()[0].body


def test_one_sender_cannot_ask_for_many_links(client, mailing):
    for n in range(LINKS.most):
        assert client.post(ASK, {"email": f"n{n}@example.com"}).status_code == 302
    response = client.post(ASK, {"email": "n@example.com"})
    assert response.status_code == 429 and 600 < int(response["Retry-After"]) <= LINKS.seconds / LINKS.most
    assert client.post(ASK, {"email": "n@example.com"}, REMOTE_ADDR="192.0.2.7").status_code == 302


def test_many_senders_cannot_flood_one_mailbox(client, editor, mailing):
    for n in range(LINKS_OF_ACCOUNT.most):
        client.post(ASK, {"email": "ed@example.com"}, REMOTE_ADDR=f"192.0.2.{n}")
    response = client.post(ASK, {"email": "ED@example.com"}, REMOTE_ADDR="192.0.2.99")
    assert response.status_code == 429
    assert len(outbox()) == LINKS_OF_ACCOUNT.most


def test_nobody_tries_passwords_of_one_account_after_the_other(client, editor, monkeypatch):
    monkeypatch.setattr("statusref.passwords.LOGINS", Limit("login", most=3, seconds=900))
    wrong = [{"username": f"name{number}", "password": "x"} for number in range(3)]
    assert [client.post("/admin/login/", form).status_code for form in wrong] == [200, 200, 200]
    right = {"username": "ed", "password": "right-horse-battery"}
    response = client.post("/admin/login/", right)
    assert response.status_code == 429 and 0 < int(response["Retry-After"]) <= 300
    assert client.get("/admin/login/").status_code == 200
    assert client.post("/admin/login/", right, REMOTE_ADDR="192.0.2.7").status_code == 302


def test_a_forged_request_sends_nothing(editor, mailing):
    assert Client(enforce_csrf_checks=True).post(ASK, {"email": "ed@example.com"}).status_code == 403
    assert not outbox()


def test_without_a_mail_server_the_page_says_whom_to_ask_and_sends_nothing(client, editor):
    assert f'href="{ASK}"' in client.get("/admin/login/").content.decode()
    for response in (client.get(ASK), client.post(ASK, {"email": "ed@example.com"})):
        text = response.content.decode()
        assert "Ask an Administrator" in text
        assert "changepassword" in text
        assert 'name="email"' not in text
    assert not outbox()


def test_an_administrator_sets_a_password_and_an_editor_cannot(client, editor):
    address = reverse("admin:auth_user_password_change", args=[editor.pk])
    form = {"usable_password": "true", "password1": "fresh-kettle-water", "password2": "fresh-kettle-water"}
    for role, status in (("Editors", 403), ("Administrators", 302)):
        user = User.objects.create_user(role, is_staff=True)
        user.groups.add(Group.objects.get(name=role))
        client.force_login(user)
        assert client.post(address, form).status_code == status
    assert Client().post("/admin/login/", {"username": "ed", "password": "fresh-kettle-water"}).status_code == 302


def test_the_mail_server_and_the_sender_are_read_from_the_environment(tmp_path):
    names = "EMAIL_HOST EMAIL_PORT EMAIL_USE_TLS DEFAULT_FROM_EMAIL"
    code = f"from django.conf import settings; print(*[getattr(settings, name) for name in {names.split()}])"
    set_up = {"EMAIL_URL": "smtp+tls://me:secret@mail.example.com:587", "BASE_URL": "https://status.example.org"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, **set_up, "VAR_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "statusref.settings"},
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.split() == ["mail.example.com", "587", "True", "statusref@status.example.org"]
