"""What pages of other apps show of guides."""

from collections.abc import Iterable

from django import template
from django.db.models import QuerySet

from codes.models import StatusClass, StatusCode
from codes.models.base import sees_drafts
from codes.models.prepared import KEY, MOMENT, Prepared
from codes.readers import reader_of
from guides.models import Guide

register = template.Library()
ABOUT = Prepared(lambda: Guide.objects.published(MOMENT).about([StatusCode(pk=KEY)]))


@register.simple_tag(takes_context=True)
def guides_of(context: dict, code: StatusCode) -> Iterable[Guide]:
    """The guides about a code that the reader may see; one query."""
    if sees_drafts(reader := reader_of(context["request"])):
        return Guide.objects.visible_to(reader).about([code])
    return ABOUT.rows({KEY: code.pk})


@register.simple_tag(takes_context=True)
def guides_of_class(context: dict, status_class: StatusClass) -> QuerySet[Guide]:
    """The guides about any code of a class, as far as the reader may see both; one query."""
    reader = reader_of(context["request"])
    codes = StatusCode.objects.visible_to(reader).of_class(status_class.digit)
    return Guide.objects.visible_to(reader).about(codes)
