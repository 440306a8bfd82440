"""The quiz: where it begins, its steps, its results, and what a visitor did so far."""

from django.core.signing import BadSignature, Signer
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from codes.http import read_only, reads
from codes.limits import too_often
from codes.readers import reader_of
from codes.senders import sender_of

from . import playing
from .answers import Unclear, read_answer, shuffled
from .asked import Asked
from .figures import shares
from .forms import StartForm
from .front import front_page
from .http import SeeOther, own_forms, personal
from .models import Attempt, Mode, Question, Step
from .progress import as_data, progress_of
from .results import results_of
from .shown import to_answer, with_feedback
from .starting import NoQuestions, TooOften, begin
from .visits import forget, remember, visit_of, visit_or_new


@reads("codes")
@read_only
def start_page(request: HttpRequest) -> HttpResponse:
    return render(request, "quiz/start.html", front_page(request.GET.get("codes", "")))


@own_forms
@personal
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Begin a quiz; where the form holds the answer to its one question already, give it."""
    if request.method != "POST":
        return SeeOther(reverse("quiz:start"))
    form = StartForm(request.POST)
    if not form.is_valid():
        return _nothing_begun(request, "There is no such quiz. Choose one of these.", 400)
    visit = visit_or_new(request)
    try:
        attempt = begin(form.wish, visit, sender_of(request))
    except TooOften as error:
        return too_often(request, error.taken)
    except NoQuestions as error:
        return _nothing_begun(request, str(error), 404)
    address = attempt.get_absolute_url()
    if attempt.mode == Mode.ONE and "answered" in request.POST:
        address = _answer_at_once(attempt, request)
    response = SeeOther(address)
    remember(response, visit)
    return response


def _nothing_begun(request: HttpRequest, notice: str, status: int) -> HttpResponse:
    return render(request, "quiz/start.html", {**front_page(""), "notice": notice}, status=status)


def _answer_at_once(attempt: Attempt, request: HttpRequest) -> str:
    """Take the answer to an attempt of one question. Where it is unclear the question is asked again."""
    attempt = playing.found(attempt.key)
    step = playing.current_step(attempt)
    asked = Asked.from_wording(step.wording)
    try:
        playing.take(attempt, step, asked, read_answer(asked, shuffled(asked, step.seed), request.POST))
    except Unclear:
        return attempt.get_absolute_url()
    return step.get_absolute_url()


@own_forms
@personal
@require_http_methods(["GET", "HEAD", "POST"])
def attempt(request: HttpRequest, key: str) -> HttpResponse:
    """The question that waits, its answer by POST, or the results."""
    if request.method == "POST":
        return _answer(request, key)
    found = playing.found(key)
    if found is None:
        return _gone(request)
    playing.close_if_over(found, timezone.now())
    waiting = None if found.is_finished else playing.current_step(found)
    if waiting is None:
        playing.finish(found, timezone.now())
        return _results(request, found)
    return _ask(request, found, waiting)


def _answer(request: HttpRequest, key: str) -> HttpResponse:
    """Take an answer. Whatever was posted twice, late or from another form changes nothing, and says so."""
    number = _signed_number(key, request.POST.get("step", ""))
    step = playing.step_of(key, number) if number else None
    if step is None:
        return SeeOther(f"{reverse('quiz:attempt', args=[key])}?note=form")
    found = step.attempt
    playing.close_if_over(found, timezone.now())
    if found.is_finished and not step.is_answered:
        return SeeOther(f"{found.get_absolute_url()}?note=late")
    asked = Asked.from_wording(step.wording)
    try:
        answer = read_answer(asked, shuffled(asked, step.seed), request.POST)
    except Unclear as error:
        if not step.is_answered:
            return _ask(request, playing.found(key), step, str(error))
        answer = []
    note = "" if playing.take(found, step, asked, answer) else "?note=again"
    there = found if found.is_exam else step
    return SeeOther(f"{there.get_absolute_url()}{note}")


def _signed_number(key: str, text: str) -> int | None:
    """The number of the step that a form is for; None where the form is not one that this attempt gave out."""
    try:
        return int(Signer(salt=f"quiz {key}").unsign(text[:200]))
    except (BadSignature, ValueError):
        return None


NOTES = {
    "again": "You had answered this question before. The first answer counts; nothing was changed.",
    "form": "That form does not fit this quiz, so nothing was changed. Go on here.",
    "late": "Time was up before that answer arrived, so it does not count.",
}


def _note(request: HttpRequest) -> str:
    return NOTES.get(request.GET.get("note", ""), "")


def _ask(request: HttpRequest, found: Attempt, waiting: Step, error: str = "") -> HttpResponse:
    asked = Asked.from_wording(waiting.wording)
    form = request.POST if error else None
    context = {
        "attempt": found,
        "step": waiting,
        "shown": to_answer(asked, shuffled(asked, waiting.seed), form),
        "signed": Signer(salt=f"quiz {found.key}").sign(waiting.number),
        "error": error,
        "note": _note(request),
    }
    return render(request, "quiz/question.html", context, status=400 if error else 200)


def _results(request: HttpRequest, found: Attempt) -> HttpResponse:
    context = {"attempt": found, "results": results_of(found), "note": _note(request)}
    context["progress"] = progress_of(visit_of(request)) if found.visit == visit_of(request) else None
    return render(request, "quiz/results.html", context)


def _gone(request: HttpRequest) -> HttpResponse:
    return render(request, "quiz/gone.html", status=404)


@personal
@read_only
def step(request: HttpRequest, key: str, number: str) -> HttpResponse:
    """An answered question with its feedback; in an exam only after the end."""
    found = playing.found(key)
    if found is None:
        return _gone(request)
    asked_step = found.steps.filter(number=int(number)).select_related("wording").first()
    may_see = found.is_finished or not found.is_exam
    if asked_step is None or not may_see or not (asked_step.is_answered or found.is_finished):
        return SeeOther(found.get_absolute_url())
    asked = Asked.from_wording(asked_step.wording)
    asked_step.attempt = found
    context = {
        "attempt": found,
        "step": asked_step,
        "shown": with_feedback(asked, shuffled(asked, asked_step.seed), asked_step.answer or []),
        "share": shares([asked_step.wording_id]).get(asked_step.wording_id),
        "note": _note(request),
    }
    return render(request, "quiz/feedback.html", context)


@own_forms
@personal
@require_POST
def finish_now(request: HttpRequest, key: str) -> HttpResponse:
    """End an endless quiz, or hand in an exam."""
    found = playing.found(key)
    if found is None:
        return _gone(request)
    if found.is_endless or found.is_exam:
        playing.finish(found, timezone.now())
    return SeeOther(found.get_absolute_url())


@read_only
def question(request: HttpRequest, slug: str) -> HttpResponse:
    """One question at an address of its own, to link to and to try."""
    reader = reader_of(request)
    found = Question.objects.visible_to(reader).with_rows().filter(slug=slug).first()
    if found is None:
        raise Http404(f"{slug} is no question")
    response = show_question(request, found)
    if reader.is_staff:
        response["Cache-Control"] = "private, no-store"
    return response


def show_question(request: HttpRequest, found: Question) -> HttpResponse:
    """The page of a question whose rows are fetched."""
    asked = Asked.of(found)
    shown = to_answer(asked, shuffled(asked, Step.seed_of_one(found.slug)))
    context = {"question": found, "shown": shown, "is_staff": reader_of(request).is_staff}
    return render(request, "quiz/one.html", context)


@personal
@read_only
def progress(request: HttpRequest) -> HttpResponse:
    context = {"progress": progress_of(visit_of(request)), "is_erased": "erased" in request.GET}
    return render(request, "quiz/progress.html", context)


@personal
@read_only
def export(request: HttpRequest) -> HttpResponse:
    data = as_data(visit_of(request))
    headers = {"Content-Disposition": 'attachment; filename="statusref-quiz.json"'}
    return JsonResponse(data, headers=headers, json_dumps_params={"indent": 1, "ensure_ascii": False})


@own_forms
@personal
@require_POST
def erase(request: HttpRequest) -> HttpResponse:
    """Forget a visit: its attempts, its answers and its cookie."""
    Attempt.objects.of_visit(visit_of(request)).delete()
    response = SeeOther(f"{reverse('quiz:progress')}?erased=1")
    forget(response)
    return response
