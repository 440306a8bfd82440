"""Records of the runs of snippets: one file, keyed by platform and by a digest of what was run.

A record speaks of one text. When the code, its run, its role or its page's number changes, the digest is another one
and the record is gone. `make check-snippets` writes the file; the site only reads it.
"""

import hashlib
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from django.conf import settings

if TYPE_CHECKING:
    from codes.models import Snippet

FILE = "records/snippets.yaml"


@dataclass(frozen=True)
class Record:
    """What was seen when a snippet was run.

    `snippet` is where it stands ("404/express-return"); `ran_on` names platform and version; `day` is the day of the
    run ("2026-11-21"); `answered` are the statuses that were seen, in order; `problem` is why it failed.
    """

    snippet: str
    ran_on: str
    day: str
    answered: str = ""
    problem: str = ""

    @property
    def date(self) -> date:
        return date.fromisoformat(self.day)


Records = dict[str, dict[str, Record]]


def digest_of(number: int, role: str, code: str, run: str) -> str:
    """What names a snippet in the records, whatever its title and place on the page."""
    return hashlib.sha256("\x00".join([str(number), role, code, run]).encode()).hexdigest()[:16]


def read_records(path: Path) -> Records:
    """The records by platform and digest; none where there is no file."""
    if not path.is_file():
        return {}
    data = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) or {}
    return {
        platform: {digest: Record(**values) for digest, values in records.items()} for platform, records in data.items()
    }


def to_text(records: Records) -> str:
    """The file: a line for each record, in the order of platforms and snippets, so that two people's runs merge."""
    lines = []
    for platform in sorted(records):
        if records[platform]:
            lines.append(f"{platform}:")
        for digest, record in sorted(records[platform].items(), key=lambda row: (row[1].snippet, row[0])):
            values = {key: value for key, value in asdict(record).items() if value}
            flow = yaml.dump(values, default_flow_style=True, sort_keys=False, allow_unicode=True, width=10**6)
            lines.append(f'  "{digest}": {flow.strip()}')
    return "\n".join(lines) + "\n" * bool(lines)


def record_of(number: int, snippet: "Snippet", records: Records | None = None) -> Record | None:
    """What is known of a snippet on the page of `number`: None if it was never run as it stands.

    Who asks for many passes `all_records()`, so that the file is looked at once.
    """
    digest = digest_of(number, snippet.role, snippet.source, snippet.run)
    records = all_records() if records is None else records
    return records.get(snippet.platform.slug, {}).get(digest)


@lru_cache(maxsize=2)
def _read_once(path: Path, changed: int) -> Records:
    return read_records(path)


def all_records() -> Records:
    """The records of the site; read again when the file has changed."""
    path = Path(settings.CONTENT_DIR) / FILE
    return _read_once(path, path.stat().st_mtime_ns if path.is_file() else 0)
