"""What a load balancer or an orchestrator asks: does the process live, and may it get visitors."""

import json
from collections.abc import Callable

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse

from codes.models import StatusCode
from codes.version import content_version
from statusref.gate import is_away


def answer_probes(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answer `/healthz` and `/readyz` before anything else looks at the request.

    Probes come by address and in plain HTTP, so neither the host check nor the redirect to HTTPS is for them.
    """
    probes = {"/healthz": healthz, "/readyz": readyz}

    def middleware(request: HttpRequest) -> HttpResponse:
        probe = probes.get(request.path_info)
        if probe is None:
            return get_response(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
        return probe(request)

    return middleware


def healthz(request: HttpRequest) -> HttpResponse:
    """200 as long as this process answers; it asks nobody else, so that a database that is away restarts nothing."""
    return _answer(200, {"process": "ok"})


def readyz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers, is migrated, and holds content; else 503, naming what is missing."""
    if is_away(request):
        return _answer(503, {"database": "failed"})
    checks = {"database": _database, "migrations": _migrations, "content": _content}
    found = {}
    for name, check in checks.items():
        try:
            found[name] = check()
        except Exception:
            # Why is in the log of whoever uses the database; a probe is readable by strangers.
            found[name] = "failed"
    is_ready = not {"failed", "pending", "empty"} & set(found.values())
    return _answer(200 if is_ready else 503, found)


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    return "pending" if executor.migration_plan(executor.loader.graph.leaf_nodes()) else "ok"


def _content() -> str:
    version = content_version()
    is_there = StatusCode.objects.published().exists()
    return f"{version.newest}-{version.revisions}-{sum(version.scheduled)}" if is_there else "empty"


def _answer(status: int, found: dict[str, str]) -> HttpResponse:
    headers = {"Cache-Control": "no-store"} | ({"Retry-After": "5"} if status == 503 else {})
    return HttpResponse(json.dumps(found) + "\n", "application/json", status, headers=headers)
