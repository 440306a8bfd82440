"""Transcripts of HTTP exchanges: raw messages between a client and a server.

A transcript is written as curl prints one: `> ` begins a line of a request, `< ` a line of a response, a line that is
only the mark stands for the empty line between field section and content, and a blank line separates messages. A block
that begins with such a line is content that follows later, as after a 100 (Continue).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

START_LINE = {
    ">": re.compile(r"[A-Z][A-Za-z-]* \S+( HTTP/[0-9.]+)?\Z"),
    "<": re.compile(r"HTTP/[0-9.]+ (?P<status>[0-9]{3})( .*)?\Z"),
}


@dataclass(frozen=True)
class Message:
    """One HTTP message of a transcript.

    `mark` is `>` for a request and `<` for a response; `start` the start line, `fields` the field lines as name and
    value, `content` the content.
    """

    mark: str
    start: str
    fields: tuple[tuple[str, str], ...]
    content: str

    @property
    def is_request(self) -> bool:
        return self.mark == ">"

    @property
    def status(self) -> int | None:
        """The status code of a response, None for a request."""
        found = START_LINE["<"].match(self.start)
        return int(found["status"]) if found and not self.is_request else None

    def has_field(self, name: str) -> bool:
        return any(name.lower() == field.lower() for field, _ in self.fields)


def parse(transcript: str) -> list[Message]:
    """Split a transcript into its messages.

    Raises ValueError with a sentence for the editor when a line has no mark, a start line is not one of HTTP's
    (RFC 9112 §2.1), or a field line has no colon.
    """
    messages, block = [], []
    for number, line in enumerate([*transcript.split("\n"), ""], 1):
        if line.strip():
            if line[0] not in "<>" or line[1:2] not in ("", " "):
                raise ValueError(f'Line {number} must begin with "> " (request) or "< " (response): {line[:60]}')
            if block and block[0][1][0] != line[0]:
                messages.append(_message(block))
                block = []
            block.append((number, line))
        elif block:
            messages.append(_message(block))
            block = []
    if not messages:
        raise ValueError('The transcript is empty. Write a request ("> GET / HTTP/1.1") and its response.')
    return messages


def missing_from(transcript: str, number: int, headers: Iterable[str]) -> list[str]:
    """Name what the transcript on the page of `number` must show and does not: a response with that status, which
    carries every one of `headers`. Empty: nothing is missing.

    Raises ValueError where `parse` does.
    """
    headers = list(headers)
    answers = [message for message in parse(transcript) if message.status == number]
    if not answers:
        return [f"a response with status {number:03d}"]
    return min(([name for name in headers if not answer.has_field(name)] for answer in answers), key=len)


def _message(block: list[tuple[int, str]]) -> Message:
    mark = block[0][1][0]
    lines = [(number, line[2:]) for number, line in block]
    number, start = lines[0]
    if not start and len(lines) > 1:
        return Message(mark, "", (), "\n".join(line for _, line in lines[1:]))
    if not START_LINE[mark].match(start):
        example = "GET /path HTTP/1.1" if mark == ">" else "HTTP/1.1 404 Not Found"
        raise ValueError(f'Line {number} is not a start line like "{mark} {example}": {start[:60]}')
    fields, rest = [], lines[1:]
    while rest and rest[0][1]:
        number, line = rest.pop(0)
        name, colon, value = line.partition(":")
        if not colon or not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name):
            raise ValueError(
                f'Line {number} is not a header field like "Name: value"; content begins after a line '
                f'that is only "{mark}": {line[:60]}'
            )
        fields.append((name, value.strip()))
    content = "\n".join(line for _, line in rest[1:])
    return Message(mark, start, tuple(fields), content)
