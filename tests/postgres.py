"""The databases of a run on PostgreSQL: copies of two templates, one migrated and one with the whole site.

A copy takes a fraction of a second, migrating and importing take many. Without a DATABASE_URL of PostgreSQL nothing
here is used.
"""

import contextlib
import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from django.db import connection

SERVER = os.environ.get("DATABASE_URL", "")
IS_USED = SERVER.startswith(("postgres:", "postgresql:", "psql:", "pgsql:"))
MIGRATED, PREPARED = "statusref_migrated", "statusref_prepared"


def url_of(database: str) -> str:
    return urlsplit(SERVER)._replace(scheme="postgresql", path=f"/{database}").geturl()


def name_for(var: Path) -> str:
    """The database of the server that has its files there."""
    return f"statusref_{sha256(str(var.resolve()).encode()).hexdigest()[:20]}"


def create(database: str, template: str = "template1", *, again: bool = True) -> None:
    """Make a database, instead of one that is there, or, unless `again`, where none is."""
    with psycopg.connect(url_of("postgres"), autocommit=True) as server:
        if again:
            server.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
        elif server.execute("SELECT FROM pg_database WHERE datname = %s", [database]).rowcount:
            return
        server.execute(f"CREATE DATABASE {database} TEMPLATE {template}")


@contextlib.contextmanager
def connected_to(database: str) -> Iterator[None]:
    """Let Django's connection lead to another database until the block ends."""
    before = connection.settings_dict["NAME"]
    try:
        _lead_to(database)
        yield
    finally:
        _lead_to(before)


def _lead_to(database: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = database
