"""A forgotten password: a link by mail where the site has a mail server; otherwise an Administrator sets a new one."""

from urllib.parse import urlsplit

from axes.utils import reset
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.forms import PasswordResetForm
from django.contrib.auth.views import PasswordResetConfirmView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import salted_hmac
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from codes.models import ResetRequest
from codes.senders import sender_of


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Send a link to whoever has this address. The answer does not tell whether somebody has."""
    context = {**admin.site.each_context(request), "title": "Forgotten password"}
    if not settings.EMAIL_URL:
        return render(request, "admin/no_mail.html", context)
    form = PasswordResetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        account = salted_hmac("account", form.cleaned_data["email"].lower(), algorithm="sha256").hexdigest()[:32]
        if not ResetRequest.allow(sender_of(request), account):
            response = render(request, "429.html", status=429)
            response["Retry-After"] = "3600"
            return response
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


class ChooseView(PasswordResetConfirmView):
    """Take the new password. Who chose one is no longer locked out."""

    extra_context = NAMES

    def form_valid(self, form) -> HttpResponse:
        reset(username=self.user.get_username())
        return super().form_valid(form)
