"""Every command and configuration in the text is one that its own tool accepts."""

from pathlib import Path

import pytest

from snippets.commands import CHECKERS, Command, problem_of, read_commands
from snippets.platforms import NotHere
from tests.conftest import need

ROOT = Path(__file__).parent.parent
COMMANDS = list(read_commands(ROOT / "content"))
# What only a tool knows that is not installed with the others.
BEYOND = {"WSGIPassAuthorization": "mod_wsgi"}
FAST = sorted(set(CHECKERS) - {"caddy", "caddyfile"})


def problem(language: str, code: str, where: str = "here") -> str:
    try:
        return problem_of(Command(where, language, code))
    except NotHere as error:
        need(False, f"`make snippet-platforms FAST=1`: {error}")


@pytest.mark.parametrize("language", FAST)
def test_every_command_in_the_text_is_accepted_by_its_tool(language):
    for command in COMMANDS:
        if command.language == language and not any(word in command.code for word in BEYOND):
            found = problem(language, command.code)
            assert not found, f"{command.where}: {found}\n{command.code}"


@pytest.mark.parametrize(
    ("language", "good", "bad"),
    [
        ("nginx", "location / { proxy_pass http://app; }", "location / { proxy_pas http://app; }"),
        ("nginx", "limit_req_zone $uri zone=a:1m rate=1r/s;\n\nlimit_req zone=a;", "limit_req zone=;"),
        ("nginx", "worker_processes 2;\nevents { worker_connections 9; }", "worker_processes many;"),
        ("nginx", "listen 443 ssl;", "listen 443 tls;"),
        ("nginx", "proxy_pass http://backend.internal:80;", "return 301"),
        ("apache", "ErrorDocument 404 /404.html", "ErrorDokument 404 /404.html"),
        ("apache", "CGIPassAuth On", "CGIPassAuth Maybe"),
        ("apache", '<Location "/a">\nRequire all granted\n</Location>', '<Location "/a">\nRequire all granted'),
        ("haproxy", "http-request deny if { path /a }", "http-request denies if { path /a }"),
        (
            "haproxy",
            "backend app\n    server a 127.0.0.1:80 maxqueue 9",
            "backend app\n    server a 127.0.0.1:80 queue 9",
        ),
        ("php", "if ($a) { echo 1; }", "if ($a { echo 1; }"),
        ("js", "return await fetch('/a');", "const a = ;"),
        ("js", "retries: 3,", "retries: = 3,"),
        ("python", "return await f(1)", "return await f(1"),
        ("sh", 'curl -s "$url" | grep -c 500', "if curl -s; then"),
        ("yaml", "a: [1, 2]", "a: [1, 2"),
        ("json", '{"a": 1}', '{"a": 1,}'),
    ],
)
def test_a_mistake_is_found_and_a_fragment_gets_its_context(language, good, bad):
    assert not problem(language, good)
    assert problem(language, bad)


def test_blocks_of_every_row_and_commands_of_steps_are_read(tmp_path):
    (tmp_path / "codes").mkdir()
    (tmp_path / "codes/404.yaml").write_text(
        "causes:\n- slug: c\n  body: |\n    ```sh\n    ls\n    ```\n  fixes:\n  - slug: f\n    body: |\n"
        "      1. So:\n         ```nginx\n         a b;\n         ```\n"
        "steps:\n- slug: s\n  command: curl\n- slug: q\n  command: SELECT 1\n"
        "snippets:\n- slug: x\n  code: no\n  body: |\n    ```sh\n    no\n    ```\n"
    )
    assert list(read_commands(tmp_path)) == [
        Command("codes/404/c", "sh", "ls\n"),
        Command("codes/404/c/f", "nginx", "a b;\n"),
        Command("codes/404/s.command", "sh", "curl"),
        Command("codes/404/q.command", "sql", "SELECT 1"),
    ]
