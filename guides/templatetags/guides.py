"""What pages of other apps show of guides."""

from django import template
from django.db.models import QuerySet

from codes.models import StatusClass, StatusCode
from codes.readers import reader_of
from guides.models import Guide

register = template.Library()


@register.simple_tag(takes_context=True)
def guides_of(context: dict, code: StatusCode) -> QuerySet[Guide]:
    """The guides about a code that the reader may see; one query."""
    return Guide.objects.visible_to(reader_of(context["request"])).about([code])


@register.simple_tag(takes_context=True)
def guides_of_class(context: dict, status_class: StatusClass) -> QuerySet[Guide]:
    """The guides about any code of a class, as far as the reader may see both; one query."""
    reader = reader_of(context["request"])
    codes = StatusCode.objects.visible_to(reader).of_class(status_class.digit)
    return Guide.objects.visible_to(reader).about(codes)
