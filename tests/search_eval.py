"""How well the search answers: top-1, top-3 and mean reciprocal rank, by kind of query (`make eval-search`)."""

import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import yaml

DATA = Path(__file__).parent / "data"
SETS = ["search_eval.yaml", "search_heldout.yaml"]


@dataclass
class Tally:
    """Queries of one kind: how many, how many first, among the first three, and the sum of 1/rank."""

    count: int = 0
    first: int = 0
    three: int = 0
    reciprocal: float = 0.0
    missed: list[tuple[str, object, list]] = field(default_factory=list)

    def add(self, rank: int) -> None:
        self.count += 1
        self.first += rank == 1
        self.three += 1 <= rank <= 3
        self.reciprocal += 1 / rank if rank else 0.0

    @property
    def top1(self) -> float:
        return self.first / self.count

    @property
    def top3(self) -> float:
        return self.three / self.count

    @property
    def mrr(self) -> float:
        return self.reciprocal / self.count


def queries_of(path: Path) -> list[tuple[str, list, str]]:
    """The kind, what it shall lead to, and the text of every query of a set."""
    found = yaml.load(path.read_text(), yaml.CSafeLoader)
    return [
        (kind, wanted if isinstance(wanted, list) else [wanted], query)
        for kind, rows in found.items()
        for wanted, query in rows
    ]


def rank_of(wanted: list, results: list[dict]) -> int:
    """The place, from 1, of the first result that is wanted; 0 where none is."""
    for place, result in enumerate(results, 1):
        if any(result["number"] == each if isinstance(each, int) else result["url"] == each for each in wanted):
            return place
    return 0


def evaluate(path: Path) -> dict[str, Tally]:
    """The tallies of a set by kind, and of all together under "all"."""
    from search.answering import spaced
    from search.current import current
    from search.ranking import search
    from search.shown import as_json

    index, tallies = current(), defaultdict(Tally)
    for kind, wanted, query in queries_of(path):
        results = as_json(search(spaced(query), index))["results"]
        rank = rank_of(wanted, results)
        for name in (kind, "all"):
            tallies[name].add(rank)
        if rank != 1:
            tallies[kind].missed.append((query, wanted, [result["number"] or result["url"] for result in results[:4]]))
    return tallies


def main() -> None:
    import django

    django.setup()
    for path in (DATA / name for name in SETS):
        if not path.exists():
            continue
        tallies = evaluate(path)
        sys.stdout.write(f"{path.name}\n{'kind':<12}{'queries':>8}{'top-1':>8}{'top-3':>8}{'MRR':>8}\n")
        for kind, tally in tallies.items():
            row = f"{kind:<12}{tally.count:>8}{tally.top1:>8.3f}{tally.top3:>8.3f}{tally.mrr:>8.3f}\n"
            sys.stdout.write(row if kind != "all" else "")
        tally = tallies["all"]
        sys.stdout.write(f"{'all':<12}{tally.count:>8}{tally.top1:>8.3f}{tally.top3:>8.3f}{tally.mrr:>8.3f}\n\n")
        # What was missed of the set by somebody else stays unseen: who reads it tunes to it.
        if "--missed" in sys.argv and path.name == SETS[0]:
            for kind, tally in tallies.items():
                for query, wanted, got in tally.missed:
                    sys.stdout.write(f"{kind}: {query[:140]!r} wanted {wanted}, got {got}\n")


if __name__ == "__main__":
    main()
