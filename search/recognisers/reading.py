"""What a recogniser says about a text: the status in it, who spoke, and each part that it understood.

A recogniser is a pure function from text to `Reading`s. It must take time in proportion to the text, whatever stands
there: patterns use possessive quantifiers and bounded repeats, so none can go back over what it has read.
"""

from dataclasses import dataclass, field, replace

# How sure a reading is: a whole line of a known format; a phrase that says "status"; a number beside a word like it.
CERTAIN, LIKELY, POSSIBLE = 1.0, 0.8, 0.5


@dataclass(frozen=True)
class Part:
    """One part of a line that was understood: its text, what it is, and a few words about it."""

    text: str
    kind: str
    explanation: str = ""


@dataclass(frozen=True)
class Reading:
    """What one recogniser understood of a text.

    `number` is the status, where the text has one; `label` a sub-status or a vendor's own code; `vendor` the slug of who
    wrote it; `speaker` the hop that spoke, in words; `message` the words that tell why, for the signs of causes.
    """

    kind: str
    text: str
    number: int | None = None
    label: str = ""
    vendor: str = ""
    speaker: str = ""
    message: str = ""
    confidence: float = CERTAIN
    parts: tuple[Part, ...] = field(default=())

    def but(self, **changes) -> "Reading":
        return replace(self, **changes)


def status(text: str) -> int | None:
    """The number of a status as it stands in a log; None for what cannot be one ("-", "0", a size)."""
    return int(text) if len(text) == 3 and text.isascii() and text.isdigit() else None


def seconds(text: str) -> str:
    """A duration as it is said: "2.7 s", "60 s", "15 ms"."""
    try:
        value = float(text)
    except ValueError:
        return ""
    if not 0 <= value < 1e9:
        return ""
    if value == 0:
        return "at once"
    return f"{value * 1000:.3g} ms" if value < 1 else f"{round(value, 1):g} s"


def after(text: str, word: str = "after") -> str:
    """ "after 2.7 s", or nothing where the duration is not known."""
    said = seconds(text)
    return said if said == "at once" else f"{word} {said}" if said else ""
