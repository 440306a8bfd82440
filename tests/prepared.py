"""The whole site, made ready once for a run of the tests and copied wherever one of them needs it.

To read content/ takes seconds each time, and most tests want what comes out of it, not the reading.
"""

import contextlib
import fcntl
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.apps import apps
from django.db import connection, transaction

from tests import postgres

ROOT = Path(__file__).parent.parent
OUTPUT = "output-of-preparing.txt"
# Their rows come from content/ alone; all others a test database has by its migrations.
OF_CONTENT = ("codes", "compare", "guides", "quiz", "search")


def environment_of(var: Path) -> dict[str, str]:
    """The environment of a process of the site that has its files there: a database of its own, and no Redis."""
    unwanted = ("DATABASE_URL", "CACHE_URL", "DEBUG", "SECRET_KEY")
    found = {name: value for name, value in os.environ.items() if name not in unwanted}
    if postgres.IS_USED:
        found["DATABASE_URL"] = postgres.url_of(postgres.name_for(var))
    return {**found, "VAR_DIR": str(var)}


def migrated(factory: pytest.TempPathFactory) -> str:
    """The PostgreSQL database that was migrated and is empty; the first who asks makes it, in whatever process."""
    with _first(factory, "migrated") as output:
        if output:
            postgres.create(postgres.MIGRATED)
            environment = {**os.environ, "DATABASE_URL": postgres.url_of(postgres.MIGRATED)}
            output.write_text(_manage("migrate", environment))
    return postgres.MIGRATED


def prepared(factory: pytest.TempPathFactory) -> Path:
    """A VAR_DIR as `manage.py serve --prepare-only` leaves it; the first who asks makes it, in whatever process.

    On PostgreSQL what belongs to it is in the database `postgres.PREPARED`.
    """
    if postgres.IS_USED:
        migrated(factory)
    with _first(factory, "prepared") as output:
        if output:
            environment = environment_of(output.parent)
            if postgres.IS_USED:
                postgres.create(postgres.PREPARED, postgres.MIGRATED)
                environment["DATABASE_URL"] = postgres.url_of(postgres.PREPARED)
            output.write_text(_manage("serve", environment, "--prepare-only"))
    return _base(factory) / "prepared"


def _base(factory: pytest.TempPathFactory) -> Path:
    """The folder that all processes of this run share."""
    base = factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@contextlib.contextmanager
def _first(factory: pytest.TempPathFactory, name: str) -> Iterator[Path | None]:
    """Only the first of all processes gets a path, to which it writes when all is ready; the others wait for that."""
    folder = _base(factory) / name
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder.mkdir(exist_ok=True)
        yield None if (folder / OUTPUT).is_file() else folder / OUTPUT


def _manage(command: str, environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", command, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout + done.stderr


def copy_of(var: Path, to: Path) -> Path:
    """A copy that a server may run on and change; it has a secret of its own, so others are other senders to it."""
    shutil.copytree(var, to, dirs_exist_ok=True, ignore=shutil.ignore_patterns("secret-key", "limits.sqlite3*"))
    if postgres.IS_USED:
        postgres.create(postgres.name_for(to), postgres.PREPARED)
    return to


def run_sql(var: Path, statement: str) -> list[tuple]:
    """Run a statement on the database of a server, past the server; the rows that it gives."""
    if postgres.IS_USED:
        opened = psycopg.connect(postgres.url_of(postgres.name_for(var)))
    else:
        opened = sqlite3.connect(var / "statusref.sqlite3")
    with contextlib.closing(opened) as database, database:
        cursor = database.execute(statement)
        return cursor.fetchall() if cursor.description else []


@contextlib.contextmanager
def whole_site_in_database(factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let the test database hold all of content/ until the block ends."""
    var = prepared(factory)
    if postgres.IS_USED:
        # What is done in the block is undone, so one copy will do for all modules of a process.
        name = f"statusref_site_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
        postgres.create(name, postgres.PREPARED, again=False)
        with postgres.connected_to(name), transaction.atomic():
            yield
            transaction.set_rollback(True)
        return
    with _attached(var), transaction.atomic():
        _copy_content()
        yield
        transaction.set_rollback(True)


@contextlib.contextmanager
def _attached(var: Path) -> Iterator[None]:
    """Let the test database, an SQLite one, read the prepared database until the block ends."""
    with connection.cursor() as cursor:
        # A transaction takes the lock for writing on every attached database that can be written.
        cursor.execute("ATTACH DATABASE %s AS prepared", [f"file:{var}/statusref.sqlite3?mode=ro&immutable=1"])
        try:
            yield
        finally:
            cursor.execute("DETACH DATABASE prepared")


def _copy_content() -> None:
    """Copy every row that comes from content/ out of the attached database."""
    with connection.cursor() as cursor:
        for model in apps.get_models():
            if model._meta.app_label in OF_CONTENT:
                table = connection.ops.quote_name(model._meta.db_table)
                columns = ", ".join(
                    connection.ops.quote_name(field.column) for field in model._meta.local_concrete_fields
                )
                cursor.execute(f"DELETE FROM main.{table}")
                cursor.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM prepared.{table}")
