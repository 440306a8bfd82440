"""Servers of the harness: the one behind a gateway, and the one that a client meets."""

import re
import socket
import ssl
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from types import TracebackType

from codes.runs import Part

from .matching import matches, wrong_content, wrong_fields
from .places import certificate
from .wire import Connection, Message, NoMessage, written

REASONS = {100: "Continue", 103: "Early Hints", 200: "OK", 206: "Partial Content", 301: "Moved Permanently"}


TLS_HANDSHAKE = b"\x16"


@cache
def _tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        file.write(certificate())
        file.flush()
        context.load_cert_chain(file.name)
    return context


class Server:
    """Listens on ports of 127.0.0.1 and hands each connection to `serve`, in a thread of its own."""

    def __init__(self, ports: list[int], serve: Callable[[Connection], None]):
        self.serve = serve
        self.sockets = []
        self.open: set[socket.socket] = set()
        for port in ports:
            self.sockets.append(socket.create_server(("127.0.0.1", port)))

    def __enter__(self) -> "Server":
        for sock in self.sockets:
            threading.Thread(target=self._accept, args=[sock], daemon=True).start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for sock in [*self.sockets, *list(self.open)]:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()

    def _accept(self, sock: socket.socket) -> None:
        while True:
            try:
                accepted, _ = sock.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=[accepted], daemon=True).start()

    def _serve(self, accepted: socket.socket) -> None:
        self.open.add(accepted)
        with suppress(OSError, NoMessage, ValueError):
            accepted.settimeout(60)
            if accepted.recv(1, socket.MSG_PEEK) == TLS_HANDSHAKE:
                accepted = _tls().wrap_socket(accepted, server_side=True)
            self.serve(Connection(accepted))
        self.open.discard(accepted)
        accepted.close()


def answer(connection: Connection, request: Message, part: Part, translate: Callable[[str], str] = str) -> bool:
    """Send one answer of a run; tell whether the connection can take another request."""
    time.sleep(float(part.start.get("after", 0)))
    status = part.start.get("status")
    if status == "silent":
        time.sleep(60)
    if status in ("closed", "silent"):
        return False
    content = (part.content or "").encode()
    if not status:
        connection.send(content)
        return False
    fields = [(name, _value(translate(value))) for name, value in part.fields]
    has_content = int(status) >= 200 and int(status) not in (204, 304)
    names = {name.lower() for name, _ in fields}
    if has_content and not names & {"content-length", "transfer-encoding"}:
        fields.append(("Content-Length", str(len(content))))
    if int(status) >= 200 and "date" not in names:
        fields.append(("Date", format_datetime(datetime.now(UTC), usegmt=True)))
    sent = content if has_content and request.method != "HEAD" else b""
    connection.send(written(f"HTTP/1.1 {status} {REASONS.get(int(status), 'Status')}", fields, sent))
    announced = next((int(value) for name, value in fields if name.lower() == "content-length"), len(sent))
    return announced == len(sent) or request.method == "HEAD" or not has_content


def _value(value: str) -> str:
    """A value, in which `{date+2}` is the time two seconds from now."""
    return re.sub(
        r"\{date\+([0-9]+)\}",
        lambda found: format_datetime(datetime.now(UTC) + timedelta(seconds=int(found[1])), usegmt=True),
        value,
    )


def wrong_request(part: Part, request: Message, translate: Callable[[str], str] = str) -> list[str]:
    """How a request differs from the one that is expected."""
    wanted = f"{part.start['method']} {part.start['target']}"
    problems = []
    if request.method != part.start["method"] or not matches(part.start["target"], request.target):
        problems.append(f"asked {request.method} {request.target} and not {wanted}")
    fields = tuple((name, translate(value)) for name, value in part.fields)
    translated = Part(part.mark, part.start, fields, part.content, part.line)
    return [*problems, *wrong_fields(translated, request), *wrong_content(part, request)]


class Behind:
    """The server behind a gateway: it answers what the step says, and notes what it was asked."""

    def __init__(self) -> None:
        self.exchanges: list[tuple[Part | None, list[Part]]] = []
        self.asked: list[Message] = []

    def expect(self, parts: list[Part]) -> None:
        """Take the `>>` and `<<` messages of the next step."""
        self.asked, self.exchanges = [], []
        for part in parts:
            if part.mark == ">>":
                self.exchanges.append((part, []))
            elif self.exchanges:
                self.exchanges[-1][1].append(part)
            else:
                self.exchanges.append((None, [part]))

    def missing(self) -> list[str]:
        """What should have been asked and was not."""
        return [
            f"the server behind was not asked {part.words}: {'; '.join(map(_words, self.asked)) or 'it was not asked'}"
            for part, _ in self.exchanges
            if part and not any(not wrong_request(part, request) for request in self.asked)
        ]

    def serve(self, connection: Connection) -> None:
        while True:
            request = connection.read_request()
            self.asked.append(request)
            for part in self._answers(request):
                if not answer(connection, request, part):
                    return

    def _answers(self, request: Message) -> list[Part]:
        for part, answers in self.exchanges:
            if answers and (part is None or not wrong_request(part, request)):
                return answers
        return [Part("<<", {"status": "200"}, (("Content-Type", "text/plain"),), "from behind\n", 0)]


def _words(request: Message) -> str:
    return f"{request.method} {request.target}"
