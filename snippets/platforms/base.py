"""What the harness knows of a platform: how to name its version, and how to start a snippet on it."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from codes.runs import Run
from snippets.jobs import Job
from snippets.places import Place

ROOT = Path(__file__).parents[2]
HOME = Path(os.environ.get("SNIPPETS_HOME", ROOT / "var/snippets"))
BIN = HOME / "venv/bin"


class NotHere(Exception):
    """The platform is not installed; the message says what is missing."""


@dataclass(frozen=True)
class Launch:
    """The command that starts a snippet, and the environment that it needs besides."""

    command: list[str]
    env: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Platform:
    """One platform.

    `version` names it for a given code ("Express 5.1.0, Node.js 20.20.2") or raises `NotHere`; `launch` writes the
    snippet into its place, builds it, and says how to start it; `listens` are patterns whose first group is a port on
    which a code listens.
    """

    slug: str
    version: Callable[[str], str]
    launch: Callable[[Job, Run, Place], Launch]
    listens: tuple[str, ...] = ()
    is_client: bool = False


def program(name: str) -> str:
    """The path of a program of this machine, also where only root has it on the path. Raises `NotHere`."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    if not found:
        raise NotHere(f"{name} is not installed")
    return found


def with_code_around(job: Job, run: Run) -> str:
    return "\n".join(part for part in (run.above, job.code, run.below) if part) + "\n"
