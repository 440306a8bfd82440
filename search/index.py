"""The index of one state of the content: built once, then only read, so that threads share it."""

import re
from dataclasses import dataclass

import tantivy

from codes.models import Name, StatusCode
from codes.vocabulary import NameKind
from search.codepages import header_numbers
from search.entries import Entry, all_entries
from search.models import Synonym
from search.recognisers.known import Known, Named
from search.signs import Signs
from search.words import ANALYZER, Term, Vocabulary

# How much a word counts by where it stands on a page, and in a place of it.
PAGE_FIELDS = {"names": 4.0, "heads": 1.2, "lead": 3.0, "hints": 4.0, "body": 0.2}
PLACE_FIELDS = {"title": 3.0, "known": 1.5, "text": 0.3, "about": 1.5}
OTHERS_WEIGHT = 0.7
TIE = 0.1
MOST_PAGES, MOST_PLACES = 60, 120


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry or a page, by its position, and its score."""

    position: int
    score: float


class Index:
    """All that a search reads. `version` says of which state of the content."""

    def __init__(self, version: object):
        self.version = version
        self.entries = all_entries()
        self.codes = {code.number: code for code in StatusCode.objects.published().defer("definition", "source")}
        self.headers = header_numbers()
        self.vocabulary = Vocabulary()
        self.known = Known()
        messages = self._read_synonyms()
        self.pages: list[Entry] = []
        self.places: dict[str, list[int]] = {}
        self.page_of: dict[str, int] = {}
        for position, entry in enumerate(self.entries):
            if entry.page not in self.page_of:
                self.page_of[entry.page] = len(self.pages)
                self.pages.append(entry)
            self.places.setdefault(entry.page, []).append(position)
        self.own = {page.number: page for page in self.pages if page.number is not None}
        self.vendors = {
            page: {self.entries[place].vendor for place in places} - {""} for page, places in self.places.items()
        }
        self.labels = self._labels()
        self._learn_names()
        lines = [(position, entry.signs) for position, entry in enumerate(self.entries) if entry.signs]
        self.signs = Signs([*lines, *messages])
        self._build()

    def entry_of(self, number: int) -> Entry | None:
        """The entry of a code's page itself."""
        return self.own.get(number)

    # What is read from the database

    def _read_synonyms(self) -> list[tuple[int, str]]:
        """Take the synonyms in: words, names and header fields now; of messages return where each leads."""
        messages = []
        for row in Synonym.objects.select_related("code"):
            number = row.code.number if row.code_id else None
            code = self.codes.get(number)
            if row.means:
                self.vocabulary.synonym(row.text, row.means)
            if code is None:
                continue
            if row.kind == Synonym.Kind.NAME:
                self.known.add(row.text, Named(number, row.text, "name"))
            elif row.kind == Synonym.Kind.HEADER:
                numbers = self.headers.setdefault(row.text.lower(), [])
                self.headers[row.text.lower()] = [number, *(each for each in numbers if each != number)]
            page = code.get_absolute_url()
            self.entries.append(Entry(page, page, "hint", row.text, row.means, number, code.label, is_hint=True))
            if row.kind == Synonym.Kind.MESSAGE:
                messages.append((len(self.entries) - 1, row.text))
        return messages

    def _labels(self) -> dict[str, list[Entry]]:
        """The meanings that a label of its own leads to: 404.13, H12, 1016."""
        found: dict[str, list[Entry]] = {}
        for entry in self.entries:
            if "#meaning-" in entry.url:
                label = entry.title.split(" ", 1)[0].lower()
                found.setdefault(label, []).append(entry)
        return found

    def _learn_names(self) -> None:
        order = {NameKind.EARLIER: 0, NameKind.ALIAS: 1, NameKind.CONSTANT: 2}
        codes = sorted(self.codes.values(), key=lambda code: (not code.is_registered, code.number))
        for code in codes:
            self.known.add(code.name, Named(code.number, code.name, "name"))
        numbers = {code.pk: code.number for code in codes}
        names = Name.objects.filter(code__in=numbers).values_list("code_id", "kind", "text")
        for code_pk, kind, text in sorted(names, key=lambda name: (order[name[1]], numbers[name[0]])):
            kind_name = "constant" if kind == NameKind.CONSTANT else "name"
            named = Named(numbers[code_pk], text, kind_name)
            self.known.add(text, named)
            tail = re.split(r"::|[.:]", text)[-1]
            if kind == NameKind.CONSTANT and tail != text:
                self.known.add(re.sub(r"^(?:Status|HTTP_|SC_)", "", tail), named)
        for entry in self.entries:
            if "#meaning-" in entry.url and entry.number is not None:
                self.known.add(entry.title.split(" ", 1)[-1], Named(entry.number, entry.title, "name"))
        for code in codes:
            if not code.grpc_sent_as:
                continue
            for grpc in code.grpc_sent_as:
                self.known.add(grpc, Named(code.number, grpc, "gRPC status"))

    # What is searched

    def _build(self) -> None:
        builder = tantivy.SchemaBuilder()
        for name in (*PAGE_FIELDS, *PLACE_FIELDS):
            builder.add_text_field(name, tokenizer_name="words", index_option="freq")
        builder.add_text_field("kind", tokenizer_name="raw", index_option="basic")
        builder.add_text_field("page", tokenizer_name="raw", index_option="basic")
        builder.add_integer_field("position", fast=True)
        self.schema = builder.build()
        index = tantivy.Index(self.schema)
        index.register_tokenizer("words", ANALYZER)
        writer = index.writer(heap_size=30_000_000, num_threads=1)
        for position, entry in enumerate(self.entries):
            self._add_place(writer, position, entry)
        for position, page in enumerate(self.pages):
            self._add_page(writer, position, page)
        self.vocabulary.finish()
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        self.searcher = index.searcher()

    def _add_place(self, writer, position: int, entry: Entry) -> None:
        about = self.pages[self.page_of[entry.page]].title
        for text, weight in ((entry.title, 3), (entry.names, 5), (entry.text, 1)):
            self.vocabulary.learn(text, weight)
        writer.add_document(
            tantivy.Document(
                kind="place",
                page=entry.page,
                position=position,
                title=entry.title,
                known=entry.names,
                text=entry.text,
                about=about,
            )
        )

    def _add_page(self, writer, position: int, page: Entry) -> None:
        entries = [self.entries[place] for place in self.places[page.page]]
        own = [entry for entry in entries if not entry.is_hint]
        writer.add_document(
            tantivy.Document(
                kind="page",
                page=page.page,
                position=position,
                names=f"{page.title} {page.names}",
                heads=" ".join(f"{entry.title} {entry.names}" for entry in own[1:] if entry.kind != "fact"),
                lead=page.text,
                hints=" ".join(f"{entry.title} {entry.text}" for entry in entries if entry.is_hint),
                body=" ".join(entry.text for entry in own[1:] if entry.kind != "fact"),
            )
        )

    def search_pages(self, terms: list[Term]) -> list[Hit]:
        """The pages that have the words, each with its score, the best first."""
        return self._search("page", PAGE_FIELDS, terms, MOST_PAGES)

    def search_places(self, terms: list[Term], page: str = "") -> list[Hit]:
        """The places that have the words; those of one page alone, where `page` is its address."""
        return self._search("place", PLACE_FIELDS, terms, MOST_PLACES, page)

    def _search(self, kind: str, fields: dict[str, float], terms: list[Term], most: int, page: str = "") -> list[Hit]:
        if not terms:
            return []
        query, both = tantivy.Query, tantivy.Occur
        words = [(both.Should, self._term(fields, term)) for term in terms]
        only = [(both.Must, query.const_score_query(query.term_query(self.schema, "kind", kind, "basic"), 0.0))]
        if page:
            only.append((both.Must, query.const_score_query(query.term_query(self.schema, "page", page, "basic"), 0.0)))
        asked = query.boolean_query([*only, (both.Must, query.boolean_query(words))])
        hits = self.searcher.search(asked, limit=most, count=False).hits
        positions = self.searcher.fast_field_values("position", [address for _, address in hits])
        return [Hit(int(position), score) for (score, _), position in zip(hits, positions, strict=True)]

    def _term(self, fields: dict[str, float], term: Term) -> tantivy.Query:
        query = tantivy.Query
        each = []
        for stem, weight in ((term.stem, 1.0), *((other, OTHERS_WEIGHT) for other in term.others)):
            for name, boost in fields.items():
                found = query.term_query(self.schema, name, stem, "freq")
                each.append(query.boost_query(found, boost * weight * term.weight))
        return query.disjunction_max_query(each, TIE)
