"""The admin of comparisons. An editor chooses the codes in any order; the address follows from them."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from markdownx.widgets import AdminMarkdownxWidget

from codes.admin.filters import StateFilter
from codes.admin.formsets import RowFormSet, in_order
from codes.admin.inlines import Stacked, Tabular
from codes.admin.publishable import PublishableAdmin
from codes.models import StatusCode

from .addresses import MOST, slug_of
from .models import Aspect, Comparison, Decision, Side
from .rules import wrong_with_answers, wrong_with_sides, wrong_with_texts
from .views import show_comparison


class SideFormSet(RowFormSet):
    """The codes of a comparison. They are its address, so they are chosen once, when it is added."""

    def clean(self) -> None:
        super().clean()
        page = self.instance
        page.chosen = []
        if any(self.errors):
            return
        kept = sorted(self.kept_forms(), key=lambda form: form.instance.code.number)
        numbers = [form.instance.code.number for form in kept]
        if wrong := wrong_with_sides(numbers):
            raise ValidationError(wrong)
        slug = slug_of(numbers)
        if page.pk and slug != page.slug:
            raise ValidationError(
                f"The codes of this comparison are its address, {page.label}. Add another comparison for other codes."
            )
        if Comparison.objects.filter(slug=slug, draft_of=None).exclude(pk__in=[page.pk, page.draft_of_id]).exists():
            raise ValidationError("These codes have a comparison already. Edit that one instead.")
        page.slug, page.chosen = slug, numbers
        for position, form in enumerate(kept, 1):
            form.instance.position = position


class AspectFormSet(RowFormSet):
    def clean(self) -> None:
        super().clean()
        for form in self.kept_forms():
            numbers = self.instance.chosen
            if numbers and not form.errors and (wrong := wrong_with_texts(form.instance.texts, numbers)):
                form.add_error("texts", wrong)


class DecisionFormSet(RowFormSet):
    def clean(self) -> None:
        super().clean()
        if any(self.errors) or not self.instance.chosen:
            return
        form_of = {id(form.instance): form for form in self.kept_forms()}
        rows = in_order([form.instance for form in form_of.values()], self.positions_before())
        for row in rows:
            answers = row.if_yes.number, row.if_no.number if row.if_no else None
            key, wrong = wrong_with_answers(*answers, self.instance.chosen, is_last=row is rows[-1])
            if wrong:
                form_of[id(row)].add_error(key, wrong)


class SideInline(Stacked):
    model = Side
    formset = SideFormSet
    classes: list[str] = []
    code_fields = ("log_line",)
    related = ("code",)
    max_num = MOST
    fields = ["code", "choose_when", "log_line", "scenario"]

    def get_extra(self, request: HttpRequest, obj: Comparison | None = None, **kwargs) -> int:
        return 0 if obj else MOST


class AspectInline(Stacked):
    model = Aspect
    formset = AspectFormSet
    fields = [("title", "position"), "texts"]


class DecisionInline(Tabular):
    model = Decision
    formset = DecisionFormSet
    related = ("if_yes", "if_no")
    fields = ["position", "question", "if_yes", "if_no"]


class ComparisonForm(forms.ModelForm):
    class Meta:
        widgets = {"body": AdminMarkdownxWidget}


@admin.register(Comparison)
class ComparisonAdmin(PublishableAdmin):
    after_withdrawal = "find the facts side by side, without a verdict"
    form = ComparisonForm
    inlines = [SideInline, AspectInline, DecisionInline]
    list_display = ["label", "title", "topic", "status", "changed"]
    list_filter = [StateFilter, "topic"]
    list_per_page = 200
    search_fields = ["slug", "title", "summary", "verdict"]
    search_help_text = "A number, or a word of the title or verdict."
    ordering = ["slug", "draft_of"]
    fields = ["title", "topic", "verdict", "summary", "published_at", "body"]
    save_on_top = True

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        newer = Comparison.objects.filter(draft_of=models.OuterRef("pk"))
        return super().get_queryset(request).annotate(has_newer_draft=models.Exists(newer))

    def view_on_site(self, obj: Comparison) -> str:
        return obj.get_absolute_url()

    def render_preview(self, request: HttpRequest, page: Comparison) -> HttpResponse:
        codes = StatusCode.objects.visible_to(request.user).side_by_side(page.numbers)
        return show_comparison(request, list(codes), Comparison.objects.with_rows().get(pk=page.pk))

    @admin.display(description="Codes", ordering="slug")
    def label(self, obj: Comparison) -> str:
        return obj.label

    @admin.display(description="State", ordering="published_at")
    def status(self, obj: Comparison) -> str:
        return f"{obj.state}, newer draft" if obj.has_newer_draft else obj.state

    @admin.display(description="Last change", ordering="updated_at")
    def changed(self, obj: Comparison) -> str:
        return f"{obj.updated_at:%Y-%m-%d}"
