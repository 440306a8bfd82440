"""Rust with Debian's crates, and C# on Mono."""

import os
import re
import shutil
import threading
from functools import cache
from pathlib import Path

from codes.runs import Run
from snippets.jobs import Job
from snippets.places import Place
from snippets.processes import Failed, ask, environment, finish

from .base import HOME, Launch, NotHere, Platform, program, with_code_around

CRATES = Path("/usr/share/cargo/registry")
CARGO = """[package]
name = "snippet"
version = "0.1.0"
edition = "2021"

[dependencies]
hyper = { version = "*", features = ["full"] }
tokio = { version = "*", features = ["full"] }
http = "*"

[profile.dev]
debug = false
"""
SOURCE = f'[source.crates-io]\nreplace-with = "debian"\n\n[source.debian]\ndirectory = "{CRATES}"\n'
# Builds share one folder of compiled crates, and so come one after the other.
_building = threading.Lock()


@cache
def _rust() -> str:
    hyper = sorted(CRATES.glob("hyper-0*"))
    if not hyper:
        raise NotHere("librust-hyper-dev is not installed")
    rust = ask(program("rustc"), "--version").split()[1]
    return f"hyper {hyper[-1].name.removeprefix('hyper-')}, Rust {rust}"


def rust(job: Job, run: Run, place: Place) -> Launch:
    place.write("Cargo.toml", CARGO)
    place.write(".cargo/config.toml", SOURCE)
    place.write("src/main.rs", place.code(with_code_around(job, run)))
    user = Path.home()
    env = {
        "CARGO_TARGET_DIR": str(HOME / "cargo-target"),
        "CARGO_HOME": str(HOME / "cargo"),
        "RUSTUP_HOME": os.environ.get("RUSTUP_HOME", str(user / ".rustup")),
        "CARGO_NET_OFFLINE": "true",
    }
    with _building:
        _compile([program("cargo"), "build", "--quiet"], place, env)
        shutil.copy(HOME / "cargo-target/debug/snippet", place.folder / "snippet")
    return Launch([place.folder / "snippet"])


def _compile(command: list[str], place: Place, env: dict[str, str]) -> None:
    if finish(command, place.folder, environment(place.folder, env), place.output, 300):
        raise Failed("it does not compile: " + " / ".join(place.logged().strip().splitlines()[:12]))


@cache
def _mono() -> str:
    program("mcs")
    return "Mono " + re.search(r"version ([0-9.]+)", ask(program("mono"), "--version"))[1]


def dotnet(job: Job, run: Run, place: Place) -> Launch:
    source = place.code(with_code_around(job, run))
    place.write("Snippet.cs", source)
    # HttpListener answers 400 to a host that no prefix of it names.
    if host := re.search(r"\"http://([\w.]+:[0-9]+)/", source):
        place.host = host[1]
    _compile([program("mcs"), "-langversion:latest", "-out:snippet.exe", "Snippet.cs"], place, {})
    return Launch([program("mono"), "snippet.exe"])


PLATFORMS = [
    Platform("rust", lambda code: _rust(), rust, (r"\[127, 0, 0, 1\], ([0-9]+)\)", r"\"[\w.]*:([0-9]+)\"\.parse")),
    Platform("dotnet", lambda code: _mono(), dotnet, (r"Prefixes\.Add\(\"http://[\w.*+]+:([0-9]+)/",)),
]
