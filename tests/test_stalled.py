"""Only a connection whose content does not come is ended."""

import socket
import sys
import time
from types import SimpleNamespace

import pytest

from statusref import stalled
from statusref.gate import RUNNING, Turn

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts what this needs")
US = "127.0.0.1"


@pytest.fixture
def pair():
    """A connection, from the side of the client and from that of the server."""
    with socket.create_server((US, 0)) as listener, socket.create_connection(listener.getsockname()) as client:
        server = listener.accept()[0]
        with server:
            server.setblocking(False)
            yield client, server


@pytest.fixture
def is_ended(pair, monkeypatch):
    """Whether it is ended where requests from here are `awaited` and `answered`, and something happens `meanwhile`."""
    for name in ("WINDOW", "LONGEST_HEAD", "LONGEST_BODY"):
        monkeypatch.setattr(stalled, name, 0)
    client, server = pair

    def look(awaited: str = US, answered: tuple[str, ...] = (), meanwhile=lambda: None) -> bool:
        before = time.monotonic() - 2 * stalled.LONGEST_ANSWER
        port = server.getsockname()[1]
        gate = SimpleNamespace(
            awaited={1: Turn(before, awaited, port)},
            answered={number: Turn(before, address, port) for number, address in enumerate(answered)},
        )
        client.sendall(b"x")
        seen = stalled.end_stalled(gate, {})
        assert seen, "it was looked at"
        meanwhile()
        time.sleep(0.05)
        stalled.end_stalled(gate, seen)
        try:
            while server.recv(65536):
                pass
        except BlockingIOError:
            return False
        return True

    return look


def test_a_connection_over_which_nothing_comes_is_ended_and_can_still_be_answered(pair, is_ended):
    assert is_ended()
    pair[1].send(b"408")
    assert pair[0].recv(9) == b"408", "the other end of it is in this process too, and goes on"


@pytest.mark.parametrize(
    "who",
    [
        {"awaited": "192.0.2.1"},
        {"answered": (US,)},
        {"answered": ("",)},
        {"answered": ("192.0.2.1",) * (RUNNING + 1)},
    ],
    ids=["nothing of it is awaited", "Django is at it", "it may wait for a page", "it may wait for a thread"],
)
def test_a_connection_that_may_wait_for_something_else_is_left_alone(is_ended, who):
    assert not is_ended(**who)


def test_who_sends_fast_enough_is_left_alone(pair, is_ended):
    assert not is_ended(meanwhile=lambda: pair[0].sendall(b"x" * 50_000))


def test_who_has_not_read_an_answer_yet_is_left_alone(pair, is_ended):
    def answer():
        try:
            while pair[1].send(b"x" * 65536):
                pass
        except BlockingIOError:
            pass

    assert not is_ended(meanwhile=answer)


def test_who_was_answered_a_moment_ago_is_left_alone(pair, is_ended, monkeypatch):
    monkeypatch.setattr(stalled, "LONGEST_HEAD", 3600)
    assert not is_ended()


def test_without_content_that_is_late_nothing_is_looked_at(pair):
    assert stalled.end_stalled(SimpleNamespace(awaited={}, answered={}), {"x": None}) == {}


def test_nothing_is_done_where_the_system_does_not_count(monkeypatch):
    monkeypatch.setattr(stalled.sys, "platform", "darwin")
    stalled.watch(None)
