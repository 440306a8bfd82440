"""What the attacks on a real server share: its processes, and what they use."""

import http.client
import os
import re
import time
from collections.abc import Callable
from html import unescape
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from tests.test_quiz_load import filled

# `make chaos` asks for more of everything: CHAOS=10 is ten times as much as in a plain run of the tests.
SCALE = int(os.environ.get("CHAOS", "1"))


def memory_of(pid: int) -> int:
    """The bytes of memory that a process really uses; 0 where it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return int(re.search(r"VmRSS:\s+([0-9]+) kB", status)[1]) * 1024 if "VmRSS" in status else 0


def files_of(pid: int) -> int:
    """How many file descriptors a process has open."""
    return len(os.listdir(f"/proc/{pid}/fd"))


PATIENCE = 120  # seconds, for a busy machine


def wait_for(condition: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
    """Wait until the condition holds. Fails the test where it does not within so many seconds."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"not within {seconds} seconds: {what}"
        time.sleep(0.05)


class Away(Exception):
    """The server was not there, or did not say whether it did what it was asked to do."""


class Client:
    """Somebody with cookies and one connection."""

    def __init__(self, url: str):
        self.netloc, self.cookies, self.connection = urlsplit(url).netloc, {}, None

    def ask(self, method: str, path: str, form: list | None = None, tag: str = "") -> tuple[int, dict, str]:
        """Status, fields and text of the answer. Raises Away."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if tag:
            headers["If-None-Match"] = tag
        if form is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://{self.netloc}"}
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection(self.netloc, timeout=PATIENCE)
            self.connection.request(method, path, urlencode(form or []) if form is not None else None, headers)
            answer = self.connection.getresponse()
            text = answer.read().decode(errors="replace")
        except (OSError, http.client.HTTPException) as error:
            self.connection = None
            raise Away(repr(error)) from error
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, {name.lower(): value for name, value in answer.headers.items()}, text

    def log_in(self, password: str) -> None:
        _, _, text = self.ask("GET", "/admin/login/")
        form = [*fields_of(text).items(), ("username", "admin"), ("password", password)]
        assert self.ask("POST", "/admin/login/", form)[0] == 302

    def save(self, address: str, **changed: str) -> tuple[int, str]:
        """Change fields in a form of the admin and save it; the status and text of the answer."""
        status, _, text = self.ask("GET", address)
        if status != 200:
            return status, text
        status, _, text = self.ask("POST", address, list({**fields_of(text), **changed, "_save": "Save"}.items()))
        return status, text

    def answer(self, address: str) -> tuple[int, str]:
        """Answer the question that waits in a quiz; the status and text of the answer."""
        status, _, text = self.ask("GET", address)
        found = re.search(r'name="step" value="([^"]+)"', text)
        if not found:
            return status, text
        status, _, text = self.ask("POST", address, [("step", found[1]), *filled(text).items()])
        return status, text


def fields_of(page: str) -> dict[str, str]:
    """What a form without multiple choices would send as it is."""
    found = {}
    for tag in re.findall(r"<input [^>]*>", page):
        fields = {name: unescape(value) for name, value in re.findall(r'([a-z]+)="([^"]*)"', tag)}
        kind = fields.get("type", "text")
        if "name" in fields and kind not in ("submit", "file") and (kind != "checkbox" or " checked" in tag):
            found[fields["name"]] = fields.get("value", "")
    for name, text in re.findall(r'<textarea [^>]*?name="([^"]+)"[^>]*>\n?(.*?)</textarea>', page, re.S):
        found[name] = unescape(text)
    for name, options in re.findall(r'<select [^>]*?name="([^"]+)"[^>]*>(.*?)</select>', page, re.S):
        chosen = re.search(r'value="([^"]*)"[^>]* selected', options)
        found[name] = unescape(chosen[1]) if chosen else ""
    return found
