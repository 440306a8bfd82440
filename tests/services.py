"""PostgreSQL and Redis of their own for a command: `python -m tests.services make test`.

Both listen on free ports of 127.0.0.1, keep their files in a temporary folder, and end with the command, however that
ends: they are stopped by the process that started them, and by the kernel where that is killed itself. The command
finds them by DATABASE_URL and CACHE_URL.
"""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg

from snippets.places import free_port

# Debian keeps the programs of each version in a folder of its own.
_FOUND = [*Path("/usr/lib/postgresql").glob("*/bin/postgres"), shutil.which("postgres")]
POSTGRESQL = next((Path(program).parent for program in _FOUND if program), None)
REDIS = shutil.which("redis-server") or shutil.which("valkey-server")
SECONDS = 60
# The order of text that most installations have, and not SQLite's, so that the tests see where it matters.
LOCALE = ["--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US"]
QUICK = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_connections": "200"}


class Missing(Exception):
    """A service is not installed here."""


class PostgreSQL:
    """A server with its files in a folder, that can be stopped and started; `url` is its database `statusref`.

    Whoever asks for `lasting` finds what it acknowledged after its sudden death; others need not wait for that.
    """

    def __init__(self, folder: str, *, lasting: bool = False):
        # The server refuses to run as root.
        self.user = ["--reuid=postgres", "--regid=postgres", "--init-groups"] if os.getuid() == 0 else []
        if self.user:
            owner = pwd.getpwnam("postgres")
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        self.folder, self.port = folder, free_port()
        self.url = f"postgresql://statusref@127.0.0.1:{self.port}/statusref"
        data = f"{folder}/data"
        command = [POSTGRESQL / "initdb", "-D", data, "-U", "statusref", "-A", "trust", "-N", *LOCALE]
        subprocess.run(["setpriv", *self.user, *command], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        settings = {**QUICK, "port": self.port} | ({"synchronous_commit": "on"} if lasting else {})
        options = [f"--{name}={value}" for name, value in settings.items()]
        options += ["--listen_addresses=127.0.0.1", f"--unix_socket_directories={folder}"]
        self.command = ["setpriv", *self.user, "--pdeathsig=INT", POSTGRESQL / "postgres", "-D", data, *options]

    def start(self) -> None:
        self.process = _started(self.command, self.folder, self._make_database)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT is a fast shutdown: nobody is waited for."""
        _stop(self.process, how)

    @property
    def processes(self) -> list[int]:
        """The first is the one that starts all others."""
        first = self.process.pid
        return [first, *map(int, Path(f"/proc/{first}/task/{first}/children").read_text().split())]

    def _make_database(self) -> None:
        with psycopg.connect(f"{self.url.removesuffix('statusref')}postgres", autocommit=True) as connection:
            if not connection.execute("SELECT FROM pg_database WHERE datname = 'statusref'").rowcount:
                connection.execute("CREATE DATABASE statusref")


@contextlib.contextmanager
def postgresql(*, lasting: bool = False) -> Iterator[PostgreSQL]:
    """An empty server until the block ends."""
    if not POSTGRESQL:
        raise Missing("PostgreSQL")
    with tempfile.TemporaryDirectory(prefix="statusref-postgresql-", ignore_cleanup_errors=True) as folder:
        server = PostgreSQL(folder, lasting=lasting)
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextlib.contextmanager
def redis() -> Iterator[str]:
    """An empty server until the block ends; gives its URL."""
    if not REDIS:
        raise Missing("Redis")
    with tempfile.TemporaryDirectory(prefix="statusref-redis-") as folder:
        port = free_port()
        options = ["--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no"]
        command = ["setpriv", "--pdeathsig=TERM", REDIS, *options]
        process = _started(command, folder, lambda: socket.create_connection(("127.0.0.1", port)).close())
        try:
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            _stop(process, signal.SIGTERM)


def _started(command: list, folder: str, is_there: Callable[[], None]) -> subprocess.Popen:
    log = Path(folder, "log")
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=output, start_new_session=True)
    until = time.monotonic() + SECONDS
    while True:
        try:
            is_there()
            return process
        except (OSError, psycopg.OperationalError) as error:
            if process.poll() is not None or time.monotonic() > until:
                _stop(process, signal.SIGTERM)
                raise RuntimeError(f"{command[-1]} did not start:\n{log.read_text()}") from error
        except BaseException:
            _stop(process, signal.SIGTERM)
            raise
        time.sleep(0.05)


def _stop(process: subprocess.Popen, how: signal.Signals) -> None:
    process.send_signal(how)
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def main(command: list[str]) -> int:
    """Run the command between both services; its exit status is ours."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, frame: sys.exit(128 + number))
    try:
        with postgresql() as database, redis() as cache:
            environment = {**os.environ, "DATABASE_URL": database.url, "CACHE_URL": cache}
            process = subprocess.Popen(["setpriv", "--pdeathsig=TERM", *command], env=environment)
            try:
                return process.wait()
            finally:
                process.terminate()
                process.wait()
    except Missing as missing:
        sys.exit(f"{missing} is not installed here.")
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
