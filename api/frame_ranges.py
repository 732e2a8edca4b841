# SPDX-License-Identifier: GPL-3.0-or-later
"""Frames as the API takes them: `"1-250"` for a run, `"7"` for a single frame."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence


def frame_ranges(frames: Iterable[int]) -> tuple[str, ...]:
    """The API's form of these frames, sorted, each once.

    Negative frames are always single ones: how the service reads `-10--1` is documented nowhere. A step has no
    documented form either, so every second frame becomes a list of single frames.
    """
    return _frame_ranges(tuple(frames))


# a panel asks the same of the same frames whenever it is drawn, and they may be a hundred thousand
@functools.lru_cache(16)
def _frame_ranges(frames: tuple[int, ...]) -> tuple[str, ...]:
    ordered = sorted(set(frames))
    singles = [str(frame) for frame in ordered if frame < 0]
    runs = runs_of([frame for frame in ordered if frame >= 0])
    return (*singles, *(str(first) if first == last else f"{first}-{last}" for first, last in runs))


@functools.lru_cache(64)
def count_frames(ranges: tuple[str, ...]) -> int:
    """How many frames the API's form names."""
    return sum(_count(part) for part in ranges)


def _count(part: str) -> int:
    first, _, last = part.rpartition("-")
    return int(last) - int(first) + 1 if first else 1


def runs_of(ordered: Sequence[int]) -> Iterator[tuple[int, int]]:
    """(first, last) of every run of consecutive frames."""
    start = 0
    for position, frame in enumerate(ordered):
        if position + 1 == len(ordered) or ordered[position + 1] != frame + 1:
            yield ordered[start], frame
            start = position + 1
