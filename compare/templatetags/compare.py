"""What pages of other apps show of comparisons."""

from django import template

from codes.models import StatusCode
from codes.readers import reader_of
from compare.models import Comparison

register = template.Library()


@register.inclusion_tag("compare/_of_code.html", takes_context=True)
def comparisons_of(context: dict, code: StatusCode) -> dict:
    """The curated comparisons of a code that the reader may see, and a form to compare it with another; one query."""
    visible = Comparison.objects.visible_to(reader_of(context["request"]))
    return {"code": code, "comparisons": visible.about(code)}


register.filter("versus", lambda slug: slug.replace("-vs-", " vs "))
