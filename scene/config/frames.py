# SPDX-License-Identifier: GPL-3.0-or-later
"""Frame lists: as artists type them, as the API takes them, and as a receipt shows them.

The grammar is in `docs/render-config.md`. Nothing here knows Blender.
"""

from __future__ import annotations

import functools
import operator
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, pairwise

MIN_FRAME = -1_048_574
MAX_FRAME = 1_048_574
"""The frames Blender knows: MINAFRAME and MAXFRAME in its DNA_scene_types.h, 4.2 to 5.2."""

MAX_FRAMES = 1_000_000
"""More frames than this in one job are taken for a slip of the keyboard."""

ACCEPTED = "Write frames as 7, ranges as 1-100, every second frame as 1-100x2, with commas between them: 5, 9, 20-30."

SHOWN_RUNS = 6
"""How many runs of frames a receipt shows before it shortens the list."""

LONGEST_QUOTE = 40
"""How much of a wrong part an error message repeats, in characters."""

_DASHES = str.maketrans("\u2013\u2212", "--")
"""En dash and minus sign, which word processors and chats make of a hyphen."""

_FRAME = r"-?[0-9]{1,19}"
_PART = re.compile(rf"({_FRAME})(?:\s*(?:-|\.\.)\s*({_FRAME})(?:\s*[xX]\s*({_FRAME}))?)?")


class FrameListError(ValueError):
    """What was given is no list of frames. The message says which part is wrong, in a sentence for an artist."""


_kept = functools.lru_cache(16)
"""A panel asks the same of the same frames whenever it is drawn, and they may be a hundred thousand."""


@_kept
def parse_frames(text: str) -> tuple[int, ...]:
    """The frames that an artist's list means, sorted, each once.

    Raises `FrameListError` when a part is not a frame or a range, runs backwards, has a step below 1, lies outside
    Blender's frames, or when the list is empty or longer than `MAX_FRAMES` (counted before doubles are removed).
    """
    if not text.strip():
        raise FrameListError(f"No frames are given. {ACCEPTED}")
    ranges = [_parse_part(part.strip()) for part in text.translate(_DASHES).split(",")]
    _check_count(sum(len(part) for part in ranges))
    return tuple(sorted(set(chain.from_iterable(ranges))))


@_kept
def span(start: int, end: int, step: int = 1) -> tuple[int, ...]:
    """The frames of a scene from `start` to `end`, both included. Raises `FrameListError` when there are none."""
    if end < start:
        raise FrameListError(f"The frame range of the scene is empty: it starts at {start} and ends at {end}.")
    if step < 1:
        raise FrameListError(f"The frame step of the scene is {step}. Set it to 1 or more in the Output properties.")
    frames = range(start, end + 1, step)
    _check_count(len(frames))
    return tuple(frames)


def checked_frames(frames: Iterable[int]) -> tuple[int, ...]:
    """The same frames, sorted, each once. Raises `FrameListError` when there are none, too many, or one is unknown."""
    try:
        unique = tuple(sorted({operator.index(frame) for frame in frames}))
    except TypeError as error:
        raise FrameListError("Frames must be whole numbers.") from error
    if not unique:
        raise FrameListError("No frames are given.")
    for frame in (unique[0], unique[-1]):
        _check_limits(frame, str(frame))
    _check_count(len(unique))
    return unique


def frame_ranges(frames: Iterable[int]) -> tuple[str, ...]:
    """The API's form: `"1-250"` for a run, `"7"` for a single frame.

    Negative frames are always single ones: how the service reads `-10--1` is documented nowhere. A step has no
    documented form either, so every second frame becomes a list of single frames.
    """
    return _frame_ranges(tuple(frames))


@_kept
def _frame_ranges(frames: tuple[int, ...]) -> tuple[str, ...]:
    ordered = sorted(set(frames))
    singles = [str(frame) for frame in ordered if frame < 0]
    runs = _runs([frame for frame in ordered if frame >= 0])
    return (*singles, *(str(first) if first == last else f"{first}-{last}" for first, last in runs))


def describe(frames: Iterable[int]) -> str:
    """The frames in a few words for a receipt: `1-99 step 2 (50 frames)`."""
    return _describe(tuple(frames))


@_kept
def _describe(frames: tuple[int, ...]) -> str:
    ordered = sorted(set(frames))
    if not ordered:
        return "no frames"
    step = _common_step(ordered)
    if step > 1:
        words = f"{_describe_run(ordered[0], ordered[-1])} step {step}"
    else:
        runs = [_describe_run(first, last) for first, last in _runs(ordered)]
        if len(runs) > SHOWN_RUNS:
            runs[SHOWN_RUNS - 2 : -1] = ["…"]
        words = ", ".join(runs)
    return f"{words} ({len(ordered):,} frame{'s' if len(ordered) > 1 else ''})"


def _parse_part(part: str) -> range:
    """The frames of one part between commas."""
    if not part:
        raise FrameListError(f"A frame is missing beside a comma. {ACCEPTED}")
    match = _PART.fullmatch(part)
    if match is None:
        raise FrameListError(f"{_quoted(part)} is not a frame or a range of frames. {ACCEPTED}")
    first, last, every = match.groups()
    start = int(first)
    end = start if last is None else int(last)
    step = 1 if every is None else int(every)
    for frame in (start, end):
        _check_limits(frame, part)
    if end < start:
        raise FrameListError(f"{_quoted(part)} runs backwards: the first frame comes first. {ACCEPTED}")
    if step < 1:
        raise FrameListError(f"The step in {_quoted(part)} must be 1 or more. {ACCEPTED}")
    return range(start, end + 1, step)


def _check_limits(frame: int, part: str) -> None:
    if not MIN_FRAME <= frame <= MAX_FRAME:
        raise FrameListError(
            f"{_quoted(part)} is outside the frames that Blender knows: {MIN_FRAME} to {MAX_FRAME}. {ACCEPTED}"
        )


def _check_count(count: int) -> None:
    if count > MAX_FRAMES:
        raise FrameListError(f"{count:,} frames are more than one job can take: at most {MAX_FRAMES:,}. {ACCEPTED}")


def _quoted(part: str) -> str:
    return f"“{part}”" if len(part) <= LONGEST_QUOTE else f"“{part[:LONGEST_QUOTE]}…”"


def _runs(ordered: Sequence[int]) -> Iterator[tuple[int, int]]:
    """(first, last) of every run of consecutive frames."""
    start = 0
    for position, frame in enumerate(ordered):
        if position + 1 == len(ordered) or ordered[position + 1] != frame + 1:
            yield ordered[start], frame
            start = position + 1


def _common_step(ordered: Sequence[int]) -> int:
    """The one step between all frames; 1 when there is none or when there are too few frames to speak of one."""
    steps = {after - before for before, after in pairwise(ordered)}
    return steps.pop() if len(ordered) > 2 and len(steps) == 1 else 1


def _describe_run(first: int, last: int) -> str:
    if first == last:
        return str(first)
    return f"{first} to {last}" if first < 0 else f"{first}-{last}"
