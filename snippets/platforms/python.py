"""Python: Django, Flask and FastAPI behind real servers, and clients."""

import ast
import re
from functools import cache

from codes.runs import Run
from snippets.jobs import Job
from snippets.places import Place
from snippets.processes import ask

from .base import BIN, Launch, NotHere, Platform, with_code_around

ASK = (
    "import sys, importlib.metadata as m; print(sys.version.split()[0], *(f'{n}={m.version(n)}' for n in sys.argv[1:]))"
)
PACKAGES = ("django", "flask", "fastapi", "uvicorn", "gunicorn", "requests", "httpx", "urllib3")
NAMES = {"django": "Django", "flask": "Flask", "fastapi": "FastAPI"}
DJANGO = '''\
"""What a project has around its app: settings, models, the database."""
import importlib
import django
from django.conf import settings

settings.configure(**{{
    **dict(
        ALLOWED_HOSTS=["*"],
        SECRET_KEY="not a secret: made for one run",
        ROOT_URLCONF={module!r},
        INSTALLED_APPS=[
            "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", {package!r},
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ],
        DATABASES={{"default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": "run.sqlite3"}}}},
        TEMPLATES=[{{"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": ["templates"]}}],
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
    ),
    **{settings},
}})
django.setup()

from django.core.management import call_command

call_command("migrate", run_syncdb=True, verbosity=0)
module = importlib.import_module({module!r})
if hasattr(module, "prepare"):
    module.prepare()
'''
WSGI = "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n"
ASGI = "from django.core.asgi import get_asgi_application\napplication = get_asgi_application()\n"


@cache
def _versions() -> dict[str, str]:
    if not (BIN / "python").exists():
        raise NotHere("the Python packages are not installed")
    python, *packages = ask(str(BIN / "python"), "-c", ASK, *PACKAGES).split()
    return {"python": python, **dict(package.split("=") for package in packages)}


def version_of(package: str):
    """How a version is named: the framework, the server where it says something, Python."""

    def version(code: str) -> str:
        found = _versions()
        return f"{NAMES[package]} {found[package]}, Python {found['python']}"

    return version


def client_version(code: str) -> str:
    found = _versions()
    used = [name for name in ("requests", "httpx") if re.search(rf"\b{name}\b", code)]
    return ", ".join([*(f"{name} {found[name]}" for name in used), f"Python {found['python']}"])


def _gunicorn(port: int, app: str) -> list[str]:
    return [BIN / "gunicorn", "--bind", f"127.0.0.1:{port}", "--threads", "4", "--no-control-socket", app]


def _uvicorn(port: int, app: str) -> list[str]:
    return [BIN / "uvicorn", "--host", "127.0.0.1", "--port", str(port), "--lifespan", "auto", app]


def django(job: Job, run: Run, place: Place) -> Launch:
    source = place.code("\n".join(part for part in (job.code, run.below) if part) + "\n")
    named = re.match(r"# ([\w/]+\.py)\b", source)
    path = named[1] if named and "/" in named[1] else "shop/views.py"
    package = path.split("/")[0]
    place.write(f"{package}/__init__.py", "")
    if run.above:
        place.write(f"{package}/models.py", place.code(run.above) + "\n")
    place.write(path, source)
    settings = _settings(source)
    module = path.removesuffix(".py").replace("/", ".")
    is_async = "async def" in source
    runner = DJANGO.format(module=module, package=package, settings=settings)
    place.write("run.py", runner + (ASGI if is_async else WSGI))
    start = _uvicorn if is_async else _gunicorn
    return Launch(start(place.port, "run:application"), {"PYTHONPATH": str(place.folder)})


def _settings(source: str) -> dict[str, object]:
    """The settings among the top-level names of a module: those in capitals with a plain value."""
    found = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id.isupper():
            try:
                found[node.targets[0].id] = ast.literal_eval(node.value)
            except ValueError:
                continue
    return found


def flask(job: Job, run: Run, place: Place) -> Launch:
    source = with_code_around(job, run)
    if "Flask(" not in source:
        source = "from flask import *\n\napp = Flask(__name__)\n" + source
    place.write("snippet.py", place.code(source))
    return Launch(_gunicorn(place.port, "snippet:app"), {"PYTHONPATH": str(place.folder)})


def fastapi(job: Job, run: Run, place: Place) -> Launch:
    place.write("snippet.py", place.code(with_code_around(job, run)))
    return Launch(_uvicorn(place.port, "snippet:app"), {"PYTHONPATH": str(place.folder)})


def script(job: Job, run: Run, place: Place) -> Launch:
    place.write("snippet.py", place.code(with_code_around(job, run)))
    return Launch([BIN / "python", "snippet.py"], {"PYTHONUNBUFFERED": "1"})


PLATFORMS = [
    Platform("django", version_of("django"), django),
    Platform("flask", version_of("flask"), flask),
    Platform("fastapi", version_of("fastapi"), fastapi),
    Platform("python-client", client_version, script, is_client=True),
    Platform("python", client_version, script, (r"HTTPServer\(\(\"[\w.]*\", ([0-9]+)\)",)),
]
CLIENTS = [Platform("python", client_version, script, is_client=True)]
