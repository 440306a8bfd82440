"""What holds for the text of a guide, in words for its editor."""

from collections.abc import Iterator

from codes import exchanges
from codes.markdown import EXCHANGE, fences, outline

# Places that the page has besides its headings.
OWN_PLACES = {"main", "find", "contents", "codes", "references"}


def wrong_with_body(text: str) -> Iterator[str]:
    """Each heading and each exchange that is wrong, and what would be right."""
    level_before, seen = 1, set()
    for heading in outline(text):
        marks = "#" * heading.level
        if heading.level == 1:
            yield f"The title of a guide is its only heading of the first level. Begin with ##: “{heading.title}”."
        elif heading.level > level_before + 1:
            yield f"“{heading.title}” skips a level. Make it {'#' * (level_before + 1)}, or write what stands between."
        if not heading.title:
            yield f"A heading has no words. Write them after {marks}, or take it out."
        elif not heading.anchor:
            yield f"“{heading.title}” makes no place to link to. Name one: {marks} {heading.title} {{#a-place}}."
        elif heading.anchor in seen | OWN_PLACES:
            whose = "Another heading" if heading.anchor in seen else "The page itself"
            yield (
                f"{whose} has the place #{heading.anchor}. Name another for “{heading.title}”: "
                f"{marks} {heading.title} {{#another-place}}."
            )
        seen.add(heading.anchor)
        level_before = max(heading.level, 2)
    for number, transcript in enumerate(fences(text, EXCHANGE), 1):
        try:
            exchanges.parse(transcript)
        except ValueError as error:
            yield f"Exchange {number}: {error}"
