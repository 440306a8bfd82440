"""The admin of the quiz: questions with what their answers tell, and the switches of generated ones."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import Truncator
from markdownx.widgets import AdminMarkdownxWidget

from codes.admin.filters import StateFilter
from codes.admin.formsets import RowFormSet, in_order
from codes.admin.home import SHOWN, Attention, Entry
from codes.admin.inlines import Stacked, Tabular
from codes.admin.publishable import PublishableAdmin
from codes.markdown import to_plain

from .answers import Unclear, read_answer, shuffled
from .asked import Asked
from .figures import Figures, figures_of
from .models import Choice, GeneratorSwitch, LeftOut, Question, QuestionCode, Step
from .rules import wrong_with_choices, wrong_with_codes, wrong_with_text
from .shown import to_answer, with_feedback


class CodeFormSet(RowFormSet):
    def clean(self) -> None:
        super().clean()
        if not any(self.errors) and (wrong := wrong_with_codes(len(self.kept_forms()))):
            raise ValidationError(wrong)


class ChoiceFormSet(RowFormSet):
    """The choices of a question, in their order: what is wrong with them depends on its kind."""

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        form_of = {id(form.instance): form for form in self.kept_forms()}
        rows = in_order([form.instance for form in form_of.values()], self.positions_before())
        choices = [{"text": row.text, "is_correct": row.is_correct, "match": row.match} for row in rows]
        together = []
        for index, key, wrong in wrong_with_choices(self.instance.kind, choices):
            if index is None:
                together.append(wrong)
            else:
                form_of[id(rows[index])].add_error(key, wrong)
        texts = {name: getattr(self.instance, name) for name in ("title", "prompt", "transcript")}
        together += [f"{key}: {wrong}" for key, wrong in wrong_with_text(self.instance.kind, texts, choices)]
        if together:
            raise ValidationError(together)


class QuestionCodeInline(Tabular):
    model = QuestionCode
    formset = CodeFormSet
    classes: list[str] = []
    related = ("code",)
    fields = ["position", "code"]
    verbose_name_plural = "codes, the main one first"


class ChoiceInline(Stacked):
    model = Choice
    formset = ChoiceFormSet
    classes: list[str] = []
    fields = ["text", ("is_correct", "position"), "match", "why", "read"]


class ReviewFilter(admin.SimpleListFilter):
    """Questions whose figures say that something is wrong with them."""

    title = "needs review"
    parameter_name = "review"

    def lookups(self, request, model_admin):
        return [("yes", "Yes")]

    def queryset(self, request, queryset):
        if self.value() != "yes":
            return queryset
        found = figures_of(Question.objects.filter(draft_of=None))
        return queryset.filter(pk__in=[pk for pk, figures in found.items() if figures.needs_review])


class QuestionForm(forms.ModelForm):
    class Meta:
        widgets = {"prompt": AdminMarkdownxWidget}


@admin.register(Question)
class QuestionAdmin(PublishableAdmin):
    form = QuestionForm
    identity = ("slug",)
    inlines = [QuestionCodeInline, ChoiceInline]
    list_display = ["title", "status", "about", "answers", "share", "discrimination", "wrong", "review"]
    list_filter = [StateFilter, ReviewFilter, "kind", "topic", "skill", "difficulty"]
    list_per_page = 100
    search_fields = ["slug", "title", "prompt", "codes__code__number"]
    search_help_text = "A number, or a word of the title or of the question."
    ordering = ["slug", "draft_of"]
    prepopulated_fields = {"slug": ["title"]}
    fieldsets = [
        (None, {"fields": ["title", "slug", ("kind", "difficulty"), ("topic", "skill"), "published_at"]}),
        ("What is asked", {"fields": ["prompt", "transcript"]}),
        ("What is said after any answer", {"fields": ["explanation", "read", "source", "source_url"]}),
    ]
    save_on_top = True

    def view_on_site(self, obj: Question) -> str:
        return obj.get_absolute_url()

    def get_changelist_instance(self, request: HttpRequest):
        """The list with what the answers tell of each question on it."""
        shown = super().get_changelist_instance(request)
        found = figures_of(Question.objects.filter(pk__in=[row.pk for row in shown.result_list]))
        for row in shown.result_list:
            row.figures = found.get(row.pk, Figures())
        return shown

    def render_preview(self, request: HttpRequest, page: Question) -> HttpResponse:
        """The question as it will be asked; answering it shows the feedback and is counted nowhere."""
        asked = Asked.of(Question.objects.with_rows().get(pk=page.pk))
        order = shuffled(asked, Step.seed_of_one(page.slug))
        context = {"question": page, "shown": to_answer(asked, order), "is_preview": True}
        if request.method == "POST":
            try:
                context["shown"] = with_feedback(asked, order, read_answer(asked, order, request.POST))
            except Unclear as error:
                context |= {"shown": to_answer(asked, order, request.POST), "error": str(error)}
        is_answered = request.method == "POST" and "error" not in context
        return render(request, "quiz/preview_answered.html" if is_answered else "quiz/one.html", context)

    def attention(self, request: HttpRequest) -> list[Attention]:
        """For the home of editors: questions that most people get wrong, and others to look at."""
        found = figures_of(Question.objects.published())
        doubtful = sorted((row for row in found.items() if row[1].needs_review), key=lambda row: row[1].share)
        entries = [
            Entry(
                figures.title,
                reverse("admin:quiz_question_change", args=[pk]),
                f"{figures.share} % right: {'; '.join(figures.reasons)}",
            )
            for pk, figures in doubtful[:SHOWN]
        ]
        query = urlencode({"review": "yes"})
        links = [("all", f"{reverse('admin:quiz_question_changelist')}?{query}")]
        why = "Their answers say that they are too hard, too easy or misleading."
        return [Attention("Quiz questions to look at", why, entries, len(doubtful), links)]

    @admin.display(description="State", ordering="published_at")
    def status(self, obj: Question) -> str:
        return obj.state

    @admin.display(description="Kind, topic, difficulty", ordering="kind")
    def about(self, obj: Question) -> str:
        return f"{obj.kind} · {obj.topic} · {obj.difficulty}"

    @admin.display(description="Answers")
    def answers(self, obj: Question) -> int:
        return obj.figures.count

    @admin.display(description="Right", empty_value="–")
    def share(self, obj: Question) -> str | None:
        return f"{obj.figures.share} %" if obj.figures.count else None

    @admin.display(description="Discrimination", empty_value="–")
    def discrimination(self, obj: Question) -> float | None:
        return obj.figures.discrimination

    @admin.display(description="Most chosen wrong answer", empty_value="–")
    def wrong(self, obj: Question) -> str | None:
        figures = obj.figures
        return f"{Truncator(to_plain(figures.wrong)).chars(80)} ({figures.wrong_count})" if figures.wrong else None

    @admin.display(description="Needs review", empty_value="–")
    def review(self, obj: Question) -> str | None:
        return "; ".join(obj.figures.reasons) or None


@admin.register(GeneratorSwitch)
class GeneratorSwitchAdmin(admin.ModelAdmin):
    list_display = ["name", "is_on"]
    list_display_links = None
    list_editable = ["is_on"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


@admin.register(LeftOut)
class LeftOutAdmin(admin.ModelAdmin):
    list_display = ["code", "reason"]
    list_select_related = ["code"]
    autocomplete_fields = ["code"]
