"""Logging in; and a forgotten password: a link by mail where there is a mail server, else an Administrator helps."""

import threading
from urllib.parse import urlsplit

from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from axes.utils import reset
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.forms import PasswordResetForm
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.contrib.auth.views import PasswordResetConfirmView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.http import base36_to_int
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from codes.limits import Limit, take_all, too_often
from codes.senders import sender_of

# Each costs a third of a second of computing, right or wrong; axes counts the wrong ones of each account besides.
LOGINS = Limit("login", most=60, seconds=900)
# Links for a new password that one sender may ask for, and that one account may get.
LINKS = Limit("password", most=5, seconds=3600)
LINKS_OF_ACCOUNT = Limit("account", most=3, seconds=3600)


class LinkForm(PasswordResetForm):
    def send_mail(self, *parts, **more) -> None:
        """Send it meanwhile: the time until the answer would tell who has an account, and a slow server would show.

        The process does not end before the mail is sent or given up (EMAIL_TIMEOUT); a failure is logged.
        """
        threading.Thread(target=super().send_mail, args=parts, kwargs=more, name="mail").start()


def login(request: HttpRequest) -> HttpResponse:
    """The admin's own, for those who do not try too often."""
    if request.method == "POST":
        taken = LOGINS.take(sender_of(request))
        if not taken.is_allowed:
            return too_often(request, taken)
        # A lock that was made before somebody set the clock back would last until then.
        AccessAttempt.objects.filter(attempt_time__gt=timezone.now() + get_cool_off()).delete()
    return admin.site.login(request)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Send a link to whoever has this address. The answer does not tell whether somebody has."""
    context = {**admin.site.each_context(request), "title": "Forgotten password"}
    if not settings.EMAIL_URL:
        return render(request, "admin/no_mail.html", context)
    form = LinkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        account = salted_hmac("account", form.cleaned_data["email"].lower(), algorithm="sha256").hexdigest()[:32]
        taken = take_all((LINKS, sender_of(request)), (LINKS_OF_ACCOUNT, account))
        if not taken.is_allowed:
            return too_often(request, taken)
        base = urlsplit(settings.BASE_URL or request.build_absolute_uri("/"))
        form.save(
            domain_override=base.netloc,
            use_https=base.scheme == "https",
            subject_template_name="admin/password_subject.txt",
            email_template_name="admin/password_mail.txt",
        )
        return redirect("password_reset_done")
    status = 400 if form.errors else 200
    return render(request, "registration/password_reset_form.html", {**context, "form": form}, status=status)


# What the admin's templates say on top of each page.
NAMES = {"site_header": admin.site.site_header, "site_title": admin.site.site_title}


class Tokens(PasswordResetTokenGenerator):
    def check_token(self, user, token) -> bool:
        """Nor does one hold that was made before somebody set the clock back: it would for as long as that."""
        latest = self._num_seconds(self._now()) + settings.PASSWORD_RESET_TIMEOUT
        return super().check_token(user, token) and base36_to_int(token.partition("-")[0]) <= latest


class ChooseView(PasswordResetConfirmView):
    """Take the new password. Who chose one is no longer locked out."""

    extra_context = NAMES
    token_generator = Tokens()

    def form_valid(self, form) -> HttpResponse:
        reset(username=self.user.get_username())
        return super().form_valid(form)
