"""Run a snippet that is a server: start it, ask what its run says, compare what comes back."""

import re
import socket
import subprocess
import time
from collections.abc import Iterator

from codes.runs import Part, Run

from .jobs import Job
from .matching import contains, leaked, thrown_texts, wrong_body, wrong_content, wrong_fields
from .places import Place
from .processes import Failed
from .stubs import Behind
from .wire import Connection, Message, NoMessage, written

PATIENCE = 20


def steps_of(run: Run) -> Iterator[list[Part]]:
    """The messages of a run, each request with what belongs to it. What stands before the first one belongs to it."""
    step: list[Part] = []
    for part in run.parts:
        if part.mark == ">" and part.start and any(known.mark == ">" for known in step):
            yield step
            step = []
        step.append(part)
    yield step


def wait_for(place: Place, process: subprocess.Popen, seconds: float) -> None:
    """Wait until something listens on each port. Raises `Failed` with the end of the output where nothing does."""
    end = time.monotonic() + seconds
    for port in place.own.values():
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > end:
                    lines = place.logged().strip().splitlines()[-6:]
                    raise Failed("it did not start: " + (" / ".join(lines) or "no output")) from None
                time.sleep(0.03)


class Asker:
    """Carries out the steps of one run and collects the statuses that were seen."""

    def __init__(self, job: Job, place: Place, behind: Behind):
        self.job, self.place, self.behind = job, place, behind
        self.thrown = thrown_texts(f"{job.code}\n{job.plan.below}")
        self.statuses: list[int] = []
        self.last: Message | None = None

    def carry_out(self, run: Run) -> None:
        """Raises `Failed` at the first step that shows something else than the run says."""
        for step in steps_of(run):
            self.behind.expect([part for part in step if len(part.mark) == 2])
            parts = [part for part in step if len(part.mark) == 1]
            times = int(parts[0].start.get("times", 1))
            for _ in range(times):
                problems = self._step(parts)
                if not problems:
                    break
            problems = problems or self.behind.missing()
            if problems:
                tried = f" ({times} times)" if times > 1 else ""
                raise Failed(f"{parts[0].words}{tried}: {'; '.join(problems)}")

    def _step(self, parts: list[Part]) -> list[str]:
        request = parts[0]
        time.sleep(float(request.start.get("least", 0)))
        secure = request.start.get("port") == "443"
        host = dict(request.fields).get("Host", "example.com")
        port = self.place.port_of(request.start.get("port", ""))
        connection = Connection.to(port, PATIENCE, with_tls=secure, host=host)
        try:
            connection.send(self._bytes(request, is_held=len(parts) > 2 and parts[2].mark == ">"))
            if "leave" in request.start:
                time.sleep(float(request.start["leave"]))
                return []
            return self._answers(connection, request.start["method"], parts[1:])
        finally:
            connection.close()

    def _answers(self, connection: Connection, method: str, parts: list[Part]) -> list[str]:
        for part in parts:
            if part.mark == ">":
                connection.send((part.content or "").encode())
                continue
            try:
                message = connection.read_answer(method)
            except (NoMessage, TimeoutError) as error:
                if part.start.get("status") == "closed" and not isinstance(error, TimeoutError):
                    continue
                return [f"expected {part.words}, but {error}"]
            if part.start.get("status") == "closed" and not message.is_whole:
                self.statuses.append(message.status)
                continue
            surplus = b"" if message.status < 200 else connection.surplus()
            if problems := self._wrong(part, message, method, surplus):
                return problems
            self.statuses.append(message.status)
            self.last = message
        return []

    def _wrong(self, part: Part, message: Message, method: str, surplus: bytes) -> list[str]:
        if part.status != message.status:
            text = message.content.decode("utf-8", "replace")[:160]
            return [f"answered {message.status} and not {part.words}{f': {text!r}' if text else ''}"]
        required = self.job.required if message.status == self.job.number else ()
        missing = [
            f"{name}, which {message.status} must carry, is missing" for name in required if not message.all(name)
        ]
        return [
            *missing,
            *wrong_fields(part, message),
            *wrong_content(part, message),
            *wrong_body(message, method, surplus),
            *leaked(message, self.thrown, str(self.place.folder)),
        ]

    def _bytes(self, part: Part, *, is_held: bool) -> bytes:
        fields = [(name, self._filled(value)) for name, value in part.fields]
        names = {name.lower() for name, _ in fields}
        content = (part.content or "").encode()
        if "host" not in names:
            fields.insert(0, ("Host", self.place.host))
        if "connection" not in names:
            fields.append(("Connection", "close"))
        if (part.content is not None) and not is_held and not names & {"content-length", "transfer-encoding"}:
            fields.append(("Content-Length", str(len(content))))
        start = f"{part.start['method']} {part.start['target']} {part.start.get('version', 'HTTP/1.1')}"
        return written(start, fields, content)

    def _filled(self, value: str) -> str:
        """A value with the fields of the answer before in place of their names."""

        def found(name: re.Match) -> str:
            if not self.last or not self.last.all(name[1]):
                raise Failed(f"the answer before has no field {name[1]} to send back")
            return self.last.get(name[1])

        return re.sub(r"\{([A-Za-z-]+)\}", found, value)


def check_output(run: Run, place: Place) -> None:
    """Raises `Failed` where the output lacks what the run says that it prints. The output may come a moment later."""
    for text in run.all("prints"):
        wanted = place.text(text).replace("\x00", "")
        end = time.monotonic() + 3
        while not contains(wanted, place.logged()):
            if time.monotonic() > end:
                lines = place.logged().strip().splitlines()[-6:]
                raise Failed(f'it did not print "{text}": {" / ".join(lines) or "no output"}')
            time.sleep(0.1)
