"""Figures for Prometheus: who gets them, what they count over several workers, and that they tell nothing private."""

import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from tests.chaos import wait_for
from tests.prepared import ROOT, copy_of, prepared
from tests.site_server import running_site
from tests.test_page_cache import edit

pytestmark = pytest.mark.xdist_group("server")

TOKEN = "a-token-of-the-tests"


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    var = copy_of(prepared(tmp_path_factory), tmp_path_factory.mktemp("measured"))
    left_over = var / "metrics/counter_1.db"
    left_over.parent.mkdir()
    left_over.write_bytes(b"of a server that is gone")
    with running_site(var, PAGE_CACHE="16", METRICS_TOKEN=TOKEN) as site:
        yield site


def ask(site, path: str, data: bytes | None = None, **headers) -> tuple[int, str]:
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        with urllib.request.urlopen(urllib.request.Request(site.url + path, data, fields), timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def figures(site) -> dict[str, float]:
    status, text = ask(site, "/metrics", Authorization=f"Bearer {TOKEN}")
    assert status == 200
    return {name: float(value) for name, value in re.findall(r"^([^#\s].*) (\S+)$", text, re.M)}


def until(site, name: str, least: float) -> dict[str, float]:
    end = time.monotonic() + 60
    while (found := figures(site)).get(name, 0) < least:
        assert time.monotonic() < end, f"{name} is {found.get(name)}, not {least}"
        time.sleep(0.2)
    return found


def total(found: dict[str, float], label: str) -> float:
    return sum(value for name, value in found.items() if name.startswith("statusref_requests_total") and label in name)


@pytest.mark.parametrize("given", ["", f"Bearer {TOKEN}x", "Bearer ", f"Basic {TOKEN}", "Bearer é"])
def test_without_the_token_there_is_no_such_page(measured, given):
    assert ask(measured, "/metrics", **({"Authorization": given.encode()} if given else {}))[0] == 404


def test_every_worker_counts_into_one_figure(measured):
    name = 'statusref_requests_total{method="GET",status="200",view="search:search"}'
    before = figures(measured).get(name, 0)
    for _ in range(20):
        assert ask(measured, "/search?q=gateway")[0] == 200
    after = figures(measured)
    assert after[name] == before + 20 and after["statusref_workers"] == 2
    assert after['statusref_request_seconds_count{view="search:search"}'] == after[name]
    assert after["statusref_worker_memory_bytes"] > 30_000_000 and after["statusref_content_revision"] > 0


def tag_of(site, path: str) -> str | None:
    with urllib.request.urlopen(site.url + path, timeout=60) as answer:
        return answer.headers["ETag"]


def test_pages_from_memory_are_counted(measured):
    wait_for(lambda: all(tag_of(measured, "/404") for _ in range(20)), "every worker holds the page")
    tag = tag_of(measured, "/404")
    known = 'statusref_page_cache_answers_total{outcome="not modified"}'
    page = 'statusref_page_cache_answers_total{outcome="page"}'
    before = figures(measured)
    for _ in range(10):
        assert ask(measured, "/404")[0] == 200
        ask(measured, "/404", If_None_Match=tag)
    until(measured, page, before[page] + 10)
    until(measured, known, before[known] + 1)
    found = until(measured, "statusref_page_cache_renders_total", 100)
    assert found["statusref_content_unseen_seconds"] == 0 and found["statusref_page_cache_pages"] >= 1
    assert total(found, 'view="codes:') < 60, "what is rendered to be held is no request"


def test_an_edit_is_timed(measured):
    edit(measured.var)
    found = until(measured, "statusref_edit_seen_seconds_count", 2)
    assert found["statusref_edit_seen_seconds_sum"] < 120


def test_nothing_that_a_visitor_sends_becomes_a_label(measured):
    for number in range(12):
        ask(measured, f"/mark-{number}-of-a-visitor?q=mark-{number}-of-a-visitor")
        ask(measured, f"/search?q=mark-{number}-of-a-visitor", X_Name="mark-of-a-visitor")
    ask(measured, "/quiz/start", b"mode=mark-of-a-visitor")
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(urllib.request.Request(f"{measured.url}/500", method="MARK"), timeout=60)
    found = figures(measured)
    assert not any("mark" in name.lower() for name in found)
    assert total(found, 'status="404"') >= 12 and total(found, 'method="other"') == 1
    assert found['statusref_requests_total{method="POST",status="400",view="quiz:begin"}'] >= 1
    assert {re.search(r'method="(\w+)"', name)[1] for name in found if "method=" in name} <= {
        "GET",
        "HEAD",
        "POST",
        "other",
    }


def test_without_the_setting_nothing_is_loaded_and_a_weak_token_is_refused(tmp_path):
    script = "import sys, statusref.wsgi; print('prometheus_client' in sys.modules)"
    command = [sys.executable, "-c", script]
    environment = {**os.environ, "VAR_DIR": str(tmp_path), "PAGE_CACHE": "0"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout == "False\n"
    weak = subprocess.run(
        command, cwd=ROOT, env={**environment, "METRICS_TOKEN": "short"}, capture_output=True, text=True, check=False
    )
    assert weak.returncode and "METRICS_TOKEN: give it at least 16 characters" in weak.stderr
