"""On SQLite, those who want to write take turns."""

import subprocess
import sys
import threading

import pytest
from django.db import OperationalError, connections, transaction

from statusref.sqlite.base import DatabaseWrapper
from tests import postgres

pytestmark = [pytest.mark.django_db, pytest.mark.skipif(postgres.IS_USED, reason="about SQLite itself")]


@pytest.fixture
def connect(tmp_path, monkeypatch):
    """Make a connection to one database on disk; each thread needs its own."""
    options = {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": "PRAGMA journal_mode=WAL;"}

    def maker(**more):
        values = {**connections.settings["default"], "NAME": str(tmp_path / "db"), "OPTIONS": {**options, **more}}
        return DatabaseWrapper({**values, "ENGINE": "statusref.sqlite"}, "default")

    first = maker()
    with first.cursor() as cursor:
        cursor.execute("CREATE TABLE word (text)")
    first.close()
    return maker


def write(connection, pause=0.0) -> None:
    """What `transaction.atomic` does with a connection of its own."""
    connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    try:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO word VALUES ('x')")
        threading.Event().wait(pause)
        connection.commit()
    finally:
        connection.set_autocommit(True)


def test_nobody_waits_while_another_one_writes_again_and_again(connect):
    order, is_over = [], threading.Event()

    def greedy() -> None:
        connection = connect()
        while not is_over.is_set():
            write(connection, pause=0.01)
            order.append("greedy")
        connection.close()

    threads = [threading.Thread(target=greedy) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        connection, waits = connect(), []
        for _ in range(5):
            before = len(order)
            write(connection)
            waits.append(len(order) - before)
        connection.close()
    finally:
        is_over.set()
        for thread in threads:
            thread.join()
    # Left to SQLite it is often a hundred and more.
    assert max(waits) < 40, waits


def test_another_process_is_waited_for_and_its_death_ends_the_wait(connect, tmp_path):
    code = "import fcntl, sys; file = open(sys.argv[1], 'a'); fcntl.flock(file, fcntl.LOCK_EX); "
    code += "print('held', flush=True); input()"
    other = subprocess.Popen(
        [sys.executable, "-c", code, f"{tmp_path}/db-turn"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert other.stdout.readline() == "held\n"
        impatient = connect(timeout=0.1)
        with pytest.raises(OperationalError, match="database is locked"):
            write(impatient)
        other.kill()
        other.wait()
        write(impatient)
        impatient.close()
    finally:
        other.kill()
        other.wait()
        other.stdin.close()
        other.stdout.close()


def test_a_turn_ends_when_the_connection_does_or_fails_to_begin(connect):
    first, second = connect(), connect(timeout=1)
    first.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    first.close()
    write(second)
    first = connect()
    first.ensure_connection()
    first.transaction_mode = "NONSENSE"
    with pytest.raises(OperationalError):
        write(first)
    write(second)
    first.close()
    second.close()


def test_without_the_file_sqlite_waits_as_it_always_did(connect, tmp_path):
    (tmp_path / "db-turn").unlink(missing_ok=True)
    (tmp_path / "db-turn").mkdir()
    connection = connect()
    write(connection)
    connection.close()


def test_a_transaction_inside_another_waits_for_nothing():
    with transaction.atomic(), transaction.atomic():
        pass
