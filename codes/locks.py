"""Transactions that wait for each other: on SQLite all, for it has one writer; on PostgreSQL those that ask for it."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

# What is read before a page is written must still be true then.
PAGES = "pages"


def wait_for(name: str) -> None:
    """Wait until no other transaction holds the lock `name`, and hold it to the end of this one.

    Ask before anything is read that the transaction decides by.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_key(name)])


@contextmanager
def alone(name: str) -> Iterator[None]:
    """Hold the lock `name` until the block ends, whatever transactions there are in it."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_key(name)])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_key(name)])


def _key(name: str) -> int:
    return int.from_bytes(hashlib.sha256(f"statusref {name}".encode()).digest()[:8], signed=True)
