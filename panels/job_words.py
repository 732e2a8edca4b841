# SPDX-License-Identifier: GPL-3.0-or-later
"""How a job is put into words: its stage, how far it is, how fast, and how long it will take."""

from __future__ import annotations

import datetime
import time
from collections.abc import Mapping
from typing import Any

from ..api.status import JobStatus
from ..jobs.records import SENDING_STAGES, JobRecord, Stage
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
UNCONNECTED_ICON = "ERROR"
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


def icon_of(job: JobRecord) -> Any:
    """The icon of where a job is, or that it waits for a connection."""
    return UNCONNECTED_ICON if job.is_unconnected else ICONS[job.stage]


def progress_words(job: JobRecord) -> Message:
    """Where a job is, how far, and how long it will take, in one line of a narrow editor."""
    if job.is_unconnected:
        return _unconnected_words(job)
    if not job.is_live:
        return sentences(stage_words(job), _frames_here_words(job), separator=" · ")
    if job.stage in (Stage.RENDERING, Stage.DOWNLOADING):
        left = time_words(job)
        count = Message("{} / {}", *_counts(job)) if _frames_done(job) or job.status == JobStatus.RENDERING else ""
        # what is cut off in a narrow editor must not be the time
        return sentences(*((count, left) if count and left else (stage_words(job), count)), separator=" · ")
    is_sent = job.stage in (Stage.PACKAGING, Stage.UPLOADING)
    share = f"{job.fraction:.0%}" if is_sent and job.fraction is not None else ""
    return sentences(stage_words(job), share, time_words(job) or "", separator=" · ")


def shorter_progress_words(job: JobRecord) -> Message:
    """The same for a line that has no room for all of it: what is elsewhere in the panel, too, is left out."""
    if job.is_unconnected and job.stage not in SENDING_STAGES:
        return Message("No connection, trying again")
    if not job.is_live:
        return sentences(_frames_here_words(job) or stage_words(job))
    return progress_words(job)


def short_progress(job: JobRecord, max_letters: int) -> str:
    """How far a job is: 24/60, or the share where there is no room for that; "" where nobody knows, or is none."""
    counts = "/".join(_counts(job)) if job.stage in (Stage.RENDERING, Stage.DOWNLOADING) else ""
    is_known = job.is_live and (job.fraction is not None or job.frames_downloaded)
    share = f"{bar_fraction(job):.0%}" if is_known else ""
    return next((words for words in (counts, share) if words and len(words) <= max_letters), "")


def bar_fraction(job: JobRecord) -> float:
    """How much of a bar is filled: the share of the present stage, and where that is unknown of the frames here."""
    return job.fraction if job.fraction is not None else job.frames_downloaded / max(1, len(job.frames))


def _unconnected_words(job: JobRecord) -> Message:
    if job.stage in SENDING_STAGES:
        return Message("Waiting for a Connection")
    return sentences(Message("No connection, trying again"), Message("{} of {}", *_counts(job)), separator=" · ")


def _frames_done(job: JobRecord) -> int:
    return job.frames_ready if job.stage is Stage.RENDERING else job.frames_downloaded


def _counts(job: JobRecord) -> tuple[str, str]:
    return f"{_frames_done(job):,}", f"{len(job.frames):,}"


def _frames_here_words(job: JobRecord) -> Message | str:
    """How many frames of a job that is over are here; "" when none is, and none had been."""
    here, count = live_jobs.frames_here(job), len(job.frames)
    if here == count:
        return frame_count(count)
    if not here and job.stage is not Stage.DONE:
        return ""
    if count == 1:
        return Message("its frame is not here")
    return Message("{} of {} here", f"{here:,}", f"{count:,}")


def frame_count(count: int) -> Message:
    """`1 frame`, `30 frames`."""
    return Message("1 frame") if count == 1 else Message("{} frames", f"{count:,}")


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
        return sentences(Message("1 frame here"), done, separator=", ")
    return sentences(Message("{} frames here", f"{job.frames_downloaded:,}"), done, separator=", ")


def quitting_words(job: JobRecord, on_quit: str) -> Message:
    """What becomes of a running job when Blender quits."""
    if on_quit == "KEEP":
        return Message("Goes on when you quit Blender.")
    if job.stage in SENDING_STAGES and on_quit == "STOP":
        return Message("Waits when you quit Blender, until it is open again.")
    return Message("Renders on when you quit Blender; frames come when it is open again.")


def history_words(job: JobRecord) -> Message:
    """When a job was sent, how long it took until all was here, and what it used, as far as that is known."""
    return sentences(sent_words(job), cost_words(job), separator=" · ")


def cost_words(job: JobRecord) -> Message:
    """How long a job took until all was here, and what it used; nothing where neither is known."""
    seconds = sum(job.render_seconds.values())
    took = duration(job.done - job.created) if job.done else ""
    used = Message("{} GPU minutes", _minutes(seconds)) if seconds > 0 else ""
    return sentences(took, used, separator=" · ")


def sent_words(job: JobRecord) -> Message:
    """The day and the time at which a job was sent."""
    sent, today = datetime.datetime.fromtimestamp(job.created), datetime.date.today()
    if sent.date() == today:
        return Message("Today {}", f"{sent:%H:%M}")
    if sent.date() == today - datetime.timedelta(days=1):
        return Message("Yesterday {}", f"{sent:%H:%M}")
    return Message("{}", f"{sent:%Y-%m-%d %H:%M}")


def _minutes(seconds: float) -> str:
    minutes = seconds / MINUTE
    return f"{max(0.1, minutes):.1f}" if minutes < 10 else f"{minutes:,.0f}"


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
