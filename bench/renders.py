"""What one page costs Django: milliseconds of processor time and queries, with the Markdown and the pieces warm."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

TIMES = 15
# On the machine on which a page may take 15 ms, `loop` takes 8; anywhere else both take longer or less.
MOST = 15 / 8


@dataclass(frozen=True)
class Cost:
    """Milliseconds of a GET through the whole of Django, the same as a multiple of `loop`, and its queries."""

    milliseconds: float
    loops: float
    queries: int


def loop() -> None:
    """A fixed piece of work for the interpreter."""
    total = 0
    for number in range(200_000):
        total += number * number % 7


def cost_of(path: str) -> Cost:
    """The best of some rounds, in each of which the page and the loop stand beside each other."""
    handler, factory = WSGIHandler(), RequestFactory(headers={"host": "localhost"})

    def ask() -> None:
        response = handler.get_response(factory.get(path))
        if response.status_code != 200:
            raise RuntimeError(f"{path} is {response.status_code}")

    ask()
    with CaptureQueriesContext(connection) as queries:
        ask()
    rounds = [(milliseconds(ask), milliseconds(loop)) for _ in range(TIMES)]
    page, beside = min(ours for ours, _ in rounds), min(other for _, other in rounds)
    return Cost(page, page / beside, len(queries))


def milliseconds(work: Callable[[], object]) -> float:
    """The processor time that it takes."""
    began = time.process_time()
    work()
    return 1000 * (time.process_time() - began)


def costs(paths: list[str]) -> None:
    """Print a line for each path: the path and its cost."""
    for path in paths:
        cost = cost_of(path)
        print(path, cost.milliseconds, cost.loops, cost.queries)
