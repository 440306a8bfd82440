"""What the admin's index shows beside Django's own list."""

from django import template

from codes.admin import home

register = template.Library()


@register.simple_tag(takes_context=True)
def attention(context: dict) -> list[home.Attention]:
    return home.attention(context["request"])


@register.simple_tag(takes_context=True)
def recent_changes(context: dict) -> list[home.Change]:
    return home.recent_changes(context["request"])
