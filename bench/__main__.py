"""`make bench`: how fast the site serves, as ratios to nginx in the same run, and what an edit and a render cost.

It needs nginx, wrk and hey (all in Debian), starts everything on free ports of 127.0.0.1 and stops it again.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from tests.site_server import running_site

from .edits import get, seconds_until_visible
from .load import latency_99, need_tools, requests_per_second
from .nginx import file_server
from .renders import MOST, Cost
from .shell import told

PAGE = "/500"
CODE_PAGES = ("/403", "/404", "/500", "/503", "/418")
RENDERED = (*CODE_PAGES, "/404/snippets", "/", "/codes", "/compare/401-vs-403")
GOALS = {
    "cached page: requests per second / nginx's": (">=", 0.5),
    "304: requests per second / nginx's": (">=", 0.45),
    "99th percentile at half load / nginx's": ("<=", 3.0),
    "edit visible everywhere, seconds": ("<=", 2.0),
    "edit visible everywhere under load, seconds": ("<=", 2.0),
    **{f"{path}: the same / a loop's": ("<=", MOST) for path in CODE_PAGES},
    **{f"{path}: queries": ("<=", 16) for path in CODE_PAGES},
}


def main() -> int:
    """Print the figures; the exit status is 1 where a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="interleaved rounds, of which the median counts (5)")
    parser.add_argument("--seconds", type=int, default=4, help="of each measurement (4)")
    options = parser.parse_args()
    need_tools()
    with tempfile.TemporaryDirectory(prefix="statusref-bench-") as name:
        figures = measure(Path(name), options.rounds, options.seconds)
    missed = 0
    for label, figure in figures.items():
        how, goal = GOALS.get(label, ("", 0))
        verdict = ""
        if how:
            is_met = figure >= goal if how == ">=" else figure <= goal
            verdict = f"   {how} {goal:g} {'met' if is_met else 'MISSED'}"
            missed += not is_met
        print(f"{label:<48} {figure:10.2f}{verdict}")
    return int(missed > 0)


def measure(folder: Path, rounds: int, seconds: int) -> dict[str, float]:
    var = folder / "site"
    with running_site(var, PAGE_CACHE="128", WORKERS="2") as site:
        url = site.url + PAGE
        print("Making the pages ready …", flush=True)
        body, tag = settled(url)
        with file_server(folder, PAGE, body) as files:
            figures = ratios(url, tag, files + PAGE, rounds, seconds)
        figures["edit visible everywhere, seconds"] = seconds_until_visible(url, var, under_load=False)
        figures["edit visible everywhere under load, seconds"] = seconds_until_visible(url, var, under_load=True)
    return figures | rendered(var)


def settled(url: str) -> tuple[bytes, str]:
    """The page in its smallest form, once every process has it: fifty answers in a row are the same."""
    same, last = 0, ""
    while same < 50:
        body, fields = get(url)
        tag = fields.get("etag", "")
        same, last = (same + 1, last) if tag and tag == last else (0, tag)
        time.sleep(0.1 if same < 2 else 0.02)
    time.sleep(20)  # the pages after it
    body, fields = get(url)
    return body, fields["etag"]


def ratios(url: str, tag: str, file_url: str, rounds: int, seconds: int) -> dict[str, float]:
    """The median over all rounds of the site's figure divided by nginx's, each measured next to the other."""
    file_tag = get(file_url)[1]["etag"]
    found: dict[str, list[float]] = {}

    def note(label: str, ours: float, theirs: float) -> None:
        found.setdefault(label, []).append(ours / theirs)

    for number in range(rounds):
        ours, theirs = (requests_per_second(each, seconds, Accept_Encoding="br") for each in (url, file_url))
        note("cached page: requests per second / nginx's", ours, theirs)
        known = [
            requests_per_second(each, seconds, Accept_Encoding="br", If_None_Match=which)
            for each, which in ((url, tag), (file_url, file_tag))
        ]
        note("304: requests per second / nginx's", *known)
        rate = ours / 2
        slow = [latency_99(each, rate, seconds, Accept_Encoding="br") for each in (url, file_url)]
        note("99th percentile at half load / nginx's", *slow)
        print(
            f"round {number + 1}: {ours:.0f} and {theirs:.0f} a second, 99 % within {slow[0]:.1f} and {slow[1]:.1f} ms"
        )
    return {label: statistics.median(values) for label, values in found.items()}


def rendered(var: Path) -> dict[str, float]:
    """What each page costs Django on the same content, in a process of its own."""
    figures = {}
    for path, cost in costs_beside(var, RENDERED).items():
        figures[f"{path}: ms of processor time, not cached"] = cost.milliseconds
        figures[f"{path}: the same / a loop's"] = cost.loops
        figures[f"{path}: queries"] = cost.queries
    return figures


def costs_beside(var: Path, paths: Iterable[str]) -> dict[str, Cost]:
    """The cost of each path in a process of its own, on the content that stands in `var`."""
    lines = told(var, f"from bench.renders import costs; costs({list(paths)!r})").splitlines()
    words = (line.split() for line in lines)
    return {path: Cost(float(taken), float(loops), int(queries)) for path, taken, loops, queries in words}


if __name__ == "__main__":
    sys.exit(main())
