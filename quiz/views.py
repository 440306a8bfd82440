from django.http import Http404, HttpRequest, HttpResponse

from codes.http import read_only


@read_only
def question(request: HttpRequest, slug: str) -> HttpResponse:
    raise Http404(slug)
