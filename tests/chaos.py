"""What the attacks on a real server share: its processes, and what they use."""

import os
import re
from pathlib import Path

# `make chaos` asks for more of everything: CHAOS=10 is ten times as much as in a plain run of the tests.
SCALE = int(os.environ.get("CHAOS", "1"))


def workers_of(pid: int) -> list[int]:
    """The living processes that the server started."""
    found = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [int(child) for child in file.read_text().split()]
    return [child for child in sorted(found) if "statusref.wsgi" in _command_of(child)]


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


def _command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
