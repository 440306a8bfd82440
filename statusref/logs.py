"""What is written about requests: one line each, with an id that every other line of the request carries too."""

import json
import logging
import re
import secrets
import time
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse

request_id: ContextVar[str] = ContextVar("request_id", default="-")
requests = logging.getLogger("statusref.requests")
slow_queries = logging.getLogger("statusref.slow_queries")

# The longest SQL that a line shows. Its values are never shown: they may be somebody's.
LONGEST_SQL = 2_000


def log_requests(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Give each request an id, log it when it is answered, and log queries that took too long.

    The id comes from the proxy's X-Request-ID where a proxy is trusted. The query string is never logged: people search
    for what is in their logs.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "") if settings.TRUSTED_PROXIES else ""
        token = request_id.set(given if re.fullmatch(r"[A-Za-z0-9_.-]{8,64}", given) else secrets.token_hex(8))
        began, queries = time.perf_counter(), _Queries()
        try:
            with connection.execute_wrapper(queries):
                response = get_response(request)
            response["X-Request-ID"] = request_id.get()
            milliseconds = (time.perf_counter() - began) * 1000
            told = {"method": request.method, "path": request.path_info[:300], "status": response.status_code}
            told |= {"ms": round(milliseconds, 1), "queries": queries.count}
            requests.info("request", extra={"told": told})
            return response
        finally:
            request_id.reset(token)

    return middleware


class _Queries:
    """Counts the queries of a request and logs the slow ones."""

    def __init__(self):
        self.count = 0

    def __call__(self, execute, sql, params, many, context):
        self.count += 1
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            milliseconds = (time.perf_counter() - began) * 1000
            if milliseconds >= settings.SLOW_QUERY_MS:
                told = {"ms": round(milliseconds, 1), "sql": str(sql)[:LONGEST_SQL]}
                slow_queries.warning("slow query", extra={"told": told})


class BriefRefusals(logging.Filter):
    """Makes one line of what comes by the thousand.

    That is a refused request (wrong host, too many fields), of which strangers can send as many as they like, and
    whatever failed because the database is away.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith("django.security."):
            record.exc_info = record.exc_text = None
        elif record.exc_info and isinstance(error := record.exc_info[1], OperationalError | InterfaceError):
            record.msg, record.args = f"{record.getMessage()} ({' '.join(str(error).split())})", None
            record.exc_info = record.exc_text = None
        return True


# What opens something to whoever knows it: the link to a new password, and a quiz under way.
_SECRETS = re.compile(r"(?<=/admin/password_reset/)[^/\s]+/[^/\s]+|(?<=/quiz/)(?:score/)?[A-Za-z0-9_-]{22}")


def without_secrets(line: str) -> str:
    """The line with every address in it that is a secret made unusable."""
    return _SECRETS.sub("...", line)


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, request id, message, and what the logger tells besides."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "request": request_id.get(),
            "message": record.getMessage(),
            **getattr(record, "told", {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return without_secrets(json.dumps(line, ensure_ascii=False))


class LineFormatter(logging.Formatter):
    """The same for people."""

    def format(self, record: logging.LogRecord) -> str:
        told = " ".join(f"{name}={value}" for name, value in getattr(record, "told", {}).items())
        record.message = f"{record.getMessage()} {told}".rstrip()
        text = f"{self.formatTime(record)} {record.levelname} {record.name} [{request_id.get()}] {record.message}"
        # A line break in what somebody sent must not look like a line of ours.
        text = text.replace("\r", "\\r").replace("\n", "\\n")
        text = f"{text}\n{self.formatException(record.exc_info)}" if record.exc_info else text
        return without_secrets(text)
