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


@contextlib.contextmanager
def postgresql() -> Iterator[str]:
    """An empty server until the block ends; gives the URL of its database `statusref`."""
    if not POSTGRESQL:
        raise Missing("PostgreSQL")
    # The server refuses to run as root.
    user = ["--reuid=postgres", "--regid=postgres", "--init-groups"] if os.getuid() == 0 else []
    with tempfile.TemporaryDirectory(prefix="statusref-postgresql-", ignore_cleanup_errors=True) as folder:
        if user:
            owner = pwd.getpwnam("postgres")
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        data = f"{folder}/data"
        command = [POSTGRESQL / "initdb", "-D", data, "-U", "statusref", "-A", "trust", "-N", *LOCALE]
        subprocess.run(["setpriv", *user, *command], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        port = free_port()
        options = [f"--{name}={value}" for name, value in {**QUICK, "port": port}.items()]
        options += ["--listen_addresses=127.0.0.1", f"--unix_socket_directories={folder}"]
        url = f"postgresql://statusref@127.0.0.1:{port}/statusref"

        def make_database() -> None:
            with psycopg.connect(f"{url.removesuffix('statusref')}postgres", autocommit=True) as connection:
                connection.execute("CREATE DATABASE statusref")

        # SIGINT is a fast shutdown: nobody is waited for.
        command = ["setpriv", *user, "--pdeathsig=INT", POSTGRESQL / "postgres", "-D", data, *options]
        with _running(command, folder, make_database, signal.SIGINT):
            yield url


@contextlib.contextmanager
def redis() -> Iterator[str]:
    """An empty server until the block ends; gives its URL."""
    if not REDIS:
        raise Missing("Redis")
    with tempfile.TemporaryDirectory(prefix="statusref-redis-") as folder:
        port = free_port()
        options = ["--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no"]
        command = ["setpriv", "--pdeathsig=TERM", REDIS, *options]
        with _running(command, folder, lambda: socket.create_connection(("127.0.0.1", port)).close(), signal.SIGTERM):
            yield f"redis://127.0.0.1:{port}/0"


@contextlib.contextmanager
def _running(command: list, folder: str, is_there: Callable[[], None], stop: signal.Signals) -> Iterator[None]:
    log = Path(folder, "log")
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=output, start_new_session=True)
    try:
        until = time.monotonic() + SECONDS
        while True:
            try:
                is_there()
                break
            except (OSError, psycopg.OperationalError) as error:
                if process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(f"{command[-1]} did not start:\n{log.read_text()}") from error
            time.sleep(0.05)
        yield
    finally:
        process.send_signal(stop)
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
            environment = {**os.environ, "DATABASE_URL": database, "CACHE_URL": cache}
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
