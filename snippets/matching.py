"""Does a message say what the run expects? Every function returns a sentence about what is wrong, or nothing."""

import re

from codes.runs import Part

from .wire import NO_CONTENT, Message

LEAKS = {
    "a Python traceback": re.compile(r"Traceback \(most recent call last\)|File \"[^\"]+\", line [0-9]+"),
    "a JavaScript stack trace": re.compile(r"\n\s+at .+[:(][0-9]+:[0-9]+\)?|node_modules/"),
    "a Java stack trace": re.compile(r"\bat [\w.$]+\([\w$]+\.java:[0-9]+\)|\bjava\.[\w.]+(?:Exception|Error)\b"),
    "a Go stack trace": re.compile(r"goroutine [0-9]+ \[|runtime error:"),
    "a PHP error": re.compile(r"(?:Fatal error|Warning|Notice|Uncaught \w+)\b.* on line [0-9]+|Stack trace:"),
    "a Ruby backtrace": re.compile(r"\.rb:[0-9]+:in "),
    "a .NET stack trace": re.compile(r"\bat [\w.<>]+ ?\([^)]*\) (?:in|\[0x)"),
}
THROWN = re.compile(
    r"(?:throw (?:new )?[\w.]+|raise (?!HTTPException|Http404|PermissionDenied)[\w.]+|panic"
    r"|new [\w.]*(?:Error|Exception))"
    r"\(\s*[f`\"']+([^`\"'{$\\]{8,})"
)


def wrong_fields(expected: Part, message: Message) -> list[str]:
    """The fields that are missing, say something else, or should not be there."""
    problems = []
    for name, pattern in expected.fields:
        if name.startswith("!"):
            if message.all(name[1:]):
                problems.append(f"{name[1:]} is there: {message.get(name[1:])}")
        elif not message.all(name):
            problems.append(f"{name} is missing")
        elif not any(matches(pattern, value) for value in (*message.all(name), message.get(name))):
            problems.append(f'{name} is "{message.get(name)}" and not "{pattern}"')
    return problems


def matches(pattern: str, value: str) -> bool:
    """`*` stands for any text."""
    return bool(re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), value, re.S))


def wrong_content(expected: Part, message: Message) -> list[str]:
    text = message.content.decode("utf-8", "replace")
    lines = (expected.content or "").split("\n")
    return [f'the content lacks "{line}": {text[:120]!r}' for line in lines if line and not contains(line, text)]


def contains(pattern: str, text: str) -> bool:
    return bool(re.search("[^\n]*".join(map(re.escape, pattern.split("*"))), text))


def wrong_body(message: Message, method: str, surplus: bytes) -> list[str]:
    """Content where HTTP allows none (RFC 9110 §6.4.1, §15), and a message that breaks off."""
    problems = []
    if surplus:
        problems.append(f"{message.status} to {method} is followed by content: {surplus[:60]!r}")
    if message.status in NO_CONTENT and (message.content or message.all("Transfer-Encoding")):
        problems.append(f"{message.status} has content or announces it")
    if (message.status < 200 or message.status == 204) and message.all("Content-Length"):
        problems.append(f"{message.status} carries Content-Length (RFC 9110 §8.6)")
    if not message.is_whole:
        problems.append(f"{message.status} broke off after {len(message.content)} bytes")
    return problems


def leaked(message: Message, thrown: list[str], folder: str) -> list[str]:
    """What of the inside stands in the content: a stack trace, a path, the text of an error that the code throws."""
    text = message.content.decode("utf-8", "replace")
    problems = [f"the content shows {name}" for name, pattern in LEAKS.items() if pattern.search(text)]
    problems += [f'the content shows the text of an error: "{words}"' for words in thrown if words in text]
    return problems + [f"the content shows a path: {text[:120]!r}"] * (folder in text)


def thrown_texts(code: str) -> list[str]:
    """The texts of the errors that a code throws itself and that no visitor should read."""
    return [found[1].strip() for found in THROWN.finditer(code)]
