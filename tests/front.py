"""nginx with the shipped configuration, paths and ports replaced, in front of a server on this machine."""

import contextlib
import http.client
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.site_server import ROOT, free_port

NAME = "statusref.example"
SHIPPED = ROOT / "deploy/nginx/statusref.conf"
ERRORS = SHIPPED.with_name("statusref-errors.conf")
NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
# As Debian's own nginx.conf, and everything below one folder.
AROUND = """
{user} worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/log/error.log;
events {{ worker_connections 256; }}
http {{
    client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
    uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
    include {folder}/statusref.conf;
}}
"""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes


@dataclass
class Front:
    """The nginx of a test: `port` speaks HTTP, `tls` HTTPS."""

    folder: Path
    port: int
    tls: int
    process: subprocess.Popen | None = None

    def configure(self, servers: list[str]) -> None:
        """Write the shipped configuration for these servers (`127.0.0.1:8000`)."""
        text = re.sub(r"^\s*listen \[::\].*\n", "", SHIPPED.read_text(), flags=re.M)
        for shipped, ours in {
            "listen 80": f"listen 127.0.0.1:{self.port}",
            "listen 443": f"listen 127.0.0.1:{self.tls}",
            f"/etc/letsencrypt/live/{NAME}/": f"{self.folder}/",
            "/var/cache/nginx/": f"{self.folder}/cache/",
            "/etc/nginx/snippets/": f"{ERRORS.parent}/",
            "/var/log/nginx/": f"{self.folder}/log/",
            "server 127.0.0.1:8000;": " ".join(f"server {server};" for server in servers),
        }.items():
            assert shipped in text, shipped
            text = text.replace(shipped, ours)
        (self.folder / "statusref.conf").write_text(text)

    def check(self) -> subprocess.CompletedProcess:
        """What `nginx -t` says of the configuration."""
        return subprocess.run(
            [NGINX, "-t", "-c", f"{self.folder}/nginx.conf"], capture_output=True, text=True, check=False
        )

    def reload(self, servers: list[str]) -> None:
        """Put other servers behind it."""
        self.configure(servers)
        self.process.send_signal(signal.SIGHUP)

    def ask(
        self, path: str, method: str = "GET", body: bytes | None = None, source: str = "127.0.0.1", **headers
    ) -> Answer:
        """Ask over TLS by the name that the configuration knows; `source` is the address to come from."""
        connection = http.client.HTTPConnection(NAME)
        connection.sock = self.connect(source)
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        with contextlib.closing(connection):
            connection.request(method, path, body, fields)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())

    def connect(self, source: str = "127.0.0.1") -> ssl.SSLSocket:
        context = ssl.create_default_context(cafile=self.folder / "fullchain.pem")
        plain = socket.create_connection(("127.0.0.1", self.tls), timeout=90, source_address=(source, 0))
        return context.wrap_socket(plain, server_hostname=NAME)

    def send(self, request: bytes, port: int | None = None) -> Answer:
        """Send these very bytes over TLS, or in plain text to a port; the answer, after which the connection closes."""
        connection = socket.create_connection(("127.0.0.1", port), timeout=90) if port else self.connect()
        with connection:
            connection.sendall(request)
            answer = http.client.HTTPResponse(connection)
            answer.begin()
            found = Answer(answer.status, answer.headers, answer.read())
            assert connection.recv(1) == b""
            return found

    def logged(self) -> str:
        return (self.folder / "log/statusref.log").read_text()


@contextlib.contextmanager
def running_front(folder: Path, *servers: str) -> Iterator[Front]:
    """Run it until the block ends."""
    front = Front(folder, free_port(), free_port())
    for name in ("cache", "log"):
        (folder / name).mkdir(parents=True)
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-days", "2", "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"]
    command += ["-keyout", f"{folder}/privkey.pem", "-out", f"{folder}/fullchain.pem"]
    subprocess.run(command, check=True, capture_output=True)
    # The folders of a test are for root alone where root runs it.
    user = "user root;" if os.getuid() == 0 else ""
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder, user=user))
    front.configure(list(servers))
    assert front.check().returncode == 0, front.check().stderr
    front.process = subprocess.Popen([NGINX, "-c", f"{folder}/nginx.conf"], stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", front.tls), timeout=5).close()
                break
            time.sleep(0.1)
        yield front
    finally:
        front.process.terminate()
        front.process.wait(timeout=30)
