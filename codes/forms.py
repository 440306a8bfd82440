"""The one form that readers have."""

from datetime import timedelta

from django import forms
from django.http import HttpRequest
from django.utils import timezone

from codes.models import ErrorReport, canonical
from codes.senders import sender_of

# Reports that one sender, and all senders together, may leave within an hour.
HOURLY_LIMIT = 5
HOURLY_LIMIT_OF_ALL = 200


class ErrorReportForm(forms.ModelForm):
    class Meta:
        model = ErrorReport
        fields = ["path", "text"]
        labels = {"path": "Page", "text": "What is wrong, and what would be right?"}
        help_texts = {
            "path": "Its address on this site, like /404.",
            "text": "A source helps: a section of an RFC, a documentation page, a log line. At most 2,000 characters.",
        }
        widgets = {"text": forms.Textarea(attrs={"rows": 8, "maxlength": 2000})}

    def clean_path(self) -> str:
        path = canonical(self.cleaned_data["path"])
        if not path.startswith("/") or path.startswith("//"):
            raise forms.ValidationError("Give the page's address on this site. It begins with one slash, like /404.")
        return path

    def clean_text(self) -> str:
        text = canonical(self.cleaned_data["text"])
        if len(text) > 2000:
            raise forms.ValidationError(f"At most 2,000 characters, please; these are {len(text):,}.")
        if len(text) < 10:
            raise forms.ValidationError("Please say in a sentence what is wrong.")
        return text

    def save_for(self, request: HttpRequest) -> bool:
        """Save the report, or return False where its sender, or everybody together, has sent too many this hour."""
        recent = ErrorReport.objects.filter(created__gt=timezone.now() - timedelta(hours=1))
        self.instance.sender = sender_of(request)
        if recent.filter(sender=self.instance.sender).count() >= HOURLY_LIMIT or recent.count() >= HOURLY_LIMIT_OF_ALL:
            return False
        self.save()
        return True
