"""Ten thousand malformed requests over raw sockets: an answer or the end of the connection for each, and no 5xx."""

import re
import threading
import urllib.request
from collections import Counter
from itertools import islice
from urllib.parse import urlsplit

import pytest

from tests.chaos import SCALE, files_of, memory_of
from tests.malformed import Hang, attacks, statuses
from tests.site_server import running_site

pytestmark = pytest.mark.xdist_group("server")

SEED, COUNT, CLIENTS = 8, 10_000 * SCALE, 6
RIGHT_5XX = {501, 505}
# Bytes by which a worker may grow in the second half: what Python and the database keep for themselves at first.
MARGIN = 24 * 2**20


def storm(address: tuple[str, int], sent: list) -> tuple[Counter, list[str]]:
    """Send all of them from several clients; the statuses of the answers, and what broke the site."""
    seen, broken = Counter(), []
    queue, lock = iter(sent), threading.Lock()

    def client() -> None:
        while not broken:
            with lock:
                attack = next(queue, None)
            if attack is None:
                return
            try:
                found = statuses(address, attack)
            except Hang as hang:
                broken.append(f"neither an answer nor an end, only {hang}, for {attack}")
                return
            seen.update(found or ["closed"])
            if wrong := [status for status in found if status >= 500 and status not in RIGHT_5XX]:
                broken.append(f"{wrong} for {attack}")

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return seen, broken


def test_10_000_malformed_requests_break_nothing(ready_var):
    with running_site(ready_var, PAGE_CACHE="4") as site:
        parts = urlsplit(site.url)
        source, workers = attacks(SEED), sorted(site.workers)
        sizes, seen = [], Counter()
        for _ in range(2):
            answers, broken = storm((parts.hostname, parts.port), list(islice(source, COUNT // 2)))
            assert not broken, broken[0]
            sizes.append([memory_of(worker) for worker in workers])
            seen += answers
        # Every kind of refusal was met, and enough of the attacks came through to Django.
        assert {200, 301, 302, 303, 400, 403, 404, 405, 411, 414, 431, "closed"} <= set(seen), seen
        assert sum(seen[status] for status in (200, 403, 404, 405)) > COUNT / 10, seen
        assert sorted(site.workers) == workers, "a worker died"
        for before, after in zip(*sizes, strict=True):
            assert after - before < MARGIN, f"a worker grew from {before:,} to {after:,} bytes"
        assert all(files_of(worker) < 200 for worker in workers)
        with urllib.request.urlopen(f"{site.url}/500", timeout=60) as answer:
            assert answer.status == 200
        # Only refusals are told, each in a line.
        log = [line for line in site.printed.splitlines() if re.match(r"[0-9-]+ [0-9:,]+ |Traceback|thread ", line)]
        odd = [line for line in log if not re.search(r"django\.security|slow_queries|Forbidden \(", line)]
        assert not odd, odd[:5]
