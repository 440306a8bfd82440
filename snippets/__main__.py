"""`python -m snippets`: run the snippets of the site on their platforms, and keep the records of it."""

import argparse
import os
import shutil
import signal
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import UTC, datetime
from pathlib import Path

from codes.records import FILE, read_records, to_text

from .jobs import Job, read_jobs
from .keeping import updated
from .processes import stop_all
from .running import Result, run_job

ROOT = Path(__file__).parent.parent
CONTENT = Path(os.environ.get("CONTENT_DIR", ROOT / "content"))


def arguments(words: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m snippets", description=__doc__)
    parser.add_argument("codes", nargs="*", help="only these pages, or one snippet: 404, 404/express-return")
    parser.add_argument("--platform", action="append", help="only this platform; may be repeated")
    parser.add_argument("--changed", action="store_true", help="only what has no record, or a record of a failure")
    parser.add_argument("--jobs", type=int, default=2, help="how many at once (2)")
    parser.add_argument("--anew", action="store_true", help="date every record anew, not only changed ones")
    parser.add_argument("--keep-records", action="store_true", help="leave the file of records as it is")
    return parser.parse_args(words)


def chosen(jobs: list[Job], options: argparse.Namespace, records: dict) -> list[Job]:
    def is_wanted(job: Job) -> bool:
        record = records.get(job.platform, {}).get(job.digest)
        return (
            (not options.codes or f"{job.number:03d}" in options.codes or job.name in options.codes)
            and (not options.platform or job.platform in options.platform)
            and not (options.changed and record and not record.problem)
        )

    return [job for job in jobs if job.run and is_wanted(job)]


def run_all(jobs: list[Job], workers: int) -> Iterable[Result]:
    """Yield results as they come. On Ctrl-C everything that was started is ended first."""
    folder = Path(tempfile.mkdtemp(prefix="statusref-"))
    pool = ThreadPoolExecutor(workers)
    try:
        for future in as_completed([pool.submit(run_job, job, folder) for job in jobs]):
            yield future.result()
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        stop_all()
        raise
    finally:
        pool.shutdown()
        shutil.rmtree(folder, ignore_errors=True)


def main(words: list[str] | None = None) -> int:
    """Returns the exit status: 1 where a snippet failed, 130 after Ctrl-C."""
    options = arguments(words)
    path = CONTENT / FILE
    jobs, records = read_jobs(CONTENT), read_records(path)
    wanted, results, status = chosen(jobs, options, records), [], 0
    try:
        for result in run_all(wanted, options.jobs):
            results.append(result)
            print(line(result, len(results), len(wanted)), flush=True)
    except KeyboardInterrupt:
        print("Interrupted. What was run until now is recorded.", file=sys.stderr)
        status = 130
    if not options.keep_records:
        path.parent.mkdir(exist_ok=True)
        path.write_text(to_text(updated(records, jobs, results, datetime.now(UTC).date(), anew=options.anew)))
    print(summary(results))
    if silent := [f"{job.name} ({job.platform})" for job in jobs if not job.run]:
        print(f"Without a run, and so not shown as run: {len(silent)}: {', '.join(silent)}")
    return status or int(any(result.problem for result in results))


def line(result: Result, count: int, total: int) -> str:
    where = f"[{count:>{len(str(total))}}/{total}] {result.job.name} ({result.job.platform})"
    if result.reason:
        return f"{where}: not run, {result.reason}"
    if result.problem:
        return f"{where}: FAILED on {result.ran_on}\n    {result.problem}"
    return f"{where}: {result.answered or 'passed'}, {result.seconds:.1f} s"


def summary(results: list[Result]) -> str:
    run = [result for result in results if not result.reason]
    failed = [result for result in run if result.problem]
    left = defaultdict(list)
    for result in results:
        if result.reason:
            left[result.reason].append(f"{result.job.name} ({result.job.platform})")
    lines = [f"Run: {len(run)}. Passed: {len(run) - len(failed)}. Failed: {len(failed)}. Not runnable here: "]
    lines[0] += f"{len(results) - len(run)}."
    lines += [f"  failed: {result.job.name} ({result.job.platform})" for result in failed]
    lines += [f"  not run, {reason}: {', '.join(sorted(names))}" for reason, names in sorted(left.items())]
    return "\n".join(lines)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main())
