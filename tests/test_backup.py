"""Backups: whole, consistent, and all or nothing on the way back."""

import contextlib
import gzip
import io
import json
import threading

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.db import connection
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st

from codes.models import Relation, Revision, StatusCode
from statusref import backup as backup_module
from statusref.backup import NotRestorable, kept_models, read_backup, write_backup
from tests.makers import make_code, make_full_code

pytestmark = pytest.mark.django_db


def backup() -> bytes:
    file = io.BytesIO()
    write_backup(file)
    return file.getvalue()


@pytest.fixture
def filled():
    make_full_code(404)
    editor = get_user_model().objects.create_user("ed", password="x", email="ed@example.com")
    editor.groups.add(Group.objects.first())
    Revision.objects.create(path="codes/404.yaml", text="name: Größe – “x” 🦆\n", source="admin", author=editor)
    return backup()


def test_what_comes_back_is_what_went_in(filled):
    Relation.objects.all().delete()
    StatusCode.objects.all().delete()
    make_code(500)
    get_user_model().objects.all().delete()
    read_backup(io.BytesIO(filled))
    assert backup() == filled
    assert get_user_model().objects.get().groups.count() == 1


def test_the_next_row_gets_a_key_of_its_own(filled):
    read_backup(io.BytesIO(filled))
    newest = Revision.objects.first().pk
    assert Revision.objects.create(path="codes/500.yaml", text="x", source="admin").pk > newest


def test_every_table_is_kept_but_sessions_and_login_attempts():
    kept = {model._meta.label for model in kept_models()}
    assert {"codes.StatusCode", "codes.Revision", "codes.OldAddress", "auth.User", "compare.Side"} <= kept
    assert not {name for name in kept if name.startswith(("sessions.", "axes."))}


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda lines: lines[:-1], "its end is missing"),
        (lambda lines: [*lines[:5], *lines[6:]], "not those that it counts"),
        (lambda lines: [lines[0].replace(b"statusref backup", b"other"), *lines[1:]], "does not begin"),
        (lambda lines: [lines[0].replace(b"codes.0001_initial", b"codes.0999_later"), *lines[1:]], "codes.0999_later"),
        (lambda lines: [lines[0], b'{"model": "no.such", "pk": 1, "fields": {}}\n'], "no.such"),
        (lambda lines: [lines[0], b"[]\n", *lines[1:]], "no row"),
        (lambda lines: [lines[0], b"nonsense\n"], "Expecting value"),
        (lambda lines: [lines[0], lines[3], lines[3]], "UNIQUE|unique"),
        (lambda lines: [], "does not begin"),
    ],
)
def test_a_file_that_is_not_whole_changes_nothing(filled, spoil, says):
    lines = gzip.decompress(filled).splitlines(keepends=True)
    with pytest.raises(NotRestorable, match=says):
        read_backup(io.BytesIO(gzip.compress(b"".join(spoil(lines)))))
    assert backup() == filled


@limits(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(st.data())
def test_no_torn_or_damaged_file_is_taken(filled, data):
    cut = data.draw(st.integers(0, len(filled) - 1))
    damaged = data.draw(st.sampled_from([filled[:cut], filled[:cut] + bytes([filled[cut] ^ 0x55]) + filled[cut + 1 :]]))
    with contextlib.suppress(NotRestorable):
        read_backup(io.BytesIO(damaged))
    assert backup() == filled


def test_the_commands(filled, tmp_path, capsysbinary):
    file = tmp_path / "backup.jsonl.gz"
    call_command("backup", str(file))
    assert file.read_bytes() == filled and file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(CommandError, match="Choose another name"):
        call_command("backup", str(file))
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("backup", str(tmp_path / "no" / "folder"))
    assert [path.name for path in tmp_path.iterdir()] == ["backup.jsonl.gz"]
    call_command("backup", "-")
    assert filled in capsysbinary.readouterr().out
    with pytest.raises(CommandError, match="--replace"):
        call_command("restore", str(file))
    Relation.objects.all().delete()
    StatusCode.objects.all().delete()
    call_command("restore", str(file), "--replace")
    assert StatusCode.objects.filter(number=404).exists()
    with pytest.raises(CommandError, match="No such file"):
        call_command("restore", str(tmp_path / "nothing"), "--replace")


def test_rows_are_told_one_by_one(filled):
    lines = [json.loads(line) for line in gzip.decompress(filled).splitlines()]
    assert lines[0]["format"] == "statusref backup 1" and sum(lines[-1]["rows"].values()) == len(lines) - 2


@pytest.mark.django_db(transaction=True)
def test_a_backup_keeps_nobody_from_writing(monkeypatch):
    """The rows are read at one moment; what is written meanwhile waits for nothing and is not in it."""
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        pytest.skip("a database in memory, where connections lock each other as those of a file do not")
    make_code(404)
    written = []
    line = backup_module._line

    def write():
        written.append(make_code(500))
        connection.close()

    def slow(data: dict) -> bytes:
        # The head was written, so the reading has begun.
        if not written and "model" in data:
            thread = threading.Thread(target=write)
            thread.start()
            thread.join(30)
        return line(data)

    monkeypatch.setattr(backup_module, "_line", slow)
    counts = write_backup(io.BytesIO())
    assert written and counts["codes.statuscode"] == 1
