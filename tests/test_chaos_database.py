"""The disk full, and the database gone, broken or locked under load: pages stay, forms say so and keep their text."""

import gzip
import os
import resource
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing

import pytest

from tests import postgres
from tests.chaos import Away, Client, addresses_of, wait_for
from tests.prepared import ROOT
from tests.site_server import running_site

pytestmark = [
    pytest.mark.xdist_group("server"),
    pytest.mark.skipif(postgres.IS_USED, reason="about the file of SQLite"),
]

TYPED = "What the editor typed just now, and does not want to type again."


def limits_of(site, limit: int) -> None:
    """Let no file of the site grow beyond so many bytes: as with a full disk, only that it needs no disk."""
    for pid in [site.pid, *site.workers]:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))


def newest(var) -> tuple:
    with closing(sqlite3.connect(var / "statusref.sqlite3")) as database:
        return database.execute("SELECT count(*), max(id) FROM codes_revision").fetchone()


def test_a_full_disk_loses_no_text_and_mends_by_itself(ready_var):
    with running_site(ready_var, PAGE_CACHE="32") as site:
        editor, visitor = Client(site.url), Client(site.url)
        editor.log_in(site.password)
        _, fields, _ = visitor.ask("POST", "/quiz/start", [("mode", "endless")])
        quiz = fields["location"]
        assert visitor.answer(quiz)[0] == 303
        before = newest(ready_var)
        limits_of(site, 4096)
        status, text = editor.save("/admin/codes/vendor/1/change/", summary="A summary.", body=TYPED)
        assert status == 503 and TYPED in text and "Nothing was saved" in text, (status, text[-3000:])
        status, text = visitor.answer(quiz)
        assert status == 503 and "Nothing was saved" in text, (status, text[-3000:])
        for path in ("/", "/500", "/codes", "/search?q=bad+gateway&all=", "/quiz"):
            assert Client(site.url).ask("GET", path)[0] == 200, path
        assert newest(ready_var) == before
        limits_of(site, resource.RLIM_INFINITY)
        assert editor.save("/admin/codes/vendor/1/change/", summary="A summary.", body=TYPED)[0] == 302
        assert visitor.answer(quiz)[0] == 303
        assert newest(ready_var)[0] == before[0] + 1
    with closing(sqlite3.connect(ready_var / "statusref.sqlite3")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_a_backup_onto_a_full_disk_leaves_no_file(ready_var, tmp_path):
    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    folder = tmp_path / "backups"
    folder.mkdir()
    command = [sys.executable, "manage.py", "backup", str(folder / "b.jsonl.gz")]
    environment = {**os.environ, "VAR_DIR": str(ready_var)}
    full = subprocess.run(command, cwd=ROOT, env=environment, preexec_fn=small, capture_output=True, text=True)
    assert full.returncode == 1 and "was not written" in full.stderr and "Traceback" not in full.stderr, full.stderr
    assert list(folder.iterdir()) == []
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    assert gzip.decompress((folder / "b.jsonl.gz").read_bytes())


def lock(var):
    database = sqlite3.connect(var / "statusref.sqlite3", isolation_level=None, check_same_thread=False)
    database.execute("BEGIN EXCLUSIVE")
    return database.close


def move_away(var):
    names = [path for path in var.glob("statusref.sqlite3*") if not path.name.endswith("-turn")]
    elsewhere = var / "elsewhere"
    elsewhere.mkdir()
    for path in names:
        path.rename(elsewhere / path.name)

    def back() -> None:
        for path in var.glob("statusref.sqlite3*"):
            path.unlink()
        for path in elsewhere.iterdir():
            path.rename(var / path.name)
        elsewhere.rmdir()

    return back


def garble(var):
    file = var / "statusref.sqlite3"
    whole = file.read_bytes()
    with file.open("r+b") as database:
        database.write(os.urandom(len(whole)))

    def mend() -> None:
        with file.open("r+b") as database:
            database.write(whole)

    return mend


@pytest.mark.parametrize("harm", [lock, move_away, garble])
def test_pages_go_on_while_the_database_is_away_and_all_recover(ready_var, harm):
    """Under load: everybody asks for pages of the sitemap all the time, and one for what needs the database."""
    with running_site(ready_var, PAGE_CACHE="128") as site:
        pages = addresses_of(site.url)
        chosen = pages[:: max(1, len(pages) // 25)]
        is_over, failed, asked = threading.Event(), [], []

        def is_ready() -> bool:
            return all("etag" in Client(site.url).ask("GET", page)[1] for page in chosen for _ in range(16))

        def ask(number: int) -> None:
            while not is_over.is_set():
                client = Client(site.url)
                for page in chosen[number::3]:
                    try:
                        status = client.ask("GET", page)[0]
                    except Away as away:
                        status = str(away)
                    asked.append(page)
                    if status != 200:
                        failed.append((page, status))

        wait_for(is_ready, "every page is ready in every process")
        with closing(sqlite3.connect(ready_var / "statusref.sqlite3")) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        threads = [threading.Thread(target=ask, args=[number]) for number in range(3)]
        for thread in threads:
            thread.start()
        try:
            mend = harm(ready_var)
            until = time.monotonic() + 4
            while time.monotonic() < until:
                for path in ("/codes?class=5", "/search?q=bad+gateway&all=", "/readyz", "/healthz", "/nothing-here"):
                    status, fields, _ = Client(site.url).ask("GET", path)
                    assert status in (200, 404, 503), (path, status)
                    assert status != 503 or "retry-after" in fields, path
            mend()
            paths = ["/codes?class=5", "/readyz", "/search?q=bad+gateway&all="]
            wait_for(lambda: all(Client(site.url).ask("GET", path)[0] == 200 for path in paths * 8), "recovery")
        finally:
            is_over.set()
            for thread in threads:
                thread.join()
        assert asked and not failed, failed[:5]
        # It can write again, in whatever process.
        for _ in range(8):
            assert Client(site.url).ask("POST", "/quiz/start", [("mode", "quick")])[0] == 303


def test_a_locked_database_keeps_what_an_editor_typed(ready_var):
    with running_site(ready_var) as site:
        editor = Client(site.url)
        editor.log_in(site.password)
        _, _, form = editor.ask("GET", "/admin/codes/vendor/1/change/")
        assert form
        unlock = lock(ready_var)
        try:
            status, text = editor.save("/admin/codes/vendor/1/change/", body=TYPED)
        finally:
            unlock()
        assert status == 503 and TYPED in text and "Nothing was saved" in text
