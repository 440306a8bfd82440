"""Processes of a run: each in a group of its own, so that nothing outlives its snippet, not even after Ctrl-C."""

import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

_running: set[subprocess.Popen] = set()
_lock = threading.Lock()
_is_over = threading.Event()


class Failed(Exception):
    """A snippet did not do what its run says; the message names what was seen and what was expected."""


def environment(home: Path, more: Mapping[str, str]) -> dict[str, str]:
    """The environment of a snippet: what every program needs, and nothing of this machine's own settings."""
    base = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", "TZ": "UTC", "TMPDIR": str(home / "tmp")}
    return {**base, **more}


def start(command: Sequence[str], cwd: Path, env: Mapping[str, str], output: Path) -> subprocess.Popen:
    """Start a process whose output goes to the end of a file."""
    if _is_over.is_set():
        raise Failed("interrupted")
    with output.open("ab") as file:
        process = subprocess.Popen(
            [str(word) for word in command],
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
    with _lock:
        _running.add(process)
    return process


def stop(process: subprocess.Popen) -> None:
    """End a process and everything that it started."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            break
        try:
            process.wait(2)
        except subprocess.TimeoutExpired:
            continue
    process.wait()
    with _lock:
        _running.discard(process)


def stop_all() -> None:
    """End everything, and let nothing new begin."""
    _is_over.set()
    with _lock:
        left = list(_running)
    for process in left:
        stop(process)


def finish(command: Sequence[str], cwd: Path, env: Mapping[str, str], output: Path, seconds: float) -> int:
    """Run a process to its end and return its exit status. Raises `Failed` when its time is up."""
    process = start(command, cwd, env, output)
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        raise Failed(f"{Path(str(command[0])).name} did not end within {seconds:g} seconds") from None
    finally:
        stop(process)


def ask(*command: str) -> str:
    """The output of a short command, such as one for a version. Raises OSError where the program is not here."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL)
    return (done.stdout + done.stderr).strip()
