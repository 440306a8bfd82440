"""What PostgreSQL alone lets happen: two who write at the same moment, and servers that start at the same moment."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable

import pytest
from django.contrib.auth import get_user_model
from django.db import OperationalError, connection, transaction

from codes.documents import dump
from codes.documents.kinds import CODE
from codes.documents.syncing import export_documents, import_documents
from codes.models import StatusClass, StatusCode
from codes.publishing import Conflict, publish_draft, save_text, start_draft
from quiz.models import Attempt
from quiz.starting import Wish, begin
from statusref.content import DOCUMENTS
from tests import makers, postgres
from tests.prepared import ROOT, environment_of

pytestmark = [
    pytest.mark.skipif(not postgres.IS_USED, reason="about PostgreSQL: `make test-postgresql` runs it"),
    pytest.mark.django_db(transaction=True),
]
SECONDS = 60


def while_somebody_writes(write: Callable[[], object], act: Callable[[], object]) -> object:
    """Begin `act` when `write` is done; commit that once `act` waits or is over; return what `act` gave or raised."""
    given = []

    def run() -> None:
        try:
            given.append(act())
        except Exception as error:
            given.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    with transaction.atomic(), connection.cursor() as cursor:
        write()
        thread.start()
        until = time.monotonic() + SECONDS
        while thread.is_alive() and time.monotonic() < until:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                break
            time.sleep(0.02)
    thread.join(SECONDS)
    return given[0]


def edit(number: int = 404) -> None:
    code = StatusCode.objects.get(number=number, draft_of=None)
    code.meaning = "Edited by somebody else."
    save_text(CODE, CODE.path(code), dump(CODE, code), None, into=code)


@pytest.fixture
def live() -> StatusCode:
    makers.make_class(4)
    return makers.make_code(404)


def test_whoever_publishes_a_draft_while_its_page_is_saved_meets_a_conflict(live):
    draft = start_draft(CODE, live, get_user_model().objects.create_superuser("ed"))
    draft.meaning = "What the draft says."
    draft.save()
    found = while_somebody_writes(edit, lambda: publish_draft(CODE, draft, None))
    assert isinstance(found, Conflict) and "Edited by somebody else." in found.live
    assert StatusCode.objects.get(number=404, draft_of=None).meaning == "Edited by somebody else."


def test_an_import_while_a_page_is_saved_keeps_what_was_saved(live, tmp_path):
    export_documents(DOCUMENTS, tmp_path)
    [file] = tmp_path.glob("codes/404.yaml")
    file.write_text(file.read_text().replace(f"gist: {live.gist}", "gist: from the file"))
    report = while_somebody_writes(edit, lambda: import_documents(DOCUMENTS, tmp_path))
    assert list(report.conflicts) == ["codes/404.yaml"]
    code = StatusCode.objects.get(number=404)
    assert (code.meaning, code.gist) == ("Edited by somebody else.", live.gist)


def test_two_who_start_a_newer_draft_get_the_same(live):
    editor = get_user_model().objects.create_superuser("ed")
    found = while_somebody_writes(lambda: start_draft(CODE, live, editor), lambda: start_draft(CODE, live, editor))
    assert StatusCode.objects.filter(draft_of=live).get() == found


def test_the_daily_five_are_begun_once_from_two_tabs(live):
    for number in range(5):
        makers.make_question(slug=f"q{number}", codes=[live])
    visit = "v" * 22
    wish = Wish("daily")
    begin(wish, "w" * 22, "c")
    found = while_somebody_writes(lambda: begin(wish, visit, "a"), lambda: begin(wish, visit, "b"))
    assert Attempt.objects.of_visit(visit).get() == found


def test_a_server_waits_for_no_answer_without_end_and_goes_on_with_a_new_connection():
    """What waits longest is what never comes: here the end of a sleep, as well as the end of a transaction."""
    assert connection.settings_dict["ENGINE"] == "statusref.postgresql"
    connection.close()
    connection.settings_dict["PATIENCE"] = 0.5
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT generate_series(1, 10)")
            assert len(cursor.fetchall()) == 10
            for _ in range(4):
                cursor.execute("SELECT pg_sleep(0.2)")
            with pytest.raises(OperationalError, match="does not answer"):
                cursor.execute("SELECT pg_sleep(60)")
        with pytest.raises(OperationalError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(60)")
        connection.close_if_unusable_or_obsolete()
        makers.make_class(4)
        assert StatusClass.objects.count() == 1
    finally:
        del connection.settings_dict["PATIENCE"]
        connection.close()


def test_hosts_that_start_at_once_prepare_the_database_one_after_the_other(tmp_path):
    (tmp_path / "content/classes").mkdir(parents=True)
    for file in (ROOT / "content/classes").iterdir():
        (tmp_path / "content/classes" / file.name).write_bytes(file.read_bytes())
    postgres.create(postgres.name_for(tmp_path))
    processes = []
    for host in ("one", "two"):
        environment = environment_of(tmp_path) | {
            "VAR_DIR": str(tmp_path / host),
            "CONTENT_DIR": str(tmp_path / "content"),
        }
        command = [sys.executable, "manage.py", "serve", "--prepare-only"]
        processes.append(
            subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
            )
        )
    printed = [process.communicate(timeout=300)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], printed
    assert sum("The first editor is" in text for text in printed) == 1
    assert sum("7 created" in " ".join(text.split()) for text in printed) == 1, printed
