"""The whole site, made ready once for a run of the tests and copied wherever one of them needs it.

To read content/ takes seconds each time, and most tests want what comes out of it, not the reading.
"""

import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection

ROOT = Path(__file__).parent.parent
OUTPUT = "output-of-preparing.txt"
# Their rows come from content/ alone; all others a test database has by its migrations.
OF_CONTENT = ("codes", "compare", "guides", "quiz", "search")


def prepared(factory: pytest.TempPathFactory) -> Path:
    """A VAR_DIR as `manage.py serve --prepare-only` leaves it; the first who asks makes it, in whatever process."""
    base = factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    var = base / "prepared"
    with (base / "prepared.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (var / OUTPUT).is_file():
            var.mkdir(exist_ok=True)
            unwanted = ("DATABASE_URL", "DEBUG", "SECRET_KEY")
            environment = {name: value for name, value in os.environ.items() if name not in unwanted}
            done = subprocess.run(
                [sys.executable, "manage.py", "serve", "--prepare-only"],
                cwd=ROOT,
                env={**environment, "VAR_DIR": str(var)},
                capture_output=True,
                text=True,
                check=True,
            )
            (var / OUTPUT).write_text(done.stdout + done.stderr)
    return var


def copy_of(var: Path, to: Path) -> Path:
    """A copy that a server may run on and change."""
    shutil.copytree(var, to, dirs_exist_ok=True)
    return to


@contextlib.contextmanager
def attached(var: Path) -> Iterator[None]:
    """Let the test database, an SQLite one, read the prepared database until the block ends."""
    with connection.cursor() as cursor:
        # A transaction takes the lock for writing on every attached database that can be written.
        cursor.execute("ATTACH DATABASE %s AS prepared", [f"file:{var}/statusref.sqlite3?mode=ro&immutable=1"])
        try:
            yield
        finally:
            cursor.execute("DETACH DATABASE prepared")


def copy_content() -> None:
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
