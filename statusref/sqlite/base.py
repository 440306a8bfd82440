"""Django's SQLite, in which those who want to write take turns.

SQLite itself lets a writer who finds another one at work sleep for up to a tenth of a second and look again. While some
write all the time, another one looks in vain for half a minute, and the file lies idle between two looks. So whoever
begins a transaction waits in a line first: for a lock of this process, then for a lock on a file that all share.
"""

import contextlib
import fcntl
import os
import threading
import time

from django.db import OperationalError
from django.db.backends.sqlite3 import base

LOOK_AGAIN = 0.003  # seconds; one thread of each process looks

_first_in_process = threading.Lock()


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection whose transactions begin when it is their turn."""

    _turn: int | None = None  # the descriptor that holds the lock

    def is_usable(self) -> bool:
        """False: after an error, when Django asks, a new connection costs little and recalls no broken file."""
        return self.is_in_memory_db()

    def _start_transaction_under_autocommit(self) -> None:
        self._wait_for_turn()
        try:
            super()._start_transaction_under_autocommit()
        except BaseException:
            self._end_turn()
            raise

    def _set_autocommit(self, autocommit: bool) -> None:
        try:
            super()._set_autocommit(autocommit)
        finally:
            self._end_turn()  # this is how `atomic` ends a transaction

    def _close(self) -> None:
        try:
            super()._close()
        finally:
            self._end_turn()

    def _wait_for_turn(self) -> None:
        """Raises OperationalError as SQLite would, after the same time."""
        if self.is_in_memory_db() or self._turn is not None:
            return
        patience = self.settings_dict["OPTIONS"].get("timeout", 5)
        until = time.monotonic() + patience
        if not _first_in_process.acquire(timeout=patience):
            raise OperationalError("database is locked")
        try:
            turn = os.open(f"{self.settings_dict['NAME']}-turn", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError:
            # No room or no right for the file: SQLite's own way of waiting will do.
            _first_in_process.release()
            return
        while True:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._turn = turn
                return
            if time.monotonic() > until:
                os.close(turn)
                _first_in_process.release()
                raise OperationalError("database is locked")
            time.sleep(LOOK_AGAIN)

    def _end_turn(self) -> None:
        if self._turn is not None:
            turn, self._turn = self._turn, None
            os.close(turn)
            _first_in_process.release()
