"""`python -m snippets.lines`: run the generated lines with every number and constant, and record what was sent."""

import argparse
import re
import shutil
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import yaml
from django.apps import apps
from django.conf import settings

NUMBERS = range(200, 600)
PATIENCE = 60


@dataclass(frozen=True)
class Frame:
    """The program around the lines of a platform: `item` holds `{path}` and `{line}`, `whole` holds `{items}`."""

    item: str
    whole: str


JS = Frame("app.get('/{path}', (req, res) => {{ {line} }});", "{items}")
PYTHON = "from http import HTTPStatus\n"
FRAMES = {
    "express": JS,
    "fastify": Frame("app.get('/{path}', (request, reply) => {{ {line} }});", "{items}"),
    "hono": Frame("app.get('/{path}', (c) => {{ {line} }});", "{items}"),
    "node": Frame(
        "'/{path}': (res) => {line},",
        "import {{ createServer }} from 'node:http';\nconst lines = {{\n{items}\n}};\n"
        "const app = createServer((req, res) => {{ try {{ lines[req.url](res); }} catch {{ res.destroy(); }} }});",
    ),
    "django": Frame(
        "def v{path}(request):\n    {line}\n\nurlpatterns.append(path('{path}', v{path}))\n",
        PYTHON + "from django.http import HttpResponse\nfrom django.urls import path\nurlpatterns = []\n{items}",
    ),
    "flask": Frame(
        "@app.get('/{path}')\ndef v{path}():\n    {line}\n",
        PYTHON + "from flask import Flask\napp = Flask(__name__)\n{items}",
    ),
    "fastapi": Frame(
        "@app.get('/{path}')\nasync def v{path}():\n    {line}\n",
        PYTHON + "from fastapi import FastAPI, Response\napp = FastAPI()\n{items}",
    ),
    "python": Frame(
        "    def v{path}(self):\n        {line}\n",
        PYTHON + "from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer\n\n"
        "class Handler(BaseHTTPRequestHandler):\n    def do_GET(self):\n        getattr(self, 'v' + self.path[1:])()\n"
        '        self.end_headers()\n\n{items}\n\nThreadingHTTPServer(("127.0.0.1", 8000), Handler).serve_forever()',
    ),
    "go": Frame(
        'http.HandleFunc("/{path}", func(w http.ResponseWriter, r *http.Request) {{ {line} }})',
        'package main\n\nimport "net/http"\n\nfunc main() {{\n{items}\nhttp.ListenAndServe(":8080", nil)\n}}',
    ),
    "php": Frame("case '/{path}': {line} break;", "<?php\nswitch ($_SERVER['REQUEST_URI']) {{\n{items}\n}}"),
    "symfony": Frame(
        "case '/{path}': {line}",
        "<?php\nuse Symfony\\Component\\HttpFoundation\\Response;\nfunction answer(): Response {{\n"
        "switch ($_SERVER['REQUEST_URI']) {{\n{items}\n}}\n}}\nanswer()->send();",
    ),
    "java": Frame(
        'case "/{path}" -> {line}',
        "import com.sun.net.httpserver.*;\nimport java.net.*;\nclass Lines {{\n"
        "public static void main(String[] a) throws Exception {{\n"
        'var server = HttpServer.create(new InetSocketAddress("127.0.0.1", 8080), 0);\n'
        'server.createContext("/", exchange -> {{\nswitch (exchange.getRequestURI().getPath()) {{\n{items}\n}}\n'
        "exchange.close();\n}});\nserver.start();\n}} }}",
    ),
    "dotnet": Frame(
        'case "/{path}": {line} break;',
        "using System.Net;\nclass Lines {{\nstatic void Main() {{\nvar listener = new HttpListener();\n"
        'listener.Prefixes.Add("http://*:8080/");\nlistener.Start();\nwhile (true) {{\n'
        "var context = listener.GetContext();\nvar response = context.Response;\ntry {{\n"
        "switch (context.Request.Url.AbsolutePath) {{\n{items}\n}}\n}} catch {{ response.Abort(); continue; }}\n"
        "response.Close();\n}}\n}}\n}}",
    ),
    "rust": Frame(
        '"/{path}" => {{ {line} }}',
        "use hyper::{{service::{{make_service_fn, service_fn}}, Body, Request, Response, Server, StatusCode}};\n"
        "async fn answer(request: Request<Body>) -> Result<Response<Body>, http::Error> {{\n"
        "let mut response = Response::new(Body::empty());\nmatch request.uri().path() {{\n{items}\n_ => {{}}\n}}\n"
        "Ok(response)\n}}\n#[tokio::main]\nasync fn main() {{\n"
        "let make = make_service_fn(|_| async {{ Ok::<_, http::Error>(service_fn(answer)) }});\n"
        "Server::bind(&([127, 0, 0, 1], 8080).into()).serve(make).await.unwrap();\n}}",
    ),
    "rack": Frame("'/{path}' => {line},", "ANSWERS = {{\n{items}\n}}\nrun ->(env) {{ ANSWERS[env['PATH_INFO']] }}"),
    "ruby": Frame("get('/{path}') {{ {line} }}", "require 'sinatra'\n{items}"),
    "nginx": Frame("location = /{path} {{ {line} }}", "{items}"),
    "apache": Frame('<Location "/{path}">\n{line}\n</Location>', "RewriteEngine On\n{items}"),
    "caddy": Frame("handle /{path} {{\n{line}\n}}", "{items}"),
    "haproxy": Frame("    {line} if {{ path /{path} }}", "frontend web\n    bind 127.0.0.1:80\n{items}"),
    "varnish": Frame(
        'if (req.url == "/{path}") {{ {line} }}', "vcl 4.1;\nbackend default none;\nsub vcl_recv {{\n{items}\n}}"
    ),
}


@dataclass(frozen=True)
class Item:
    """One line as it is shown: the path under which the program sends it, its number, and the constant in it."""

    path: str
    text: str
    number: int
    constant: str = ""


def main(words: list[str] | None = None) -> int:
    """Returns the exit status: 1 where a platform that is here sends nothing at all."""
    from codes.lines import FILE, LINES, read_proofs, to_text

    from .platforms import NotHere

    parser = argparse.ArgumentParser(prog="python -m snippets.lines", description=__doc__)
    parser.add_argument("--platform", action="append", help="only this platform; may be repeated")
    options = parser.parse_args(words)
    path = Path(settings.CONTENT_DIR) / FILE
    proofs, status = read_proofs(path), 0
    constants = read_constants(Path(settings.CONTENT_DIR))
    proofs = {line.platform: proofs[line.platform] for line in LINES if line.platform in proofs}
    for line in LINES:
        if options.platform and line.platform not in options.platform:
            continue
        try:
            new = prove(line, constants[line.of])
        except NotHere as error:
            print(f"{line.platform}: not run, {error}", flush=True)
            continue
        print(f"{line.platform}: {new.ran_on}: {new.numbers}; {len(new.constants)} constants", flush=True)
        if not new.numbers:
            status = 1
            continue
        old = proofs.get(line.platform)
        if old is None or {**vars(old), "day": ""} != {**vars(new), "day": ""}:
            proofs[line.platform] = new
            path.parent.mkdir(exist_ok=True)
            path.write_text(to_text(proofs))
    return status


def read_constants(content: Path) -> dict[str, list[tuple[int, str]]]:
    """The constants of each platform, with the numbers that they stand for, as the pages name them."""
    found = defaultdict(list)
    for path in sorted(content.glob("codes/*.yaml")):
        page = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        for row in page.get("names", []):
            if row["kind"] == "constant" and page["number"] in NUMBERS and "removed" not in row.get("since", ""):
                found[row["platform"]].append((page["number"], row["text"]))
    return found


def prove(line, constants: list[tuple[int, str]]):
    """Run all lines of a platform. Raises `NotHere`."""
    from codes.lines import Proof

    from .jobs import Job
    from .platforms import platform_of

    items = [Item(f"n{number}", line.number.format(number), number) for number in NUMBERS]
    items += [
        Item(f"c{position}", line.constant.format(text), number, text)
        for position, (number, text) in enumerate(constants if line.constant else [])
    ]
    platform = platform_of(Job(0, "lines", line.platform, "return", "", "", ()))
    folder = Path(tempfile.mkdtemp(prefix="statusref-lines-"))
    try:
        passed = run(platform, line.platform, items, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    numbers = sorted(item.number for item in passed if not item.constant)
    names = tuple(item.constant for item in items if item.constant and item in passed)
    day = datetime.now(UTC).date().isoformat()
    return Proof(platform.version(""), day, line.texts, ranges(numbers), names)


def run(platform, slug: str, items: list[Item], folder: Path) -> set[Item]:
    """The items that were sent as they should be. What the platform does not even start with is left out by halves."""
    from .asking import wait_for
    from .jobs import Job
    from .places import Place
    from .processes import Failed, environment, start, stop

    frame = FRAMES[slug]
    text = frame.whole.format(items="\n".join(frame.item.format(path=item.path, line=item.text) for item in items))
    job = Job(0, "lines", slug, "return", text, "", ())
    place = Place(Path(tempfile.mkdtemp(dir=folder)), platform.listens)
    process = None
    try:
        launch = platform.launch(job, job.plan, place)
        process = start(launch.command, place.folder, environment(place.folder, launch.env), place.output)
        wait_for(place, process, PATIENCE)
        return {item for item in items if is_sent(place.port, item)}
    except Failed:
        if len(items) == 1:
            return set()
        named = {
            item
            for item in items
            if item.constant and re.search(rf"\b{re.split('[.:]', item.constant)[-1]}\b", place.logged())
        }
        if named and len(named) < len(items):
            return run(platform, slug, [item for item in items if item not in named], folder)
        half = len(items) // 2
        return run(platform, slug, items[:half], folder) | run(platform, slug, items[half:], folder)
    finally:
        if process:
            stop(process)


def is_sent(port: int, item: Item) -> bool:
    """Ask for one line; tell whether exactly its status came, with content only where HTTP allows it."""
    from .matching import wrong_body
    from .wire import NO_CONTENT, Connection, NoMessage, written

    try:
        connection = Connection.to(port, 10)
    except OSError:
        return False
    try:
        fields = [("Host", "example.com"), ("Connection", "close")]
        connection.send(written(f"GET /{item.path} HTTP/1.1", fields))
        message = connection.read_answer("GET")
        surplus = connection.surplus() if item.number in NO_CONTENT else b""
        return message.status == item.number and not wrong_body(message, "GET", surplus)
    except (NoMessage, OSError):
        return False
    finally:
        connection.close()


def ranges(numbers: list[int]) -> str:
    """Numbers as ranges: "200-299 301"."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and number == parts[-1][1] + 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return " ".join(f"{low}-{high}" if low != high else str(low) for low, high in parts)


if __name__ == "__main__":
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "statusref.settings")
    if not apps.ready:
        django.setup()
    sys.exit(main())
