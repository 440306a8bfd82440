"""What only the database knows: names and constants in any language's spelling, labels of vendors, header fields."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

# "HttpStatusCode.NotFound", "HTTP_404_NOT_FOUND", ":not_found", "Not-Found": the words decide, not their spelling.
SPLIT = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
# What frameworks put before or after the words.
AROUND = set(
    """a actix an api asp aspnetcore axum client code codes com common component const constants core enum err
    error exception exceptions fastapi foundation framework google grpc guzzlehttp http httpservletresponse
    httpstatus httpstatuscode httpurlconnection hyper illuminate io jakarta java javax kernel microsoft nestjs
    net ngx npm org rack rc reqwest res response rest rpc rs sc self server servlet springframework starlette
    status statuscode statuscodes std symfony system the uncaught unhandled urlconnection utils web werkzeug ws""".split()
)
ERROR_WORDS = {"error", "exception", "client", "server", "response", "request", "status", "code", "http"}


def key_of(text: str) -> str:
    """The letters of a name alone: "I'm a Teapot", "IM_A_TEAPOT" and "imATeapot" have one key."""
    return re.sub(r"[^a-z0-9]", "", text.lower().replace("’", "").replace("'", ""))


def words_of(text: str) -> list[str]:
    """The words of an identifier or a name, in lower case."""
    return [word.lower() for word in SPLIT.findall(text.replace("'", "").replace("’", ""))]


def spellings(text: str) -> list[str]:
    """The keys under which a name may be written: whole, and without what frameworks put around it."""
    words = words_of(text)
    keys = ["".join(words)]
    for is_around in (lambda word: word in AROUND, lambda word: word in AROUND or (len(word) == 3 and word.isdigit())):
        rest = list(words)
        while rest and is_around(rest[0]):
            rest.pop(0)
            if rest:
                keys.append("".join(rest))
        while rest and is_around(rest[-1]):
            rest.pop()
            if rest:
                keys.append("".join(rest))
    return list(dict.fromkeys(keys))


@dataclass(frozen=True)
class Named:
    """A name of a code: its number, the name as the page has it, and what kind of name it is."""

    number: int
    text: str
    kind: str


@dataclass
class Known:
    """The names that lead to one page, read from the database once for each version of the content."""

    names: dict[str, Named] = field(default_factory=dict)
    longest: int = 0

    def add(self, text: str, named: Named) -> None:
        """Enter a name; the first that is entered under a key keeps it."""
        key = key_of(text)
        if len(key) > 1 and not key.isdigit():
            self.names.setdefault(key, named)
            self.longest = max(self.longest, len(words_of(text)))

    def find(self, text: str) -> Named | None:
        """The code that a whole text names, in whatever spelling."""
        if len(text) > 160:
            return None
        for key in spellings(text):
            if len(key) > 2 and (named := self.names.get(key)):
                return named
        return None

    def identifiers(self, text: str) -> Iterable[tuple[str, Named]]:
        """The identifiers in a text that name a code: `HttpStatus.NOT_FOUND`, `NotFoundException`."""
        for found in IDENTIFIER.finditer(text[:8192]):
            tail = re.split(r"[.:$\\/]+", found[0])[-1]
            if named := self.find(tail):
                yield found[0], named

    def phrases(self, text: str) -> Iterable[tuple[str, Named]]:
        """The runs of words in a text that are a name, the longest first: "… says payload too large …"."""
        words = re.findall(r"[A-Za-z][A-Za-z'’-]*|[0-9]+", text[:1500])[:200]
        keys = [key_of(word) for word in words]
        taken: set[int] = set()
        for size in range(min(self.longest, 7), 0, -1):
            for start in range(len(words) - size + 1):
                named = self.names.get("".join(keys[start : start + size]))
                places = range(start, start + size)
                if named and taken.isdisjoint(places):
                    taken.update(places)
                    yield " ".join(words[start : start + size]), named


# Something that a program has a name for: several words joined by case, underscore, dot or colon.
IDENTIFIER = re.compile(
    r"(?<![\w.])(?:E[A-Z]{4,12}\b|:[a-z]{2,}(?:_[a-z]+){0,6}\b|(?:[A-Za-z_$][\w$]{0,60}(?:\.|::|\\|\$)){0,10}"
    r"(?:[A-Z]{1,5}[a-z0-9]{1,30}(?:[A-Z]{1,5}[a-z0-9]{0,30}){1,8}|[A-Z]{2,30}(?:_[A-Z0-9]{1,30}){1,8}|[a-z]{2,20}(?:[A-Z][a-z0-9]{1,30}){1,8})\b)"
)
