"""With ten times the content a page costs what it cost before."""

import pytest

from bench.growth import LISTS, figures_of
from tests import postgres
from tests.prepared import copy_of, prepared

pytestmark = pytest.mark.skipif(postgres.IS_USED, reason="about SQLite itself")

# A busy machine may make one of both look twice as slow as it is; what grows with the content does so tenfold.
MOST, SLACK = 2, 4  # the second in milliseconds
# To begin a quiz is by chance: questions that nobody was asked before are written down first.
BY_CHANCE = {"quiz: begin": 4}
GROWING = {*LISTS, "search index, once"}


def test_what_a_page_costs_does_not_grow_with_the_content(tmp_path_factory):
    once, tenfold = (
        figures_of(copy_of(prepared(tmp_path_factory), tmp_path_factory.mktemp(f"times-{times}")), times)
        for times in (1, 10)
    )
    told = "\n".join(f"{name}: {once[name]} {tenfold[name]}" for name in once)
    for name in once.keys() - GROWING:
        (before, queries), (after, more) = once[name], tenfold[name]
        assert more <= queries + BY_CHANCE.get(name, 0), f"{name} takes {more} queries, and took {queries}:\n{told}"
        assert after < MOST * before + SLACK, f"{name} takes {after} ms, and took {before}:\n{told}"
    assert once.keys() >= {"/500", "quiz: begin", "admin: home", "content_version"}
    assert once["content_version"][1] == 1 and once["admin: home"][1] > 5
