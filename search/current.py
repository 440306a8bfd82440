"""The index that this process searches: built when it is first needed, and behind readers' backs on every change."""

import logging
import os
import threading
import time

from django.db import DatabaseError, connection

from codes.version import content_version
from search.index import Index

logger = logging.getLogger(__name__)
# How often a process asks whether the content changed, and how old an index may be that nobody asked after, in seconds.
EVERY, PAUSE = 1.0, 10.0
LONGEST_WAIT = 3.0

_held: Index | None = None
_checked = 0.0
_build = threading.Lock()
_thread: threading.Thread | None = None


def current() -> Index:
    """The index of the content as it is, or, while a new one is being built, as it was a moment ago.

    Raises DatabaseError only where there is no index yet and the database is away.
    """
    if connection.in_atomic_block:
        # Another thread would not see what this transaction sees.
        return _fresh()
    held = _held
    if held is None:
        return _fresh()
    now = time.monotonic()
    if now - _checked > EVERY:
        thread = _refresh_behind()
        if now - _checked > PAUSE:
            # The first reader after a pause waits, so that nobody is shown what was taken back meanwhile.
            thread.join(LONGEST_WAIT)
    return _held or held


def forget() -> None:
    """Drop the index, so that the next search builds one."""
    global _held, _checked
    _held, _checked = None, 0.0


def warm() -> None:
    """Build the index now, in another thread, so that the first reader need not wait."""
    _refresh_behind()


def _fresh() -> Index:
    """The index of what the database says now, built here if need be. Its version is read before its content."""
    global _held, _checked
    version = content_version()
    if _held is None or _held.version != version:
        with _build:
            if _held is None or _held.version != version:
                _held = Index(version)
    _checked = time.monotonic()
    return _held


def _refresh_behind() -> threading.Thread:
    global _thread
    thread = _thread
    if thread is None or not thread.is_alive():
        thread = _thread = threading.Thread(target=_refresh, name="search-index", daemon=True)
        thread.start()
    return thread


def _refresh() -> None:
    global _checked
    try:
        _fresh()
    except DatabaseError:
        # Keep what is held, and ask again in a while.
        _checked = time.monotonic()
        logger.warning("The search index could not be refreshed.", exc_info=True)
    finally:
        connection.close()


def _after_fork() -> None:
    """A child has none of its parent's threads, and a lock that another thread held would stay shut for ever."""
    global _build, _thread
    _build, _thread = threading.Lock(), None
    forget()


os.register_at_fork(after_in_child=_after_fork)
