"""From text to plain data, with a line number for every complaint."""

import difflib
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime

import yaml
from django.db import models

from codes.models.base import canonical

from .kinds import DocumentKind, RowKind, is_list

Lines = dict[tuple, int]

# A page holds rows, which hold rows and lists: more is a mistake, and libyaml crashes on very much more.
MAX_DEPTH = 10


@dataclass(frozen=True)
class Problem:
    """What is wrong in a file, where, and what would be right."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


class _Reader:
    def __init__(self, path: str):
        self.path = path
        self.problems: list[Problem] = []
        self.lines: Lines = {}

    def complain(self, node: yaml.Node, message: str) -> None:
        self.problems.append(Problem(self.path, node.start_mark.line + 1, message))

    def mapping(self, node: yaml.Node, fields: dict, lists: dict[str, RowKind], at: tuple) -> dict:
        if not isinstance(node, yaml.MappingNode):
            self.complain(node, 'Here should be keys and values, like "name: Not Found".')
            return {}
        self.lines[at] = node.start_mark.line + 1
        found: dict[str, yaml.Node] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else "?"
            if key in found:
                self.complain(key_node, f'"{key}" stands here twice. Keep one of the two.')
            elif key not in fields and key not in lists:
                key = key[:40]
                near = difflib.get_close_matches(key, [*fields, *lists], 1, 0.5)
                hint = f'Did you mean "{near[0]}"?' if near else f"Known here: {', '.join([*fields, *lists])}."
                self.complain(key_node, f'Unknown key "{key}". {hint}')
            found[key] = value_node
            self.lines[*at, key] = key_node.start_mark.line + 1
        data = {}
        for key, field in fields.items():
            value = self.value(found[key], key, field) if key in found else None
            if value in (None, "") and field.has_default():
                value = _plain_default(field)
            if value not in (None, "", []) and value is not False:
                data[key] = value
        for key, rows in lists.items():
            if key in found and (items := self.rows(found[key], key, rows, (*at, key))):
                data[key] = items
        return data

    def rows(self, node: yaml.Node, key: str, kind: RowKind, at: tuple) -> list[dict]:
        if _is_null(node):
            return []
        if not isinstance(node, yaml.SequenceNode):
            self.complain(node, f'"{key}" is a list: begin each of its rows with "- ".')
            return []
        rows, seen = [], {}
        for index, item in enumerate(node.value):
            row = self.mapping(item, kind.fields, kind.children, (*at, index))
            identity = tuple(row.get(name) for name in kind.identity)
            words = ", ".join(str(part) for part in identity if part is not None)[:80]
            if words and identity in seen:
                self.complain(item, f"{key}: {words} stands at line {seen[identity]} too. Keep one, or rename one.")
            seen[identity] = item.start_mark.line + 1
            rows.append(row)
        return rows

    def value(self, node: yaml.Node, key: str, field: models.Field) -> object:
        if _is_null(node):
            return None
        if is_list(field):
            if isinstance(node, yaml.SequenceNode) and all(isinstance(item, yaml.ScalarNode) for item in node.value):
                return [canonical(item.value) for item in node.value]
            self.complain(node, f'"{key}" is a list of words, like [origin, cdn].')
        elif not isinstance(node, yaml.ScalarNode):
            self.complain(node, f'"{key}" is one value, not a list or a mapping. A text of several lines follows "|".')
        else:
            try:
                return _scalar(node, field)
            except ValueError as error:
                self.complain(node, f'"{key}": {error}')
        return None


def load(kind: DocumentKind, path: str, text: str) -> tuple[dict, Lines, list[Problem]]:
    """Read a document.

    Returns its plain data (canonical, in the order of the kind, with defaults and without empty values), the line of
    every key and row, and the problems. Data with problems is incomplete and must not be stored.
    """
    reader = _Reader(path)
    try:
        if (unwanted := _unwanted(text)) is not None:
            return {}, {}, [Problem(path, *unwanted)]
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        message = f"{_sentence(error.problem)} {_remedy(error, text)}"
        return {}, {}, [Problem(path, mark.line + 1 if mark else 1, message)]
    except yaml.reader.ReaderError as error:
        line = text.encode()[: error.position].count(b"\n") + 1
        return {}, {}, [Problem(path, line, f"Take the character #x{error.character:04x} out: it is no text.")]
    if node is None:
        return {}, {}, [Problem(path, 1, "The file is empty. Write the page, or delete the file.")]
    data = reader.mapping(node, kind.fields, kind.rows, ())
    if not reader.problems:
        expected = kind.path_of(data[kind.identity]) if kind.identity in data else None
        if expected is None:
            reader.complain(node, f'"{kind.identity}" is missing.')
        elif not path.endswith(expected):
            reader.problems.append(
                Problem(
                    path,
                    reader.lines.get((kind.identity,), 1),
                    f'"{kind.identity}" says that this file is {expected}. Rename the file or correct the key.',
                )
            )
    if not reader.problems and kind.check:
        reader.problems.extend(Problem(path, line_of(reader.lines, at), message) for at, message in kind.check(data))
    return data, reader.lines, reader.problems


def line_of(lines: Lines, at: tuple) -> int:
    """The line of a key or row, or of what it stands in."""
    while at and at not in lines:
        at = at[:-1]
    return lines.get(at, 1)


def _unwanted(text: str) -> tuple[int, str] | None:
    """The line of what YAML allows and a page does not, and what to do about it. Raises YAMLError."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            return line, f'"*{event.anchor[:40]}" repeats another text by its name. Write the text out, or quote it.'
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            return line, "This is nested too deep for a page. Put a text that begins with a bracket into quotes."
    return None


def _is_null(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"


def _plain_default(field: models.Field) -> object:
    value = field.get_default()
    return str(value) if isinstance(value, str) else value


def _scalar(node: yaml.ScalarNode, field: models.Field) -> object:
    text = node.value
    if isinstance(field, models.ForeignKey):
        return _integer(text) if field.related_model._meta.model_name == "statuscode" else canonical(text)
    if isinstance(field, models.BooleanField):
        if text.lower() not in ("true", "false"):
            raise ValueError(f"write true or false, not {text[:40]!r}.")
        return text.lower() == "true"
    if isinstance(field, models.IntegerField):
        return _integer(text)
    if isinstance(field, models.DateField):
        try:
            moment = datetime.fromisoformat(text.strip())
            if not isinstance(field, models.DateTimeField):
                return moment.date()
            moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            raise ValueError(f"{text[:40]!r} is not a date. Write it like 2026-11-21.") from None
        return moment.date() if moment.time() == datetime.min.time() else moment
    return canonical(text)


def _integer(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", text.strip()):
        raise ValueError(f"write a whole number, not {text[:40]!r}.")
    return int(text, 10)


def as_moment(value: date | datetime) -> datetime:
    """A date of a document as the moment that the database holds: midnight UTC."""
    return value if isinstance(value, datetime) else datetime(value.year, value.month, value.day, tzinfo=UTC)


def _sentence(text: str | None) -> str:
    text = (text or "not readable").strip()
    return text[:1].upper() + text[1:] + "."


def _remedy(error: yaml.MarkedYAMLError, text: str) -> str:
    problem, mark = error.problem or "", error.problem_mark
    line = text.split("\n")[mark.line : mark.line + 1] if mark else []
    if "tab" in problem or (line and "\t" in line[0][: mark.column + 1]):
        return "Use spaces, never tabs."
    if "mapping values are not allowed" in problem:
        return 'Put a text that contains ": " into quotes, or begin a block with "|".'
    if "another document" in problem:
        return 'One file holds one page. Put a text with a line "---" into a block that begins with "|".'
    if "cannot start any token" in problem or "undefined alias" in problem or "anchor" in problem:
        return "Put a text that begins with a special character into quotes."
    return "Check the indentation and the quotes of this line and the one before it."
