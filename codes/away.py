"""Services that the site can do without. Nobody waits for one that is away, and the log says so once in a while."""

import logging
import threading
import time
from collections.abc import Callable
from typing import TypeVar

logger = logging.getLogger("statusref.away")

PAUSE = 2  # seconds in which nobody asks again, and then one request does
QUIET = 60  # seconds between two warnings

Answer = TypeVar("Answer")


class Away(Exception):
    """It cannot be asked now."""


class Guard:
    """Stands before one service, and knows for this process whether it is there."""

    def __init__(self, what: str, errors: tuple[type[Exception], ...], meanwhile: str):
        """`what` and `meanwhile` are for the log: what is away, and what happens as long as it is."""
        self.what, self.errors, self.meanwhile = what, errors, meanwhile
        self._lock = threading.Lock()
        self._is_away = False
        self._ask_at = self._warn_at = 0.0

    def ask(self, question: Callable[[], Answer]) -> Answer:
        """The answer, or Away where the service gave none now or a moment ago."""
        if self._is_away:
            with self._lock:
                if time.monotonic() < self._ask_at:
                    raise Away(self.what)
                self._ask_at = time.monotonic() + PAUSE
        try:
            answer = question()
        except self.errors as error:
            self._miss(error)
            raise Away(self.what) from error
        if self._is_away:
            self._is_away = False
            logger.warning("%s is back.", self.what)
        return answer

    def _miss(self, error: Exception) -> None:
        with self._lock:
            now = time.monotonic()
            self._is_away, self._ask_at = True, now + PAUSE
            if now < self._warn_at:
                return
            self._warn_at = now + QUIET
        logger.warning("%s is away (%s). %s", self.what, error, self.meanwhile)
