"""HTTP/1.1 on a raw socket (RFC 9112): exactly what was sent, with nothing repaired, retried or followed."""

import socket
import ssl
from dataclasses import dataclass

NO_CONTENT = (204, 205, 304)


@dataclass(frozen=True)
class Message:
    """One message as it came: its first line, its fields in order, its content, and whether it came to its end."""

    start: str
    fields: tuple[tuple[str, str], ...]
    content: bytes
    is_whole: bool

    @property
    def status(self) -> int:
        return int(self.start.split(" ")[1])

    @property
    def method(self) -> str:
        return self.start.split(" ")[0]

    @property
    def target(self) -> str:
        return self.start.split(" ")[1]

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.fields if key.lower() == name.lower()]

    def get(self, name: str, otherwise: str = "") -> str:
        return ", ".join(self.all(name)) or otherwise


class NoMessage(Exception):
    """The connection ended before a whole field section was read, or the bytes were no HTTP."""


class Connection:
    """One connection, as a client or as a server."""

    def __init__(self, sock: socket.socket):
        self.sock = sock
        self.buffer = b""

    @classmethod
    def to(cls, port: int, seconds: float, *, with_tls: bool = False, host: str = "localhost") -> "Connection":
        sock = socket.create_connection(("127.0.0.1", port), seconds)
        if with_tls:
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            sock = context.wrap_socket(sock, server_hostname=host)
        return cls(sock)

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def close(self) -> None:
        self.sock.close()

    def read_request(self) -> Message:
        start, fields = self._head()
        if len(start.split(" ")) != 3:
            raise NoMessage(f"no request line: {start[:60]}")
        message = Message(start, fields, b"", True)
        if "100-continue" in message.get("Expect").lower():
            self.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        content, is_whole = self._content(message, until_close=False)
        return Message(start, fields, content, is_whole)

    def read_answer(self, method: str) -> Message:
        """Read one response, interim or final, to `method`."""
        start, fields = self._head()
        words = start.split(" ", 2)
        if not (words[0].startswith("HTTP/1.") and len(words) > 1 and words[1].isdigit() and len(words[1]) == 3):
            raise NoMessage(f"no status line: {start[:60]}")
        message = Message(start, fields, b"", True)
        if method == "HEAD" or message.status < 200 or message.status in (204, 304):
            return message
        content, is_whole = self._content(message, until_close=True)
        return Message(start, fields, content, is_whole)

    def surplus(self) -> bytes:
        """What follows the last message until the other side closes or a moment has passed."""
        self.sock.settimeout(0.3)
        try:
            while data := self.sock.recv(65536):
                self.buffer += data
        except OSError:
            pass
        return self.buffer

    def _more(self) -> bool:
        try:
            data = self.sock.recv(65536)
        except (ConnectionResetError, ssl.SSLError):
            data = b""
        self.buffer += data
        return bool(data)

    def _head(self) -> tuple[str, tuple[tuple[str, str], ...]]:
        while b"\r\n\r\n" not in self.buffer:
            if not self._more():
                raise NoMessage("the connection was closed without an answer")
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        start, *lines = head.decode("latin-1").split("\r\n")
        fields = []
        for line in lines:
            name, colon, value = line.partition(":")
            if not colon or name != name.strip() or not name:
                raise NoMessage(f"not a field line: {line[:60]}")
            fields.append((name, value.strip()))
        return start, tuple(fields)

    def _content(self, message: Message, *, until_close: bool) -> tuple[bytes, bool]:
        if "chunked" in message.get("Transfer-Encoding").lower():
            return self._chunks()
        length = message.get("Content-Length")
        if length:
            wanted = int(length.split(",")[0])
            while len(self.buffer) < wanted and self._more():
                pass
            content, self.buffer = self.buffer[:wanted], self.buffer[wanted:]
            return content, len(content) == wanted
        if not until_close:
            return b"", True
        while self._more():
            pass
        content, self.buffer = self.buffer, b""
        return content, True

    def _line(self) -> bytes | None:
        while b"\r\n" not in self.buffer:
            if not self._more():
                return None
        line, _, self.buffer = self.buffer.partition(b"\r\n")
        return line

    def _chunks(self) -> tuple[bytes, bool]:
        content = b""
        while (line := self._line()) is not None:
            size = int(line.split(b";")[0], 16)
            if not size:
                while (trailer := self._line()) is not None:
                    if not trailer:
                        return content, True
                return content, False
            while len(self.buffer) < size + 2 and self._more():
                pass
            if len(self.buffer) < size + 2:
                return content + self.buffer[:size], False
            content, self.buffer = content + self.buffer[:size], self.buffer[size + 2 :]
        return content, False


def written(start: str, fields: list[tuple[str, str]], content: bytes = b"") -> bytes:
    """The bytes of a message."""
    lines = [start, *(f"{name}: {value}" for name, value in fields), "", ""]
    return "\r\n".join(lines).encode("latin-1", "replace") + content
