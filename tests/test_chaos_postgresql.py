"""PostgreSQL stopped, killed and frozen under load: pages go on, all else says 503 soon, nothing saved is lost."""

import os
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable

import psycopg
import pytest
import yaml

from tests import postgres, services
from tests.chaos import Away, Client, Editor, Reader, Visitor, addresses_of, wait_for
from tests.site_server import running_site

pytestmark = [
    pytest.mark.xdist_group("server"),
    pytest.mark.skipif(not postgres.IS_USED, reason="about PostgreSQL: `make test-postgresql` runs it"),
]
# Seconds. A silent connection is given up after 10 and a new one after 5; the rest is for a busy machine.
BOUND = 10 + 5 + 20


class Asker(threading.Thread):
    """Asks for what memory does not hold, and notes what came of it and how long the longest answer took."""

    PATHS = ("/codes?class=5", "/search?q=bad+gateway&all=", "/readyz", "/nothing-here", "/admin/", "/quiz/progress")

    def __init__(self, is_over: threading.Event, url: str):
        super().__init__()
        self.is_over, self.client = is_over, Client(url)
        self.found, self.slowest, self.wrong = Counter(), 0.0, []

    def run(self) -> None:
        while not self.is_over.is_set():
            for path in self.PATHS:
                began = time.monotonic()
                try:
                    status, fields, text = self.client.ask("GET", path)
                except Away as away:
                    self.wrong.append((path, str(away)))
                    continue
                self.slowest = max(self.slowest, time.monotonic() - began)
                self.found[status] += 1
                if status not in (200, 302, 404, 503) or (status == 503 and "retry-after" not in fields):
                    self.wrong.append((path, status, text[:500]))


def stop(server: services.PostgreSQL) -> Callable[[], None]:
    server.stop()
    return server.start


def kill(server: services.PostgreSQL) -> Callable[[], None]:
    """kill -9 of the process that starts all others, which see that and end."""
    others = server.processes[1:]
    server.stop(signal.SIGKILL)
    wait_for(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in others), "the end of all its processes")
    return server.start


def freeze(server: services.PostgreSQL) -> Callable[[], None]:
    frozen = server.processes
    for pid in frozen:
        os.kill(pid, signal.SIGSTOP)

    def thaw() -> None:
        for pid in reversed(frozen):
            os.kill(pid, signal.SIGCONT)

    return thaw


def test_pages_go_on_while_postgresql_is_away_and_nothing_acknowledged_is_lost(ready_var):
    with services.postgresql(lasting=True) as server:
        programs = services.POSTGRESQL
        dump = subprocess.run(
            [programs / "pg_dump", "--no-owner", "--no-privileges", postgres.url_of(postgres.name_for(ready_var))],
            check=True,
            capture_output=True,
        )
        subprocess.run(
            [programs / "psql", "--quiet", "-v", "ON_ERROR_STOP=1", server.url],
            input=dump.stdout,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        with running_site(ready_var, PAGE_CACHE="128", DATABASE_URL=server.url) as site:
            look(site, server)


def look(site, server: services.PostgreSQL) -> None:
    pages = addresses_of(site.url)
    chosen = pages[:: max(1, len(pages) // 25)]

    def are_ready() -> bool:
        return all("etag" in Client(site.url).ask("GET", page)[1] for page in chosen for _ in range(8))

    wait_for(are_ready, "every page is ready in every process")
    is_over = threading.Event()
    readers = [Reader(is_over, site.url, chosen[number::3]) for number in range(3)]
    askers = [Asker(is_over, site.url) for _ in range(2)]
    with psycopg.connect(server.url) as database:
        [(key, slug)] = database.execute("SELECT id, slug FROM codes_vendor ORDER BY slug LIMIT 1").fetchall()
    editor, visitor = Editor(is_over, site.url, site.password, key), Visitor(is_over, site.url)
    people = [*readers, *askers, editor, visitor]
    try:
        for person in people:
            person.start()
        for harm in (stop, kill, freeze):
            before = editor.acknowledged, visitor.acknowledged
            wait_for(
                lambda b=before: (
                    (editor.acknowledged > b[0] and visitor.acknowledged > b[1] + 2) or editor.wrong or visitor.wrong
                ),
                "things are saved",
            )
            assert not (editor.wrong or visitor.wrong), (editor.wrong, visitor.wrong)
            for reader in readers:
                reader.oldest = 0
            mend = harm(server)
            try:
                wait_for(lambda: all(reader.oldest > 3 for reader in readers), f"{harm.__name__}: Age is told")
            finally:
                mend()
            wait_for(lambda: all(Client(site.url).ask("GET", path)[0] == 200 for path in ["/readyz"] * 8), "recovery")
    finally:
        is_over.set()
        for person in people:
            if person.ident:
                person.join()
    wrong = [word for person in people for word in person.wrong]
    assert not wrong, (len(wrong), wrong[:3])
    assert sum(reader.asked for reader in readers) > 300
    assert max(asker.slowest for asker in askers) < BOUND
    assert "Traceback" not in site.printed, site.printed[site.printed.index("Traceback") :][:3000]
    with psycopg.connect(server.url) as database:
        texts = database.execute("SELECT text FROM codes_revision WHERE path = %s", [f"vendors/{slug}.yaml"])
        saved = {yaml.safe_load(text)["summary"] for (text,) in texts}
        steps = "SELECT '/quiz/' || key, count(answered_at) FROM quiz_step JOIN quiz_attempt a ON attempt_id = a.id"
        answered = dict(database.execute(f"{steps} GROUP BY a.id").fetchall())
    assert not [number for number in editor.done if f"Save {number}." not in saved]
    assert not {address: count for address, count in visitor.done.items() if answered.get(address, 0) < count}
