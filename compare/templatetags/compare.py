"""What pages of other apps show of comparisons."""

from django import template

from codes.models import StatusCode
from codes.models.base import sees_drafts
from codes.models.prepared import KEY, MOMENT, Prepared
from codes.readers import reader_of
from compare.models import Comparison

register = template.Library()
ABOUT = Prepared(lambda: Comparison.objects.published(MOMENT).about(StatusCode(pk=KEY)))


@register.inclusion_tag("compare/_of_code.html", takes_context=True)
def comparisons_of(context: dict, code: StatusCode) -> dict:
    """The curated comparisons of a code that the reader may see, and a form to compare it with another; one query."""
    if sees_drafts(reader := reader_of(context["request"])):
        return {"code": code, "comparisons": Comparison.objects.visible_to(reader).about(code)}
    return {"code": code, "comparisons": ABOUT.rows({KEY: code.pk})}


register.filter("versus", lambda slug: slug.replace("-vs-", " vs "))
