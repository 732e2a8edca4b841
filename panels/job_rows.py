# SPDX-License-Identifier: GPL-3.0-or-later
"""What the rows of the list say: what tells a job from its neighbours first, and everything else in the tooltip."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import bpy

from ..jobs.records import JobRecord
from ..live import jobs as live_jobs
from ..messages.message import Message, sentences
from ..scene.config.frames import frames_words
from ..translations import translate
from .job_words import history_words, progress_words, sent_words


def _samples_words(job: JobRecord) -> Message | str:
    count = job.config.sample_count
    if count is None:
        return ""
    return Message("1 sample") if count == 1 else Message("{} samples", f"{count:,}")


def _size(job: JobRecord) -> tuple[int, ...]:
    percent = job.config.resolution_percentage or 100
    return tuple(length * percent // 100 for length in job.config.resolution or ())


class Detail(NamedTuple):
    """Something that may tell jobs of the same frames apart.

    Jobs of which it is the same `key` also have the same `words`. These take longer: they are put together for the few
    rows that are seen.
    """

    key: Callable[[JobRecord], object]
    words: Callable[[JobRecord], Message | str]


DETAILS = (
    Detail(lambda job: job.scene, lambda job: job.scene),
    Detail(lambda job: job.config.sample_count, _samples_words),
    Detail(_size, lambda job: " × ".join(map(str, _size(job)))),
    Detail(lambda job: job.created // 60, sent_words),
)
"""In the order in which they are tried."""
Telling = tuple[str, tuple[Detail, ...]]
"""What a row says after the frames: the file's name, if it is another file, and details."""
MAX_KEPT = 1000
"""Frames of so many jobs are kept in words: they may be ten thousand numbers, and a panel is drawn at every turn."""

_kept_frames: dict[tuple[str, int, int, int], Message] = {}


def title_of(job: JobRecord) -> Message:
    """What the row of a job says."""
    ids = tuple(known.id for known in live_jobs.jobs())
    frames = frames_of(job) if len(job.frames) != 1 else Message("Frame {}", *job.frames)
    name, details = _kept_telling(ids, bpy.data.filepath).get(job.id, (job.name, ()))
    return sentences(frames, name, *(detail.words(job) for detail in details), separator=" · ")


def frames_of(job: JobRecord) -> Message:
    """The frames of a job in words, put together once."""
    key = (job.id, *_outline(job))
    if key not in _kept_frames:
        if len(_kept_frames) >= MAX_KEPT:
            _kept_frames.clear()
        _kept_frames[key] = frames_words(job.frames)
    return _kept_frames[key]


# a list of a hundred jobs asks for each row whenever it is drawn
@functools.lru_cache(2)
def _kept_telling(ids: tuple[str, ...], filepath: str) -> Mapping[str, Telling]:
    return telling_of([job for job in map(live_jobs.find, ids) if job is not None], filepath)


def telling_of(jobs: Iterable[JobRecord], filepath: str) -> dict[str, Telling]:
    """What each row says after the frames, by the jobs' ids: the file's name for those of other files than `filepath`.

    Jobs that would read the same also tell their scenes, samples, sizes or times, whatever differs first.
    """
    alike: dict[tuple[str, int, int, int], list[JobRecord]] = defaultdict(list)
    for job in jobs:
        name = "" if live_jobs.is_of_file(job, filepath) else job.name
        alike[name, *_outline(job)].append(job)
    told: dict[str, Telling] = {}
    for (name, *_), group in alike.items():
        details = _telling(group)
        told.update((job.id, (name, details)) for job in group)
    return told


def _outline(job: JobRecord) -> tuple[int, int, int]:
    """First, last and number of the frames: enough to see which jobs read alike, and quick for ten thousand."""
    # a journal that somebody else wrote into may have a job without frames
    return (job.frames[0], job.frames[-1], len(job.frames)) if job.frames else (0, 0, 0)


def _telling(group: Sequence[JobRecord]) -> tuple[Detail, ...]:
    """The details that are needed to tell the jobs of a group apart."""
    needed: list[Detail] = []
    told: list[tuple[object, ...]] = [()] * len(group)
    for detail in DETAILS:
        if len(set(told)) == len(group):
            break
        keys = [detail.key(job) for job in group]
        if len(set(keys)) > 1:
            needed.append(detail)
            told = [(*each, key) for each, key in zip(told, keys, strict=True)]
    return tuple(needed)


def tooltip_of(job_id: str) -> str:
    """The file, its folder, the scene, when the job was sent, how long it took and what it used."""
    job = live_jobs.find(job_id)
    if job is None:
        return ""
    lines = [progress_words(job), history_words(job), job.scene, job.blend.name, str(job.blend.parent)]
    return "\n".join(translate(line) if isinstance(line, Message) else line for line in lines)
