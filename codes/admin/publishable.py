"""The life of a page in the admin: newer draft, preview, publish, withdraw."""

from collections.abc import Iterable

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse

from codes import publishing
from codes.documents import NotStorable, kind_of
from codes.models import OldAddress
from codes.publishing import Conflict

from .history import RecordedAdmin
from .rights import is_live, may_change, may_publish
from .scheduling import find_schedule, schedule, show_conflict


class PublishableAdmin(RecordedAdmin):
    """The admin of a `Publishable`. A subclass says how a page looks: `render_preview`."""

    change_form_template = "admin/publishable_change_form.html"
    # What visitors find at the address of a withdrawn page.
    after_withdrawal = "get 410 Gone"
    actions = ["publish", "withdraw"]

    def render_preview(self, request: HttpRequest, page: models.Model) -> HttpResponse:
        """The public page exactly as it will be."""
        raise NotImplementedError

    # Rights

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return may_publish(request.user, self.model)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return super().has_change_permission(request, obj) and may_change(request.user, obj)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return super().has_delete_permission(request, obj) and may_change(request.user, obj)

    def get_actions(self, request: HttpRequest) -> dict:
        actions = super().get_actions(request)
        if not self.has_publish_permission(request):
            actions.pop("delete_selected", None)
        return actions

    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> list[str]:
        fields = super().get_readonly_fields(request, obj)
        draft = obj is not None and obj.draft_of_id
        return fields if self.has_publish_permission(request) and not draft else [*fields, "published_at"]

    # Saving

    def save_model(self, request: HttpRequest, obj: models.Model, form, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if "published_at" in form.changed_data:
            note_state(obj, was_live=bool(change and form.initial.get("published_at")))

    def delete_model(self, request: HttpRequest, obj: models.Model) -> None:
        if obj.draft_of_id:
            publishing.discard_draft(kind_of(obj), obj, request.user)
            return
        was_live = is_live(obj)
        super().delete_model(request, obj)
        note_state(obj, was_live=was_live, is_gone=True)

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet) -> None:
        for page in queryset:
            self.delete_model(request, page)

    # Addresses of their own

    def get_urls(self) -> list:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        views = {
            "preview": self.preview_view,
            "draft": self.start_draft_view,
            "publish": self.publish_view,
            "withdraw": self.withdraw_view,
            "schedule": self.schedule_view,
        }
        own = [
            path(f"<int:pk>/{word}/", self.admin_site.admin_view(view), name=f"{name}_{word}")
            for word, view in views.items()
        ]
        return own + super().get_urls()

    def page_or_404(self, pk: int) -> models.Model:
        page = self.model._default_manager.filter(pk=pk).first()
        if page is None:
            raise Http404(f"There is no {self.opts.verbose_name} {pk}.")
        return page

    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        page = self.page_or_404(pk)
        if not self.has_view_permission(request, page):
            raise PermissionDenied
        response = self.render_preview(request, page)
        response["Cache-Control"] = "private, no-store"
        response["X-Robots-Tag"] = "noindex"
        return response

    def start_draft_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Make the newer draft of a live page, or go to the one that there is."""
        live = self.page_or_404(pk)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not super().has_change_permission(request) or not is_live(live):
            raise PermissionDenied
        try:
            draft = publishing.start_draft(kind_of(live), live, request.user)
        except NotStorable as error:
            messages.error(request, f"No draft was started: this page's text breaks a rule of today. {error}")
            return HttpResponseRedirect(self.address_of(live))
        self.log_change(request, live, "Started a newer draft.")
        messages.success(request, f"This is the newer draft of {live}. Visitors see the published page.")
        return HttpResponseRedirect(self.address_of(draft))

    def publish_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Publish a draft or scheduled page now, or load a newer draft into its live page."""
        page = self.page_or_404(pk)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_publish_permission(request):
            raise PermissionDenied
        try:
            live = self._publish(request, page)
        except Conflict as conflict:
            return show_conflict(self, request, page, conflict)
        except (NotStorable, ValidationError) as error:
            messages.error(request, f"{page} was not published. {_sentences(error)}")
            return HttpResponseRedirect(self.address_of(page))
        messages.success(request, f"{live} is published.")
        return HttpResponseRedirect(self.address_of(live))

    def _publish(self, request: HttpRequest, page: models.Model) -> models.Model:
        kind = kind_of(page)
        with transaction.atomic():
            if page.draft_of_id:
                live = publishing.publish_draft(kind, page, request.user, overwrite="overwrite" in request.POST)
            else:
                live = page
                publishing.publish(page)
                self.record_rows(request, [page])
            self.log_change(request, live, "Published.")
        return live

    def schedule_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Plan the moment at which a newer draft goes live."""
        draft = self.page_or_404(pk)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_publish_permission(request) or not draft.draft_of_id:
            raise PermissionDenied
        return schedule(self, request, draft)

    def withdraw_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take a page back: a draft from now on. Asks first."""
        page = self.page_or_404(pk)
        if not self.has_publish_permission(request) or not is_live(page):
            raise PermissionDenied
        if request.method != "POST":
            context = {**self.admin_site.each_context(request), "page": page, "opts": self.opts}
            context |= {"title": f"Withdraw {page}?", "after_withdrawal": self.after_withdrawal}
            return render(request, "admin/withdraw_confirm.html", context)
        self._withdraw(request, [page])
        messages.success(request, f"{page} is withdrawn. Visitors {self.after_withdrawal}.")
        return HttpResponseRedirect(self.address_of(page))

    @transaction.atomic
    def _withdraw(self, request: HttpRequest, pages: list[models.Model]) -> None:
        for page in pages:
            publishing.withdraw(page)
            self.log_change(request, page, "Withdrawn.")
        self.record_rows(request, pages)

    def address_of(self, page: models.Model) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[page.pk])

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None:
            newer = self.model._default_manager.filter(draft_of=obj).first() if obj.draft_of_id is None else None
            context |= {
                "is_newer_draft": bool(obj.draft_of_id),
                "newer_draft": newer,
                "schedule": find_schedule(obj if obj.draft_of_id else newer),
                "is_live": is_live(obj),
                "is_scheduled": obj.state == "scheduled",
                "may_publish": self.has_publish_permission(request),
                "may_write": super().has_change_permission(request),
                "live_address": self.address_of(obj.draft_of) if obj.draft_of_id else "",
                "preview_address": reverse(
                    f"admin:{self.opts.app_label}_{self.opts.model_name}_preview", args=[obj.pk]
                ),
            }
        return super().render_change_form(request, context, add, change, form_url, obj)

    # In bulk

    @admin.action(description="Publish now", permissions=["publish"])
    def publish(self, request: HttpRequest, queryset: models.QuerySet) -> None:
        done, before = [], []
        for page in queryset:
            if page.is_published:
                before.append(page)
                continue
            try:
                done.append(self._publish(request, page))
            except (Conflict, NotStorable, ValidationError) as error:
                messages.error(request, f"{page} was not published. {_sentences(error)}")
        if done:
            messages.success(request, f"Published: {_named(done)}.")
        if before:
            messages.info(request, f"Published before: {_named(before)}.")

    @admin.action(description="Withdraw", permissions=["publish"])
    def withdraw(self, request: HttpRequest, queryset: models.QuerySet) -> None:
        pages = [page for page in queryset if is_live(page)]
        self._withdraw(request, pages)
        if pages:
            messages.success(request, f"Only editors see now: {_named(pages)}.")
        else:
            messages.info(request, "None of these was published.")


def note_state(page: models.Model, *, was_live: bool, is_gone: bool = False) -> None:
    """Keep the page's address honest: 410 once it was live and is not any more, nothing while it is."""
    if is_live(page) and not is_gone:
        OldAddress.objects.filter(path=page.get_absolute_url()).delete()
    elif was_live:
        OldAddress.objects.update_or_create(path=page.get_absolute_url(), defaults={"target": ""})


def _sentences(error: Exception) -> str:
    return " ".join(error.messages) if isinstance(error, ValidationError) else str(error)


def _named(pages: Iterable[models.Model]) -> str:
    return ", ".join(str(page) for page in pages)
