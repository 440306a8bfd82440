"""Many at once, before the real server: nothing fails and nothing is lost."""

import http.client
import re
import threading
from collections import Counter
from urllib.parse import urlencode, urlsplit

import pytest

from tests.prepared import run_sql
from tests.site_server import running_site

pytestmark = pytest.mark.xdist_group("server")

VISITORS, QUESTIONS = 100, 10


class Visitor:
    """A browser without a screen: one connection, no cookies, and what it was answered."""

    def __init__(self, url: str):
        self.connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
        self.statuses: Counter[int] = Counter()
        self.address = ""

    def ask(self, method: str, path: str, form: dict | None = None) -> tuple[str, str]:
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
        self.connection.request(method, path, urlencode(form or {}, doseq=True) or None, headers)
        response = self.connection.getresponse()
        text = response.read().decode()
        self.statuses[response.status] += 1
        return response.headers.get("Location", ""), text

    def begin(self, mode: str) -> None:
        self.address, _ = self.ask("POST", "/quiz/start", {"mode": mode})

    def answer(self) -> bool:
        """Answer the question that waits; False where none does."""
        _, text = self.ask("GET", self.address)
        found = re.search(r'name="step" value="([^"]+)"', text)
        if not found:
            return False
        location, _ = self.ask("POST", self.address, {"step": found[1], **filled(text)})
        self.ask("GET", location)
        return True

    def play(self, mode: str) -> None:
        self.begin(mode)
        while self.answer():
            pass


def filled(text: str) -> dict:
    """The fields of a form, filled in without much thought."""
    if 'name="number"' in text:
        return {"number": "404"}
    for word in ("place", "partner"):
        if rows := sorted(set(re.findall(rf'name="{word}-(\d)"', text))):
            return {f"{word}-{row}": row for row in rows}
    return {"choice": "0"}


def test_100_at_once_lose_no_answer_and_no_request_fails(ready_var):
    with running_site(ready_var) as site:
        visitors = [Visitor(site.url) for _ in range(VISITORS)]
        threads = [threading.Thread(target=visitor.play, args=("quick",)) for visitor in visitors]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        statuses = sum((visitor.statuses for visitor in visitors), Counter())
        assert set(statuses) == {200, 303}, statuses
        assert statuses[303] == VISITORS * (QUESTIONS + 1)
        counts = run_sql(site.var, "SELECT count(*) FROM quiz_step WHERE answered_at IS NOT NULL GROUP BY attempt_id")
        assert counts == [(QUESTIONS,)] * VISITORS
        assert run_sql(site.var, "SELECT count(*) FROM quiz_attempt WHERE finished_at IS NULL") == [(0,)]
        assert "OperationalError" not in site.printed and "Traceback" not in site.printed


def test_one_answer_sent_by_many_tabs_at_once_counts_once(ready_var):
    with running_site(ready_var) as site:
        visitor = Visitor(site.url)
        visitor.begin("endless")
        _, text = visitor.ask("GET", visitor.address)
        form = {"step": re.search(r'name="step" value="([^"]+)"', text)[1], **filled(text)}
        tabs = [Visitor(site.url) for _ in range(30)]
        threads = [threading.Thread(target=tab.ask, args=("POST", visitor.address, form)) for tab in tabs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sum((tab.statuses for tab in tabs), Counter()) == {303: 30}
        assert run_sql(site.var, "SELECT number, answered_at IS NULL FROM quiz_step ORDER BY number") == [
            (1, 0),
            (2, 1),
        ]


def test_an_attempt_survives_a_restart_of_the_server(ready_var):
    with running_site(ready_var) as site:
        visitor = Visitor(site.url)
        visitor.begin("exam")
        for _ in range(3):
            assert visitor.answer()
    with running_site(ready_var) as site:
        again = Visitor(site.url)
        again.address = visitor.address
        assert "Question 4 of 10" in again.ask("GET", again.address)[1]
        while again.answer():
            pass
        assert run_sql(site.var, "SELECT count(*) FROM quiz_step WHERE answered_at IS NOT NULL") == [(10,)]
        assert set(again.statuses) == {200, 303}
