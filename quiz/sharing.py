"""A score to show to others: how many were right, and not what was asked or answered."""

import io

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from PIL import Image, ImageDraw, ImageFont

from codes.http import read_only

from .models import Attempt
from .results import Results, results_of

SIZE = (1200, 630)
PAPER, INK, QUIET = "#fbfaf7", "#1b1d22", "#5a5f69"
RIGHT, WRONG = "#1e6f45", "#b3261e"
MARGIN = 80
# More marks than this do not fit on one line of the card.
MOST_MARKS = 30


def _finished(key: str) -> Attempt:
    return get_object_or_404(Attempt.objects.filter(finished_at__isnull=False), share_key=key)


@read_only
def score(request: HttpRequest, key: str) -> HttpResponse:
    """The page of a shared score, from which the same questions can be played."""
    attempt = _finished(key)
    response = render(request, "quiz/score.html", {"attempt": attempt, "results": results_of(attempt)})
    response["X-Robots-Tag"] = "noindex"
    return response


@read_only
def card(request: HttpRequest, key: str) -> HttpResponse:
    """The same as a picture, for where links are shown with one."""
    picture = io.BytesIO()
    draw_card(results_of(_finished(key))).save(picture, "PNG", optimize=True)
    headers = {"Cache-Control": "public, max-age=86400", "X-Robots-Tag": "noindex"}
    return HttpResponse(picture.getvalue(), content_type="image/png", headers=headers)


def draw_card(results: Results) -> Image.Image:
    """The score as a picture. Right and wrong differ in shape, not only in color."""
    image = Image.new("RGB", SIZE, PAPER)
    draw = ImageDraw.Draw(image)
    draw.text((MARGIN, 70), "statusref quiz", INK, ImageFont.load_default(44))
    draw.text((MARGIN, 130), _plain(results.attempt.label), QUIET, ImageFont.load_default(36))
    draw.text((MARGIN, 215), f"{results.right} of {results.count}", INK, ImageFont.load_default(170))
    marks = results.marks[:MOST_MARKS]
    step = min(70, (SIZE[0] - 2 * MARGIN) // max(len(marks), 1))
    for place, is_right in enumerate(marks):
        _draw_mark(draw, MARGIN + place * step, 455, int(step * 0.72), is_right=is_right)
    draw.text((MARGIN, 555), "HTTP status codes, by using them", QUIET, ImageFont.load_default(30))
    return image


def _draw_mark(draw: ImageDraw.ImageDraw, left: int, top: int, size: int, *, is_right: bool) -> None:
    if is_right:
        draw.rounded_rectangle((left, top, left + size, top + size), size // 6, RIGHT)
    else:
        draw.rounded_rectangle((left, top, left + size, top + size), size // 6, None, WRONG, max(2, size // 12))
        draw.line(
            (left + size // 4, top + size * 3 // 4, left + size * 3 // 4, top + size // 4), WRONG, max(2, size // 12)
        )


def _plain(text: str) -> str:
    """The font that comes with Pillow has no typographic quotes."""
    return text.replace("’", "'").encode("ascii", "ignore").decode()
