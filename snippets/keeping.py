"""What a run of the harness leaves behind: the file of records, of which only changed lines move."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from codes.records import Record, Records

from .jobs import Job
from .running import Result


def updated(records: Records, jobs: Iterable[Job], results: Iterable[Result], today: date, *, anew: bool) -> Records:
    """The records after a run.

    Records of texts that are no longer there go. A result that says what its record says leaves it as it is, with its
    day, unless all are written `anew`. What could not be run here keeps the record of the machine that could.
    """
    known = {(job.platform, job.digest): job.name for job in jobs}
    kept: Records = {}
    for platform, rows in records.items():
        for digest, record in rows.items():
            if (platform, digest) in known:
                kept.setdefault(platform, {})[digest] = replace(record, snippet=known[platform, digest])
    for result in results:
        if result.reason:
            continue
        job = result.job
        new = Record(job.name, result.ran_on, today.isoformat(), result.answered, result.problem)
        old = kept.get(job.platform, {}).get(job.digest)
        if anew or old is None or replace(old, day=new.day) != new:
            kept.setdefault(job.platform, {})[job.digest] = new
    return kept
