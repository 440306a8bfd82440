"""One command from an empty folder to a running site."""

import hashlib
import os
import secrets
import shutil
import sys
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from codes.locks import alone
from codes.schedules import note_appeared


class Command(BaseCommand):
    help = "Migrate, import what changed in content/, collect static files, make the first admin user, and serve."

    def add_arguments(self, parser):
        parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
        parser.add_argument("--workers", type=int, default=int(os.environ.get("WORKERS", "2")))
        parser.add_argument("--reload", action="store_true", help="Debug pages, and a restart on every change.")
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--prepare-only", action="store_true", help="Do everything but serve.")
        which.add_argument(
            "--serve-only", action="store_true", help="Leave the database alone: another host has prepared it."
        )

    def handle(self, *, host, port, workers, reload, prepare_only, serve_only, **options):
        if not settings.DEBUG:
            self.collect_static()
        if not serve_only:
            # Several hosts may start at once.
            with alone("start"):
                self.prepare_database()
        if prepare_only:
            return
        # Figures are those since the start; the files of processes that are gone are nobody's any more.
        shutil.rmtree(settings.VAR_DIR / "metrics", ignore_errors=True)
        shown = f"[{host}]" if ":" in host else host
        self.stdout.write(f"statusref is at http://{shown}:{port}/ (Ctrl+C stops it)")
        self.stdout.flush()
        if reload:
            command = [sys.executable, "manage.py", "runserver", f"{shown}:{port}"]
        else:
            command = [sys.executable, "-m", "statusref.server", host, str(port), str(workers)]
        os.chdir(settings.BASE_DIR)
        os.environ.update(HOST=shown, PORT=str(port))
        # glibc gives each thread a heap of its own, and what one frees no other can use. Python's lock lets one thread
        # at a time allocate anyway, so that many heaps buy nothing.
        os.environ.setdefault("MALLOC_ARENA_MAX", "1")
        os.execv(command[0], command)

    def prepare_database(self) -> None:
        """Migrate, import what changed in content/, and make the first admin user."""
        call_command("migrate", interactive=False, verbosity=0)
        try:
            call_command("import_content", stdout=self.stdout, stderr=self.stderr)
        except CommandError as error:
            self.stderr.write(f"Content: {error} The site starts with what the database holds.")
        note_appeared()
        if connection.vendor == "sqlite":
            # Without it SQLite takes what is no draft's copy, nearly everything, for the rarest of conditions.
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        self.make_first_admin()

    def collect_static(self) -> None:
        """Collect static files unless none of them changed since the last time.

        Those of earlier versions stay, under the hashes in their names: pages that are still in a cache ask for them,
        and so do workers that have not been replaced yet.
        """
        root = Path(settings.STATIC_ROOT)
        stamp, digest, paths = root / ".stamp", hashlib.sha256(), []
        for finder in get_finders():
            for path, storage in sorted(finder.list([]), key=lambda found: found[0]):
                status = Path(storage.path(path)).stat()
                digest.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
                paths.append(path)
        if stamp.is_file() and stamp.read_text() == digest.hexdigest():
            return
        for path in paths:
            # A copy that is younger than its source would be left as it is, whatever it holds.
            (root / path).unlink(missing_ok=True)
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(digest.hexdigest())

    def make_first_admin(self) -> None:
        """Make the user "admin" with a random password if there is no user at all, and tell the password once."""
        users = get_user_model().objects
        if users.exists():
            return
        password = secrets.token_urlsafe(12)
        users.create_superuser("admin", password=password)
        self.stdout.write(f'The first editor is "admin", password {password} (shown once; change it at /admin/).')
