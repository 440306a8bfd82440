"""The one line that sends a status on each platform: generated from this table, and shown only where it was run.

The table is code and no content, because each line is half of a program of the harness: `python -m snippets.lines` runs
it with every number and constant, and records which of them the platform really sent.
"""

from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import yaml
from django.conf import settings

from codes.models import Name, StatusCode
from codes.vocabulary import NameKind

FILE = "records/lines.yaml"


@dataclass(frozen=True)
class Line:
    """How a platform sends a status.

    `number` is the line with `{}` for the number, `constant` the one for a constant of the platform `of`; empty where
    the platform takes numbers.
    """

    platform: str
    name: str
    number: str
    constant: str = ""
    of: str = ""

    @property
    def texts(self) -> str:
        return f"{self.number} {self.constant}".strip()


LINES = (
    Line("express", "Express", "res.sendStatus({})"),
    Line("node", "Node.js", "res.writeHead({}).end()"),
    Line("fastify", "Fastify", "reply.code({}).send()"),
    Line("hono", "Hono", "return c.body(null, {})"),
    Line("django", "Django", "return HttpResponse(status={})", "return HttpResponse(status={})", "python"),
    Line("fastapi", "FastAPI", "return Response(status_code={})", "return Response(status_code={})", "python"),
    Line("flask", "Flask", 'return "", {}', 'return "", {}', "python"),
    Line("python", "Python", "self.send_response({})", "self.send_response({})", "python"),
    Line("go", "Go net/http", "w.WriteHeader({})", "w.WriteHeader({})", "go"),
    Line("php", "PHP", "http_response_code({});"),
    Line("symfony", "Symfony", "return new Response(status: {});", "return new Response(status: {});", "symfony"),
    Line("java", "Java HttpServer", "exchange.sendResponseHeaders({}, -1);"),
    Line("dotnet", ".NET HttpListener", "response.StatusCode = {};", "response.StatusCode = (int){};", "dotnet"),
    Line(
        "rust",
        "Rust http",
        "*response.status_mut() = StatusCode::from_u16({})?;",
        "*response.status_mut() = {};",
        "rust",
    ),
    Line("rack", "Rack", "[{}, {{}}, []]"),
    Line("ruby", "Sinatra", "halt {}"),
    Line("nginx", "nginx", "return {};"),
    Line("apache", "Apache httpd", "RewriteRule ^ - [R={},L]"),
    Line("caddy", "Caddy", "respond {}"),
    Line("haproxy", "HAProxy", "http-request return status {}"),
    Line("varnish", "Varnish", "return (synth({}));"),
)


@dataclass(frozen=True)
class Proof:
    """What one platform sent: its version, the day, the lines that were run, numbers as ranges, constants."""

    ran_on: str
    day: str
    line: str
    numbers: str = ""
    constants: tuple[str, ...] = ()

    @property
    def date(self) -> date:
        return date.fromisoformat(self.day)

    def sent(self, number: int) -> bool:
        bounds = (part.partition("-") for part in self.numbers.split())
        return any(int(low) <= number <= int(high or low) for low, _, high in bounds)


def read_proofs(path: Path) -> dict[str, Proof]:
    if not path.is_file():
        return {}
    data = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) or {}
    return {slug: Proof(**{**row, "constants": tuple(row.get("constants", "").split())}) for slug, row in data.items()}


def to_text(proofs: dict[str, Proof]) -> str:
    """The file, in the order of the platforms."""
    rows = {slug: {**asdict(proofs[slug]), "constants": " ".join(proofs[slug].constants)} for slug in sorted(proofs)}
    rows = {slug: {key: value for key, value in row.items() if value} for slug, row in rows.items()}
    return yaml.dump(rows, sort_keys=False, allow_unicode=True, width=110)


@lru_cache(maxsize=2)
def _read_once(path: Path, changed: int) -> dict[str, Proof]:
    return read_proofs(path)


def all_proofs() -> dict[str, Proof]:
    path = Path(settings.CONTENT_DIR) / FILE
    return _read_once(path, path.stat().st_mtime_ns if path.is_file() else 0)


@dataclass(frozen=True)
class Shown:
    """One row of the block: whose, the text, and a remark."""

    name: str
    text: str
    remark: str = ""
    ran: Proof | None = None


def rows_of(code: StatusCode) -> list[Shown]:
    """The lines that were run for this code, then the constants that no line contains. Names must be prefetched."""
    names = [name for name in code.names.all() if name.kind == NameKind.CONSTANT]
    lines = [shown for line in LINES if (shown := _line(line, code.number, names))]
    texts = " ".join(f"{shown.text} " for shown in lines)
    rest = [name for name in names if not any(f"{name.text}{end}" in texts for end in ") ;")]
    return [*lines, *(Shown(name.platform.name, name.text, _remark(name)) for name in rest)]


def _remark(name: Name) -> str:
    return name.since or ("in http.STATUS_CODES" if name.platform.slug == "node" else "")


def _line(line: Line, number: int, names: list[Name]) -> Shown | None:
    proof = all_proofs().get(line.platform)
    if proof is None or proof.line != line.texts:
        return None
    for name in names:
        if line.of and name.platform.slug == line.of and name.text in proof.constants:
            return Shown(line.name, line.constant.format(name.text), ran=proof)
    return Shown(line.name, line.number.format(number), ran=proof) if proof.sent(number) else None
