"""What else may be compared: sets that nobody curated, made of what the codes' own pages say."""

from collections.abc import Container
from itertools import combinations

from django.db.models import QuerySet

from codes.models import Relation, StatusCode
from codes.vocabulary import RelationKind

from .addresses import slug_of

MOST_PAIRS = 24


def often_confused(codes: QuerySet[StatusCode], told: Container[str]) -> list[str]:
    """Slugs of the much-met pairs that the pages of `codes` call easily confused, without those in `told`."""
    rows = Relation.objects.filter(kind=RelationKind.CONFUSED, code__in=codes, other__in=codes)
    met: dict[str, int] = {}
    for *numbers, popular, other_popular in rows.values_list(
        "code__number", "other__number", "code__is_popular", "other__is_popular"
    ):
        met[slug_of(numbers)] = popular + other_popular
    slugs = sorted((slug for slug in met if slug not in told), key=lambda slug: (-met[slug], slug))
    return sorted(slugs[:MOST_PAIRS])


def pairs_among(codes: list[StatusCode]) -> list[str]:
    """Slugs of the pairs that can be made of some codes; at most six."""
    return [slug_of(code.number for code in pair) for pair in combinations(codes, 2)][:6]
