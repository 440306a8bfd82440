"""The server that a client snippet meets: it answers as the run says, and notes what else the client does."""

import threading
import time

from codes.runs import Part, Run

from .places import Place
from .processes import Failed
from .stubs import answer, wrong_request
from .wire import Connection, Message, written

# Where the page of a browser's run is, and where it sends its output; no snippet asks for these.
PAGE, DONE = "/.run", "/.done"


class Script:
    """The requests that a client must send, in order, with the answers that it gets."""

    def __init__(self, run: Run, place: Place):
        self.place = place
        self.exchanges: list[tuple[Part, list[Part]]] = []
        for part in run.parts:
            if part.mark == ">":
                self.exchanges.append((part, []))
            else:
                self.exchanges[-1][1].append(part)
        self.next = 0
        self.problems: list[str] = []
        self.statuses: list[int] = []
        self.answered_at = 0.0
        self.lock = threading.Lock()
        self.page = ""
        self.done = threading.Event()

    def serve(self, connection: Connection) -> None:
        while True:
            request = connection.read_request()
            if request.target in (PAGE, DONE):
                self._serve_browser(connection, request)
                continue
            with self.lock:
                answers = self._answers(request)
            for part in answers:
                # Before it is sent: the next request may be here sooner than this thread goes on.
                self.answered_at = time.monotonic()
                is_open = answer(connection, request, part, self._translate)
                if not is_open:
                    return

    def check(self) -> None:
        """Raises `Failed` where the client sent something else, or not everything."""
        if not self.problems and self.next < len(self.exchanges):
            self.problems.append(f"did not ask {self.exchanges[self.next][0].words}")
        if self.problems:
            lines = self.place.logged().strip().splitlines()[-6:]
            raise Failed(f"{'; '.join(self.problems)}. Output: {' / '.join(lines) or 'none'}")

    def _serve_browser(self, connection: Connection, request: Message) -> None:
        """The page in which the snippet runs, and what it has written to the console in the end."""
        content = self.page.encode() if request.target == PAGE else b""
        if request.target == DONE:
            self.place.write("output.log", request.content.decode())
            self.done.set()
        fields = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(content)))]
        connection.send(written("HTTP/1.1 200 OK", fields, content))

    def _translate(self, text: str) -> str:
        return self.place.text(text).replace("\x00", "")

    def _answers(self, request: Message) -> list[Part]:
        words = f"{request.method} {request.target}"
        if request.target == "/favicon.ico":
            return [Part("<", {"status": "404"}, (), "", 0)]
        if self.next == len(self.exchanges):
            self.problems.append(f"asked {words}, after everything that it should ask")
            return [Part("<", {"status": "404"}, (), "", 0)]
        expected, answers = self.exchanges[self.next]
        self.next += 1
        self.problems += [
            f"request {self.next}: {wrong}" for wrong in wrong_request(expected, request, self._translate)
        ]
        self.problems += self._wrong_pause(expected)
        self.statuses += [part.status for part in answers if part.status]
        return answers

    def _wrong_pause(self, expected: Part) -> list[str]:
        if "least" not in expected.start:
            return []
        pause = time.monotonic() - self.answered_at
        least, most = float(expected.start["least"]), float(expected.start.get("most", "inf"))
        if least - 0.05 <= pause <= most + 0.5:
            return []
        return [f"request {self.next} came {pause:.1f} s after the answer before"]
