"""Code of the site in a process of its own, on the content that stands in some VAR_DIR."""

import os
import subprocess
import sys
from pathlib import Path

from tests.prepared import ROOT


def told(var: Path, code: str, **environment: str) -> str:
    """What the code prints. Raises CalledProcessError where it fails."""
    command = [sys.executable, "manage.py", "shell", "-v0", "-c", code]
    env = {**os.environ, "VAR_DIR": str(var), "PAGE_CACHE": "0", **environment}
    return subprocess.run(command, cwd=ROOT, env=env, check=True, capture_output=True, text=True).stdout
