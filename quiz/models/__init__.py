from .attempt import Attempt, Daily, Mode, Step, Wording
from .generator import GeneratorSwitch, LeftOut
from .question import Choice, Question, QuestionCode

__all__ = [
    "Attempt",
    "Choice",
    "Daily",
    "GeneratorSwitch",
    "LeftOut",
    "Mode",
    "Question",
    "QuestionCode",
    "Step",
    "Wording",
]
