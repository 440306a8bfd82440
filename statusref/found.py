"""What the search finds of apps that it does not know. Only what visitors see."""

from collections.abc import Iterator

from codes.markdown import outline, to_plain
from compare.models import Comparison
from guides.models import Guide
from search.entries import Entry


def comparisons() -> Iterator[Entry]:
    """The curated comparisons, each with its verdict and when to choose which."""
    for comparison in Comparison.objects.published().prefetch_related("sides"):
        address = comparison.get_absolute_url()
        sides = " ".join(to_plain(side.choose_when) for side in comparison.sides.all())
        text = f"{to_plain(comparison.verdict)} {comparison.summary} {sides}"
        yield Entry(address, address, "comparison", comparison.label, text, names=comparison.title)


def guides() -> Iterator[Entry]:
    """The guides, and each of their headings as a place."""
    for guide in Guide.objects.published():
        address = guide.get_absolute_url()
        yield Entry(address, address, "guide", guide.title, f"{guide.summary} {to_plain(guide.body)}")
        for heading in outline(guide.body):
            yield Entry(address, f"{address}#{heading.anchor}", "guide", heading.title, names=guide.title)


SOURCES = [comparisons, guides]
