"""Jobs as the page of files shows them."""

from __future__ import annotations

from timing.core.definition import Race
from timing.core.times import MINUTE, Instant, zone_named
from timing.exports.files import FILES
from timing.operations.export_jobs import ExportJob, JobState
from timing.pages import addresses, figures
from timing.pages.files_page import MadeFile

_KB = 1_000


def made_file(race: Race, job: ExportJob, *, at: Instant) -> MadeFile:
    """A job as it is shown at a moment."""
    slug = race.slug
    is_running, is_done = job.ended is None, job.state is JobState.DONE
    begun = figures.clock_minutes(job.begun, zone_named(race.timezone))
    return MadeFile(
        title=FILES[job.form].title,
        told=f"{_told(job, at)} · {begun}, {job.by}",
        is_running=is_running,
        is_failed=job.state is JobState.FAILED,
        done=job.done,
        of=job.of,
        url=addresses.desk_file_jobs(slug, job.id) if is_done else "",
        stop_url=addresses.desk_file_jobs(slug, job.id, "stop") if is_running else "",
        delete_url="" if is_running else addresses.desk_file_jobs(slug, job.id, "delete"),
    )


def _told(job: ExportJob, at: Instant) -> str:
    match job.state:
        case JobState.RUNNING if job.of:
            return f"{figures.count(job.done)} of {figures.count(job.of)}: {job.doing}".rstrip(": ")
        case JobState.RUNNING:
            return "Reading the race"
        case JobState.DONE:
            left = 0 if job.until is None else max(1, -(-(job.until - at) // MINUTE))
            return f"{_size(job.size)}, kept for {left} more min"
        case JobState.STOPPED:
            return "Stopped"
        case JobState.FAILED:
            return job.said


def _size(size: int) -> str:
    if size < _KB * _KB:
        return f"{-(-size // _KB)} kB"
    return f"{size / _KB / _KB:.1f} MB"
