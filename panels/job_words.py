# SPDX-License-Identifier: GPL-3.0-or-later
"""How a job is put into words: its stage, how far it is, how fast, and how long it will take."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from ..api.status import JobStatus
from ..jobs.records import JobRecord, Stage
from ..live import jobs as live_jobs
from ..messages.byte_size import size
from ..messages.message import Message, sentences

STAGE_WORDS = {
    Stage.PACKAGING: Message("Packing"),
    Stage.UPLOADING: Message("Uploading"),
    Stage.CREATING: Message("Creating the Job"),
    Stage.VALIDATING: Message("Being Checked"),
    Stage.STARTING: Message("Starting"),
    Stage.RENDERING: Message("Rendering"),
    Stage.DOWNLOADING: Message("Downloading"),
    Stage.DONE: Message("Done"),
    Stage.FAILED: Message("Failed"),
    Stage.CANCELED: Message("Canceled"),
}
STATUS_WORDS = {
    JobStatus.VALIDATED: Message("Starting"),
    JobStatus.DEBUGGING: Message("Being Debugged"),
    JobStatus.BOOTING: Message("Waiting for Computers"),
    JobStatus.RENDERING: Message("Rendering"),
    JobStatus.FINALIZING: Message("Finishing"),
    JobStatus.SUSPENDED: Message("Suspended"),
}
"""What the service's own statuses mean while a job renders. An unknown status is shown as it is."""
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
MAX_STATUS_LETTERS = 40
"""Letters of an unknown status that are shown."""
MAX_VALUE_LETTERS, MAX_VALUE_PARTS = 40, 6
"""Letters of a setting, and values of a list of them, that are shown."""
MINUTE, HOUR, DAY = 60, 3600, 86400


def stage_words(job: JobRecord) -> str:
    """Where a job is, in a word or two."""
    if job.stage is Stage.RENDERING and job.status:
        return STATUS_WORDS.get(job.status) or job.status[:MAX_STATUS_LETTERS]
    return STAGE_WORDS[job.stage]


def count_words(job: JobRecord) -> Message | None:
    """How many frames are rendered or here; None while that is no question."""
    if job.stage is Stage.RENDERING:
        return _of_all(job, job.frames_ready)
    if job.stage in (Stage.DOWNLOADING, Stage.DONE) or job.frames_downloaded:
        return _of_all(job, job.frames_downloaded)
    return None


def _of_all(job: JobRecord, count: int) -> Message:
    return Message("{} of {} frames", f"{count:,}", f"{len(job.frames):,}")


def time_words(job: JobRecord) -> Message | None:
    """The time that is left; None when it is not known."""
    seconds = live_jobs.estimates.seconds_left(job, time.monotonic()) if job.is_live else None
    return Message("{} left", duration(seconds)) if seconds is not None else None


def transfer_words(job: JobRecord) -> str:
    """Frames and bytes that are here or sent, and the rate, while a job is packed, sent or fetched; "" otherwise."""
    if not job.bytes_done or job.stage not in TRANSFER_STAGES:
        return ""
    rate = live_jobs.estimates.bytes_per_second(job, time.monotonic())
    done = size(job.bytes_done)
    if job.bytes_total > job.bytes_done:
        done = Message("{} of {}", done, size(job.bytes_total))
    if rate:
        done = Message("{}, {} a second", done, size(rate))
    if job.stage is not Stage.RENDERING or not job.frames_downloaded:
        return done
    if job.frames_downloaded == 1:
        return sentences(Message("One frame here"), done, separator=", ")
    return sentences(Message("{} frames here", f"{job.frames_downloaded:,}"), done, separator=", ")


def progress_words(job: JobRecord) -> Message:
    """Stage, count and time in one line."""
    is_sent = job.stage in (Stage.PACKAGING, Stage.UPLOADING)
    share = f"{job.fraction:.0%}" if is_sent and job.fraction is not None else ""
    return sentences(stage_words(job), count_words(job) or "", share, time_words(job) or "", separator=" · ")


def value_words(value: Any) -> str:
    """A setting of a job as people write it, shortened: what the service says may be of any kind and length."""
    if isinstance(value, bool):
        return Message("on") if value else Message("off")
    if isinstance(value, Mapping):
        words = " × ".join(str(part) for part in value.values())
    elif isinstance(value, (list, tuple)):
        is_size = len(value) == 2 and all(isinstance(part, int) for part in value)
        words = (" × " if is_size else ", ").join(str(part) for part in value[:MAX_VALUE_PARTS])
        words += ", …" if len(value) > MAX_VALUE_PARTS else ""
    else:
        words = str(value)
    return words if len(words) <= MAX_VALUE_LETTERS else words[: MAX_VALUE_LETTERS - 1] + "…"


def duration(seconds: float) -> Message:
    """A time in its largest units: `40 s`, `12 min`, `3 h 20 min`, `2 d 4 h`."""
    if seconds < MINUTE:
        return Message("{} s", str(max(1, round(seconds))))
    if seconds < HOUR:
        return Message("{} min", str(round(seconds / MINUTE)))
    if seconds < DAY:
        return Message("{} h {} min", str(int(seconds // HOUR)), str(int(seconds % HOUR // MINUTE)))
    return Message("{} d {} h", str(int(seconds // DAY)), str(int(seconds % DAY // HOUR)))
