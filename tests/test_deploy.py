"""Each file below deploy/ is checked by the tool that reads it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import need
from tests.prepared import ROOT, copy_of, prepared

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]
CONTAINERFILE = (DEPLOY / "Containerfile").read_text()


def run(*command: object, **options) -> subprocess.CompletedProcess:
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, **options)


@pytest.fixture(scope="module")
def units(tmp_path_factory) -> Path:
    """The units as they would be here: `verify` looks whether the programs that they start exist."""
    need(shutil.which("systemd-analyze"), "systemd-analyze")
    folder = tmp_path_factory.mktemp("units")
    for unit in UNITS:
        text = unit.read_text().replace("/srv/statusref/.venv/bin/python", sys.executable)
        (folder / unit.name).write_text(text.replace("/srv/statusref", str(ROOT)))
    return folder


def test_systemd_finds_nothing_wrong_with_the_units(units):
    done = run("systemd-analyze", "verify", "--man=no", *sorted(units.iterdir()))
    assert (done.returncode, done.stderr) == (0, "")


def test_systemd_would_find_something_wrong(units, tmp_path):
    broken = tmp_path / "statusref.service"
    broken.write_text((units / "statusref.service").read_text().replace("ProtectSystem=strict", "ProtectSystem=very"))
    shutil.copy(units / "statusref.socket", tmp_path)
    assert "protect system value" in run("systemd-analyze", "verify", "--man=no", broken).stderr


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_a_service_may_do_nothing_that_it_need_not(unit):
    need(shutil.which("systemd-analyze"), "systemd-analyze")
    done = run("systemd-analyze", "security", "--offline=true", "--threshold=12", unit)
    assert done.returncode == 0, done.stdout


def test_the_server_is_given_longer_to_end_than_its_workers():
    from statusref.server import PATIENCE

    assert f"TimeoutStopSec={PATIENCE + 15}" in (DEPLOY / "systemd/statusref.service").read_text()
    assert f"--stop-timeout {PATIENCE + 15}" in CONTAINERFILE


def test_the_commands_of_the_units_exist(tmp_path):
    help_text = run(
        sys.executable, "manage.py", "help", "--commands", cwd=ROOT, env={**os.environ, "VAR_DIR": tmp_path}
    )
    for unit in SERVICES:
        for command in re.findall(r"manage\.py ([a-z_]+)", unit.read_text()):
            assert command in help_text.stdout.split(), command


def hadolint(path: Path) -> subprocess.CompletedProcess:
    tool = Path(sys.executable).with_name("hadolint")
    need(tool.exists(), "hadolint")
    return run(tool, "--no-color", path)


def test_hadolint_finds_nothing_wrong_with_the_container_file(tmp_path):
    done = hadolint(DEPLOY / "Containerfile")
    assert (done.returncode, done.stdout) == (0, "")
    (tmp_path / "Containerfile").write_text(CONTAINERFILE.replace("3.13-slim-bookworm", "latest"))
    assert "DL3007" in hadolint(tmp_path / "Containerfile").stdout


def test_what_is_copied_into_the_container_is_all_that_the_site_needs(tmp_path, tmp_path_factory):
    site = tmp_path / "srv"
    site.mkdir()
    listed = (ROOT / ".dockerignore").read_text()
    for source, target in re.findall(r"^COPY ([a-z.]+) /srv/statusref/(.*)$", CONTAINERFILE, re.M):
        assert f"\n!{source}\n" in listed
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, site / target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / source, site)
    before = set(site.rglob("*"))
    environment = {"PATH": os.environ["PATH"], "VAR_DIR": str(copy_of(prepared(tmp_path_factory), tmp_path / "var"))}
    command = [sys.executable, "-B", "manage.py"]
    prepare = run(*command, "serve", "--prepare-only", cwd=site, env=environment)
    assert prepare.returncode == 0 and "same" in prepare.stdout, prepare.stderr
    loaded = run(*command, "shell", "-v0", "-c", "import statusref.wsgi, statusref.server", cwd=site, env=environment)
    assert loaded.returncode == 0, loaded.stderr
    assert set(site.rglob("*")) == before, "it writes only to VAR_DIR"


def test_nothing_secret_gets_into_a_layer():
    assert not re.search(r"SECRET|PASSWORD|TOKEN|_URL", CONTAINERFILE)
    assert re.findall(r"^USER (.*)$", CONTAINERFILE, re.M) == ["10001:10001"]
    assert (ROOT / ".dockerignore").read_text().splitlines()[1] == "*"


def test_prometheus_can_use_the_rules_and_the_alerts_come_when_they_should(tmp_path):
    need(shutil.which("promtool"), "promtool (Debian's prometheus)")
    shutil.copy(DEPLOY / "prometheus/statusref-alerts.yml", tmp_path)
    shutil.copy(ROOT / "tests/data/alerts_test.yml", tmp_path)
    for command in (
        ["check", "config", "--syntax-only", DEPLOY / "prometheus/scrape.yml"],
        ["check", "rules", tmp_path / "statusref-alerts.yml"],
        ["test", "rules", tmp_path / "alerts_test.yml"],
    ):
        done = run("promtool", *command)
        assert done.returncode == 0, done.stdout + done.stderr
    source = (ROOT / "statusref/metrics.py").read_text()
    rules = (tmp_path / "statusref-alerts.yml").read_text()
    for name in set(re.findall(r"\bstatusref_[a-z_]+", rules)):
        assert f'"{re.sub("_(total|bucket)$", "", name)}"' in source, name


def test_shellcheck_finds_nothing_wrong_with_the_scripts():
    need(shutil.which("shellcheck"), "shellcheck")
    done = run("shellcheck", DEPLOY / "backup")
    assert (done.returncode, done.stdout) == (0, "")


def test_a_backup_is_checked_and_old_ones_go_only_then(tmp_path, tmp_path_factory):
    folder = tmp_path / "backups"
    folder.mkdir()
    old = folder / "statusref-20260101T000000Z.jsonl.gz"
    other = folder / "precious.txt"
    for path in (old, other):
        path.write_text("")
        os.utime(path, (0, 0))
    environment = {"PATH": os.environ["PATH"], "PYTHON": sys.executable}
    failed = run("sh", DEPLOY / "backup", folder, env={**environment, "DATABASE_URL": "sqlite:////nowhere/x"})
    assert failed.returncode and old.exists()
    environment["VAR_DIR"] = str(copy_of(prepared(tmp_path_factory), tmp_path / "var"))
    done = run("sh", DEPLOY / "backup", folder, env=environment)
    assert done.returncode == 0, done.stderr
    assert old.exists(), "a clock that is wrong by years shall not delete the last ones"
    Path(done.stdout.strip()).unlink()
    done = run("sh", DEPLOY / "backup", folder, "1", env=environment)
    assert done.returncode == 0, done.stderr
    made = Path(done.stdout.strip())
    assert made.stat().st_size > 100_000 and made.stat().st_mode & 0o077 == 0
    assert not old.exists() and other.exists()
