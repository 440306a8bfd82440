"""Limits in a small SQLite file of their own, for the processes of one machine.

Measured beside Django's caches with four processes: it takes 20 µs, Django's cache in files 2,300 and in a database
440, and these two let through three times the limit, because they read and write in two steps.
"""

import contextlib
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from codes.away import Guard

# Nothing is kept for longer: a moment further away was written before the machine was started anew.
LONGEST = 24 * 3600
# Seconds for another process, which needs some microseconds.
PATIENCE = 1.0


class FileStore:
    def __init__(self, path: Path):
        self.path = path
        self._guard = Guard(f"The file {path.name}", (sqlite3.Error, OSError), "Nothing is limited meanwhile.")
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._inode = 0

    def take(self, key: str, each: float, most: int) -> float:
        """Use one more of `most`, each of which is back after `each` seconds, unless that were too many.

        Returns how many are used then, or how many would be; parts of one are those that are nearly back. Raises Away.
        """
        return self._guard.ask(lambda: self._take(key, each, most))

    def forget_past(self) -> None:
        """Delete what is no longer needed. Raises Away."""
        self._guard.ask(self._forget_past)

    def _take(self, key: str, each: float, most: int) -> float:
        with self._transaction() as connection:
            # The clock of the whole machine, which nobody sets.
            now = time.monotonic()
            row = connection.execute("SELECT until FROM used WHERE key = ?", [key]).fetchone()
            left = (row[0] - now) / each if row else 0
            used = round(1 + (left if 0 < left < most + 0.001 else 0), 6)
            if used <= most:
                connection.execute("INSERT OR REPLACE INTO used VALUES (?, ?)", [key, now + used * each])
            return used

    def _forget_past(self) -> None:
        with self._transaction() as connection:
            now = time.monotonic()
            connection.execute("DELETE FROM used WHERE until NOT BETWEEN ? AND ?", [now, now + LONGEST])
        # Somebody may have removed the file: then all processes go on with the new one.
        if not self.path.exists() or self.path.stat().st_ino != self._inode:
            with self._lock:
                self._close()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                connection = self._connection or self._open()
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.execute("COMMIT")
            except (sqlite3.Error, OSError) as error:
                self._close()
                # Anything else is about the moment or the disk; this is a file that cannot be read any more.
                if type(error) is sqlite3.DatabaseError:
                    self.path.unlink(missing_ok=True)
                raise

    def _open(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.touch(mode=0o600)
        connection = sqlite3.connect(self.path, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
        self._connection, self._inode = connection, self.path.stat().st_ino
        # Nothing here is worth waiting for the disk.
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE IF NOT EXISTS used (key TEXT PRIMARY KEY, until REAL) WITHOUT ROWID")
        return connection

    def _close(self) -> None:
        """Also ends a transaction that is open."""
        if self._connection:
            self._connection.close()
            self._connection = None
