"""Go: programs, and functions that get a package and the imports of the standard library."""

import re
from functools import cache

from codes.runs import Run
from snippets.jobs import Job
from snippets.places import Place
from snippets.processes import Failed, ask, environment, finish

from .base import BIN, HOME, Launch, NotHere, Platform

LISTENS = (r"(?:ListenAndServe(?:TLS)?\(\"|Addr:\s*\")[\w.]*:([0-9]+)", r"net\.Listen\(\"tcp\", \"[\w.]*:([0-9]+)")
PACKAGES = """bufio bytes context crypto/hmac crypto/rand crypto/sha256 crypto/subtle crypto/tls database/sql
    database/sql/driver encoding/base64 encoding/hex encoding/json encoding/xml errors fmt hash/fnv html/template io log
    log/slog maps math mime mime/multipart net net/http net/http/httptest net/http/httputil net/url os os/signal path
    path/filepath regexp runtime/debug slices sort strconv strings sync sync/atomic syscall time""".split()
BUILD_SECONDS = 300


@cache
def version(code: str = "") -> str:
    if not (BIN / "go").exists():
        raise NotHere("Go is not installed")
    return "Go " + ask(str(BIN / "go"), "version").split()[2].removeprefix("go")


def _version(code: str) -> str:
    return version()


def _complete(source: str) -> str:
    """The source with the package and imports that a file must have."""
    source = re.sub(r"^package \w+$", "package main", source, count=1, flags=re.M)
    if re.search(r"^package main$", source, re.M):
        return source
    used = [path for path in PACKAGES if _uses(source, path.rpartition("/")[2])]
    return "package main\n\nimport (\n" + "".join(f'\t"{path}"\n' for path in used) + ")\n\n" + source


def _uses(source: str, name: str) -> bool:
    is_a_variable = re.search(rf"\b{name}\b(?:, \w+)* (?::=|string|\*|\[\])", source)
    return bool(re.search(rf"(?<![\w.\"]){name}\.[A-Z]", source)) and not is_a_variable


def launch(job: Job, run: Run, place: Place) -> Launch:
    place.write("go.mod", "module snippet\n\ngo 1.22\n")
    place.write("snippet.go", place.code(_complete(job.code)))
    around = "\n".join(part for part in (run.above, run.below) if part)
    if around:
        place.write("around.go", place.code(_complete(around)))
    env = {
        "GOCACHE": str(HOME / "go-cache"),
        "GOPATH": str(HOME / "go"),
        "GOPROXY": "off",
        "GOTOOLCHAIN": "local",
        "GOFLAGS": "-mod=mod",
        "CGO_ENABLED": "0",
    }
    command = [BIN / "go", "build", "-o", "snippet", "."]
    if finish(command, place.folder, environment(place.folder, env), place.output, BUILD_SECONDS):
        raise Failed("it does not compile: " + " / ".join(place.logged().strip().splitlines()[-6:]))
    return Launch([place.folder / "snippet"])


PLATFORMS = [
    Platform("go", _version, launch, LISTENS),
    Platform("go-client", _version, launch, is_client=True),
]
