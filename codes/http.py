"""What a view says about methods."""

from collections.abc import Callable

from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe


def read_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer GET and HEAD, and everything else with 405 and Allow (RFC 9110 §15.5.6).

    Without the exemption the check against forged requests would answer first, with a 403; a view that changes
    nothing needs no such check.
    """
    return csrf_exempt(require_safe(view))


def reads(*parameters: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Name the query parameters that a public page reads. The page cache drops all others, on every page."""

    def mark(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        view.parameters = frozenset(parameters)
        return view

    return mark
