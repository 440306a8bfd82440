"""What every template may say about the site itself."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    """`canonical` is the page's one address, without a query; `is_staff_view` is asked by base.html lazily."""
    base = settings.BASE_URL or f"{request.scheme}://{request.get_host()}"
    return {"base_url": base, "canonical": base + request.path}
