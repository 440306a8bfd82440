"""The PostgreSQL and the Redis of a run end with it, however it ends."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from urllib.parse import urlsplit

import pytest

from tests import services
from tests.conftest import need
from tests.prepared import ROOT

TELL = 'echo "$DATABASE_URL"; echo "$CACHE_URL"; read line; exit 3'


def listens(url: str) -> bool:
    parts = urlsplit(url)
    with socket.socket() as client:
        return client.connect_ex((parts.hostname, parts.port)) == 0


@pytest.fixture
def folder():
    """A place for their files, which PostgreSQL's user may enter; who is killed cannot tidy up."""
    with tempfile.TemporaryDirectory() as found:
        os.chmod(found, 0o755)
        yield found


@pytest.mark.parametrize("end", [None, signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_running(end, folder):
    need(services.REDIS and services.POSTGRESQL, "PostgreSQL and Redis")
    command = [sys.executable, "-m", "tests.services", "sh", "-c", TELL]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "TMPDIR": folder},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        urls = [process.stdout.readline().strip() for _ in range(2)]
        assert all(listens(url) for url in urls)
        if end:
            process.send_signal(end)
        process.communicate(None if end else "\n", timeout=60)
        assert process.returncode == {None: 3, signal.SIGTERM: 128 + 15, signal.SIGKILL: -9}[end]
        until = time.monotonic() + 60
        while any(listens(url) for url in urls):
            assert time.monotonic() < until
            time.sleep(0.05)
    finally:
        process.kill()
        process.wait()
