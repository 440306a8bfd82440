"""`make lighthouse`: what Lighthouse says of the site on a phone, and where it misses the goals.

Accessibility and best practices 100 everywhere, SEO 100 on pages that search engines may keep, performance 95 or more
(median of five) on the pages that most visits begin with. It takes minutes, and a machine that does nothing else.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
from pathlib import Path

from tests.site_server import running_site

TOOL = Path(__file__).parent.parent / "lighthouse/node_modules/.bin/lighthouse"
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
GOALS = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100}
TRIES = 3  # a browser that gets no time fails to record what it loads
MEASURED = ("/", "/404", "/compare/401-vs-403", "/quiz", "/search?q=gateway")
LOOKED_AT = (
    "/500", "/403", "/404/snippets", "/5xx", "/codes", "/vendors", "/cheat-sheet", "/compare", "/guides",
    "/guides/primer", "/about", "/quiz/question/who-wants-to-know-who-you-are",
)  # fmt: skip
# Search engines are asked not to keep these.
NOT_INDEXED = ("/search", "/quiz/")

Scores = dict[str, float]


def main() -> int:
    """Print a table; the exit status is 1 where a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.lighthouse", description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="of pages whose speed counts; the median is taken (5)")
    options = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not TOOL.exists() or not chromium:
        raise SystemExit("Lighthouse needs Chromium (Debian package chromium) and `npm ci` in lighthouse/.")
    missed = 0
    with tempfile.TemporaryDirectory(prefix="statusref-lighthouse-") as name, running_site(Path(name) / "site") as site:
        attempt = attempt_at(site.url)
        print(f"{'':<48} " + " ".join(f"{category:>14}" for category in GOALS), flush=True)
        for path in (*MEASURED, *LOOKED_AT, attempt):
            runs = [
                look_at(site.url + path, chromium, Path(name)) for _ in range(options.runs if path in MEASURED else 1)
            ]
            scores = {category: statistics.median(scores[category] for scores, _ in runs) for category in GOALS}
            short = {category for category in goals_of(path) if scores[category] < GOALS[category]}
            told = " ".join(f"{scores[category]:>13.0f}{'!' if category in short else ' '}" for category in GOALS)
            print(f"{path:<48} {told}", flush=True)
            for complaint in sorted({complaint for _, found in runs for complaint in found if complaint[0] in short}):
                print(f"    {': '.join(complaint)}")
            missed += len(short)
    print(f"{missed} goal{'' if missed == 1 else 's'} missed")
    return int(missed > 0)


def goals_of(path: str) -> set[str]:
    wanted = {"accessibility", "best-practices"}
    if path in MEASURED:
        wanted.add("performance")
    if not path.startswith(NOT_INDEXED):
        wanted.add("seo")
    return wanted


def attempt_at(url: str) -> str:
    """Begin a quiz, and return the path of its first question."""
    form = urllib.parse.urlencode({"mode": "quick"}).encode()
    with urllib.request.urlopen(f"{url}/quiz/start", form) as response:
        return urllib.parse.urlsplit(response.url).path


def look_at(url: str, chromium: str, folder: Path) -> tuple[Scores, list[tuple[str, str, str]]]:
    """The score of each category, and what lowered it: category, audit, what Lighthouse calls it."""
    report = report_on(url, chromium, folder / "report.json")
    scores = {category: 100 * (report["categories"][category]["score"] or 0) for category in GOALS}
    complaints = [
        (category, reference["id"], report["audits"][reference["id"]]["title"])
        for category in GOALS
        for reference in report["categories"][category]["auditRefs"]
        if reference["weight"] and (score := report["audits"][reference["id"]]["score"]) is not None and score < 0.9
    ]
    return scores, complaints


def report_on(url: str, chromium: str, file: Path) -> dict:
    """What Lighthouse writes of one visit. Raises RuntimeError where it cannot look at the page."""
    command = [str(TOOL), url, "--quiet", "--output=json", f"--output-path={file}", "--no-enable-error-reporting"]
    environment = {**os.environ, "CHROME_PATH": chromium}
    for _ in range(TRIES):
        run = subprocess.run([*command, f"--chrome-flags={FLAGS}"], env=environment, capture_output=True, timeout=300)
        if run.returncode == 0:
            return json.loads(file.read_text())
    raise RuntimeError(f"Lighthouse could not look at {url}:\n{run.stderr.decode()}")


if __name__ == "__main__":
    sys.exit(main())
