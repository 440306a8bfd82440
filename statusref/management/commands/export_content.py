from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from codes.documents.syncing import export_documents
from statusref.content import DOCUMENTS

from .import_content import print_report, short


class Command(BaseCommand):
    help = "Write what was edited in the database into the files below content/."

    def add_arguments(self, parser):
        parser.add_argument("--root", type=Path, default=settings.CONTENT_DIR, help="The folder of the files.")
        parser.add_argument("--file-wins", action="append", default=[], metavar="PATH", help="Settle a conflict.")
        parser.add_argument("--database-wins", action="append", default=[], metavar="PATH", help="Settle a conflict.")

    def handle(self, *, root: Path, file_wins, database_wins, **options):
        report = export_documents(
            DOCUMENTS,
            root,
            file_wins=[short(path) for path in file_wins],
            database_wins=[short(path) for path in database_wins],
        )
        print_report(self, report)
        if not report.is_clean:
            raise CommandError(f"{len(report.conflicts)} conflicts, {len(report.problems)} problems. See above.")
