from .attempt import Attempt, Daily, Mode, RecentStart, Step, Wording
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
    "RecentStart",
    "Step",
    "Wording",
]
