from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from codes.corpus import Corpus, corpus, corpus_of
from codes.documents.files import Unreadable, read_files
from codes.documents.syncing import Report, import_documents
from statusref.content import DOCUMENTS


def print_report(command: BaseCommand, report: Report) -> None:
    """Print counts, then each conflict and each problem."""
    for what, count in report.counts.items():
        if count:
            command.stdout.write(f"{count:>5} {getattr(what, 'value', what)}")
    for path, difference in report.conflicts.items():
        command.stderr.write(f"\nConflict: content/{path} was changed in the file and in the database.\n{difference}")
    if report.conflicts:
        command.stderr.write(
            "\nNothing of these pages was touched. Settle each with --file-wins PATH or --database-wins PATH."
        )
    for problem in report.problems:
        command.stderr.write(str(problem))


class Command(BaseCommand):
    help = "Bring the database to what the files below content/ say; edits made in the database stay."

    def add_arguments(self, parser):
        parser.add_argument("only", nargs="*", help="With --check: report problems of these files only.")
        parser.add_argument("--root", type=Path, default=settings.CONTENT_DIR, help="The folder of the files.")
        parser.add_argument("--check", action="store_true", help="Only say what would happen.")
        parser.add_argument("--file-wins", action="append", default=[], metavar="PATH", help="Settle a conflict.")
        parser.add_argument("--database-wins", action="append", default=[], metavar="PATH", help="Settle a conflict.")

    def handle(self, *, only, root: Path, check: bool, file_wins, database_wins, **options):
        if not root.is_dir():
            raise CommandError(f"There is no folder {root}.")
        if only and not check:
            raise CommandError("An import takes all files together. Name files only with --check.")
        report = import_documents(
            DOCUMENTS,
            root,
            file_wins=[short(path) for path in file_wins],
            database_wins=[short(path) for path in database_wins],
            check_only=check,
        )
        wanted = {short(path) for path in only}
        if only:
            report.problems = [problem for problem in report.problems if problem.path in wanted]
        print_report(self, report)
        broken = broken_links(root) if check and not report.problems else []
        told = [f"content/{path}: {row}" for path, row in broken if not only or path in wanted]
        for line in told:
            self.stderr.write(line)
        if report.problems:
            raise CommandError(f"{len(report.problems)} problems. Nothing was imported.")
        if report.conflicts:
            others = "Nothing was imported" if check else "All other pages were imported"
            raise CommandError(f"{len(report.conflicts)} conflicts. {others}.")
        if told:
            raise CommandError(f"{len(told)} broken links. An import would take the pages with them.")


def broken_links(root: Path) -> list[tuple[str, str]]:
    """The path and the finding of each link in the files that leads nowhere, in the files or in the database."""
    try:
        files = corpus_of(read_files(DOCUMENTS, root))
    except Unreadable:
        # The import tells which file is no text.
        return []
    found = Corpus(corpus().texts | files.texts).broken_links()
    return [(path, f"{row.where}: {row.message}") for path in files.texts for row in found.get(path, [])]


def short(path: str) -> str:
    """`content/codes/404.yaml`, however it was typed, as `codes/404.yaml`."""
    return "/".join(Path(path).parts[-2:])
