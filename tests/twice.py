"""`python -m tests.twice ARGUMENTS`: run pytest, and what failed once more, alone.

Servers, browsers and kill -9 share two cores with every other test. What fails there may have met a machine that is
merely busy; alone it has no such excuse. The failures and what became of them are printed, more than a few are not
tried again, and a test that fails twice fails the run.
"""

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

FAILED = Path(".pytest_cache/v/cache/lastfailed")
MOST = 4


def run(arguments: Sequence[str]) -> int:
    return subprocess.call([sys.executable, "-m", "pytest", *arguments])


def failed() -> list[str]:
    """The tests that failed last, without the group that pytest-xdist adds to their names."""
    return [re.sub(r"@\w+$", "", name) for name in json.loads(FAILED.read_text())]


def main(arguments: Sequence[str]) -> int:
    """Return pytest's exit status, or 0 where all that failed passed alone."""
    status = run(["--cache-clear", *arguments])
    if status != pytest.ExitCode.TESTS_FAILED or len(again := failed()) > MOST:
        return status
    sys.stdout.write("\n".join(["== once more, alone:", *again, ""]))
    sys.stdout.flush()
    return run(again)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
