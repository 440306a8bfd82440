"""An answer as the page and programs show it."""

from dataclasses import dataclass, field

from django.urls import reverse

from search.answering import Answer, Found, Understood
from search.excerpts import Piece, excerpt, plain


@dataclass(frozen=True)
class Result:
    """One line of the list: a page, and the place on it that answers."""

    number: int | None
    label: str
    digit: int | None
    url: str
    title: str
    page_title: str
    kind: str
    heading: list[Piece] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)


def comparison_of(answer: Answer) -> str | None:
    """The address of the comparison that was asked for."""
    if not answer.compared:
        return None
    return reverse("compare:comparison", args=["-vs-".join(f"{number:03d}" for number in answer.compared)])


def page_of(answer: Answer) -> str | None:
    """Where a query leads that means one page and nothing else."""
    return comparison_of(answer) or (answer.exact.url if answer.exact else None)


def results_of(answer: Answer) -> list[Result]:
    """The results, best first; a comparison that was asked for stands before them."""
    stems = {each for term in answer.terms if term.weight >= 0.5 for each in (term.stem, *term.others) if len(each) > 2}
    found = [_result(each, stems) for each in answer.results]
    address = comparison_of(answer)
    if address is None:
        return found
    same = [result for result in found if result.url == address]
    named = " vs ".join(f"{number:03d}" for number in answer.compared)
    first = same[0] if same else Result(None, "", None, address, named, named, "comparison", [Piece(named)])
    return [first, *(result for result in found if result.url != address)]


def shown(answer: Answer) -> dict[str, object]:
    """The answer as the page needs it: what was understood, with its parts below it, and the results."""
    understood: list[tuple[Understood, list[Understood]]] = []
    for each in answer.understood:
        if each.is_part and understood:
            understood[-1][1].append(each)
        elif each.explanation:
            understood.append((each, []))
    return {"understood": understood, "results": results_of(answer), "exact": page_of(answer), "answer": answer}


def as_json(answer: Answer | None) -> dict[str, object]:
    """The answer as a program gets it."""
    if answer is None:
        return {"query": "", "recognised": [], "results": [], "comparison": None}
    return {
        "query": answer.query,
        "recognised": [
            {
                "kind": each.kind,
                "text": each.text,
                "number": each.number,
                "label": each.label,
                "explanation": each.explanation,
            }
            for each in answer.understood
        ],
        "results": [
            {
                "number": result.number,
                "url": result.url,
                "title": result.title,
                "kind": result.kind,
                "excerpt": plain(result.pieces),
            }
            for result in results_of(answer)
        ],
        "comparison": comparison_of(answer),
    }


def _result(found: Found, stems: set[str]) -> Result:
    page, shown = found.page, found.place or found.page
    number = page.number
    digit = None if number is None else min(number // 100, 6)
    if page.label[1:] == "xx":
        digit = int(page.label[0])
    heading, pieces = excerpt(shown.title, stems, 400), excerpt(shown.text or page.text, stems)
    return Result(number, page.label, digit, shown.url, shown.title, page.title, shown.kind, heading, pieces)
