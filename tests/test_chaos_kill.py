"""kill -9 of workers and of the whole server during a thousand saves and answers: what was acknowledged is there."""

import os
import signal
import threading

import pytest
import yaml

from tests import postgres
from tests.chaos import SCALE, Editor, Visitor, wait_for
from tests.prepared import run_sql
from tests.site_server import free_port, running_site

pytestmark = pytest.mark.xdist_group("server")

COUNT = 500 * SCALE  # a thousand take a minute of processor time: make chaos
EDITORS, VISITORS, LIVES = 3, 4, 2


def test_what_was_acknowledged_survives_kill_9(ready_var):
    port = free_port()
    vendors = run_sql(ready_var, f"SELECT id, slug FROM codes_vendor ORDER BY slug LIMIT {EDITORS}")
    is_over, people = threading.Event(), []

    def acknowledged() -> int:
        wrong = [word for person in people for word in person.wrong]
        assert not wrong, wrong[0]
        return sum(person.acknowledged for person in people)

    try:
        for life in range(LIVES):
            with running_site(ready_var, PORT=str(port)) as site:
                if not people:
                    people += [Editor(is_over, site.url, site.password, key) for key, _ in vendors]
                    people += [Visitor(is_over, site.url) for _ in range(VISITORS)]
                    for person in people:
                        person.start()
                before = site.workers
                wait_for(lambda life=life: acknowledged() >= COUNT * (2 * life + 1) // (2 * LIVES), "acknowledged")
                os.kill(sorted(before)[life % 2], signal.SIGKILL)
                wait_for(lambda site=site, before=before: len(site.workers - before) == 1, "a new worker")
                wait_for(lambda life=life: acknowledged() >= COUNT * (2 * life + 2) // (2 * LIVES), "acknowledged")
                orphans = site.workers
                if life % 2:
                    os.kill(site.pid, signal.SIGKILL)  # its workers see that and end
                else:
                    os.killpg(site.pid, signal.SIGKILL)
                wait_for(lambda o=orphans: not any(os.path.exists(f"/proc/{pid}") for pid in o), "no orphans")
    finally:
        is_over.set()
        for person in people:
            if person.ident:
                person.join()
    assert acknowledged() >= COUNT
    assert sum(person.refused for person in people) < COUNT / 50
    if not postgres.IS_USED:
        assert run_sql(ready_var, "PRAGMA integrity_check") == [("ok",)]
        assert run_sql(ready_var, "PRAGMA foreign_key_check") == []
    for editor, (key, slug) in zip(people, vendors, strict=False):
        texts = run_sql(ready_var, f"SELECT text FROM codes_revision WHERE path = 'vendors/{slug}.yaml' ORDER BY id")
        saved = [yaml.safe_load(text) for (text,) in texts]
        words = {data["summary"] for data in saved}
        lost = [number for number in editor.done if f"Save {number}." not in words]
        assert not lost, f"{slug}: {len(lost)} of {len(editor.done)} saves are lost: {lost[:10]}"
        # The rows are those of the newest revision, and no save is half of two.
        [row] = run_sql(ready_var, f"SELECT summary, body FROM codes_vendor WHERE id = {key}")
        assert row == (saved[-1]["summary"], saved[-1]["body"].rstrip("\n"))
        ours = [data for data in saved if data["summary"].startswith("Save ")]
        assert all(data["summary"][5:] == data["body"][5:].rstrip("\n") for data in ours)
    query = "SELECT '/quiz/' || a.key, count(s.answered_at) FROM quiz_attempt a JOIN quiz_step s ON s.attempt_id = a.id"
    answered = dict(run_sql(ready_var, f"{query} GROUP BY a.id"))
    for visitor in people[EDITORS:]:
        for address, count in visitor.done.items():
            assert answered.get(address, 0) >= count, f"{count - answered.get(address, 0)} answers are lost"
    # An answer and the question that follows it are written together.
    assert run_sql(ready_var, """SELECT a.id FROM quiz_attempt a WHERE a.finished_at IS NULL
                              AND NOT EXISTS (SELECT 1 FROM quiz_step s WHERE s.attempt_id = a.id
                                              AND s.answered_at IS NULL)""") == []  # fmt: skip
