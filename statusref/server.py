"""The HTTP server: granian, on listening sockets that outlive the workers that accept from them.

granian's own workers open a socket each, and when one ends, the connections in its queue are reset. Here the parent
holds a socket for each worker (or the service manager one for all: socket activation), so a connection waits until the
next worker takes it. The parent imports nothing of the site: workers that SIGHUP starts anew run the new code.

Run as `python -m statusref.server HOST PORT WORKERS`; `manage.py serve` does so.
"""

import mmap
import multiprocessing
import os
import socket
import sys
import time
from collections.abc import Callable
from functools import partial
from multiprocessing.synchronize import Event

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels, logger
from granian.net import SocketHolder
from granian.server import Server

BACKLOG = 1024
# Seconds for which a worker may end its requests, and a new one may start. The service manager must wait longer.
PATIENCE = 30
# Of each worker. Most threads wait for somebody (see `statusref.gate`); a connection without a request needs none.
THREADS, CONNECTIONS = 32, 4096
LARGEST_HEAD = 65_536  # bytes of a request's line and fields
LONGEST_HEAD = 10  # seconds until all of these must have come, from the start of a connection or the answer before
# Seconds between two starts of the same worker, however fast it crashes.
REST = 5
# Seconds after which a connection ends whose client is gone, or takes nothing of what it asked for.
SILENCE = 60


class LastingServer(Server):
    """granian on sockets that are already listening; workers have one each, or share them where there are fewer."""

    def __init__(self, listeners: list[socket.socket], **options):
        self.listeners = listeners
        # One byte that all processes share, without a lock that a worker could die with: the application was loaded.
        self.was_loaded = mmap.mmap(-1, 1)
        self.started: dict[int, float] = {}
        super().__init__("statusref.wsgi:application", interface=Interfaces.WSGI, backlog=BACKLOG, **options)

    def _init_shared_socket(self) -> None:
        # A holder closes what it holds when nobody needs it any more, so it gets a descriptor of its own.
        self.holders = [
            SocketHolder(os.dup(listener.fileno()), listener.family == socket.AF_UNIX, BACKLOG)
            for listener in self.listeners
        ]
        self._ssp = self._sso = None

    def startup(self, spawn_target: Callable, target_loader: Callable) -> None:
        self.blocking_threads = THREADS  # granian would warn that all of them might run Python
        super().startup(spawn_target, partial(load_and_say, target_loader, self.was_loaded))

    def _spawn_worker(self, idx: int, target: Callable, callback_loader: Callable):
        self._shd = self.holders[idx % len(self.holders)]
        return super()._spawn_worker(idx, target, callback_loader)

    def _respawn_workers(self, workers: list[int], spawn_target: Callable, target_loader: Callable, delay=0) -> None:
        for index in workers:
            if not self.wrks[index].is_alive():
                self._start_again(index, spawn_target, target_loader)
            elif not self._replace(index, spawn_target, target_loader):
                if not self.interrupt_signal:
                    logger.error(
                        "A new worker did not start. The old one goes on; send SIGHUP again when that is mended."
                    )
                return

    def _start_again(self, index: int, spawn_target: Callable, target_loader: Callable) -> None:
        """Start a worker that crashed.

        granian ends everything when one crashes again within 5.5 seconds, so a request that crashes it, sent twice,
        would be the end of the site. That is right only for an application that cannot be loaded.
        """
        if self.was_loaded[0]:
            while time.monotonic() < self.started.get(index, -REST) + REST and not self.interrupt_signal:
                time.sleep(0.1)
        self.started[index] = time.monotonic()
        super()._respawn_workers([index], spawn_target, target_loader)
        if self.was_loaded[0]:
            self.respawned_wrks.clear()

    def _replace(self, index: int, spawn_target: Callable, target_loader: Callable) -> bool:
        """Put a new worker in the place of a living one, once it is ready to answer. Returns whether it became so."""
        old, ready = self.wrks[index], multiprocessing.Event()
        new = self._spawn_worker(index, spawn_target, partial(load_and_tell, target_loader, ready))
        new.interrupt_by_parent = True  # its end is no crash until it is one of ours
        new.start()
        until = time.monotonic() + PATIENCE
        while new.is_alive() and not ready.wait(0.1) and time.monotonic() < until and not self.interrupt_signal:
            pass
        if not ready.is_set():
            new.kill()
            new.join()
            return False
        new.interrupt_by_parent = False
        self.wrks[index] = new
        old.terminate()
        old.join(self.workers_kill_timeout)
        if old.is_alive():
            logger.warning("An old worker was stopped in the middle of a request that took too long.")
            old.kill()
            old.join()
        return True


def load_and_say(load: Callable[[], Callable], was_loaded: mmap.mmap) -> Callable:
    """Load the application, in a worker, and say that it can be loaded."""
    application = load()
    was_loaded[0] = 1
    return application


def load_and_tell(load: Callable[[], Callable], ready: Event) -> Callable:
    """Load the application, in a worker, and tell its parent when it may take over.

    While the database is away it may not: what the worker before it holds in memory is all that can be served.
    """
    application = load()
    watch = getattr(application, "watch", None)
    while watch and watch.version is None:
        time.sleep(0.05)
    ready.set()
    return application


def inherited() -> list[socket.socket]:
    """The listening sockets that the service manager passed to this process (sd_listen_fds(3)), if it did."""
    if os.environ.get("LISTEN_PID") != str(os.getpid()):
        return []
    descriptors = range(3, 3 + int(os.environ["LISTEN_FDS"]))
    for descriptor in descriptors:
        os.set_inheritable(descriptor, False)
    return [socket.socket(fileno=descriptor) for descriptor in descriptors]


def listen(host: str, port: int, count: int) -> list[socket.socket]:
    """Listen at an address with `count` sockets, among which the kernel spreads the connections evenly.

    A name stands for the first of its addresses. Raises OSError where that cannot be done.
    """
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    with socket.socket(family, socket.SOCK_STREAM) as alone:
        # SO_REUSEPORT would share the address with another server of ours, too.
        alone.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        alone.bind(address)
    listeners = []
    for _ in range(count):
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
        listeners.append(listener)
    return listeners


def end_dead_connections(listener: socket.socket) -> None:
    """Let the system end connections whose other end is silent for too long; those that are accepted inherit it."""
    if listener.family == socket.AF_UNIX or sys.platform != "linux":
        return
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in (
        (socket.TCP_KEEPIDLE, SILENCE),
        (socket.TCP_KEEPINTVL, 15),
        (socket.TCP_KEEPCNT, 4),
        (socket.TCP_USER_TIMEOUT, SILENCE * 1000),
    ):
        listener.setsockopt(socket.IPPROTO_TCP, option, value)


def main(host: str, port: str, workers: str) -> None:
    """Serve until SIGTERM or SIGINT; SIGHUP replaces the workers one after the other."""
    multiprocessing.set_start_method("fork")  # workers inherit the socket
    try:
        listeners = inherited() or listen(host, int(port), int(workers))
    except OSError as error:
        sys.exit(f"Cannot listen at {host} port {port}: {error.strerror}. Choose another with HOST and PORT.")
    for listener in listeners:
        end_dead_connections(listener)
    if len(listeners) > int(workers):
        sys.exit(f"{len(listeners)} sockets were passed for {workers} workers; nobody would answer at some of them.")
    LastingServer(
        listeners,
        address=host,
        port=int(port),
        workers=int(workers),
        blocking_threads=1,  # until `startup`
        backpressure=CONNECTIONS,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(max_buffer_size=LARGEST_HEAD, header_read_timeout=LONGEST_HEAD * 1000),
        respawn_failed_workers=True,
        workers_kill_timeout=PATIENCE,
        log_level=LogLevels.warning,
    ).serve()


if __name__ == "__main__":
    main(*sys.argv[1:])
