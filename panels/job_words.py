# SPDX-License-Identifier: GPL-3.0-or-later
"""How a job is put into words: its stage, how far it is, how fast, and how long it will take."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from ..api.status import JobStatus
from ..jobs.records import JobRecord, Stage
from ..live import jobs as live_jobs
from ..scene.byte_size import size
from ..translations import translate

STAGE_WORDS = {
    Stage.PACKAGING: "Packing",
    Stage.UPLOADING: "Uploading",
    Stage.CREATING: "Creating the Job",
    Stage.VALIDATING: "Being Checked",
    Stage.STARTING: "Starting",
    Stage.RENDERING: "Rendering",
    Stage.DOWNLOADING: "Downloading",
    Stage.DONE: "Done",
    Stage.FAILED: "Failed",
    Stage.CANCELED: "Canceled",
}
STATUS_WORDS = {
    JobStatus.VALIDATED: "Starting",
    JobStatus.DEBUGGING: "Being Debugged",
    JobStatus.BOOTING: "Waiting for Computers",
    JobStatus.RENDERING: "Rendering",
    JobStatus.FINALIZING: "Finishing",
    JobStatus.SUSPENDED: "Suspended",
}
"""What the service's own statuses mean while a job renders. One that is not known is shown as it is."""
ICONS: dict[Stage, Any] = {
    Stage.PACKAGING: "PACKAGE",
    Stage.UPLOADING: "EXPORT",
    Stage.CREATING: "EXPORT",
    Stage.VALIDATING: "VIEWZOOM",
    Stage.STARTING: "PLAY",
    Stage.RENDERING: "RENDER_ANIMATION",
    Stage.DOWNLOADING: "IMPORT",
    Stage.DONE: "CHECKMARK",
    Stage.FAILED: "ERROR",
    Stage.CANCELED: "CANCEL",
}
TRANSFER_STAGES = frozenset({Stage.PACKAGING, Stage.UPLOADING, Stage.RENDERING, Stage.DOWNLOADING})
LONGEST_STATUS = 40
"""Letters of an unknown status that are shown."""
LONGEST_VALUE, MOST_PARTS = 40, 6
"""Letters of a setting, and values of a list of them, that are shown."""
MINUTE, HOUR, DAY = 60, 3600, 86400


def stage_words(job: JobRecord) -> str:
    """Where a job is, in a word or two."""
    if job.stage is Stage.RENDERING and job.status:
        known = STATUS_WORDS.get(job.status)
        return translate(known) if known else job.status[:LONGEST_STATUS]
    return translate(STAGE_WORDS[job.stage])


def count_words(job: JobRecord) -> str:
    """How many frames are rendered or here, or "" while that is no question."""
    if job.stage is Stage.RENDERING:
        return translate(f"{job.frames_ready:,} of {len(job.frames):,} frames")
    if job.stage in (Stage.DOWNLOADING, Stage.DONE) or job.frames_downloaded:
        return translate(f"{job.frames_downloaded:,} of {len(job.frames):,} frames")
    return ""


def time_words(job: JobRecord) -> str:
    """The time that is left, or "" when nobody can know."""
    seconds = live_jobs.estimates.seconds_left(job, time.monotonic()) if job.is_live else None
    return translate(f"{duration(seconds)} left") if seconds is not None else ""


def transfer_words(job: JobRecord) -> str:
    """Bytes and their rate while a job is being packed, sent or fetched, or ""."""
    if not job.bytes_done or job.stage not in TRANSFER_STAGES:
        return ""
    rate = live_jobs.estimates.bytes_per_second(job, time.monotonic())
    done = size(job.bytes_done)
    if job.bytes_total > job.bytes_done:
        done = translate(f"{done} of {size(job.bytes_total)}")
    return translate(f"{done}, {size(rate)} a second") if rate else done


def progress_words(job: JobRecord) -> str:
    """Stage, count and time in one line."""
    share = ""
    if job.stage in (Stage.PACKAGING, Stage.UPLOADING) and job.fraction is not None:
        share = f"{job.fraction:.0%}"
    return " · ".join(word for word in (stage_words(job), count_words(job), share, time_words(job)) if word)


def value_words(value: Any) -> str:
    """A setting of a job as people write it, shortened: what the service says may be of any kind and length."""
    if isinstance(value, bool):
        words = "on" if value else "off"
    elif isinstance(value, Mapping):
        words = " × ".join(str(part) for part in value.values())
    elif isinstance(value, (list, tuple)):
        is_size = len(value) == 2 and all(isinstance(part, int) for part in value)
        words = (" × " if is_size else ", ").join(str(part) for part in value[:MOST_PARTS])
        words += ", …" if len(value) > MOST_PARTS else ""
    else:
        words = str(value)
    return words if len(words) <= LONGEST_VALUE else words[: LONGEST_VALUE - 1] + "…"


def duration(seconds: float) -> str:
    """A time in its largest units: `40 s`, `12 min`, `3 h 20 min`, `2 d 4 h`."""
    if seconds < MINUTE:
        return f"{max(1, round(seconds))} s"
    if seconds < HOUR:
        return f"{round(seconds / MINUTE)} min"
    if seconds < DAY:
        return f"{int(seconds // HOUR)} h {int(seconds % HOUR // MINUTE)} min"
    return f"{int(seconds // DAY)} d {int(seconds % DAY // HOUR)} h"
