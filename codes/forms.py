"""The one form that readers have."""

from django import forms

from codes.models import ErrorReport, canonical


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
