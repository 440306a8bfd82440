"""Everything that the database holds, into one file, while the site serves."""

import os
import sys
import tempfile
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from statusref.backup import write_backup


class Command(BaseCommand):
    help = 'Write the whole database to FILE ("-": standard output), as it is at one moment. `restore` reads it.'

    def add_arguments(self, parser):
        parser.add_argument("file", help='such as var/backup.jsonl.gz, or "-"')

    def handle(self, *, file, **options):
        counts = write_backup(sys.stdout.buffer) if file == "-" else self.write(Path(file))
        self.stderr.write(f"{sum(counts.values())} rows of {len(counts)} tables.")

    def write(self, path: Path):
        """The file is there whole or not at all."""
        if path.exists():
            raise CommandError(f"{path} exists. Choose another name; a backup overwrites nothing.")
        try:
            descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
        try:
            with os.fdopen(descriptor, "wb") as file:
                counts = write_backup(file)
                file.flush()
                os.fsync(file.fileno())
            os.link(name, path)
        except OSError as error:
            raise CommandError(f"{path} was not written: {error.strerror}.") from error
        finally:
            os.unlink(name)
        return counts
