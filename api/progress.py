# SPDX-License-Identifier: GPL-3.0-or-later
"""The progress counters, whose names are documented nowhere: what is recognisable is read, the rest is left alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from .models import Progress
from .parse import as_count, as_mapping, as_number, as_text

_JOB_ID = ("jobid", "job", "id")
_VERBS = ("completed", "finished", "done", "rendered")
_DONE = (
    *(name for verb in _VERBS for name in (f"frames{verb}", f"{verb}frames", f"{verb}framecount")),
    *(name for verb in _VERBS for name in (verb, f"{verb}count")),
)
_TOTAL = ("framestotal", "totalframes", "framecount", "totalframecount", "framescount", "total", "totalcount", "frames")
_PERCENT = ("percent", "percentage", "percentcomplete", "percentcompleted", "progresspercent", "progresspercentage")
_FRACTION = ("fraction", "ratio", "progress")
_LISTS = ("jobs", "progress", "items", "results")


def job_progress(value: Any, job_id: str) -> Progress | None:
    """The progress of one job, out of an answer about it; None when nothing is running.

    A single entry is about this job, whatever its id is the id of. Several of which none names the job tell only
    that something runs.
    """
    listed = all_progress(value)
    for progress in listed:
        if progress.job_id == job_id:
            return progress
    if len(listed) == 1:
        return replace(listed[0], job_id=job_id)
    if any(progress.job_id is None for progress in listed):
        return Progress(job_id, None, None, None, raw=value)
    return None


def all_progress(value: Any) -> tuple[Progress, ...]:
    """The progress of all running jobs, from a list, from one object, or from an object with the jobs' ids as names."""
    return tuple(_progress(entry, job_id) for job_id, entry in _entries(value))


def _entries(value: Any) -> Iterator[tuple[str | None, Mapping[str, Any]]]:
    """Each job's id, where it can be known, with its counters."""
    if isinstance(value, list):
        for entry in value:
            if isinstance(entry, Mapping) and entry:
                yield _job_id(entry), entry
    elif isinstance(value, Mapping) and value:
        inner = next((value[name] for name in ("data", *_LISTS) if isinstance(value.get(name), list)), None)
        if inner is None and isinstance(value.get("data"), Mapping | None) and "data" in value:
            inner = value["data"] or []
        if inner is not None and _job_id(value) is None:
            yield from _entries(inner)
        elif all(isinstance(entry, Mapping) and "-" in name for name, entry in value.items()):
            for name, entry in value.items():  # uuids have dashes, names of counters have none
                yield name, entry
        else:
            yield _job_id(value), value


def _job_id(entry: Mapping[str, Any]) -> str | None:
    named = {_plain(name): value for name, value in entry.items()}
    for name in _JOB_ID:
        found = named.get(name)
        job_id = as_text(as_mapping(found).get("id") if isinstance(found, Mapping) else found)
        if job_id:
            return job_id
    return None


def _progress(entry: Mapping[str, Any], job_id: str | None) -> Progress:
    counters = _flatten(entry)
    done = _first(counters, _DONE)
    total = _first(counters, _TOTAL)
    fraction = None
    percent, share = _first(counters, _PERCENT), _first(counters, _FRACTION)
    if done is not None and total:
        fraction = done / total
    elif percent is not None:
        fraction = percent / 100
    elif share is not None:
        fraction = share if share < 1 else share / 100  # a 1 is as likely one percent: never promise too much
    return Progress(
        job_id=job_id,
        frames_done=as_count(done),
        frames_total=as_count(total),
        fraction=None if fraction is None else min(1.0, max(0.0, fraction)),
        raw=entry,
    )


def _flatten(entry: Mapping[str, Any]) -> dict[str, float]:
    """All counters by their plain name, the outermost first; a counter `done` under `frames` is also `framesdone`."""
    counters: dict[str, float] = {}
    level: list[tuple[str, Mapping[str, Any]]] = [("", entry)]
    for _ in range(4):
        deeper: list[tuple[str, Mapping[str, Any]]] = []
        for prefix, mapping in level:
            for name, value in mapping.items():
                plain = _plain(name)
                if isinstance(value, Mapping):
                    deeper.append((plain, value))
                    continue
                number = float(len(value)) if isinstance(value, list) else as_number(value)
                if number is not None and number >= 0:
                    counters.setdefault(prefix + plain, number)
                    counters.setdefault(plain, number)
        level = deeper
    return counters


def _first(counters: Mapping[str, float], names: tuple[str, ...]) -> float | None:
    return next((counters[name] for name in names if name in counters), None)


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
