# SPDX-License-Identifier: GPL-3.0-or-later
"""What the rows of the list say: what tells a job from its neighbours first, and everything else in the tooltip."""

from __future__ import annotations

import datetime
import functools
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

import bpy

from ..jobs.records import JobRecord
from ..live import jobs as live_jobs
from ..messages.message import Message, sentences
from ..scene.config.frames import frames_words
from ..translations import translate
from .job_words import history_words, progress_words, sent_words


def _samples(job: JobRecord) -> Message | str:
    count = job.config.sample_count
    if count is None:
        return ""
    return Message("1 sample") if count == 1 else Message("{} samples", f"{count:,}")


def _size(job: JobRecord) -> str:
    if not job.config.resolution:
        return ""
    percent = job.config.resolution_percentage or 100
    return " × ".join(str(length * percent // 100) for length in job.config.resolution)


DETAILS: tuple[Callable[[JobRecord], Message | str], ...] = (lambda job: job.scene, _samples, _size, sent_words)
"""What may tell jobs of the same frames apart, in this order."""
Telling = tuple[Message | str, ...]
"""What a row says after the frames."""
MAX_KEPT = 1000
"""Frames of so many jobs are kept in words: they may be ten thousand numbers, and a panel is drawn at every turn."""

_kept_frames: dict[tuple[str, int, int, int], Message] = {}


def title_of(job: JobRecord) -> Message:
    """What the row of a job says."""
    ids = tuple(known.id for known in live_jobs.jobs())
    frames = frames_of(job) if len(job.frames) != 1 else Message("Frame {}", *job.frames)
    told = _kept_telling(ids, bpy.data.filepath, datetime.date.today())
    return sentences(frames, *told.get(job.id, (job.name,)), separator=" · ")


def frames_of(job: JobRecord) -> Message:
    """The frames of a job in words, put together once."""
    key = (job.id, *_outline(job))
    if key not in _kept_frames:
        if len(_kept_frames) >= MAX_KEPT:
            _kept_frames.clear()
        _kept_frames[key] = frames_words(job.frames)
    return _kept_frames[key]


# a list of a hundred jobs asks for each row whenever it is drawn; what the rows are made of changes with the day only
@functools.lru_cache(2)
def _kept_telling(ids: tuple[str, ...], filepath: str, _today: datetime.date) -> Mapping[str, Telling]:
    return telling_of([job for job in map(live_jobs.find, ids) if job is not None], filepath)


def telling_of(jobs: Iterable[JobRecord], filepath: str) -> dict[str, Telling]:
    """What each row says after the frames, by the jobs' ids: the file's name for those of other files than `filepath`.

    Jobs that would read the same also tell their scenes, samples, sizes or times, whatever differs first.
    """
    alike: dict[tuple[object, ...], list[JobRecord]] = defaultdict(list)
    for job in jobs:
        name = "" if live_jobs.is_of_file(job, filepath) else job.name
        alike[name, *_outline(job)].append(job)
    return {
        job.id: (str(name), *details)
        for (name, *_), group in alike.items()
        for job, details in zip(group, _telling(group), strict=True)
    }


def _outline(job: JobRecord) -> tuple[int, int, int]:
    """First, last and number of the frames: enough to see which jobs read alike, and quick for ten thousand."""
    # a journal that somebody else wrote into may have a job without frames
    return (job.frames[0], job.frames[-1], len(job.frames)) if job.frames else (0, 0, 0)


def _telling(group: Sequence[JobRecord]) -> list[list[Message | str]]:
    """For each job of a group, the details that are needed to tell it from the others."""
    told: list[list[Message | str]] = [[] for _ in group]
    for detail in DETAILS:
        if len({tuple(map(str, each)) for each in told}) == len(group):
            break
        values = [detail(job) for job in group]
        if len(set(map(str, values))) > 1:
            for each, value in zip(told, values, strict=True):
                each.append(value)
    return told


def tooltip_of(job_id: str) -> str:
    """The file, its folder, the scene, when the job was sent, how long it took and what it used."""
    job = live_jobs.find(job_id)
    if job is None:
        return ""
    lines = [progress_words(job), history_words(job), job.scene, job.blend.name, str(job.blend.parent)]
    return "\n".join(translate(line) if isinstance(line, Message) else line for line in lines)
