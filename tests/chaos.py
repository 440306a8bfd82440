"""What the attacks on a real server share: its processes, what they use, and the people who go on meanwhile."""

import http.client
import os
import re
import threading
import time
from collections.abc import Callable
from html import unescape
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from statusref.server import LONGEST_HEAD
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


def addresses_of(url: str) -> list[str]:
    """The paths of the sitemap of the site at `url`."""
    _, _, text = Client(url).ask("GET", "/sitemap.xml")
    return [address.removeprefix(url) for address in re.findall(r"<loc>([^<]+)</loc>", text)]


class Away(Exception):
    """The server was not there, or did not say whether it did what it was asked to do."""


class Client:
    """Somebody with cookies and one connection, which is not used after a rest: the server may just be ending it."""

    def __init__(self, url: str):
        self.netloc, self.cookies, self.connection, self.used = urlsplit(url).netloc, {}, None, 0.0

    def ask(self, method: str, path: str, form: list | None = None, tag: str = "") -> tuple[int, dict, str]:
        """Status, fields and text of the answer. Raises Away."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if tag:
            headers["If-None-Match"] = tag
        if form is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://{self.netloc}"}
        if self.connection is not None and time.monotonic() > self.used + LONGEST_HEAD / 2:
            self.connection.close()  # the next request opens it anew
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection(self.netloc, timeout=PATIENCE)
            self.connection.request(method, path, urlencode(form or []) if form is not None else None, headers)
            answer = self.connection.getresponse()
            text = answer.read().decode(errors="replace")
        except (OSError, http.client.HTTPException) as error:
            self.connection = None
            raise Away(repr(error)) from error
        self.used = time.monotonic()
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


class Somebody(threading.Thread):
    """Does one thing after the other, and notes what the server said it had done. While it is away, tries again."""

    def __init__(self, is_over: threading.Event):
        super().__init__()
        self.is_over, self.acknowledged, self.refused, self.wrong = is_over, 0, 0, []

    def run(self) -> None:
        while not self.is_over.is_set() and not self.wrong:
            try:
                self.act()
            except Away:
                self.is_over.wait(0.05)
            except Exception as error:
                self.wrong.append(repr(error))

    def note(self, status: int, text: str) -> None:
        """An answer that is no acknowledgement: a busy database may refuse, and says so."""
        if status == 503 and "away or busy" in text:
            self.refused += 1
            self.is_over.wait(0.2)  # whoever asks again and again uses up what one may ask for
        else:
            self.wrong.append(f"{status}: {text[:2000]}")


class Editor(Somebody):
    """Saves one vendor again and again; each time it says which save it is."""

    def __init__(self, is_over, url: str, password: str, key: int):
        super().__init__(is_over)
        self.client, self.password, self.tried = Client(url), password, 0
        self.address = f"/admin/codes/vendor/{key}/change/"
        self.done: set[int] = set()

    def act(self) -> None:
        if "sessionid" not in self.client.cookies:
            self.client.log_in(self.password)
        self.tried += 1
        status, text = self.client.save(self.address, summary=f"Save {self.tried}.", body=f"Body {self.tried}.")
        if status == 302:
            self.done.add(self.tried)
            self.acknowledged += 1
        else:
            self.note(status, text)


class Visitor(Somebody):
    """Answers the questions of one quiz after the other."""

    def __init__(self, is_over, url: str):
        super().__init__(is_over)
        self.client, self.address, self.done = Client(url), "", {}

    def act(self) -> None:
        if not self.address or self.done[self.address] >= 60:
            status, fields, text = self.client.ask("POST", "/quiz/start", [("mode", "endless")])
            if status != 303:
                return self.note(status, text)
            self.address = fields["location"]
            self.done[self.address] = 0
        status, text = self.client.answer(self.address)
        if status == 303:
            self.done[self.address] += 1
            self.acknowledged += 1
        else:
            self.note(status, text)


class Reader(threading.Thread):
    """Asks for pages of the sitemap all the time, and notes how old they were said to be."""

    def __init__(self, is_over: threading.Event, url: str, pages: list[str]):
        super().__init__()
        self.is_over, self.client, self.pages = is_over, Client(url), pages
        self.asked, self.oldest, self.wrong = 0, 0, []

    def run(self) -> None:
        while not self.is_over.is_set():
            for page in self.pages:
                try:
                    status, fields, _ = self.client.ask("GET", page)
                except Away as away:
                    status, fields = str(away), {}
                self.asked += 1
                self.oldest = max(self.oldest, int(fields.get("age", 0)))
                if status != 200:
                    self.wrong.append((page, status))


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
