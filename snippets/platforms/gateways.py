"""Web servers and gateways: a whole configuration, or a fragment with the least around it."""

import os
import re
from functools import cache
from pathlib import Path

from codes.runs import Run
from snippets.jobs import Job
from snippets.places import Place
from snippets.processes import ask

from .base import Launch, NotHere, Platform, program

MODULES = Path("/usr/lib/apache2/modules")
# What Debian enables, and what a snippet may ask for.
ENABLED = """access_compat actions alias allowmethods auth_basic auth_digest authn_core authn_file authz_core authz_host
    authz_user autoindex cache cache_disk dav dav_fs deflate dir env expires filter headers include
    lbmethod_byrequests macro mime mpm_event negotiation proxy proxy_balancer proxy_fcgi proxy_hcheck proxy_http
    proxy_wstunnel ratelimit remoteip reqtimeout request rewrite setenvif slotmem_shm socache_shmcb ssl status
    substitute unique_id vhost_alias""".split()
NGINX_TYPES = "default_type text/plain; types { text/html html; text/css css; application/javascript js; }"
NGINX_HTTP = re.compile(
    r"^(?:map|geo|upstream|split_clients|log_format|limit_(?:req|conn)_zone|proxy_cache_path)\b", re.M
)
NGINX_FOLDERS = "client_body proxy fastcgi uwsgi scgi".split()


@cache
def _version(name: str, option: str, pattern: str, title: str) -> str:
    return f"{title} {re.search(pattern, ask(program(name), option))[1]}"


def _code(job: Job, run: Run) -> str:
    return "\n".join(part for part in (run.above, job.code, run.below) if part)


def nginx(job: Job, run: Run, place: Place) -> Launch:
    source = place.code(_code(job, run))
    temporary = " ".join(f"{name}_temp_path {place.folder}/{name};" for name in NGINX_FOLDERS)
    log = "" if "access_log" in source else f"access_log {place.root}/access.log;"
    shared = f"{temporary} {log} {NGINX_TYPES}"
    if whole := re.match(r"(.*?)^http\s*\{(.*)\}\s*\Z", source, re.M | re.S):
        before, source = whole.groups()
    else:
        before = ""
    if not re.search(r"^\s*server\s*\{", source, re.M):
        if whole or NGINX_HTTP.search(source):
            behind = place.text("127.0.0.1:8000")
            source += f"\nserver {{ listen 127.0.0.1:{place.port}; location / {{ proxy_pass http://{behind}; }} }}"
        else:
            source = f"server {{ listen 127.0.0.1:{place.port};\n{source}\n}}"
    user = "user root;" if os.geteuid() == 0 else ""
    events = "" if "events" in before else "events { }"
    main = f"daemon off; {user} worker_processes 1; pid {place.folder}/pid; error_log stderr notice; {events}\n"
    place.write("nginx.conf", f"{main}{before}\nhttp {{ {shared}\n{source}\n}}\n")
    return Launch([program("nginx"), "-e", "stderr", "-p", place.folder, "-c", place.folder / "nginx.conf"])


def apache(job: Job, run: Run, place: Place) -> Launch:
    source = place.code(_code(job, run))
    if "<VirtualHost" not in source:
        source = f"<VirtualHost 127.0.0.1:{place.port}>\n{source}\n</VirtualHost>"
    if not (MODULES / "mod_mpm_event.so").is_file():
        raise NotHere("the modules of apache2 are not installed")
    modules = [f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in ENABLED]
    user = ["User www-data", "Group www-data"] if os.geteuid() == 0 else []
    lines = [
        f"ServerRoot {place.folder}",
        f"PidFile {place.folder}/pid",
        *modules,
        *user,
        *(f"Listen 127.0.0.1:{port}" for port in place.own.values()),
        "ServerName localhost",
        f"ErrorLog {place.folder}/root/error.log",
        f"DocumentRoot {place.root}/var/www/html",
        f"<Directory {place.root}>\n    Require all granted\n</Directory>",
        "TypesConfig /dev/null",
        "AddType text/html .html",
        "AddType text/css .css",
        "AddType text/javascript .js",
        source,
    ]
    (place.root / "var/www/html").mkdir(parents=True, exist_ok=True)
    place.write("apache.conf", "\n".join(lines) + "\n")
    for folder in (place.folder.parent, place.folder):
        folder.chmod(0o755)
    return Launch([program("apache2"), "-f", place.folder / "apache.conf", "-D", "FOREGROUND"])


def caddy(job: Job, run: Run, place: Place) -> Launch:
    source = _code(job, run)
    if not re.search(r"^[^\s{(@#][^{]*\{$", source, re.M) or re.match(r"(?:handle|route|@)", source):
        source = f"example.com {{\n{source}\n}}"
    port = place.listen(80)

    def address(found: re.Match) -> str:
        names = [re.sub(r"^https?://|:[0-9]+$", "", name) for name in re.split(r",\s*", found[1])]
        return ", ".join(f"http://{name}:{port}" for name in names) + " {"

    source = re.sub(r"^((?:https?://)?[\w.*:-]*(?:,\s*[\w.*:/-]+)*) \{$", address, source, flags=re.M)
    options = "admin off\n\tauto_https off\n\tdefault_bind 127.0.0.1"
    if re.match(r"\s*\{", source):
        source = re.sub(r"\s*\{", "{\n\t" + options, source, count=1)
    else:
        source = f"{{\n\t{options}\n}}\n{source}"
    place.write("Caddyfile", place.code(source) + "\n")
    env = {"XDG_DATA_HOME": str(place.folder), "XDG_CONFIG_HOME": str(place.folder)}
    return Launch([program("caddy"), "run", "--adapter", "caddyfile", "--config", "Caddyfile"], env)


def haproxy(job: Job, run: Run, place: Place) -> Launch:
    source = place.code(_code(job, run))
    times = "    mode http\n    timeout connect 2s\n    timeout client 10s\n    timeout server 10s\n"
    if not re.search(r"^(?:frontend|listen|backend)\b", source, re.M):
        behind = place.text("127.0.0.1:8000")
        source = f"frontend web\n    bind 127.0.0.1:{place.port}\n{source}\n    default_backend behind\n"
        source += f"backend behind\n    server behind {behind}\n"
    defaults = "" if re.search(r"^defaults\b", source, re.M) else f"defaults\n{times}"
    general = "" if re.search(r"^global\b", source, re.M) else "global\n    maxconn 100\n"
    place.write("haproxy.cfg", f"{general}{defaults}{source}\n")
    return Launch([program("haproxy"), "-db", "-f", place.folder / "haproxy.cfg"])


def varnish(job: Job, run: Run, place: Place) -> Launch:
    source = place.code(_code(job, run))
    head = "" if re.match(r"vcl 4", source) else "vcl 4.1;\n"
    if not re.search(r"^backend\b", source, re.M):
        port = place.text("127.0.0.1:8000").partition(":")[2]
        backend = f'backend default {{ .host = "127.0.0.1"; .port = "{port}"; }}\n'
        start = re.match(r"(?:vcl 4\.[01];\s*|import \w+;\s*)*", source)[0]
        source = start + backend + source[len(start) :]
    place.write("default.vcl", f"{head}{source}\n")
    # Without its jail Varnish reads what only its user may read.
    command = [
        program("varnishd"),
        "-j",
        "none",
        "-F",
        "-a",
        f"127.0.0.1:{place.port}",
        "-f",
        place.folder / "default.vcl",
    ]
    return Launch([*command, "-n", place.folder / "work", "-s", "malloc,16m"])


PLATFORMS = [
    Platform(
        "nginx",
        lambda code: _version("nginx", "-v", r"nginx/([0-9.]+)", "nginx"),
        nginx,
        (r"\blisten\s+(?:[\d.*]+:|\[::\]:)?([0-9]+)",),
    ),
    Platform(
        "apache",
        lambda code: _version("apache2", "-v", r"Apache/([0-9.]+)", "Apache httpd"),
        apache,
        (r"<VirtualHost [^:>\s]*:([0-9]+)>", r"^\s*Listen (?:[\d.]+:)?([0-9]+)"),
    ),
    Platform("caddy", lambda code: _version("caddy", "version", r"v?([0-9.]+)", "Caddy"), caddy),
    Platform(
        "haproxy",
        lambda code: _version("haproxy", "-v", r"version ([0-9.]+)", "HAProxy"),
        haproxy,
        (r"\bbind\s+[\d.*]*:([0-9]+)",),
    ),
    Platform(
        "varnish",
        lambda code: _version("varnishd", "-V", r"varnish-([0-9.]+)", "Varnish"),
        varnish,
        (),
    ),
]
