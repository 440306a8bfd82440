"""Workers and whole servers are replaced while visitors ask, and no request is lost."""

import contextlib
import functools
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from urllib.parse import urlsplit

import pytest

from statusref.server import load_and_tell
from tests import chaos
from tests.prepared import ROOT, copy_of, environment_of, prepared
from tests.site_server import free_port, running_site

pytestmark = pytest.mark.xdist_group("server")

PATIENCE = 90  # seconds, for a busy machine


wait_for = functools.partial(chaos.wait_for, seconds=PATIENCE)


class Visitors:
    """Some who ask one page after the other, each over a connection of its own, until the block ends.

    As browsers and nginx do, they send a GET once more if the connection ends before any answer begins.
    """

    def __init__(self, address: tuple[str, int], paths: list[str]):
        self.address, self.answers, self.failures = address, 0, []
        self.is_over = threading.Event()
        self.threads = [threading.Thread(target=self.ask, args=[path]) for path in paths]

    def ask(self, path: str) -> None:
        while not self.is_over.is_set():
            try:
                try:
                    status = self.status_of(path)
                except http.client.RemoteDisconnected:
                    status = self.status_of(path)
                if status != 200:
                    self.failures.append(f"{path}: {status}")
            except (OSError, http.client.HTTPException) as error:
                self.failures.append(f"{path}: {error!r}")
            self.answers += 1

    def status_of(self, path: str) -> int:
        connection = http.client.HTTPConnection(*self.address, timeout=PATIENCE)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *exc):
        self.is_over.set()
        for thread in self.threads:
            thread.join(PATIENCE)


class SlowPost:
    """A form that is sent byte by byte."""

    body = b"mode=quick&" + b"x" * 4000

    def __init__(self, address: tuple[str, int]):
        self.socket = socket.create_connection(address, timeout=PATIENCE)
        head = f"POST /quiz/start HTTP/1.1\r\nHost: {address[0]}:{address[1]}\r\nContent-Length: {len(self.body)}\r\n"
        head += "Content-Type: application/x-www-form-urlencoded\r\nSec-Fetch-Site: same-origin\r\n\r\n"
        self.socket.sendall(head.encode())
        self.sent = 0

    def send(self, count: int) -> None:
        for _ in range(count):
            self.socket.sendall(self.body[self.sent : self.sent + 1])
            self.sent += 1
            time.sleep(0.02)

    def status(self) -> bytes:
        self.socket.sendall(self.body[self.sent :])
        with self.socket:
            return self.socket.makefile("rb").readline().rstrip()


@pytest.fixture(scope="module")
def cached_site(tmp_path_factory):
    with running_site(copy_of(prepared(tmp_path_factory), tmp_path_factory.mktemp("cached")), PAGE_CACHE="16") as found:
        yield found


def replaced(site, before: set[int]) -> None:
    wait_for(lambda: len(site.workers) == 2 and not site.workers & before, "only new workers")


def test_replacing_every_worker_loses_no_request(cached_site):
    address = ("127.0.0.1", urlsplit(cached_site.url).port)
    with Visitors(address, ["/404", "/500", "/search?q=gateway", "/healthz"]) as visitors:
        for _ in range(2):
            before, asked = cached_site.workers, visitors.answers
            slow = SlowPost(address)
            slow.send(10)
            os.kill(cached_site.pid, signal.SIGHUP)
            wait_for(lambda before=before: cached_site.workers - before, "a new worker")
            slow.send(50)
            assert cached_site.workers & before, "an old worker waits for the form"
            assert slow.status() == b"HTTP/1.1 303 See Other"
            replaced(cached_site, before)
            wait_for(lambda asked=asked: visitors.answers > asked + 8, "visitors go on")
    assert not visitors.failures


def test_a_new_worker_that_cannot_start_leaves_the_old_ones_alone(cached_site):
    before = cached_site.workers
    key = cached_site.var / "secret-key"
    secret = key.read_text()
    key.unlink()
    key.mkdir()
    os.kill(cached_site.pid, signal.SIGHUP)
    wait_for(lambda: "A new worker did not start" in cached_site.printed, "the complaint")
    assert cached_site.workers == before
    key.rmdir()
    key.write_text(secret)
    os.kill(cached_site.pid, signal.SIGHUP)
    replaced(cached_site, before)


def test_a_worker_that_crashes_again_and_again_is_started_again_and_again(cached_site):
    """Or a request that crashes a worker, sent twice, would be the end of the site."""
    address = ("127.0.0.1", urlsplit(cached_site.url).port)
    for _ in range(2):
        before = cached_site.workers
        os.kill(max(before), signal.SIGKILL)  # the newest: the one that was started again
        wait_for(lambda before=before: len(cached_site.workers - before) == 1, "a new worker")
    with Visitors(address, ["/404", "/healthz"]) as visitors:
        wait_for(lambda: visitors.answers > 20, "visitors")
    assert not visitors.failures and "crash loop" not in cached_site.printed


def test_an_application_that_cannot_be_loaded_ends_the_server(ready_var):
    """Or nobody would be told: not the service manager, and not who reads what it prints."""
    key = ready_var / "secret-key"
    key.unlink(missing_ok=True)
    command = [sys.executable, "-m", "statusref.server", "127.0.0.1", str(free_port()), "2"]
    key.mkdir()
    done = subprocess.run(command, cwd=ROOT, env=environment_of(ready_var), capture_output=True, timeout=PATIENCE)
    assert done.returncode and b"crash loop" in done.stderr + done.stdout, done


def test_a_restart_on_a_socket_of_the_service_manager_refuses_nobody(ready_var):
    """The manager keeps the socket while the whole server is another one; visitors only wait."""
    with socket.socket() as listener, (ready_var / "output.txt").open("w") as output:
        listener.bind(("127.0.0.1", 0))
        listener.listen(1024)
        address = listener.getsockname()
        environment = environment_of(ready_var)
        environment |= {"HOST": "127.0.0.1", "PORT": "1", "WORKERS": "1", "LISTEN_FDS": "1"}
        # As systemd does: descriptor 3, and the process that it is for.
        script = f'exec 3<&{listener.fileno()}; export LISTEN_PID=$$; exec "$0" manage.py serve'
        sh = shutil.which("bash") or "bash"  # dash knows descriptors of one digit only

        def start() -> subprocess.Popen:
            return subprocess.Popen(
                [sh, "-c", script, sys.executable],
                cwd=ROOT,
                env=environment,
                pass_fds=[listener.fileno()],
                stdout=output,
                stderr=output,
            )

        server = start()
        try:
            with Visitors(address, ["/404", "/healthz"]) as visitors:
                wait_for(lambda: visitors.answers > 4, "the first server")
                slow = SlowPost(address)
                slow.send(10)
                server.send_signal(signal.SIGTERM)
                slow.send(10)
                assert slow.status() == b"HTTP/1.1 303 See Other", "what is under way ends before the server does"
                assert server.wait(PATIENCE) == 0
                asked = visitors.answers
                server = start()
                wait_for(lambda: visitors.answers > asked + 4, "the second server")
            assert not visitors.failures
        finally:
            with contextlib.suppress(ProcessLookupError):
                server.terminate()
            server.wait(PATIENCE)


def test_a_new_worker_takes_over_only_when_it_has_read_the_content():
    """Or a reload while the database is away would throw away all that can be served."""

    class Application:
        class watch:  # noqa: N801
            version = None

    ready = threading.Event()
    loading = threading.Thread(target=load_and_tell, args=[Application, ready], daemon=True)
    loading.start()
    assert not ready.wait(0.3)
    Application.watch.version = 1
    assert ready.wait(PATIENCE)


def test_an_address_that_is_taken_is_told_in_one_line_and_the_database_can_be_left_alone(tmp_path):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        command = [sys.executable, "manage.py", "serve", "--serve-only", "--host", "127.0.0.1", "--port", str(port)]
        environment = {**os.environ, "VAR_DIR": str(tmp_path)}
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"Cannot listen at 127.0.0.1 port {port}: ") and "Traceback" not in done.stderr
    assert (tmp_path / "static/staticfiles.json").is_file() and not (tmp_path / "statusref.sqlite3").exists()
