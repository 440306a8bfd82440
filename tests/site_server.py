"""A real server with the whole site, started as `make run` starts it, for tests that need a browser or a socket."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from snippets.places import free_port
from tests import postgres
from tests.prepared import OUTPUT, ROOT, environment_of


@dataclass(frozen=True)
class Site:
    """Where it listens, what it printed, where its files are, how many seconds it took to answer, and its process."""

    url: str
    output: Path
    var: Path
    seconds: float
    pid: int

    @property
    def printed(self) -> str:
        return self.output.read_text()

    @property
    def workers(self) -> set[int]:
        """The processes that answer."""
        return {int(pid) for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()}

    @property
    def password(self) -> str:
        """The first admin's password, as it was printed."""
        before = self.var / OUTPUT
        printed = before.read_text() if before.is_file() else self.printed
        return re.search(r"password (\S+) ", printed)[1]


@contextlib.contextmanager
def running_site(var: Path, **environment: str) -> Iterator[Site]:
    """Run `manage.py serve` on PORT or a free port until the block ends; only its own process group is stopped."""
    var.mkdir(parents=True, exist_ok=True)
    port = int(environment.get("PORT") or free_port())
    output = var / f"output-{port}.txt"
    if postgres.IS_USED:
        postgres.create(postgres.name_for(var), again=False)
    started = time.monotonic()
    with output.open("a") as file:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve"],
            cwd=ROOT,
            env={
                **environment_of(var),
                "HOST": "127.0.0.1",
                "PORT": str(port),
                "PAGE_CACHE": "0",
                **environment,
            },
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        url = f"http://127.0.0.1:{port}"
        for _ in range(1800):
            if process.poll() is not None:
                raise RuntimeError(f"The server stopped:\n{output.read_text()}")
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{url}/healthz", timeout=2).close()
                break
            time.sleep(0.1)
        else:
            raise RuntimeError(f"The server did not answer within three minutes:\n{output.read_text()}")
        yield Site(url, output, var, time.monotonic() - started, process.pid)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
