"""Ends the connections of those who announce content and do not send it.

The server waits for a body for ever, and does not tell from which port its client speaks, so nothing says at which
connection a request waits. What the system counts for each does (TCP_INFO, tcp(7)): nothing was sent there for longer
than a connection may be idle or at the head of a request and a body may then take; so the answer to a request is due.
Django is not at it, or all connections of that address would be left alone; so its content is awaited. And too little
of that came. Only Linux counts this: elsewhere, and on Unix sockets, nobody is ended.
"""

import contextlib
import os
import socket
import struct
import sys
import time
from collections.abc import Iterator
from typing import NamedTuple

from statusref.gate import LONGEST_BODY, RUNNING, Gate
from statusref.server import LONGEST_HEAD

INTERVAL = 2  # seconds
SLOWEST, WINDOW = 1000, 10  # bytes a second, in so many seconds
# Whoever has asked Django for something, so many seconds ago, is not among those who do not send.
LONGEST_ANSWER = 5

Peer = tuple


class Seen(NamedTuple):
    """How many bytes had come over a connection at a moment (monotonic)."""

    moment: float
    received: int


def watch(gate: Gate) -> None:
    """End connections whose content does not come, for as long as the process lives."""
    seen: dict[Peer, Seen] = {}
    while sys.platform == "linux":
        time.sleep(INTERVAL)
        seen = end_stalled(gate, seen)


def end_stalled(gate: Gate, seen: dict[Peer, Seen]) -> dict[Peer, Seen]:
    """Look at the connections once; `seen` is what the last look returned."""
    now = time.monotonic()
    awaited = [turn for turn in list(gate.awaited.values()) if now - turn.began > LONGEST_BODY - WINDOW]
    if not awaited:
        return {}
    late = {turn.address for turn in awaited if now - turn.began > LONGEST_BODY}
    answered = list(gate.answered.values())
    spared = {turn.address for turn in answered if now - turn.began > LONGEST_ANSWER}
    if "" in spared or len(answered) > RUNNING:
        late = set()  # requests wait for a page to be made, or for a thread, and nobody knows whose
    found = {}
    for connection in _accepted({turn.port for turn in awaited}):
        with connection, contextlib.suppress(OSError, struct.error):  # closed meanwhile, or an old system
            peer, received, silent = connection.getpeername(), *_figures(connection)
            before = seen.get(peer)
            if before is None or now - before.moment < WINDOW:
                found[peer] = before or Seen(now, received)
                continue
            found[peer] = Seen(now, received)
            is_slow = received - before.received < SLOWEST * (now - before.moment)
            address = peer[0].partition("%")[0]
            if is_slow and silent > LONGEST_HEAD + LONGEST_BODY and address in late - spared:
                connection.shutdown(socket.SHUT_RD)
    return found


def _figures(connection: socket.socket) -> tuple[int, float]:
    """The bytes received, and the seconds for which nothing was sent (0 while something waits to be)."""
    info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 148)
    # struct tcp_info: tcpi_unacked, tcpi_last_data_sent, tcpi_bytes_received, tcpi_notsent_bytes.
    unacknowledged, milliseconds, received, unsent = struct.unpack_from("=24xI16xI80xQ8xI", info)
    return received, 0 if unacknowledged or unsent else milliseconds / 1000


def _accepted(ports: set[int]) -> Iterator[socket.socket]:
    """The connections that came in at one of these ports, each as a socket of its own."""
    for descriptor in os.listdir("/proc/self/fd"):
        try:
            copy = os.dup(int(descriptor))  # it may be closed, and its number given to another, at any moment
        except OSError:
            continue
        try:
            connection = socket.socket(fileno=copy)
        except OSError:
            os.close(copy)
            continue
        if connection.family in (socket.AF_INET, socket.AF_INET6) and connection.getsockname()[1] in ports:
            yield connection
        else:
            connection.close()
