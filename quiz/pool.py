"""Which questions may be asked: their keys by what one can wish for, read once for each version of the content.

To choose ten then costs the same however many there are.
"""

from collections import defaultdict

from django.db.models import OuterRef, Subquery

from codes.models import class_digit
from codes.version import Kept

from .models import Mode, Question, QuestionCode
from .vocabulary import Skill

# The keys of questions, and of those among them that ask for a mere name.
Keys = tuple[list[int], list[int]]


def first_code() -> Subquery:
    """The number of the code that a question is about most of all."""
    codes = QuestionCode.objects.filter(question=OuterRef("pk")).order_by("position")
    return Subquery(codes.values("code__number")[:1])


class Pool:
    def __init__(self):
        rows = Question.objects.published().annotate(main=first_code())
        self.keys: dict[tuple[str, str, str], Keys] = defaultdict(lambda: ([], []))
        for pk, skill, topic, difficulty, main in rows.values_list("pk", "skill", "topic", "difficulty", "main"):
            wishes = [("", ""), (Mode.TOPIC, topic), (skill, "")]
            if main is not None:
                wishes.append((Mode.CLASS, str(class_digit(main))))
            for mode, scope in wishes:
                for wanted in ("", difficulty):
                    self.keys[str(mode), scope, wanted][skill == Skill.NAME].append(pk)

    def of(self, wish) -> Keys:
        """The questions, then those for mere names, that fit a wish that is not about codes of its own."""
        mode, scope = "", ""
        if wish.mode in (Mode.TOPIC, Mode.CLASS):
            mode, scope = wish.mode, wish.scope
        elif wish.mode in (Mode.DECIDE, Mode.LOG, Mode.APART):
            mode = wish.mode
        return self.keys.get((str(mode), scope, wish.difficulty), ([], []))


pool = Kept(Pool)
