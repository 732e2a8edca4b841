# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast a job goes at the moment, and how many seconds its present stage will still take. Nothing is guessed.

Whoever asks says what time it is, in seconds of a clock that does not go back.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from ..records import JobRecord, Stage

SENDING = frozenset({Stage.PACKAGING, Stage.UPLOADING})
MOVING = SENDING | {Stage.DOWNLOADING}
Phase = tuple[str, ...]
"""What a speed belongs to: the stage, the farm's status, and the job on the farm."""


@dataclass(frozen=True)
class Kind:
    """How the speed of something that grows is measured. All times are seconds.

    The speed is that of the last `window` seconds, and of the last `min_steps` steps if these took longer. There is no
    speed before `min_seconds` were seen. A time without a step is a pause from `pause` on.
    """

    window: float
    min_steps: int
    min_seconds: float
    pause: float


BYTES = Kind(window=10.0, min_steps=2, min_seconds=2.0, pause=8.0)
FRAMES = Kind(window=60.0, min_steps=12, min_seconds=5.0, pause=90.0)
EXCEPTION_FACTOR = 4.0
"""A step that took this many times as long as any before, or went this many times as fast, is left out of the speed."""
MIN_STEP_SECONDS = 1e-3
"""Seconds that a step counts at least."""


@dataclass
class Series:
    """What was seen of one number: the steps by which it grew. Steps that say nothing about the speed are left out.

    `steps` are (seconds, growth), the latest last; `seconds` and `growth` are their sums. `value` was seen `at` that
    time. `is_from_begin`: the value had just been reached when first seen, so the first step counts in full. `longest`
    and `fastest` are of all steps, of those left out as well.
    """

    kind: Kind
    value: int
    at: float
    is_from_begin: bool
    steps: deque[tuple[float, int]] = field(default_factory=deque)
    seconds: float = 0.0
    growth: int = 0
    longest: float = 0.0
    fastest: float = 0.0

    def take_in(self, value: int, now: float) -> None:
        """Note the number as it is now."""
        seconds, growth = now - self.at, value - self.value
        if growth == 0 and seconds >= 0:
            return
        self.value, self.at = value, now
        if growth < 0 or seconds < 0:
            self._begin_anew()
        elif self.is_from_begin:
            self._add(max(seconds, MIN_STEP_SECONDS), growth)
        # else nobody knows how long this step had been under way
        self.is_from_begin = growth >= 0

    def _begin_anew(self) -> None:
        self.steps.clear()
        self.seconds, self.growth, self.longest, self.fastest = 0.0, 0, 0.0, 0.0

    def _add(self, seconds: float, growth: int) -> None:
        pace = growth / seconds
        is_pause = bool(self.steps) and seconds > self._longest_silence()
        is_leap = bool(self.steps) and pace > EXCEPTION_FACTOR * self.fastest
        # what happens twice is no exception
        self.longest, self.fastest = max(self.longest, seconds), max(self.fastest, pace)
        if is_pause or is_leap:
            return
        self.steps.append((seconds, growth))
        self.seconds += seconds
        self.growth += growth
        while len(self.steps) > self.kind.min_steps and self.seconds - self.steps[0][0] >= self.kind.window:
            first = self.steps.popleft()
            self.seconds -= first[0]
            self.growth -= first[1]

    def speed(self, now: float) -> float | None:
        """Growth a second at the moment. None means that not enough was seen yet, or that it stands still."""
        silence = now - self.at
        if not self.steps or not 0 <= silence <= self._longest_silence():
            return None
        # a step that takes longer than any before it slows the speed down before it has ended
        seconds = self.seconds + max(0.0, silence - self.longest)
        return self.growth / seconds if seconds >= self.kind.min_seconds else None

    def _longest_silence(self) -> float:
        """Seconds without a step after which it stands still."""
        return max(self.kind.pause, EXCEPTION_FACTOR * self.longest)


class Estimates:
    """The speeds of all jobs, each from what was last seen of it."""

    def __init__(self) -> None:
        self._phases: dict[str, Phase] = {}
        self._bytes: dict[str, Series] = {}
        self._frames: dict[str, Series] = {}

    def take_in(self, job: JobRecord, now: float) -> None:
        """Note how far a job is. To be called whenever it has changed; `now` are monotonic seconds."""
        if not job.is_live:
            self.forget(job.id)
            return
        phase = _phase(job)
        if self._phases.get(job.id) != phase:
            is_seen_from_begin = job.id in self._phases
            self._phases[job.id] = phase
            self._bytes[job.id] = Series(BYTES, job.bytes_done, now, is_seen_from_begin)
            self._frames[job.id] = Series(FRAMES, _frames(job), now, is_seen_from_begin)
            return
        self._bytes[job.id].take_in(job.bytes_done, now)
        self._frames[job.id].take_in(_frames(job), now)

    def forget(self, job_id: str) -> None:
        """Drop what was seen of a job."""
        for known in (self._phases, self._bytes, self._frames):
            known.pop(job_id, None)

    def seconds_left(self, job: JobRecord, now: float) -> float | None:
        """Seconds until the present stage is done; None when nobody can know."""
        if job.stage in SENDING:
            return self._left(self._bytes, job, job.bytes_total - job.bytes_done, now)
        if job.stage is Stage.RENDERING:
            return self._left(self._frames, job, len(job.frames) - _frames(job), now)
        if job.stage is Stage.DOWNLOADING:
            return self._left(self._frames, job, job.frames_listed - _frames(job), now)
        return None

    def bytes_per_second(self, job: JobRecord, now: float) -> float | None:
        """How fast a job is packed, sent or fetched; None when it stands still, or is not known."""
        series = self._series(self._bytes, job)
        return series.speed(now) if series is not None and job.stage in MOVING else None

    def _left(self, known: dict[str, Series], job: JobRecord, rest: float, now: float) -> float | None:
        series = self._series(known, job)
        speed = series.speed(now) if series is not None else None
        if series is None or not speed or rest <= 0:
            return None
        left = rest / speed - (now - series.at)
        return left if left > 0 else None

    def _series(self, known: dict[str, Series], job: JobRecord) -> Series | None:
        """What was seen of a job, if it still does the same."""
        return known[job.id] if self._phases.get(job.id) == _phase(job) else None


def _phase(job: JobRecord) -> Phase:
    """What a job does. A farm that boots, or was suspended, renders no frame."""
    status = job.status if job.stage is Stage.RENDERING else ""
    return job.stage, status, job.remote_id or "", str(job.bytes_total if job.stage in SENDING else "")


def _frames(job: JobRecord) -> int:
    """How many frames the present stage has done."""
    if job.stage is Stage.RENDERING:
        return job.frames_before + (job.frames_rendered or 0)
    return job.frames_downloaded
