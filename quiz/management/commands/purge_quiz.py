from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from quiz.models import Attempt, Daily, Wording
from quiz.visits import DAYS


class Command(BaseCommand):
    help = "Delete attempts that nobody came back to, and what only they needed."

    def add_arguments(self, parser):
        parser.add_argument("--days", type=int, default=DAYS, help=f"Without an answer for so many days ({DAYS}).")

    @transaction.atomic
    def handle(self, *, days: int, **options):
        if days < 0:
            raise CommandError("Give the days as 0 or more.")
        _, deleted = Attempt.objects.forgotten(days).delete()
        dailies, _ = Daily.objects.past().delete()
        wordings, _ = Wording.objects.unused().delete()
        attempts, steps = deleted.get("quiz.Attempt", 0), deleted.get("quiz.Step", 0)
        self.stdout.write(f"Deleted: attempts {attempts}, steps {steps}, dailies {dailies}, wordings {wordings}.")
