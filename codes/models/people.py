"""What is remembered about people who work here, for as short a time as will do."""

from datetime import timedelta

from django.db import models
from django.utils import timezone

# Links for a new password that one sender may ask for within an hour, and that one account may get.
HOURLY_LIMIT_OF_SENDER = 5
HOURLY_LIMIT_OF_ACCOUNT = 3


class ResetRequest(models.Model):
    """Somebody asked for a link to a new password. Hashes tell senders and accounts apart, and no more."""

    sender = models.CharField(max_length=32)
    account = models.CharField(max_length=32)
    created = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.created:%Y-%m-%d %H:%M}"

    @classmethod
    def allow(cls, sender: str, account: str) -> bool:
        """Count one more request, or return False where there were too many within the hour."""
        cls.objects.filter(created__lt=timezone.now() - timedelta(hours=1)).delete()
        if cls.objects.filter(sender=sender).count() >= HOURLY_LIMIT_OF_SENDER:
            return False
        if cls.objects.filter(account=account).count() >= HOURLY_LIMIT_OF_ACCOUNT:
            return False
        cls.objects.create(sender=sender, account=account)
        return True
