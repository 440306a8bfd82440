"""Which pages answer a query: what is certain first, then lines that give a cause away, then words."""

import re
from collections import defaultdict
from itertools import islice

from rapidfuzz import fuzz, process

from search import saying
from search.answering import Answer, Found
from search.asked import SHORT, Asked, asked
from search.entries import Entry
from search.index import Index
from search.recognisers import CERTAIN, POSSIBLE, Reading, read
from search.recognisers.known import Named, key_of
from search.signs import Match, words_of
from search.words import Term, known_share

MOST = 12
# What was asked for, what a line says, what a name says; words alone reach some 60.
ASKED, SAID, UNKNOWN = 1000.0, 900.0, 500.0
SURE = 200.0
ERRNO = re.compile(r"E[A-Z]{4,12}")
# A sign is certain when most of it stands in the text, and there is enough of it.
SURE_SHARE, SURE_WEIGHT = 0.6, 9.0
# How near to a name a misspelt query must be, of 100.
NEAR = 86
# How much the words of a page count beside those of its places.
PAGES = 1.2
# Of the places of one page the best counts whole, the others less.
SHARES = (1.0, 0.5, 0.3, 0.2)
# What editors wrote of how people say it counts more than what stands on the page.
HINT = 1.3
# Results that are this far behind the best are none, unless the best is certain.
BEHIND, WEAK = 0.25, 12.0


class Ranking:
    """One search: scores are added up page by page, and the best place of each page is kept."""

    def __init__(self, query: str, index: Index):
        self.query, self.index = query, index
        self.answer = Answer(query)
        self.scores: dict[str, float] = defaultdict(float)
        # Of signs and of names the best of a page counts, not how many it has.
        self.signs: dict[str, float] = defaultdict(float)
        self.names: dict[str, float] = defaultdict(float)
        self.places: dict[str, tuple[float, Entry]] = {}
        self.vendors: set[str] = set()
        self.is_short = len(query) <= SHORT and "\n" not in query

    def run(self) -> Answer:
        found = asked(self.query, self.index)
        readings = read(self.query) if not found or not found.is_whole else []
        if found:
            self.take_asked(found)
        self.take_readings(readings, has_asked=bool(found))
        if not found or not found.is_whole:
            self.take_signs(readings)
        if not any(reading.number is not None and reading.confidence > POSSIBLE for reading in readings):
            self.take_identifiers()
        if self.best < SURE:
            self.take_headers()
            self.take_phrases()
        if self.best < SURE and self.is_short:
            self.take_misspelt_name()
        self.take_words(self.text_of(readings))
        self.answer.results = self.results()
        return self.answer

    @property
    def best(self) -> float:
        return max((*self.scores.values(), *self.signs.values(), *self.names.values()), default=0.0)

    def give(self, entry: Entry, score: float) -> None:
        self.scores[entry.page] += score

    def show(self, entry: Entry, score: float) -> None:
        """Let the result of the entry's page lead to the entry, unless a better place is known."""
        is_place = not entry.is_hint and entry.url != entry.page
        if is_place and score > self.places.get(entry.page, (0.0, entry))[0]:
            self.places[entry.page] = score, entry

    # What is certain

    def take_asked(self, found: Asked) -> None:
        self.answer.understood.append(saying.of_asked(found))
        if found.kind == "comparison":
            self.answer.compared = found.numbers
        elif found.entry and found.is_whole:
            self.answer.exact = found.entry
        for place, number in enumerate(found.numbers):
            self.give_number(number, ASKED - 10 * place)
        if found.entry:
            self.give(found.entry, 0 if found.numbers else ASKED)
            self.show(found.entry, ASKED)

    def give_number(self, number: int, score: float) -> None:
        """Give a code's page its score, or that of the code as which clients treat a number without a page."""
        entry = self.index.entry_of(number)
        if entry is None:
            entry, score = self.index.entry_of(number // 100 * 100 if 100 <= number <= 599 else 500), UNKNOWN
        if entry:
            self.give(entry, score)

    def take_readings(self, readings: list[Reading], *, has_asked: bool) -> None:
        for reading in readings:
            if has_asked and reading.kind == "status in a text":
                continue
            meaning = self.meaning_of(reading)
            number = reading.number if reading.number is not None else meaning.number if meaning else None
            is_known = number is not None and number in self.index.codes
            if not is_known and reading.confidence <= POSSIBLE:
                continue
            if reading.vendor:
                self.vendors.add(reading.vendor)
            self.answer.understood += saying.of_reading(reading, number, meaning, self.index)
            if number is not None:
                self.give_number(number, SAID * reading.confidence)
            if meaning and meaning.number == number:
                self.show(meaning, 20 if reading.label else 4)

    def meaning_of(self, reading: Reading) -> Entry | None:
        """What the vendor that spoke means by the label or number."""
        number = f"{reading.number:03d}" if reading.number is not None else ""
        for label in filter(None, (reading.label, number)):
            entries = self.index.labels.get(label.lower(), [])
            for entry in entries:
                if entry.vendor == reading.vendor or (label == reading.label and len(entries) == 1):
                    return entry
            if entries and label == reading.label and not reading.vendor:
                return entries[0]
        return None

    # Lines that give a cause away

    def take_signs(self, readings: list[Reading]) -> None:
        text = self.query
        if readings and not self.is_short:
            text = "\n".join(reading.message for reading in readings if reading.message) or text
        said = {reading.number for reading in readings if reading.number is not None and reading.confidence > POSSIBLE}
        told = ""
        for match in self.index.signs.find(text):
            entry = self.index.entries[match.entry]
            worth = self.worth(match, entry)
            if said and entry.number not in said:
                self.signs[entry.page] = max(self.signs[entry.page], 0.2 * worth)
            elif match.share >= SURE_SHARE and match.weight >= SURE_WEIGHT:
                self.signs[entry.page] = max(self.signs[entry.page], SURE + 3 * worth)
                self.show(entry, 30 + worth)
                if not told and self.signs[entry.page] == max(self.signs.values()):
                    told = entry.page
                    self.answer.understood.append(saying.of_sign(entry, self.index))
            else:
                self.signs[entry.page] = max(self.signs[entry.page], worth)
                self.show(entry, worth)

    def worth(self, match: Match, entry: Entry) -> float:
        """A sign of the vendor that spoke is worth more, one of another vendor less."""
        speakers = {speaker for speaker in (match.speaker, entry.vendor) if speaker}
        agrees = 1.25 if speakers & self.vendors else 0.6
        return match.weight * match.share * (agrees if self.vendors and speakers else 1.0)

    # Names in a text

    def take_identifiers(self) -> None:
        """Exceptions and constants. An errno tells little: the same one is met by clients and by proxies."""
        for text, named in islice(self.index.known.identifiers(self.query), MOST):
            self.take_name(text, named, 150 if ERRNO.fullmatch(text) else 420)

    def take_headers(self) -> None:
        """Header fields in a question: "what does Retry-After do"."""
        for word in re.findall(r"\b[a-z]+(?:-[a-z]+)+\b", self.query.lower()[:SHORT]):
            for place, number in enumerate(self.index.headers.get(word, ())[:3]):
                if entry := self.index.entry_of(number):
                    self.names[entry.page] = max(self.names[entry.page], 25.0 - 5 * place)

    def take_phrases(self) -> None:
        known, few = self.index.known, len(self.query.split()) <= 4
        for text, named in known.phrases(self.query):
            if " " in text or (few and len(text) > 3):
                self.take_name(text, named, 120 + 40 * len(text.split()) if self.is_short else 60)

    def take_name(self, text: str, named: Named, score: float) -> None:
        entry = self.index.entry_of(named.number)
        if entry:
            if entry.page not in self.names and len(self.names) < 4:
                self.answer.understood.append(saying.of_name(text, named, entry))
            self.names[entry.page] = max(self.names[entry.page], score)

    def take_misspelt_name(self) -> None:
        """A whole query that is nearly a name: "intrenal sever eror"."""
        key, names = key_of(self.query), self.index.known.names
        if not 6 <= len(key) <= 45:
            return
        best = process.extractOne(key, names.keys(), scorer=fuzz.ratio, score_cutoff=NEAR)
        if best and (entry := self.index.entry_of(names[best[0]].number)):
            self.answer.understood.append(saying.of_name(self.query, names[best[0]], entry, is_mended=True))
            self.give(entry, 8 * best[1])

    # Words

    def text_of(self, readings: list[Reading]) -> str:
        """The words that are worth looking for: of a line in a known format only its message."""
        if any(reading.kind != "status in a text" for reading in readings):
            message = " ".join(reading.message for reading in readings if reading.message)
            is_format = any(reading.confidence == CERTAIN for reading in readings)
            if message or is_format:
                return " ".join(words_of(message[:2000]))
        return self.query if self.is_short else " ".join(words_of(self.query[:3000]))

    def take_words(self, text: str) -> None:
        index = self.index
        self.answer.terms = terms = index.vocabulary.terms_of(text)
        if known_share(terms, index.vocabulary) == 0:
            return
        mentioned = self.vendors | {
            each.vendor for each in index.pages if each.kind == "vendor" and each.vendor in text
        }
        for hit in index.search_pages(terms):
            page = index.pages[hit.position]
            self.give(page, PAGES * hit.score * self.prior(page, mentioned))
        seen: dict[str, int] = defaultdict(int)
        for hit in index.search_places(terms):
            entry = index.entries[hit.position]
            rank, page = seen[entry.page], index.pages[index.page_of[entry.page]]
            seen[entry.page] += 1
            if rank < len(SHARES):
                share = SHARES[rank] * (HINT if entry.is_hint else 1.0)
                self.give(entry, share * hit.score * self.prior(page, mentioned))
            self.show(entry, hit.score)
        self.take_places_of_the_certain(terms)

    def take_places_of_the_certain(self, terms: list[Term]) -> None:
        """Look once more on the page that is certain: the words may be common elsewhere."""
        own = [term for term in terms if not term.stem.isdigit()]
        for page in [page for page, score in self.scores.items() if score >= SURE][:2]:
            for hit in self.index.search_places(own, page)[:5]:
                self.show(self.index.entries[hit.position], hit.score)

    def prior(self, page: Entry, mentioned: set[str]) -> float:
        """Of two pages that fit equally the much-met one, and no vendor's number unless the vendor is named."""
        if page.number is None:
            return 0.55
        code = self.index.codes[page.number]
        if code.is_popular:
            return 1.15
        if code.is_registered:
            return 1.0
        return 1.1 if self.index.vendors[page.page] & mentioned else 0.7

    def results(self) -> list[Found]:
        pages = {*self.scores, *self.signs, *self.names} & self.index.page_of.keys()
        score = {page: self.scores[page] + self.signs[page] + self.names[page] for page in pages}
        ranked = sorted(pages, key=lambda page: (-score[page], page))[:MOST]
        best = score[ranked[0]] if ranked else 0.0
        floor = WEAK if best >= SURE else BEHIND * best
        return [
            Found(self.index.pages[self.index.page_of[page]], score[page], self.places.get(page, (0, None))[1])
            for page in ranked
            if score[page] >= floor
        ]


def search(query: str, index: Index) -> Answer:
    """Answer a query of at most 8 kB, of which control characters but line breaks are already spaces (`spaced`)."""
    return Ranking(query, index).run()
