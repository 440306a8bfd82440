"""Between the HTTP server and Django: a request comes in whole or not at all, and its answer goes out in one piece.

The server waits for the rest of a body for as long as its client likes, in one of its threads, and does not tell when
the client hangs up in the midst. So forms that dribble in would take all threads from everybody else, and half of a
form would be saved as all of it. A slow reader would hold a thread too, were the answer handed over piece by piece.
`statusref.stalled` ends what does not come at all.
"""

import contextlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from io import BytesIO
from typing import NamedTuple

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template

# Of the threads of a process (`statusref.server`) so many wait for bodies, and so many run Django; what is ready in
# memory always finds one.
READING, RUNNING = 20, 8
MOST_OF_ONE = 12  # bodies that one address may have under way, where it is not that of a proxy
LONGEST_WAIT = 0.25  # seconds for which a body waits until another one is read
LONGEST_BODY = 20  # seconds after which a body must have come, unless it still comes fast enough (`statusref.stalled`)
# Seconds between two questions of those who wait for a thread that runs Django: does the database still answer?
LOOK_AGAIN = 0.25

_REFUSAL = "statusref.refusal"  # in the environment of a request whose content cannot be had: the status that says why
_AWAY = "statusref.away"  # in the environment of a request that could only wait for a database that does not answer
_REFUSALS = {
    400: ("Bad Request", "The content of this request ended before its time."),
    408: ("Request Timeout", "The content of this request did not come, or came too slowly. Send it again."),
    411: ("Length Required", "Say in a Content-Length field how long the content is; in chunks it is not taken here."),
    413: ("Content Too Large", "The content of this request is larger than {limit} MiB, the most that is taken here."),
    503: ("Service Unavailable", "Too many others are sending slowly just now. Send it again in ten seconds."),
}


class Turn(NamedTuple):
    """A request under way: when it came in (monotonic), from which address (none if from within), to which port."""

    began: float
    address: str
    port: int


class Gate:
    """A WSGI application around Django's. `answer_refused` must be among Django's middleware.

    `is_database_away` says whether the database has not answered for a while. `pool` has RUNNING threads, in which
    Django runs: each thread that it ever ran in keeps a connection to the database, with megabytes of what that knows.
    Without a pool it runs in the thread of its caller.
    """

    def __init__(
        self, app: WSGIHandler, is_database_away: Callable[[], bool] = lambda: False, pool: Executor | None = None
    ):
        self.app, self.is_database_away, self.pool = app, is_database_away, pool
        self.reading = threading.BoundedSemaphore(READING)
        self.running = threading.BoundedSemaphore(RUNNING)
        # By thread: the requests whose content is awaited, and those that Django answers or that wait for it.
        self.awaited: dict[int, Turn] = {}
        self.answered: dict[int, Turn] = {}

    def __call__(self, environ: dict, start_response: Callable) -> Iterable[bytes]:
        address = "" if "statusref.render" in environ else environ.get("REMOTE_ADDR", "")
        turn = Turn(time.monotonic(), address, int(environ["SERVER_PORT"]))
        # Some servers, Django's own for one, give an empty length where there is none (PEP 3333).
        if (environ.get("CONTENT_LENGTH") or "0") != "0" or "HTTP_TRANSFER_ENCODING" in environ:
            body = self._body(environ, turn)
            if isinstance(body, int):
                environ.update({_REFUSAL: body, "CONTENT_LENGTH": "0"})
                body = b""
            environ["wsgi.input"] = BytesIO(body)
        with _noted(self.answered, turn):
            if not self._may_run():
                environ[_AWAY] = True
                return [self._answer(environ, start_response)]
            try:
                if self.pool is None:
                    return [self._answer(environ, start_response)]
                started = []
                body = self.pool.submit(self._answer, environ, lambda *start: started.append(start)).result()
            finally:
                self.running.release()
        # The server's own callable may be of use in the server's thread alone.
        start_response(*started[0])
        return [body]

    def _answer(self, environ: dict, start_response: Callable) -> bytes:
        """Ask Django, and take the whole answer."""
        answer = self.app(environ, start_response)
        try:
            return b"".join(answer)
        finally:
            answer.close()

    def _may_run(self) -> bool:
        """Wait to be one of those who run Django. False where all of them wait for a database that does not answer.

        Were others to wait with them, no thread would be left for the pages in memory.
        """
        while not self.running.acquire(timeout=LOOK_AGAIN):
            if self.is_database_away():
                return False
        return True

    def _body(self, environ: dict, turn: Turn) -> bytes | int:
        """The whole content of a request, or the status that says why it cannot be had."""
        if "HTTP_TRANSFER_ENCODING" in environ:
            return 411  # Django would take the content for empty
        length = environ["CONTENT_LENGTH"]
        if not length.isdecimal():
            return 400
        if len(length) > 12 or int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return 413
        if self._has_enough(turn.address) or not self.reading.acquire(timeout=LONGEST_WAIT):
            return 503
        try:
            with _noted(self.awaited, turn):
                body = bytes(environ["wsgi.input"].read(int(length)))
        finally:
            self.reading.release()
        if len(body) == int(length):
            return body
        return 408 if time.monotonic() - turn.began > LONGEST_BODY else 400

    def _has_enough(self, address: str) -> bool:
        if not address or settings.TRUSTED_PROXIES:
            return False
        return sum(turn.address == address for turn in list(self.awaited.values())) >= MOST_OF_ONE


@contextlib.contextmanager
def _noted(turns: dict[int, Turn], turn: Turn) -> Iterator[None]:
    turns[threading.get_ident()] = turn
    try:
        yield
    finally:
        del turns[threading.get_ident()]


def refusal(status: int, reason: str = "") -> HttpResponse:
    """The page for a request whose content is not taken, with the gate's reason unless another is given."""
    phrase, usual = _REFUSALS[status]
    reason = reason or usual.format(limit=settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 2**20)
    context = {"status": status, "phrase": phrase, "digit": status // 100, "reason": reason}
    return HttpResponse(get_template("refused.html").render(context), status=status)


def is_away(request: HttpRequest) -> bool:
    """Whether this request must be answered without asking the database."""
    return _AWAY in request.META


def answer_refused(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answer the requests that the gate refused. What needs no database has been answered before this."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if is_away(request):
            raise OperationalError("the database does not answer")
        status = request.META.get(_REFUSAL)
        if status is None:
            return get_response(request)
        response = refusal(status)
        response["Cache-Control"] = "no-store"
        if status == 503:
            response["Retry-After"] = "10"
        return response

    return middleware
