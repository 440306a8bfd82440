"""What the search is worth, on the evaluation sets: `make eval-search` prints the same by kind."""

import pytest

from search.models import Synonym
from tests.search_eval import DATA, evaluate, queries_of, rank_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("whole_site"), pytest.mark.whole_site]

OWN, HELD_OUT = DATA / "search_eval.yaml", DATA / "search_heldout.yaml"


def test_the_set_is_large_and_names_no_query_twice():
    queries = [query for _, _, query in queries_of(OWN)]
    assert len(queries) == len(set(queries)) >= 300
    assert len({kind for kind, _, _ in queries_of(OWN)}) >= 20


@pytest.mark.parametrize("path", [OWN, HELD_OUT], ids=lambda path: path.stem)
def test_the_right_page_stands_first(path):
    if not path.exists():
        return
    tallies = evaluate(path)
    assert tallies["all"].top1 >= 0.88 and tallies["all"].mrr >= 0.92
    for kind, tally in tallies.items():
        assert tally.top1 >= 0.75, (kind, tally.missed)


def test_the_rank_is_that_of_the_first_result_that_is_wanted():
    results = [{"number": None, "url": "/5xx"}, {"number": 502, "url": "/502#facts"}]
    assert (rank_of([502], results), rank_of(["/5xx"], results), rank_of([404, 502], results)) == (2, 1, 2)
    assert rank_of([404], results) == 0


def test_the_synonyms_that_are_shipped_lead_somewhere():
    assert Synonym.objects.count() > 1000
    assert not Synonym.objects.exclude(kind=Synonym.Kind.WORDS).filter(code=None).exists()
