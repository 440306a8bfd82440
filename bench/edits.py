"""How long an edit takes until every visitor sees it."""

import json
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .load import requests_per_second
from .shell import told

EDIT = """
from codes.documents import dump
from codes.documents.kinds import CODE
from codes.models import StatusCode
from codes.publishing import save_text
import time
code = StatusCode.objects.get(number=500, draft_of=None)
code.meaning += " {word}"
save_text(CODE, "codes/500.yaml", dump(CODE, code), None)
print(time.time())
"""


def get(url: str) -> tuple[bytes, dict[str, str]]:
    """The content of one answer, over a connection of its own, and its fields in lower case."""
    with urllib.request.urlopen(urllib.request.Request(url, headers={"Accept-Encoding": "br"}), timeout=10) as answer:
        return answer.read(), {name.lower(): value for name, value in answer.headers.items()}


def seconds_until_visible(url: str, var: Path, *, under_load: bool) -> float:
    """Edit the page in another process; the seconds until fifty answers in a row are the new one.

    Fifty connections reach every process that listens.
    """
    before = get(url)[1]["etag"]
    load = threading.Thread(target=requests_per_second, args=(url, 6))
    if under_load:
        load.start()
    seen, last_old, latest = 0, 0.0, time.time() + 60
    with ThreadPoolExecutor(1) as pool:
        # Visitors ask all the while: the process that saves takes a second to end.
        edit = pool.submit(told, var, EDIT.format(word=f"Edited {time.time_ns()}."))
        while seen < 50 or not edit.done():
            if get(url)[1]["etag"] == before:
                seen, last_old = 0, time.time()
            else:
                seen += 1
            if time.time() > latest:
                raise RuntimeError("The edit was not visible after a minute.")
        saved = json.loads(edit.result().split()[-1])
    if under_load:
        load.join()
    return last_old - saved
