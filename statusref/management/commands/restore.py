"""A backup, back into the database of DATABASE_URL."""

import sys
from contextlib import nullcontext
from pathlib import Path

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from codes.models import Revision
from statusref.backup import NotRestorable, read_backup


class Command(BaseCommand):
    help = 'Replace everything in the database by what FILE ("-": standard input) holds: all of it, or nothing.'

    def add_arguments(self, parser):
        parser.add_argument("file", help='made by `backup`, or "-"')
        parser.add_argument("--replace", action="store_true", help="The database holds pages; they may go.")

    def handle(self, *, file, replace, **options):
        call_command("migrate", interactive=False, verbosity=0)
        if Revision.objects.exists() and not replace:
            raise CommandError("This database holds pages. Say --replace if they may go; `backup` keeps them.")
        try:
            with nullcontext(sys.stdin.buffer) if file == "-" else Path(file).open("rb") as source:
                counts = read_backup(source)
        except (NotRestorable, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{sum(counts.values())} rows of {len(counts)} tables.")
