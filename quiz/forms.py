"""What a visitor may wish for."""

import re

from django import forms

from .models import Mode
from .starting import LENGTHS, Wish
from .vocabulary import Difficulty, Topic

# What may stand after the colon in "topic:caching".
SCOPES = {
    Mode.CLASS: r"[0-6]",
    Mode.TOPIC: "|".join(Topic.values),
    Mode.CODES: r"[0-9]{3}(-[0-9]{3}){0,3}",
    Mode.RETRY: r"[A-Za-z0-9_-]{22}",
    Mode.SAME: r"[A-Za-z0-9_-]{22}",
    Mode.ONE: r"[a-z0-9-]{1,80}",
}


class StartForm(forms.Form):
    """`mode` is one of the modes, with a scope where it needs one: "quick", "topic:caching", "codes:401-403"."""

    mode = forms.CharField(max_length=100)
    length = forms.TypedChoiceField(choices=[(n, n) for n in LENGTHS], coerce=int, required=False, empty_value=10)
    difficulty = forms.ChoiceField(choices=[("", "Mixed"), *Difficulty.choices], required=False)

    def clean_mode(self) -> tuple[str, str]:
        mode, _, scope = self.cleaned_data["mode"].partition(":")
        if mode not in Mode.values or not re.fullmatch(SCOPES.get(mode, ""), scope):
            raise forms.ValidationError("There is no such quiz.")
        return mode, scope

    @property
    def wish(self) -> Wish:
        """What the valid form asks for."""
        mode, scope = self.cleaned_data["mode"]
        length = 10 if mode == Mode.QUICK else self.cleaned_data["length"]
        return Wish(mode, scope, length, self.cleaned_data["difficulty"])
