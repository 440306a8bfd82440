"""The whole database as text, and back: for backups, and to move from one kind of database to another.

A backup is gzipped JSON lines: a head (format, migrations), one line for each row, and a tail with the number of rows
of each table, which tells a whole file from a torn one. It is read in one transaction, so it is consistent while the
site serves. Sessions and login attempts are left out: they are nobody's work.
"""

import gzip
import json
import shutil
import tempfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import IO

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core import serializers
from django.core.exceptions import FieldDoesNotExist
from django.core.management.color import no_style
from django.core.serializers.base import DeserializationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError, connection, models, transaction
from django.db.migrations.recorder import MigrationRecorder

from codes.locks import PAGES, wait_for

FORMAT = "statusref backup 1"
LEFT_OUT = {"sessions", "axes"}

BAD_ROWS = (DeserializationError, FieldDoesNotExist, DatabaseError)


class NotRestorable(Exception):
    """The file is no whole backup of this version of the site. Nothing was changed."""


def kept_models() -> list[type[models.Model]]:
    """Every model of a backup, those that others point to first."""
    configs = [(config, None) for config in apps.get_app_configs() if config.label not in LEFT_OUT]
    found = serializers.sort_dependencies(configs, allow_cycles=True)
    return [model for model in found if model._meta.managed and not model._meta.proxy]


def write_backup(file: IO[bytes]) -> Counter[str]:
    """Write everything to `file`. Returns the number of rows of each model."""
    counts: Counter[str] = Counter()
    with gzip.GzipFile(fileobj=file, mode="wb", mtime=0) as packed, _snapshot():
        packed.write(_line({"format": FORMAT, "migrations": _migrations()}))
        for model in kept_models():
            rows = model._base_manager.order_by("pk").iterator(chunk_size=500)
            for row in serializers.serialize("python", rows):
                packed.write(_line(row))
                counts[row["model"]] += 1
        packed.write(_line({"rows": counts}))
    return counts


def read_backup(file: IO[bytes]) -> Counter[str]:
    """Replace everything in the database by what `file` holds, in one transaction.

    Returns the number of rows of each model. Raises NotRestorable, and then nothing has changed.
    """
    try:
        with transaction.atomic():
            wait_for(PAGES)
            counts = _load(_lines(file))
            connection.check_constraints()
            _reset_sequences()
    except (OSError, EOFError, zlib.error, ValueError, LookupError, *BAD_ROWS) as error:
        raise NotRestorable(f"This cannot be restored: {error}. Nothing was changed.") from error
    ContentType.objects.clear_cache()
    return counts


def _load(lines: Iterator[dict]) -> Counter[str]:
    head = next(lines, {})
    if head.get("format") != FORMAT:
        raise ValueError(f"it does not begin as a {FORMAT!r}")
    if differ := sorted(set(head["migrations"]) ^ set(_migrations())):
        raise ValueError(f"it is of another version of the site; these migrations differ: {', '.join(differ)[:300]}")
    for model in reversed(kept_models()):
        for field in model._meta.local_many_to_many:
            field.remote_field.through._base_manager.all()._raw_delete(connection.alias)
        model._base_manager.all()._raw_delete(connection.alias)
    counts: Counter[str] = Counter()
    tail: dict = {}

    def rows() -> Iterator[dict]:
        for line in lines:
            if "rows" in line:
                tail.update(line)
                return
            counts[line["model"]] += 1
            yield line

    for row in serializers.deserialize("python", rows()):
        row.save(force_insert=True)
    if not tail:
        raise ValueError("its end is missing")
    if tail["rows"] != counts:
        raise ValueError("its rows are not those that it counts")
    return counts


def _lines(file: IO[bytes]) -> Iterator[dict]:
    """The lines of a whole file: it is unpacked, and so checked against its checksum, before the first is given."""
    with tempfile.TemporaryFile() as whole:
        with gzip.GzipFile(fileobj=file, mode="rb") as packed:
            shutil.copyfileobj(packed, whole)
        whole.seek(0)
        for line in whole:
            data = json.loads(line)
            if not isinstance(data, dict):
                raise ValueError("a line is no row")
            yield data


def _line(data: dict) -> bytes:
    return json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False).encode() + b"\n"


def _migrations() -> Iterable[str]:
    return sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())


@contextmanager
def _snapshot() -> Iterator[None]:
    """See one state of the database from the first query to the last, and keep nobody from writing meanwhile."""
    if connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        # On SQLite `atomic` would take the lock for writing (transaction_mode IMMEDIATE).
        is_postgresql = connection.vendor == "postgresql"
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" if is_postgresql else "BEGIN DEFERRED")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def _reset_sequences() -> None:
    """Let the next row of each table get the next key."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), kept_models()):
            cursor.execute(statement)
