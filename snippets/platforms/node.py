"""Node.js and its frameworks, and `fetch`."""

import json
import re
from functools import cache

from codes.runs import Run
from snippets.jobs import Job
from snippets.places import Place
from snippets.processes import ask

from .base import HOME, Launch, NotHere, Platform, program, with_code_around

LISTENS = (
    r"\.listen\(\s*([0-9]+)",
    r"process\.env\.PORT (?:\|\||\?\?) ([0-9]+)",
    r"(?:listen|serve)\(\{[^}]*?\bport: ([0-9]+)",
    r"const (?:port|PORT) = ([0-9]+)",
)
APP = re.compile(r"(?:const|let) (\w+) = (?:await )?(?:express|[Ff]astify|new Hono|\w*\.createServer|createServer)\b")
MAKE = {
    "express": "import express from 'express';\nconst app = express();\n",
    "fastify": "import Fastify from 'fastify';\nconst app = Fastify();\n",
    "hono": "import { Hono } from 'hono';\nconst app = new Hono();\n",
    "node": "",
}
# `fetch` of a page knows its own address; Node's does not.
RELATIVE = """const absolute = globalThis.fetch;
globalThis.fetch = (input, init) =>
  absolute(typeof input === 'string' && input.startsWith('/') ? 'http://127.0.0.1:%d' + input : input, init);
"""


@cache
def node_version() -> str:
    return "Node.js " + ask(program("node"), "--version").lstrip("v")


def _package(name: str, package: str) -> str:
    file = HOME / "node_modules" / package / "package.json"
    if not file.is_file():
        raise NotHere(f"the npm package {package} is not installed")
    return f"{name} {json.loads(file.read_text())['version']}"


def _write(place: Place, source: str) -> str:
    name = "snippet.cjs" if "require(" in source else "snippet.mjs"
    place.write(name, source)
    modules = place.folder / "node_modules"
    if not modules.exists():
        modules.symlink_to(HOME / "node_modules")
    return name


def serve(job: Job, run: Run, place: Place) -> Launch:
    source = with_code_around(job, run)
    if not APP.search(source):
        source = MAKE[job.platform] + source
    source = place.code(source)
    app = APP.search(source)[1]
    port = place.port
    if job.platform == "hono" and "serve(" not in source:
        source += f"import {{ serve }} from '@hono/node-server';\nserve({{ fetch: {app}.fetch, port: {port} }});\n"
    elif job.platform == "fastify" and "listen(" not in source:
        source += f"{app}.listen({{ port: {port}, host: '127.0.0.1' }});\n"
    elif job.platform in ("express", "node") and "listen(" not in source:
        source += f"{app}.listen({port}, '127.0.0.1');\n"
    name = _write(place, source)
    return Launch([program("node"), name], {"PORT": str(port), "NODE_ENV": "production"})


def call(job: Job, run: Run, place: Place) -> Launch:
    name = _write(place, place.code(with_code_around(job, run)))
    place.write("relative.mjs", RELATIVE % place.server)
    return Launch([program("node"), "--import", "./relative.mjs", name])


PAGE = """<!doctype html><title>run</title><body><script type="module">
const lines = [];
console.log = (...words) => lines.push(words.join(' '));
try {
  await import(URL.createObjectURL(new Blob([%s], { type: 'text/javascript' })));
} catch (err) {
  lines.push(`uncaught ${err}`);
}
await fetch('/.done', { method: 'POST', body: lines.join('\\n') });
</script>
"""
CHROMIUM = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking".split()
CHROMIUM += ["--disable-component-update", "--disable-sync", "--remote-debugging-port=0"]


def browser_page(job: Job, run: Run, place: Place) -> str:
    """The page in which a snippet runs as a module of its own."""
    source = place.code(with_code_around(job, run)).replace("\x00", "")
    return PAGE % json.dumps(source).replace("</", "<\\/")


def browser(place: Place, path: str) -> Launch:
    profile = f"--user-data-dir={place.folder}/profile"
    return Launch([program("chromium"), *CHROMIUM, profile, f"http://127.0.0.1:{place.server}{path}"])


@cache
def chromium_version() -> str:
    return "Chromium " + re.search(r"[0-9]+\.[0-9.]+", ask(program("chromium"), "--version"))[0]


def of_framework(name: str, package: str) -> Platform:
    return Platform(package, lambda code: f"{_package(name, package)}, {node_version()}", serve, LISTENS)


PLATFORMS = [
    of_framework("Express", "express"),
    of_framework("Fastify", "fastify"),
    of_framework("Hono", "hono"),
    Platform("node", lambda code: node_version(), serve, LISTENS),
    Platform("fetch", lambda code: node_version(), call, is_client=True),
]
CLIENTS = [Platform("node", lambda code: node_version(), call, is_client=True)]
BROWSER = Platform("browser", lambda code: chromium_version(), call, is_client=True)
