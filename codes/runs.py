"""How a snippet is run: what is asked of it, what must come back, and what stands around it.

The notation is that of the exchanges on a page: `> ` begins a line of a request and `< ` a line of its answer. Between
a gateway and the server behind it the marks are doubled. docs/content-format.md describes it for writers. Pure: the
admin checks a run with this module, and the check of the snippets carries it out.
"""

import re
from dataclasses import dataclass

SETTINGS = {
    "file": "file: /var/www/html/index.html = its text",
    "env": "env: NAME=value",
    "down": "down: 8001",
    "side": "side: server",
    "on": "on: browser",
    "prints": "prints: a text of its output",
    "exit": "exit: 22",
    "limit": "limit: 60",
}
SECONDS = r"[0-9]+(?:\.[0-9]+)?"
REQUEST = re.compile(
    r"(?:(?P<times>[0-9]+) x )?(?::(?P<port>[0-9]+) )?"
    r"(?P<method>[A-Za-z]+) (?P<target>\S+?)(?: (?P<version>HTTP/1\.[01]))?"
    rf"(?:, after (?P<least>{SECONDS})(?:-(?P<most>{SECONDS}))? s)?(?:, leave after (?P<leave>{SECONDS}) s)?"
)
RESPONSE = re.compile(rf"(?P<status>[1-9][0-9]{{2}}|closed|silent)(?:, after (?P<after>{SECONDS}) s)?")
FIELD = re.compile(r"!?[!#$%&'*+.^_`|~0-9A-Za-z-]+")


@dataclass(frozen=True)
class Part:
    """One message of a run.

    `mark` is one of `>`, `<`, `>>`, `<<`; `start` what its first line says (empty where only content follows); `fields`
    the field lines in order; `content` None where there is none; `line` its line number.
    """

    mark: str
    start: dict[str, str]
    fields: tuple[tuple[str, str], ...]
    content: str | None
    line: int

    @property
    def status(self) -> int | None:
        """The status code of an answer; None for a request and where no answer is to come."""
        status = self.start.get("status", "")
        return int(status) if status.isdigit() else None

    @property
    def words(self) -> str:
        """The first line again, without its times."""
        return self.start.get("status") or f"{self.start.get('method', '')} {self.start.get('target', '')}".strip()


@dataclass(frozen=True)
class Run:
    """A whole run: its settings in order, the code above and below the snippet, and its messages."""

    settings: tuple[tuple[str, str], ...]
    above: str
    below: str
    parts: tuple[Part, ...]

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.settings if key == name]

    def get(self, name: str, otherwise: str = "") -> str:
        return next(iter(self.all(name)), otherwise)


def parse(text: str) -> Run:
    """Read a run. Raises ValueError with a sentence that says which line is wrong and what would be right."""
    settings, above, below, parts, block = [], [], [], [], []

    def close() -> None:
        if block:
            parts.append(_part(block))
            block.clear()

    for number, line in enumerate(text.split("\n"), 1):
        mark, _, rest = line.partition(" ")
        if not line.strip():
            close()
        elif mark in (">", "<", ">>", "<<"):
            if block and block[0][1] != mark:
                close()
            block.append((number, mark, rest))
        elif mark in ("+", "^"):
            close()
            (below if mark == "+" else above).append(rest)
        else:
            close()
            settings.append(_setting(number, line))
    close()
    _check_order(parts)
    return Run(tuple(settings), "\n".join(above), "\n".join(below), tuple(parts))


def _setting(number: int, line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon or name not in SETTINGS:
        raise ValueError(
            f'Line {number} must begin with ">" (asked), "<" (answered), ">>" or "<<" (the same behind a gateway), '
            f'"+" or "^" (code below or above), or one of {", ".join(f"{name}:" for name in SETTINGS)}: {line[:60]}'
        )
    value = value.strip()
    wrong = {
        "file": not re.fullmatch(r"\S+ = .*", value),
        "env": not re.fullmatch(r"\w+=.*", value),
        "down": not value.isdigit(),
        "side": value not in ("server", "client"),
        "on": value != "browser",
        "exit": not value.isdigit(),
        "limit": not value.isdigit(),
    }
    if wrong.get(name) or not value:
        raise ValueError(f'Line {number}: write it like "{SETTINGS[name]}".')
    return name, value


def _part(block: list[tuple[int, str, str]]) -> Part:
    number, mark, first = block[0]
    rest = block[1:]
    if not first:
        return Part(mark, {}, (), "\n".join(text for _, _, text in rest), number)
    found = (REQUEST if mark[0] == ">" else RESPONSE).fullmatch(first)
    if not found:
        example = "GET /orders/7" if mark[0] == ">" else "404"
        raise ValueError(f'Line {number} is not like "{mark} {example}": {first[:60]}')
    fields = []
    while rest and rest[0][2]:
        number, _, text = rest.pop(0)
        name, colon, value = text.partition(":")
        if not FIELD.fullmatch(name) or not (colon or name.startswith("!")):
            raise ValueError(
                f'Line {number} is not a header field like "Name: value"; content begins after a line that is only '
                f'"{mark}": {text[:60]}'
            )
        fields.append((name, value.strip()))
    start = {key: value for key, value in found.groupdict().items() if value}
    content = "\n".join(text for _, _, text in rest[1:]) if rest else None
    return Part(mark, start, tuple(fields), content, block[0][0])


def _check_order(parts: list[Part]) -> None:
    asked = False
    for part in parts:
        if part.mark == "<" and not asked:
            raise ValueError(f'Line {part.line} answers nothing. Write its request ("> GET /") above it.')
        asked = asked or part.mark == ">"
