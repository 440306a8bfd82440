"""What operators ask of a running site: probes, and logs that can be followed and tell nothing private."""

import io
import json
import logging
import os
import subprocess
import sys

import pytest
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import Client

from statusref import health, logs
from tests.makers import make_code


@pytest.mark.django_db
def test_a_probe_needs_no_host_and_no_https(settings):
    settings.ALLOWED_HOSTS, settings.SECURE_SSL_REDIRECT = ["statusref.example"], True
    make_code(404)
    for path in ("/healthz", "/readyz"):
        response = Client().get(path, headers={"host": "10.0.0.7:8000"})
        assert response.status_code == 200 and response["Cache-Control"] == "no-store"
        assert Client().post(path).status_code == 405


def test_the_process_is_healthy_without_a_database():
    assert Client().get("/healthz").json() == {"process": "ok"}


@pytest.mark.django_db
def test_it_is_not_ready_without_content(client):
    response = client.get("/readyz")
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert response.json() == {"database": "ok", "migrations": "ok", "content": "empty"}
    make_code(404)
    assert client.get("/readyz").json()["content"] == "0-0-0"


@pytest.mark.django_db
def test_it_is_not_ready_before_it_is_migrated(client):
    make_code(404)
    from django.db.migrations.recorder import MigrationRecorder

    MigrationRecorder(connection).record_unapplied("compare", "0002_appeared_at")
    assert client.get("/readyz").json()["migrations"] == "pending"


@pytest.mark.django_db
def test_a_probe_tells_strangers_no_details(client, monkeypatch):
    def away():
        raise OperationalError("connection to server at 192.0.2.1 failed")

    monkeypatch.setattr(health, "content_version", away)
    response = client.get("/readyz")
    assert response.status_code == 503 and response.json()["content"] == "failed"
    assert "192.0.2.1" not in response.content.decode()


@pytest.fixture
def lines():
    """What is logged, as JSON."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.JsonFormatter())
    loggers = [logs.requests, logs.slow_queries, logging.getLogger("django.request")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    for logger, level in zip(loggers, before, strict=True):
        logger.removeHandler(handler)
        logger.setLevel(level)


@pytest.mark.django_db
def test_a_request_is_one_line_without_its_query(client, lines):
    make_code(404)
    response = client.get("/codes?class=4&q=secret")
    [line] = lines()
    assert line["request"] == response["X-Request-ID"] and line["logger"] == "statusref.requests"
    assert (line["method"], line["path"], line["status"]) == ("GET", "/codes", 200)
    assert line["queries"] > 0 and line["ms"] > 0 and "secret" not in json.dumps(line)


@pytest.mark.django_db
def test_every_line_of_a_request_carries_its_id(lines, monkeypatch):
    def broken(*args):
        raise RuntimeError("why")

    monkeypatch.setattr("codes.views.filters_of", broken)
    response = Client(raise_request_exception=False).get("/codes")
    error, request = sorted(lines(), key=lambda line: line["logger"])
    assert error["request"] == request["request"] == response["X-Request-ID"]
    assert "RuntimeError: why" in error["exception"] and request["status"] == 500


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("proxies", "given", "taken"),
    [(1, "abc-123_DEF.456", True), (0, "abc-123_DEF.456", False), (1, "a b\nc" * 3, False), (1, "short", False)],
)
def test_an_id_is_taken_only_from_a_trusted_proxy_and_only_a_plain_one(client, settings, proxies, given, taken):
    settings.TRUSTED_PROXIES = proxies
    response = client.get("/about", headers={"x-request-id": given})
    assert (response["X-Request-ID"] == given) is taken


@pytest.mark.django_db
def test_a_slow_query_is_logged_without_its_values(rf, settings, lines):
    settings.SLOW_QUERY_MS = 0

    def view(request):
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s", ["secret"])
        return HttpResponse()

    logs.log_requests(view)(rf.get("/x"))
    slow = next(line for line in lines() if line["logger"] == "statusref.slow_queries")
    assert "SELECT" in slow["sql"] and "secret" not in json.dumps(slow)


def test_a_request_that_failed_because_the_database_is_away_is_one_line():
    def told(error: Exception) -> str:
        record = logging.makeLogRecord({"name": "django.request", "msg": "%s: %s", "args": ("Error", "/codes")})
        record.exc_info = (type(error), error, None)
        assert logs.BriefRefusals().filter(record)
        return logs.LineFormatter().format(record)

    away = told(OperationalError("connection refused\n\tIs the server running?"))
    assert away.endswith("Error: /codes (connection refused Is the server running?)") and "\n" not in away
    assert "why" in told(ValueError("why"))


@pytest.mark.parametrize("formatter", [logs.JsonFormatter(), logs.LineFormatter()])
def test_addresses_that_open_something_are_in_no_line(formatter):
    reset = "/admin/password_reset/MQ/cxabcd-0123456789abcdef0123456789abcdef/"
    for secret, path in (
        ("cxabcd", reset),
        ("AAAAAAAAAAAAAAAAAAAAA", f"/quiz/{'A' * 22}/3"),
        ("BBBBBBBBBBBBBBBBBBBBB", f"/quiz/score/{'B' * 22}"),
    ):
        record = logging.LogRecord("x", logging.ERROR, "", 0, "Internal Server Error: %s", (path,), None)
        record.told = {"path": path, "ms": 3}
        line = formatter.format(record)
        assert secret not in line and "Internal Server Error" in line and ("quiz" in line or "password_reset" in line)
    record = logging.LogRecord(
        "x", logging.ERROR, "", 0, "%s", ("/quiz/progress /admin/password_reset/sent/ /404",), None
    )
    assert "/quiz/progress /admin/password_reset/sent/ /404" in formatter.format(record)


def test_lines_for_people_cannot_be_forged():
    record = logging.LogRecord("x", logging.INFO, "", 0, "path=%s", ("/a\n2026 ERROR forged",), None)
    record.told = {"path": "/b\r\nforged"}
    assert "\n" not in logs.LineFormatter().format(record)


def test_the_deployment_check_is_clean(tmp_path):
    """As an operator runs it: with HTTPS, and nothing else set."""
    clean = {name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"}
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    environment = {**clean, "HTTPS": "true", "VAR_DIR": str(tmp_path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
