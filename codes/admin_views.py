"""The live preview of Markdown: for staff alone, by POST with a CSRF token, limited in size, and no upload."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.views.decorators.http import require_POST

from codes.markdown import LONGEST, render


@require_POST
def markdown_preview(request: HttpRequest) -> HttpResponse:
    if not (request.user.is_active and request.user.is_staff):
        raise PermissionDenied
    text = request.POST.get("content")
    if text is None or len(text) > LONGEST:
        return HttpResponseBadRequest(f"Send the text as “content”, at most {LONGEST:,} characters.")
    return HttpResponse(render(text))


def no_upload(request: HttpRequest) -> HttpResponse:
    """Where the editor's widget would upload pictures. This site takes none: a page is understood without them."""
    raise PermissionDenied
