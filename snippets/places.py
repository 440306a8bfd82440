"""Where one snippet runs: a folder and ports of its own, and the few words in its code that have to name them."""

import os
import re
import socket
import subprocess
import threading
from functools import cache
from pathlib import Path

from .processes import Failed

FOLDERS = re.compile(r"(?<![\w./:}-])/(?=(?:var|srv|etc|usr/share)/[\w.-])")
LOOPBACK = re.compile(r"(?:(?<=127\.0\.0\.1:)|(?<=localhost:))([0-9]{2,5})\b")
EXAMPLE = re.compile(r"(https?)://[\w.-]*example\.(com|org|net)(:[0-9]+)?(?![\w.-])")
CERTIFICATE = re.compile(r"/etc/[\w./-]+\.(?:pem|crt|key)\b")
MODIFIED = 1_780_000_000
_given: set[int] = set()
_lock = threading.Lock()


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on and that was not given before."""
    with _lock:
        while True:
            with socket.socket() as sock:
                sock.bind(("127.0.0.1", 0))
                port = sock.getsockname()[1]
            if port not in _given:
                _given.add(port)
                return port


class Place:
    """A folder, the ports on which the snippet listens, and those of the servers that it asks.

    `own` and `others` map the port that the code names to the one that it gets. `server` is the port of the scripted
    server of a client, and None for everything else; `host` is what a request names that names no other.
    """

    def __init__(self, folder: Path, listens: tuple[str, ...], server: int | None = None):
        self.folder = folder
        self.root = folder / "root"
        self.root.mkdir(parents=True)
        (folder / "tmp").mkdir()
        self.listens = tuple(re.compile(pattern) for pattern in listens)
        self.server = server
        self.host = "example.com"
        self.own: dict[int, int] = {}
        self.others: dict[int, int] = {}

    @property
    def output(self) -> Path:
        return self.folder / "output.log"

    @property
    def port(self) -> int:
        """The first port on which the snippet listens; one is given where its code names none."""
        return next(iter(self.own.values())) if self.own else self.listen(80)

    def listen(self, port: int) -> int:
        return self.own.setdefault(port, self.own.get(port) or free_port())

    def port_of(self, original: str) -> int:
        if not original:
            return self.port
        if int(original) not in self.own:
            raise Failed(f"the code does not listen on port {original}")
        return self.own[int(original)]

    def code(self, text: str) -> str:
        """The code with its ports, folders and hosts replaced, and nothing else."""
        for pattern in self.listens:
            text = pattern.sub(lambda found: _with(found, f"\x00{self.listen(int(found[1]))}\x00"), text)
        return self.text(text).replace("\x00", "")

    def text(self, text: str) -> str:
        """A text of the run, such as the value of a field, as the code has it."""
        if self.server is not None:
            text = EXAMPLE.sub(self._scripted, text)
        text = LOOPBACK.sub(self._other, text)
        self._make_folders(text)
        return FOLDERS.sub(lambda found: f"{self.root}/", text)

    def _scripted(self, found: re.Match) -> str:
        return f"{found[1]}://{'127.0.0.1' if found[2] == 'com' else 'localhost'}:\x00{self.server}\x00"

    def _other(self, found: re.Match) -> str:
        port = int(found[1])
        if port in self.own:
            return str(self.own[port])
        return str(self.others.setdefault(port, self.others.get(port) or free_port()))

    def _make_folders(self, text: str) -> None:
        """The folders that the code names, and certificates where it names some."""
        for found in FOLDERS.finditer(text):
            path = re.match(r"[\w./-]+", text[found.end() :])[0]
            (self.root / path.rpartition("/")[0]).mkdir(parents=True, exist_ok=True)
        for found in CERTIFICATE.finditer(text):
            path = self.root / found[0].lstrip("/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(certificate())

    def file(self, setting: str) -> None:
        """Write the file of a setting `name = text`."""
        name, _, content = setting.partition(" = ")
        path = self.root / name.lstrip("/") if name.startswith("/") else self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = self.text(content).replace("\x00", "").replace(r"\n", "\n").replace(r"\r", "\r")
        path.write_bytes(text.encode())
        # As on a real server the file is older than the request: Apache gives a file of this second a weak ETag.
        os.utime(path, (MODIFIED, MODIFIED))

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def logged(self) -> str:
        """All that the snippet and its platform have written."""
        files = [self.output, *self.root.rglob("*.log")]
        return "\n".join(path.read_text(errors="replace") for path in files if path.is_file())


def _with(found: re.Match, port: str) -> str:
    start, end = found.span(1)
    begin = found.start()
    return found[0][: start - begin] + port + found[0][end - begin :]


def authority() -> str:
    """The certificate alone, for those who are to trust it."""
    return certificate()[certificate().index("-----BEGIN CERTIFICATE") :].partition("-----BEGIN PRIVATE")[0]


def certificate() -> str:
    """A key and a certificate for example.com, made once."""
    with _lock:
        return _certificate()


@cache
def _certificate() -> str:
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=example.com "
        "-addext subjectAltName=DNS:example.com,DNS:*.example.com,DNS:localhost,IP:127.0.0.1 "
        "-keyout /dev/stdout -out /dev/stdout"
    )
    return subprocess.run(command.split(), capture_output=True, text=True, check=True).stdout
