"""What templates of every app share."""

from django import template

from codes import exchanges, markdown, pieces, records

register = template.Library()

register.filter("markdown", lambda text: markdown.render(text or ""))
register.filter("article", lambda text: markdown.render_article(text or ""))
register.filter("inline", lambda text: markdown.render_inline(text or ""))
register.filter("plain", lambda text: markdown.to_plain(text or ""))
register.filter("messages", exchanges.parse)
register.simple_tag(records.record_of, name="record_of")
register.simple_tag(pieces.draw, name="draw")


@register.filter
def code(text: str, language: str = "text"):
    """Code as highlighted HTML for the inside of a `<pre>`."""
    return markdown.render_code(text, language)
