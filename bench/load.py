"""Load from one machine: wrk asks as fast as it is answered, hey at a fixed rate."""

import re
import shutil
import subprocess

CONNECTIONS = 32


def need_tools() -> None:
    """Raises SystemExit where a tool is missing, naming its package."""
    if missing := [tool for tool in ("nginx", "wrk", "hey") if not shutil.which(tool)]:
        raise SystemExit(f"The benchmark needs {', '.join(missing)}: Debian packages nginx-light, wrk, hey.")


def requests_per_second(url: str, seconds: float, **fields: str) -> float:
    """How many requests a second are answered over 32 connections. Raises RuntimeError where any fails."""
    headers = [word for name, value in fields.items() for word in ("-H", f"{name.replace('_', '-')}: {value}")]
    told = _run("wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", *headers, url)
    if "Non-2xx" in told or "Socket errors" in told:
        raise RuntimeError(f"{url} failed under load:\n{told}")
    return float(re.search(r"Requests/sec:\s+([0-9.]+)", told)[1])


def latency_99(url: str, rate: float, seconds: float, **fields: str) -> float:
    """Milliseconds within which 99 % of the requests are answered at `rate` a second. RuntimeError where any fails."""
    headers = [word for name, value in fields.items() for word in ("-H", f"{name.replace('_', '-')}: {value}")]
    workers = 16
    each = max(1, round(rate / workers))
    told = _run("hey", "-z", f"{seconds}s", "-c", str(workers), "-q", str(each), "-disable-redirects", *headers, url)
    statuses = dict(re.findall(r"\[([0-9]{3})\]\s+([0-9]+) responses", told))
    if set(statuses) - {"200", "304"} or "Error distribution" in told:
        raise RuntimeError(f"{url} failed at {rate:.0f} requests a second:\n{told}")
    return float(re.search(r"99%+ in ([0-9.]+) secs", told)[1]) * 1000


def _run(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
