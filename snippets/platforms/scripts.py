"""PHP, Ruby and shell scripts."""

import re
from functools import cache
from pathlib import Path

from codes.runs import Run
from snippets.jobs import Job
from snippets.places import Place
from snippets.processes import ask

from .base import Launch, NotHere, Platform, program, with_code_around

SYMFONY = Path("/usr/share/php/Symfony/Component/HttpFoundation/autoload.php")
ILLUMINATE = Path("/usr/share/php/Illuminate")
LARAVEL = Path(__file__).with_name("laravel.php")


@cache
def php_version() -> str:
    return "PHP " + re.search(r"PHP ([0-9.]+)", ask(program("php"), "--version"))[1]


def php(job: Job, run: Run, place: Place) -> Launch:
    source = place.code(_php_source(job, run))
    place.write("index.php", source)
    serve = ["-d", "display_errors=1", "-S", f"127.0.0.1:{place.port}", "index.php"]
    return Launch([program("php"), *serve], {"PHP_CLI_SERVER_WORKERS": "4"})


def _php_source(job: Job, run: Run) -> str:
    code = job.code if job.code.lstrip().startswith("<?php") else "<?php\n" + job.code
    opening = re.match(r"\s*<\?php\s*(?:declare\([^)]*\);\s*)?", code)[0]
    autoload = "require_once 'Symfony/Component/HttpFoundation/autoload.php';\n" if job.platform == "symfony" else ""
    return f"{opening}{autoload}{run.above}\n{code[len(opening) :]}\n{run.below}\n"


def laravel(job: Job, run: Run, place: Place) -> Launch:
    """Routes and limiters between what makes an application of Laravel's components and what answers."""
    before, after = LARAVEL.read_text().split("// ---- the snippet ----\n")
    source = place.code(with_code_around(job, run)).removeprefix("<?php\n")
    place.write("index.php", f"{before}{source}{after}")
    serve = ["-d", "display_errors=1", "-S", f"127.0.0.1:{place.port}", "index.php"]
    return Launch([program("php"), *serve])


def _laravel(code: str) -> str:
    if not ILLUMINATE.is_dir():
        raise NotHere("php-laravel-framework is not installed")
    return f"Laravel components {_package('php-laravel-framework')}, {php_version()}"


def _package(name: str) -> str:
    found = re.search(r"^Version: ([0-9.]+)", ask("dpkg", "--status", name), re.M)
    return found[1] if found else "?"


def _symfony(code: str) -> str:
    if not SYMFONY.is_file():
        raise NotHere("php-symfony-http-foundation is not installed")
    return f"HttpFoundation {_package('php-symfony-http-foundation')}, {php_version()}"


@cache
def _gem(name: str) -> str:
    found = ask(program("ruby"), "-e", f"puts Gem::Specification.find_by_name('{name}').version, RUBY_VERSION")
    lines = found.splitlines()
    if len(lines) != 2:
        raise NotHere(f"ruby-{name} is not installed")
    return f"{name.title()} {lines[0]}, Ruby {lines[1]}"


def sinatra(job: Job, run: Run, place: Place) -> Launch:
    source = with_code_around(job, run)
    prelude = "" if re.search(r"require ['\"]sinatra", source) else "require 'sinatra'\n"
    place.write("snippet.rb", prelude + place.code(source))
    command = [program("ruby"), "snippet.rb", "-o", "127.0.0.1", "-p", str(place.port), "-s", "puma"]
    return Launch(command, {"APP_ENV": "production", "RACK_ENV": "production"})


def rack(job: Job, run: Run, place: Place) -> Launch:
    place.write("config.ru", place.code(with_code_around(job, run)))
    command = [program("puma"), "--bind", f"tcp://127.0.0.1:{place.port}", "config.ru"]
    return Launch(command, {"RACK_ENV": "production"})


@cache
def _curl() -> str:
    return "curl " + ask(program("curl"), "--version").split()[1]


def curl(job: Job, run: Run, place: Place) -> Launch:
    place.write("snippet.sh", place.code(with_code_around(job, run)))
    return Launch([program("bash"), "snippet.sh"])


PLATFORMS = [
    Platform("php", lambda code: php_version(), php),
    Platform("symfony", _symfony, php),
    Platform("laravel", _laravel, laravel),
    Platform("ruby", lambda code: _gem("sinatra"), sinatra),
    Platform("rack", lambda code: _gem("rack"), rack),
    Platform("curl", lambda code: _curl(), curl, is_client=True),
]
