"""What the search box offers while somebody types: codes by number and name, labels, constants, headers, questions."""

from dataclasses import dataclass

from search.asked import asked
from search.index import Index
from search.recognisers.known import key_of

MOST = 8


@dataclass(frozen=True)
class Suggestion:
    """One line under the box: what it says, a few words about it, and where it leads."""

    text: str
    about: str
    url: str


def suggestions(query: str, index: Index) -> list[Suggestion]:
    """At most eight, the likeliest first, each page once."""
    found: dict[str, Suggestion] = {}

    def add(text: str, about: str, url: str) -> None:
        if len(found) < MOST:
            found.setdefault(url, Suggestion(text, about, url))

    typed, key = query.lower(), key_of(query)
    certain = asked(query, index)
    if certain and certain.entry and certain.is_whole:
        add(certain.entry.title, certain.entry.kind, certain.entry.url)
    codes = sorted(index.codes.values(), key=lambda code: (not code.is_popular, not code.is_registered, code.number))
    for code in codes:
        if code.label.startswith(typed):
            add(str(code), code.gist, code.get_absolute_url())
    for label, entries in sorted(index.labels.items()) if len(typed) > 1 else ():
        if label.startswith(typed):
            add(entries[0].title, entries[0].kind, entries[0].url)
    if len(key) > 1:
        for code in codes:
            if key_of(code.name).startswith(key) or f" {typed}" in f" {code.name.lower()}":
                add(str(code), code.gist, code.get_absolute_url())
        for name, named in index.known.names.items():
            if name.startswith(key) and (code := index.codes.get(named.number)):
                add(str(code), named.text, code.get_absolute_url())
    if len(typed) > 3:
        terms = index.vocabulary.terms_of(query)
        for hit in index.search_places(terms)[:12]:
            entry = index.entries[hit.position]
            if not entry.is_hint and entry.kind not in ("fact", "who sent it", "rule"):
                about = f"{entry.kind} · {entry.label}" if entry.label and entry.url != entry.page else entry.kind
                add(entry.title, about, entry.url)
    return list(found.values())
