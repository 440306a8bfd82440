"""`make bench-growth`: what a page costs with ten and a hundred times the content.

What is around a page is made more: questions, guides, vendors, comparisons, revisions, attempts, and codes up to all
900 numbers. The rows of the measured pages themselves stay as they are, so what they cost should stay too.
"""

import copy
import tempfile
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path

from tests.prepared import copy_of
from tests.site_server import running_site

from .renders import milliseconds
from .shell import told

TIMES = (1, 10, 100)
PAGES = ("/500", "/compare/401-vs-403", "/H12", "/quiz/progress", "/nothing-here", "/search?q=bad+gateway&all=")
# Their output grows with the content: they show all of it.
LISTS = ("/codes", "/vendors", "/guides", "/compare", "/quiz", "/sitemap.xml")
SMALL = 400  # rows that are there once, of what a new site has none of: attempts


def clones(rows: Iterable, count: int, change: Callable[[object, int], None]) -> list:
    """`count` new rows, made of these by turns; `change` gives each what must differ."""
    rows, made = list(rows), []
    for number in range(count):
        row = copy.copy(rows[number % len(rows)])
        row.pk, row._state = None, copy.copy(row._state)
        row._state.adding = True
        change(row, number)
        made.append(row)
    return made


def grow(times: int) -> None:
    """Make the content of this process's database so many times as much."""
    from codes.models import Revision, StatusCode, Vendor
    from compare.models import Comparison, Side
    from guides.models import Guide
    from quiz.models import Attempt, Choice, Question, QuestionCode, Step, Wording
    from quiz.models.attempt import new_id

    def more(rows, change) -> list:
        found = list(rows)
        return type(found[0])._default_manager.bulk_create(clones(found, len(found) * (times - 1), change), 500)

    def renamed(row, number) -> None:
        row.slug = f"{row.slug[:30]}-{number}"
        if isinstance(row, Vendor):
            row.name = f"{row.name[:40]} {number}"

    live = StatusCode.objects.filter(draft_of=None)
    free = sorted(set(range(100, 1000)) - set(live.values_list("number", flat=True)))
    models = list(live.order_by("number")[:40])
    wanted = islice(free, live.count() * (times - 1))
    made = [copy.copy(models[number % len(models)]) for number in wanted]
    for row, number in zip(made, free, strict=False):
        row.pk, row.number, row._state = None, number, copy.copy(row._state)
        row._state.adding = True
    StatusCode.objects.bulk_create(made, 500)

    more(Vendor.objects.all(), renamed)
    more(Guide.objects.filter(draft_of=None), renamed)
    questions = more(Question.objects.filter(draft_of=None).order_by("pk"), renamed)
    choices = {}
    for choice in Choice.objects.all():
        choices.setdefault(choice.question_id, []).append(choice)
    numbers = list(live.values_list("pk", flat=True)[:200])
    old = list(Question.objects.filter(draft_of=None).order_by("pk").values_list("pk", flat=True)[: len(choices)])
    new_choices = []
    for number, question in enumerate(questions):
        own = choices.get(old[number % len(old)], [])
        new_choices += clones(own, len(own), lambda row, _, question=question: setattr(row, "question", question))
    Choice.objects.bulk_create(new_choices, 500)
    about = [QuestionCode(question=row, code_id=numbers[at % len(numbers)]) for at, row in enumerate(questions)]
    QuestionCode.objects.bulk_create(about, 500)

    more(Revision.objects.all(), lambda row, number: setattr(row, "path", f"{row.path[:-5]}-{number % 5000}.yaml"))

    taken = set(Comparison.objects.values_list("slug", flat=True))
    codes = list(live.order_by("number").values_list("number", "pk"))
    pairs = ((one, two) for at, one in enumerate(codes) for two in codes[at + 1 :])
    fresh = [(f"{a[0]}-vs-{b[0]}", a, b) for a, b in pairs if 399 < a[0] < b[0] and f"{a[0]}-vs-{b[0]}" not in taken]
    model = Comparison.objects.filter(draft_of=None).first()
    added = fresh[:: max(1, len(fresh) // max(1, len(taken) * (times - 1)))][: len(taken) * (times - 1)]
    rows = clones([model], len(added), lambda row, number: setattr(row, "slug", added[number][0]))
    sides = []
    for row, (_, *both) in zip(Comparison.objects.bulk_create(rows, 500), added, strict=True):
        sides += [
            Side(comparison=row, code_id=pk, position=at, choose_when="It fits.") for at, (_, pk) in enumerate(both)
        ]
    Side.objects.bulk_create(sides, 500)

    wording, _ = Wording.objects.get_or_create(digest="x", defaults={"data": {"title": "x"}})
    attempts = [Attempt(mode="quick", visit=new_id()) for _ in range(SMALL * times)]
    Attempt.objects.bulk_create(attempts, 500)
    steps = [Step(attempt=row, number=number, wording=wording) for row in attempts for number in range(1, 6)]
    Step.objects.bulk_create(steps, 1000)


def measure() -> None:
    """Print name, milliseconds of processor time and queries of everything, and what it takes to start."""
    from django.contrib.auth import get_user_model
    from django.core.handlers.wsgi import WSGIHandler
    from django.db import connection
    from django.test import Client, RequestFactory
    from django.test.utils import CaptureQueriesContext

    from codes.models import StatusCode
    from codes.schedules import publish_due
    from codes.version import content_version
    from search.current import current

    handler, factory = WSGIHandler(), RequestFactory(headers={"host": "localhost"})
    editor = Client(headers={"host": "localhost"})
    editor.force_login(get_user_model().objects.first())
    code = StatusCode.objects.get(number=500, draft_of=None)
    print("search index, once", round(milliseconds(current), 1), 0, sep="\t")
    attempt = Client(headers={"host": "localhost"}).post("/quiz/start", {"mode": "quick"})["Location"]
    tasks = {
        path: lambda path=path: handler.get_response(factory.get(path)).content for path in (*PAGES, *LISTS, attempt)
    }
    tasks["quiz: begin"] = lambda: Client(headers={"host": "localhost"}).post("/quiz/start", {"mode": "quick"})
    tasks["admin: form of a page"] = lambda: editor.get(f"/admin/codes/statuscode/{code.pk}/change/").content
    tasks["admin: home"] = lambda: editor.get("/admin/").content
    tasks["content_version"] = content_version
    tasks["publish_due"] = publish_due
    for name, task in tasks.items():
        task()
        with CaptureQueriesContext(connection) as queries:
            task()
        count = len(queries)  # the next request forgets them
        taken = [milliseconds(task) for _ in range(5)]
        print("quiz: a question" if name == attempt else name, round(min(taken), 2), count, sep="\t")


def figures_of(var: Path, times: int) -> dict[str, tuple[float, int]]:
    """Grow the database in `var`, and measure there, each in a process of its own."""

    def run(code: str) -> str:
        return told(var, f"from bench import growth; growth.{code}", SLOW_QUERY_MS="100000")

    run(f"grow({times})")
    # As a start of the site does: figures by which SQLite plans its queries.
    told(var, "from django.db import connection; connection.cursor().execute('ANALYZE')")
    lines = [line.split("\t") for line in run("measure()").splitlines()]
    return {name: (float(taken), int(queries)) for name, taken, queries in lines}


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="statusref-growth-") as name:
        with running_site(Path(name, "once")):
            pass
        found = {times: figures_of(copy_of(Path(name, "once"), Path(name, str(times))), times) for times in TIMES}
    print(f"{'milliseconds (queries)':<32}" + "".join(f"{f'{times} ×':>16}" for times in TIMES))
    for label in found[1]:
        cells = [f"{found[times][label][0]:.1f} ({found[times][label][1]})" for times in TIMES]
        print(f"{label:<32}" + "".join(f"{cell:>16}" for cell in cells))


if __name__ == "__main__":
    main()
