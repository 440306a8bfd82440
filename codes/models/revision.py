"""History: every state of every page, as text."""

from django.conf import settings
from django.db import models


class RevisionQuerySet(models.QuerySet):
    def agreed_texts(self) -> dict[str, str]:
        """For each path, the newest text on which the file and the database agreed (empty: deleted)."""
        newest = self.filter(agreed=True).values("path").annotate(newest=models.Max("pk")).values("newest")
        return dict(self.filter(pk__in=newest).values_list("path", "text"))


class Revision(models.Model):
    """The text of a page after one save, in the form of its content file. An empty text is a deletion."""

    class Source(models.TextChoices):
        ADMIN = "admin", "Admin"
        IMPORT = "import", "Import"
        EXPORT = "export", "Export"

    path = models.CharField(max_length=200, db_index=True)
    text = models.TextField(blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)
    source = models.CharField(max_length=6, choices=Source)
    agreed = models.BooleanField(default=False, help_text="The file and the database were the same here.")
    created = models.DateTimeField(auto_now_add=True)

    objects = RevisionQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        permissions = [
            ("import_content", "Can import the content files"),
            ("export_content", "Can export to the content files"),
        ]

    def __str__(self) -> str:
        return f"{self.path} {self.created:%Y-%m-%d %H:%M}"


class OldAddress(models.Model):
    """An address that once was a page's: it leads to `target`, or, without one, is gone (410)."""

    path = models.CharField(max_length=200, unique=True)
    target = models.CharField(max_length=200, blank=True, help_text="Empty: withdrawn, answered with 410 Gone.")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["path"]
        verbose_name_plural = "old addresses"

    def __str__(self) -> str:
        return f"{self.path} → {self.target or 'gone'}"


class ErrorReport(models.Model):
    """A reader says that something on a page is wrong. No account, no address kept."""

    path = models.CharField("page", max_length=200)
    text = models.TextField("what is wrong")
    created = models.DateTimeField(auto_now_add=True)
    is_read = models.BooleanField("read", default=False)

    class Meta:
        ordering = ["-created"]

    def __str__(self) -> str:
        return f"{self.path}: {self.text[:60]}"
