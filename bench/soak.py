"""`make soak`: a mix of everything that visitors ask, at a fixed rate; memory and open files must not grow.

SECONDS (1,800) and RATE (200 requests a second) come from the environment. The first fifth is for warming up: a crowd
comes, so that every thread of the server has a connection to the database and what is prepared for it.
"""

import os
import random
import re
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.chaos import Away, Client, addresses_of, files_of, memory_of
from tests.site_server import Site, running_site

CLIENTS = 16
CROWD = 128
# MiB an hour by which all workers together may seem to grow: what the noise of a short run makes of nothing.
MOST_GROWTH = 10
SEARCHES = ("bad gateway", "404", "upstream timed out", "429 retry after", "ECONNREFUSED", "cors preflight", "zzzzqq")


class Visitor(threading.Thread):
    """Asks at its share of the rate until the time is over."""

    def __init__(self, site: Site, pages: list[str], rate: float, until: float, seed: int):
        super().__init__()
        self.client, self.pages, self.rate, self.until = Client(site.url), pages, rate, until
        self.rng, self.seen, self.wrong, self.tags, self.quiz = random.Random(seed), Counter(), [], {}, ""

    def run(self) -> None:
        due = time.monotonic()
        while (now := time.monotonic()) < self.until:
            if now < due:
                time.sleep(due - now)
            due = max(due + self.rng.expovariate(self.rate), now - 1)
            try:
                self.note(*self.choose()())
            except Away as away:
                self.wrong.append(str(away))

    def choose(self) -> Callable:
        return self.rng.choices(
            (self.page, self.again, self.search, self.play, self.lost, self.list), (60, 20, 8, 6, 3, 3)
        )[0]

    def note(self, expected: set[int], status: int, text: str) -> None:
        self.seen[status] += 1
        if status not in expected:
            said = re.search(r"<h1[^>]*>(.*?)</main>", text, re.S)
            self.wrong.append(f"{status}: {' '.join(re.sub('<[^>]*>', ' ', said[1] if said else text).split())[:200]}")

    def get(self, path: str, tag: str = "") -> tuple[int, str]:
        status, _, text = self.client.ask("GET", path, tag=tag)
        return status, text

    def page(self) -> tuple[set[int], int, str]:
        path = self.rng.choice(self.pages)
        status, fields, text = self.client.ask("GET", path)
        self.tags[path] = fields.get("etag", "")
        return {200}, status, text

    def again(self) -> tuple[set[int], int, str]:
        path = self.rng.choice(self.pages)
        return {200, 304}, *self.get(path, tag=self.tags.get(path, '"x"'))

    def search(self) -> tuple[set[int], int, str]:
        query = self.rng.choice(SEARCHES).replace(" ", "+")
        return {200, 429}, *self.get(f"/search?q={query}&all=")

    def play(self) -> tuple[set[int], int, str]:
        if not self.quiz or self.rng.random() < 0.05:
            status, fields, text = self.client.ask("POST", "/quiz/start", [("mode", "quick")])
            self.quiz = fields.get("location", "")
            return {303, 429}, status, text
        return {200, 303}, *self.client.answer(self.quiz)

    def lost(self) -> tuple[set[int], int, str]:
        return {404}, *self.get(f"/nothing-{self.rng.randrange(10_000)}")

    def list(self) -> tuple[set[int], int, str]:
        return {200}, *self.get(f"/codes?class={self.rng.randrange(1, 6)}")


class OneOfMany(Visitor):
    """Asks for what no memory holds, as fast as it is answered."""

    def choose(self) -> Callable:
        return self.rng.choice((self.search, self.lost, self.list))


def soak(
    site: Site, seconds: float, rate: float, crowd: int = 0, told: Callable[[str], object] = print
) -> dict[str, float]:
    """Keep it up and return the figures; `wrong` is the number of answers that were not as they should be.

    `crowd` more come for the first tenth of the time.
    """
    pages = addresses_of(site.url)
    until = time.monotonic() + seconds
    visitors = [Visitor(site, pages, rate / CLIENTS, until, seed) for seed in range(CLIENTS)]
    visitors += [OneOfMany(site, pages, rate, until - seconds * 0.9, seed) for seed in range(crowd)]
    samples: list[tuple[float, float]] = []
    files: list[int] = []
    for visitor in visitors:
        visitor.start()
    began = time.monotonic()
    while time.monotonic() < until:
        time.sleep(min(5, seconds / 20))
        at = time.monotonic() - began
        if at > seconds / 5:
            samples.append((at, sum(memory_of(pid) for pid in site.workers) / 2**20))
            files.append(sum(files_of(pid) for pid in site.workers))
    for visitor in visitors:
        visitor.join()
    seen = sum((visitor.seen for visitor in visitors), Counter())
    wrong = [word for visitor in visitors for word in visitor.wrong]
    told(f"answers: {dict(seen)}; wrong: {Counter(wrong).most_common(3)}")
    slope = statistics.linear_regression([at for at, _ in samples], [mib for _, mib in samples]).slope
    return {
        "requests per second": sum(seen.values()) / seconds,
        "wrong": len(wrong),
        "MiB at first": samples[0][1],
        "MiB at last": samples[-1][1],
        "MiB per hour": slope * 3600,
        "open files at first": files[0],
        "open files at last": files[-1],
    }


def main() -> int:
    """Print the figures; the exit status is 1 where something was wrong or grew."""
    seconds, rate = float(os.environ.get("SECONDS", "1800")), float(os.environ.get("RATE", "200"))
    with (
        tempfile.TemporaryDirectory(prefix="statusref-soak-") as name,
        running_site(Path(name), PAGE_CACHE="128") as site,
    ):
        figures = soak(site, seconds, rate, CROWD)
        log = site.printed
    for label, figure in figures.items():
        print(f"{label:<24} {figure:10.1f}")
    return int(bool(figures["wrong"] or figures["MiB per hour"] > MOST_GROWTH or "Traceback" in log))


if __name__ == "__main__":
    sys.exit(main())
