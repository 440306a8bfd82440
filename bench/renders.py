"""What one page costs Django: milliseconds of processor time and queries, with the Markdown warm."""

import statistics
import time

from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

TIMES = 15


def cost_of(path: str) -> tuple[float, int]:
    """The median milliseconds of processor time of a GET through the whole of Django, and its queries."""
    handler, factory = WSGIHandler(), RequestFactory(headers={"host": "localhost"})

    def ask() -> None:
        response = handler.get_response(factory.get(path))
        if response.status_code != 200:
            raise RuntimeError(f"{path} is {response.status_code}")

    ask()
    with CaptureQueriesContext(connection) as queries:
        ask()
    taken = []
    for _ in range(TIMES):
        began = time.process_time()
        ask()
        taken.append(1000 * (time.process_time() - began))
    return statistics.median(taken), len(queries)
