"""What there is to run: every snippet of content/codes, with what its page demands of each answer."""

from dataclasses import dataclass
from pathlib import Path

import yaml

from codes.records import digest_of
from codes.runs import Run, parse


@dataclass(frozen=True)
class Job:
    """One snippet. `required` are the fields that an answer with `number` carries always, by the rules of its page."""

    number: int
    slug: str
    platform: str
    role: str
    code: str
    run: str
    required: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.number:03d}/{self.slug}"

    @property
    def digest(self) -> str:
        return digest_of(self.number, self.role, self.code, self.run)

    @property
    def plan(self) -> Run:
        return parse(self.run)


def read_jobs(content: Path) -> list[Job]:
    """Every snippet of the content files, in the order of codes and pages."""
    jobs = []
    for path in sorted(content.glob("codes/*.yaml")):
        page = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        rules = page.get("headers", [])
        required = tuple(row["header"] for row in rules if row["level"] == "MUST" and not row.get("condition"))
        for row in page.get("snippets", []):
            # A block of YAML ends with a line break that the database does not keep.
            code, run = row["code"].rstrip("\n"), row.get("run", "").rstrip("\n")
            jobs.append(Job(page["number"], row["slug"], row["platform"], row["role"], code, run, required))
    return jobs
