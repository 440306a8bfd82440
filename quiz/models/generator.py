"""The switches of questions that are made from the database."""

from django.db import models

from codes.models import StatusCode


class GeneratorSwitch(models.Model):
    """Whether one generator makes questions."""

    class Name(models.TextChoices):
        NAME = "name", "Number → name"
        NUMBER = "number", "Name → number"
        CAUSE = "cause", "Cause → number"
        HEADER = "header", "Which header field must it carry?"
        DIFFERENCE = "difference", "What sets one apart?"

    name = models.CharField(max_length=10, choices=Name, unique=True, editable=False)
    is_on = models.BooleanField("makes questions", default=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = "generator"

    def __str__(self) -> str:
        return self.get_name_display()


class LeftOut(models.Model):
    """A code that no generated question asks for or offers."""

    code = models.OneToOneField(StatusCode, on_delete=models.CASCADE, limit_choices_to={"draft_of": None})
    reason = models.CharField(max_length=200, blank=True, help_text="For other editors.")

    class Meta:
        ordering = ["code__number"]
        verbose_name = "code left out"
        verbose_name_plural = "codes left out of generated questions"

    def __str__(self) -> str:
        return str(self.code)
