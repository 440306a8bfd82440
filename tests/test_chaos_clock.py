"""The clock of a serving site jumps: nobody is locked out, no answer is lost, and what was shown stays."""

import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from bench.shell import told
from tests import postgres
from tests.chaos import PATIENCE, Client, Reader, addresses_of, fields_of, wait_for
from tests.conftest import need
from tests.prepared import ROOT
from tests.site_server import running_site

pytestmark = [
    pytest.mark.xdist_group("server"),
    pytest.mark.skipif(postgres.IS_USED, reason="about clocks, and not the database"),
]
HOUR, DAY, YEAR = 3600, 86_400, 365 * 86_400

PLANS = """
from datetime import timedelta
from django.contrib.auth import get_user_model
from django.utils import timezone
from codes.documents import dump
from codes.documents.kinds import CODE
from codes.models import StatusCode
from codes.publishing import save_text, start_draft
from codes.schedules import plan
now, editor = timezone.now(), get_user_model().objects.get()
for number, later in ((418, timedelta(minutes=30)), (508, timedelta(days=400))):
    code = StatusCode.objects.get(number=number, draft_of=None)
    code.published_at = now + later
    code.save()
    save_text(CODE, CODE.path(code), dump(CODE, code), editor, into=code)
draft = start_draft(CODE, StatusCode.objects.get(number=404, draft_of=None), editor)
draft.meaning = "What the newer draft says."
draft.save()
save_text(CODE, f"draft:{CODE.path(draft)}", dump(CODE, draft), editor, into=draft)
plan(draft, now + timedelta(minutes=30), editor)
"""

COUNT = """
from codes.models import DraftSchedule, Revision
from quiz.models import Step
answers = Step.objects.filter(answered_at__isnull=False)
print(answers.filter(attempt__mode="endless").count(), answers.filter(attempt__mode="exam").count())
print(Revision.objects.filter(path="codes/404.yaml", text__contains="What the newer draft says.").count())
print(DraftSchedule.objects.count())
"""


class Clock:
    """What the processes of a site take for the time: so many seconds more or less than it is.

    A library of our own, because libfaketime breaks what waits by the clock that nobody sets.
    """

    def __init__(self, folder: Path):
        self.file, self.library = folder / "jump", folder / "clock.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-o", self.library, ROOT / "tests/data/clock.c", "-ldl"], check=True)
        self.file.write_bytes(bytes(8))

    @property
    def environment(self) -> dict[str, str]:
        return {"LD_PRELOAD": str(self.library), "TEST_CLOCK": str(self.file)}

    def jump(self, seconds: int) -> None:
        with self.file.open("r+b", buffering=0) as file:
            file.write(seconds.to_bytes(8, sys.byteorder, signed=True))


def test_the_clock_may_jump_while_the_site_serves(ready_var, tmp_path):
    need(shutil.which("cc"), "a C compiler")
    told(ready_var, PLANS)
    clock = Clock(tmp_path)
    with running_site(ready_var, PAGE_CACHE="128", **clock.environment) as site:
        is_over = threading.Event()
        pages = addresses_of(site.url)
        readers = [Reader(is_over, site.url, pages[number :: max(3, len(pages) // 15)]) for number in range(3)]
        try:
            for reader in readers:
                reader.start()
            look(site, clock, set(pages))
        finally:
            is_over.set()
            for reader in readers:
                if reader.ident:
                    reader.join()
        assert not [wrong for reader in readers for wrong in reader.wrong]
        assert all(reader.asked > 20 and reader.oldest < PATIENCE for reader in readers)
        assert "Traceback" not in site.printed and "ERROR" not in site.printed, site.printed[-3000:]


def look(site, clock: Clock, pages: set[str]) -> None:
    def shows(path: str, text: str) -> bool:
        """Whether every process does; each connection leads to one of them."""
        return all(text in Client(site.url).ask("GET", path)[2] for _ in range(8))

    def report() -> int:
        """The seconds that a sender must wait who sent too many reports; 0 for one who did not."""
        reader = Client(site.url)
        form = {**fields_of(reader.ask("GET", "/report")[2]), "path": "/404", "text": "This is not right."}
        status, fields, text = reader.ask("POST", "/report", list(form.items()))
        assert status in (302, 429), (status, text)
        return int(fields["retry-after"]) if status == 429 else 0

    def exhaust() -> None:
        assert [report() for _ in range(5)] == [0] * 5
        assert 0 < report() <= HOUR

    def begin(mode: str) -> tuple[Client, str]:
        visitor = Client(site.url)
        status, fields, _ = visitor.ask("POST", "/quiz/start", [("mode", mode), ("length", "5")])
        assert status == 303
        return visitor, fields["location"]

    def go_on() -> None:
        assert endless[0].answer(endless[1])[0] == 303
        assert exams[-1][0].answer(exams[-1][1])[0] == 303

    def left(exam: tuple[Client, str]) -> int:
        """The seconds that an exam says to have left; 0 where it is over."""
        found = re.search(r'data-left="([0-9]+)"', exam[0].ask("GET", exam[1])[2])
        return int(found[1]) if found else 0

    def edit(text: str) -> None:
        if editor.ask("GET", "/admin/")[0] == 302:  # the session is over
            editor.cookies.clear()
            editor.log_in(site.password)
        assert editor.save("/admin/codes/vendor/1/change/", summary=text, body=text)[0] == 302
        wait_for(lambda: shows(vendor, text), f"every process shows the edit: {text}")

    editor = Client(site.url)
    editor.log_in(site.password)
    vendor = re.search(r'href="(/vendors/[a-z0-9-]+)"', editor.ask("GET", "/admin/codes/vendor/1/change/")[2])[1]
    endless, exams = begin("endless"), [begin("exam")]
    go_on()
    edit("Before every jump.")
    exhaust()
    assert {"/418", "/508"}.isdisjoint(pages)

    clock.jump(HOUR)
    wait_for(
        lambda: shows("/404", "What the newer draft says.") and shows("/418", "teapot"), "what was planned is there"
    )
    assert left(exams[0]) == 0
    assert report() > 0
    now_shown = set(addresses_of(site.url))
    assert {"/418"} <= now_shown and "/508" not in now_shown

    clock.jump(0)
    exams.append(begin("exam"))
    go_on()
    edit("An hour back.")
    assert 0 < report() <= HOUR
    assert shows("/418", "teapot") and shows("/404", "What the newer draft says.")

    clock.jump(DAY)
    assert left(exams[1]) == 0
    exams.append(begin("exam"))
    go_on()
    edit("A day ahead.")
    exhaust()

    clock.jump(-10 * YEAR)
    go_on()
    assert 0 < left(exams[2]) <= 5 * 60, "an exam stays open for no longer than it may last"
    edit("Ten years back.")
    exhaust()
    assert set(addresses_of(site.url)) == now_shown
    assert shows("/418", "teapot") and Client(site.url).ask("GET", "/508")[0] == 404

    clock.jump(HOUR - 10 * YEAR)
    wait_for(lambda: left(exams[2]) == 0, "the exam is over")

    clock.jump(0)
    assert endless[0].answer(endless[1])[0] == 303
    edit("As it was.")
    assert 0 < report() <= HOUR
    assert set(addresses_of(site.url)) == now_shown
    # Every answer is there, and what was planned went live once.
    assert told(site.var, COUNT).split() == ["5", "4", "1", "0"]
