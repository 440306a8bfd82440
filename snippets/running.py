"""One snippet from its folder to its result."""

import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from codes.runs import Run

from .answering import PAGE, Script
from .asking import Asker, check_output, wait_for
from .jobs import Job
from .places import Place, authority, free_port
from .platforms import NotHere, Platform, node, platform_of
from .processes import Failed, environment, finish, start, stop
from .stubs import Behind, Server

LIMIT = 30
# How the clients are told to trust the scripted server.
TRUST = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")


@dataclass(frozen=True)
class Result:
    """What became of a snippet: passed, failed (`problem`) or not run (`reason`)."""

    job: Job
    ran_on: str = ""
    statuses: tuple[int, ...] = ()
    problem: str = ""
    reason: str = ""
    seconds: float = 0

    @property
    def answered(self) -> str:
        """The statuses that were seen, each run of equal ones once."""
        seen = [status for n, status in enumerate(self.statuses) if not n or self.statuses[n - 1] != status]
        return ", ".join(map(str, seen))


def run_job(job: Job, folder: Path) -> Result:
    """Run one snippet in a new folder below `folder`, which is removed again."""
    began = time.monotonic()
    try:
        platform = platform_of(job)
        ran_on = platform.version(job.code)
    except NotHere as error:
        return Result(job, reason=str(error))
    except ValueError as error:
        return Result(job, problem=str(error))
    place_folder = Path(tempfile.mkdtemp(dir=folder))
    try:
        statuses = (_call if platform.is_client else _serve)(job, platform, place_folder)
        problem = ""
    except Failed as error:
        statuses, problem = (), str(error).replace(str(place_folder), "")
    finally:
        shutil.rmtree(place_folder, ignore_errors=True)
    return Result(job, ran_on, statuses, problem, seconds=time.monotonic() - began)


def _prepare(job: Job, platform: Platform, place: Place) -> tuple:
    run = job.plan
    launch = platform.launch(job, run, place)
    for setting in run.all("file"):
        place.file(setting)
    trust = dict.fromkeys(TRUST, str(place.folder / "ca.pem")) if platform.is_client else {}
    more = dict(place.text(setting).replace("\x00", "").split("=", 1) for setting in run.all("env"))
    return run, launch, environment(place.folder, {**trust, **launch.env, **more})


def _serve(job: Job, platform: Platform, folder: Path) -> tuple[int, ...]:
    place = Place(folder, platform.listens)
    run, launch, env = _prepare(job, platform, place)
    if not place.own:
        raise Failed("the code listens on no port that the harness knows")
    behind = Behind()
    down = {int(port) for port in run.all("down")}
    ports = [port for original, port in place.others.items() if original not in down]
    with Server(ports, behind.serve):
        process = start(launch.command, folder, env, place.output)
        try:
            wait_for(place, process, float(run.get("limit", str(LIMIT))))
            asker = Asker(job, place, behind)
            asker.carry_out(run)
            check_output(run, place)
            if process.poll() is not None:
                raise Failed(f"it ended with status {process.returncode}")
        finally:
            stop(process)
    return tuple(asker.statuses)


def _call(job: Job, platform: Platform, folder: Path) -> tuple[int, ...]:
    place = Place(folder, platform.listens, server=free_port())
    script = Script(job.plan, place)
    place.write("ca.pem", authority())
    run, launch, env = _prepare(job, platform, place)
    limit = float(run.get("limit", str(LIMIT)))
    with Server([place.server], script.serve):
        if run.get("on") == "browser":
            status = _browse(job, run, place, script, limit)
        else:
            status = finish(launch.command, folder, env, place.output, limit)
    script.check()
    if status != int(run.get("exit", "0")):
        lines = place.logged().strip().splitlines()[-6:]
        raise Failed(f"it ended with status {status}: {' / '.join(lines) or 'no output'}")
    check_output(run, place)
    return tuple(script.statuses)


def _browse(job: Job, run: Run, place: Place, script: Script, limit: float) -> int:
    script.page = node.browser_page(job, run, place)
    launch = node.browser(place, PAGE)
    process = start(launch.command, place.folder, environment(place.folder, {}), place.folder / "chromium.txt")
    try:
        if not script.done.wait(limit):
            raise Failed(f"the page did not end within {limit:g} seconds; {'; '.join(script.problems)}")
    finally:
        stop(process)
    return 0
