"""Commands and configurations in the text: does its own tool accept each? Fragments get the context that they need."""

import ast
import json
import re
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from .places import Place
from .platforms.base import NotHere, program
from .platforms.gateways import ENABLED, MODULES, NGINX_FOLDERS

FENCE = re.compile(r"^( *)```([\w-]+)\n(.*?)^\1```", re.S | re.M)
NAMED_HOST = re.compile(r"(?<=://)(?:[\w-]+\.)+(?:example\.com|internal|local)\b")


@dataclass(frozen=True)
class Command:
    """One piece of code in the text: the page and the row where it stands, its language, and the code."""

    where: str
    language: str
    code: str


def read_commands(content: Path) -> Iterator[Command]:
    """Every fenced block of the content files, and every command of a step; snippets apart, which are run."""
    for path in sorted(content.glob("*/*.yaml")):
        if path.parent.name == "records":
            continue
        page = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        yield from _commands_in(page, f"{path.parent.name}/{path.stem}")


def _commands_in(value: object, where: str) -> Iterator[Command]:
    if isinstance(value, dict):
        for key, part in value.items():
            if key == "command":
                yield Command(f"{where}.command", "sql" if part.startswith("SELECT ") else "sh", part)
            elif key != "snippets":
                name = part if key == "slug" else ""
                where = f"{where}/{name}" if name else where
                yield from _commands_in(part, where)
    elif isinstance(value, list):
        for part in value:
            yield from _commands_in(part, where)
    elif isinstance(value, str):
        for indent, language, code in FENCE.findall(value):
            yield Command(where, language, re.sub(rf"^{indent}", "", code, flags=re.M))


def problem_of(command: Command) -> str:
    """What the language's tool says against it; empty where it accepts it.

    Raises `NotHere`, and KeyError for a language that no tool here checks.
    """
    return CHECKERS[command.language](command.code)


def _first_good(check: Callable[[str], str], candidates: list[str]) -> str:
    """The complaint about the first of several ways to read a fragment, unless one of them is accepted."""
    problems = []
    for candidate in candidates:
        problems.append(check(candidate))
        if not problems[-1]:
            return ""
    return next((problem for problem in problems if "not allowed here" not in problem), problems[0])


def _pieces(code: str) -> list[str]:
    """A block that shows several places or alternatives: split at empty lines and at comments of a whole line."""
    return [piece for piece in re.split(r"\n\s*\n|^#.*\n", code, flags=re.M) if piece.strip()]


def _or_in_pieces(check: Callable[[str], str], code: str) -> str:
    problem = check(code)
    if not problem:
        return ""
    pieces = _pieces(code)
    return problem if len(pieces) < 2 or any(check(piece) for piece in pieces) else ""


def _ask(name: str, *options: str, code: str = "") -> str:
    done = subprocess.run(
        [program(name), *options], input=code, capture_output=True, text=True, timeout=60, check=False
    )
    return "" if done.returncode == 0 else (done.stderr + done.stdout).strip() or f"{name} says no"


def _configured(code: str, write: Callable[[Place, str], list[str]]) -> str:
    """Check a configuration in a folder of its own, in which the files that it names exist."""
    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder) / "place", ())
        name, *options = write(place, place.text(NAMED_HOST.sub("127.0.0.1", code)))
        return _ask(name, *options).replace(str(place.folder), "")


def _nginx(code: str) -> str:
    return _or_in_pieces(
        lambda text: _first_good(
            lambda whole: _configured(whole, _write_nginx),
            [
                f"http {{ {_nginx_names(text)} server {{ location / {{\n{text}\n}} }} }}",
                f"http {{ {_nginx_names(text)} server {{\n{text}\n}} }}",
                f"http {{ {_nginx_names(text)}\n{text}\n}}",
                text if "http {" in text else f"{text}\nhttp {{ }}",
                f"http {{ {_nginx_names(text)} {_nginx_split(text)} }}",
            ],
        ),
        code,
    )


def _nginx_split(text: str) -> str:
    """Directives that only `http` takes, then the rest in a server."""
    found = re.match(r"((?:(?:map|geo|upstream)\b[^}]*\}|(?:limit_\w+_zone|log_format)\b[^;]*;|\s+)*)(.*)", text, re.S)
    return f"{found[1]} server {{\n{found[2]}\n}}"


def _nginx_names(text: str) -> str:
    """The upstreams, zones and caches that a fragment names and does not make."""
    made = [
        f"upstream {name} {{ server 127.0.0.1:8000; }}"
        for name in set(re.findall(r"_pass \w+://(\w+)[;/]", text))
        if not re.search(rf"upstream {name}\b", text)
    ]
    for kind, key in (("req", "rate=1r/s"), ("conn", "")):
        for name in set(re.findall(rf"limit_{kind} (?:zone=)?(\w+)", text)):
            if f"zone={name}:" not in text:
                made.append(f"limit_{kind}_zone $binary_remote_addr zone={name}:1m {key};")
    for name in set(re.findall(r"proxy_cache (\w+);", text)) - {"off"}:
        if f"keys_zone={name}:" not in text:
            made.append(f"proxy_cache_path /var/cache/{name} keys_zone={name}:1m;")
    if re.search(r"listen [^;]*\bssl\b", text) and "ssl_certificate" not in re.sub(r"#.*", "", text):
        made.append("ssl_certificate /etc/ssl/a.pem; ssl_certificate_key /etc/ssl/a.pem;")
    return " ".join(made)


def _write_nginx(place: Place, code: str) -> list[str]:
    temporary = " ".join(
        f"{name}_temp_path {place.folder}/{name};" for name in NGINX_FOLDERS if f"{name}_temp" not in code
    )
    code = code.replace("http {", f"http {{ {temporary} access_log off;", 1)
    events = "" if "events" in code else "events { }"
    place.write("fastcgi_params", "")
    place.write("nginx.conf", f"pid {place.folder}/pid; error_log stderr; {events}\n{code}\n")
    return ["nginx", "-t", "-q", "-e", "stderr", "-p", str(place.folder), "-c", str(place.folder / "nginx.conf")]


def _apache(code: str) -> str:
    return _or_in_pieces(
        lambda text: _first_good(
            lambda whole: _configured(whole, _write_apache),
            [text, f"<Directory /tmp>\n{text}\n</Directory>", f"<VirtualHost *:80>\n{text}\n</VirtualHost>"],
        ),
        code,
    )


def _write_apache(place: Place, code: str) -> list[str]:
    if not (MODULES / "mod_mpm_event.so").is_file():
        raise NotHere("the modules of apache2 are not installed")
    modules = [f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in ENABLED]
    modules += [
        f"LoadModule {name}_module {MODULES}/mod_{name}.so"
        for name in ("cgid", "security2", "http2")
        if (MODULES / f"mod_{name}.so").is_file()
    ]
    text = "\n".join(
        [
            f"ServerRoot {place.folder}",
            *modules,
            "ErrorLog /dev/stderr",
            "Listen 127.0.0.1:8080",
            "ServerName localhost",
            code,
        ]
    )
    place.write("apache.conf", text + "\n")
    return ["apache2", "-t", "-f", str(place.folder / "apache.conf")]


def _haproxy(code: str) -> str:
    times = "    mode http\n    timeout connect 2s\n    timeout client 9s\n    timeout server 9s\n"
    whole = code if re.search(r"^defaults\b", code, re.M) else f"defaults\n{times}{code}"
    if not re.search(r"^(?:backend|listen) app\b", code, re.M) and "app" in code:
        whole += f"\nbackend app\n{times}    server s 127.0.0.1:8000\n"
    candidates = [whole, f"defaults\n{times}frontend web\n    bind 127.0.0.1:8080\n{code}"]
    candidates.append(f"defaults\n{times}backend app\n{code}")
    return _first_good(lambda text: _configured(text, _write_haproxy), candidates)


def _write_haproxy(place: Place, code: str) -> list[str]:
    for name in re.findall(r"(?:errorfile [0-9]+|-f) (\S+)", code):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n")
    place.write("haproxy.cfg", code + "\n")
    return ["haproxy", "-c", "-q", "-f", str(place.folder / "haproxy.cfg")]


def _caddy(code: str) -> str:
    def write(place: Place, text: str) -> list[str]:
        place.write("Caddyfile", text)
        return ["caddy", "validate", "--adapter", "caddyfile", "--config", str(place.folder / "Caddyfile")]

    return _first_good(lambda text: _configured(text, write), [code, f"example.com {{\n{code}\n}}"])


def _php(code: str) -> str:
    opened = code if code.lstrip().startswith("<?php") else f"<?php\n{code}"
    return _first_good(lambda text: _ask("php", "-l", code=text), [opened])


def _javascript(code: str) -> str:
    def check(text: str) -> str:
        return _ask("node", "--input-type=module", "--check", code=text)

    return _first_good(check, [code, f"async function around() {{\n{code}\n}}", f"const part = {{\n{code}\n}};"])


def _python(code: str) -> str:
    def check(text: str) -> str:
        try:
            ast.parse(text)
        except SyntaxError as error:
            return str(error)
        return ""

    body = re.sub(r"^", "    ", code, flags=re.M)
    return _first_good(check, [code, f"async def around():\n{body}"])


def _shell(code: str) -> str:
    # Placeholders are variables that nobody sets; a pattern is often shown on purpose without quotes.
    left_out = "SC2154,SC2034,SC2086,SC2148,SC1091,SC2164"
    return _ask("shellcheck", "--shell=bash", "--severity=warning", f"--exclude={left_out}", "-", code=code)


def _parsed(parse: Callable[[str], object], errors: type[Exception]) -> Callable[[str], str]:
    def check(code: str) -> str:
        try:
            parse(code)
        except errors as error:
            return str(error)
        return ""

    return check


CHECKERS: dict[str, Callable[[str], str]] = {
    "nginx": _nginx,
    "apache": _apache,
    "apacheconf": _apache,
    "haproxy": _haproxy,
    "caddy": _caddy,
    "caddyfile": _caddy,
    "php": _php,
    "js": _javascript,
    "javascript": _javascript,
    "python": _python,
    "bash": _shell,
    "sh": _shell,
    "yaml": _parsed(yaml.safe_load, yaml.YAMLError),
    "json": _parsed(json.loads, ValueError),
}


def main() -> int:
    """Check everything, name what is refused and what no tool checks; returns the exit status."""
    content = Path(__file__).parent.parent / "content"
    refused, accepted, unchecked = 0, Counter(), defaultdict(list)
    for command in read_commands(content):
        try:
            problem = problem_of(command)
        except NotHere as error:
            unchecked[str(error)].append(command.where)
        except KeyError:
            unchecked[f"no tool for {command.language}"].append(command.where)
        else:
            accepted[command.language] += not problem
            refused += bool(problem)
            if problem:
                print(f"{command.where}: {command.language}: {problem}")
    print("Accepted: " + ", ".join(f"{language} {count}" for language, count in accepted.most_common()))
    for reason, places in sorted(unchecked.items()):
        print(f"Not checked, {reason}: {', '.join(places)}")
    return int(refused > 0)


if __name__ == "__main__":
    sys.exit(main())
