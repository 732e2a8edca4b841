# SPDX-License-Identifier: GPL-3.0-or-later
"""Frame lists: as artists type them, and as a receipt shows them.

The grammar is in `docs/render-config.md`. Nothing here knows Blender.
"""

from __future__ import annotations

import functools
import operator
import re
from collections.abc import Iterable, Sequence
from itertools import chain, pairwise

from ...api.frame_ranges import runs_of
from ...messages.message import Message, sentences

MIN_FRAME = -1_048_574
MAX_FRAME = 1_048_574
"""The frames Blender knows: MINAFRAME and MAXFRAME in its DNA_scene_types.h, 4.2 to 5.2."""

MAX_FRAMES = 1_000_000
"""More frames than this in one job are taken for a slip of the keyboard."""

ACCEPTED = Message(
    "Write frames as 7, ranges as 1-100, every second frame as 1-100x2, with commas between them: 5, 9, 20-30."
)

MAX_RUNS_SHOWN = 6
"""Runs of frames that a receipt shows; a longer list is shortened."""

MAX_QUOTED_CHARACTERS = 40
"""Characters of a wrong part that an error message repeats."""

_DASHES = str.maketrans("\u2013\u2212", "--")
"""En dash and minus sign, which word processors and chats make of a hyphen."""

_FRAME = r"-?[0-9]{1,19}"
_PART = re.compile(rf"({_FRAME})(?:\s*(?:-|\.\.)\s*({_FRAME})(?:\s*[xX]\s*({_FRAME}))?)?")


class FrameListError(ValueError):
    """A list of frames that cannot be understood. The message names the wrong part, in a sentence for an artist."""


_remembered = functools.lru_cache(16)
"""A panel asks the same of the same frames whenever it is drawn, and they may be a hundred thousand."""


@_remembered
def parse_frames(text: str) -> tuple[int, ...]:
    """The frames that an artist's list means, sorted, each once.

    Raises `FrameListError` when a part is not a frame or a range, runs backwards, has a step below 1, lies outside
    Blender's frames, or when the list is empty or longer than `MAX_FRAMES` (counted before doubles are removed).
    """
    if not text.strip():
        raise FrameListError(Message("No frames are given. {}", ACCEPTED))
    ranges = [_parse_part(part.strip()) for part in text.translate(_DASHES).split(",")]
    _check_count(sum(len(part) for part in ranges))
    return tuple(sorted(set(chain.from_iterable(ranges))))


@_remembered
def frames_of_range(start: int, end: int, step: int = 1) -> tuple[int, ...]:
    """The frames of a scene's range from `start` to `end`, both included. Raises `FrameListError` when it is empty."""
    if end < start:
        raise FrameListError(
            Message("The frame range of the scene is empty: it starts at {} and ends at {}.", start, end)
        )
    if step < 1:
        raise FrameListError(
            Message("The frame step of the scene is {}. Set it to 1 or more in the Output properties.", step)
        )
    frames = range(start, end + 1, step)
    _check_count(len(frames))
    return tuple(frames)


def checked_frames(frames: Iterable[int]) -> tuple[int, ...]:
    """The same frames, sorted, each once.

    Raises `FrameListError` for no frames, for too many, and for one outside Blender's limits.
    """
    try:
        unique = tuple(sorted({operator.index(frame) for frame in frames}))
    except TypeError as error:
        raise FrameListError(Message("Frames must be whole numbers.")) from error
    if not unique:
        raise FrameListError(Message("No frames are given."))
    for frame in (unique[0], unique[-1]):
        _check_limits(frame, str(frame))
    _check_count(len(unique))
    return unique


def written_range(start: int, end: int, step: int) -> str:
    """A scene's range as an artist types it, whether it is one that can be rendered or not."""
    if start == end:
        return str(start)
    return f"{start}-{end}" if step == 1 else f"{start}-{end}x{step}"


def describe(frames: Iterable[int]) -> Message:
    """The frames in a few words for a receipt: `1-99 step 2 (50 frames)`."""
    return _describe(tuple(frames))


@_remembered
def _describe(frames: tuple[int, ...]) -> Message:
    ordered = sorted(set(frames))
    if not ordered:
        return Message("no frames")
    step = _common_step(ordered)
    if step > 1:
        words = Message("{} step {}", _describe_run(ordered[0], ordered[-1]), step)
    else:
        runs = [_describe_run(first, last) for first, last in runs_of(ordered)]
        if len(runs) > MAX_RUNS_SHOWN:
            runs[MAX_RUNS_SHOWN - 2 : -1] = ["…"]
        words = sentences(*runs, separator=", ")
    count = f"{len(ordered):,}"
    return Message("{} ({} frames)", words, count) if len(ordered) > 1 else Message("{} ({} frame)", words, count)


def frames_words(frames: Iterable[int]) -> Message:
    """The frames without their count: `1-99 step 2`."""
    described = _describe(tuple(frames))
    return Message("{}", *described.values[:1]) if described.values else described


def _parse_part(part: str) -> range:
    """The frames of one part between commas."""
    if not part:
        raise FrameListError(Message("A frame is missing beside a comma. {}", ACCEPTED))
    match = _PART.fullmatch(part)
    if match is None:
        raise FrameListError(Message("{} is not a frame or a range of frames. {}", _quoted(part), ACCEPTED))
    first, last, every = match.groups()
    start = int(first)
    end = start if last is None else int(last)
    step = 1 if every is None else int(every)
    for frame in (start, end):
        _check_limits(frame, part)
    if end < start:
        raise FrameListError(Message("{} runs backwards: the first frame comes first. {}", _quoted(part), ACCEPTED))
    if step < 1:
        raise FrameListError(Message("The step in {} must be 1 or more. {}", _quoted(part), ACCEPTED))
    return range(start, end + 1, step)


def _check_limits(frame: int, part: str) -> None:
    if not MIN_FRAME <= frame <= MAX_FRAME:
        raise FrameListError(
            Message(
                "{} is outside the frames that Blender knows: {} to {}. {}",
                _quoted(part),
                MIN_FRAME,
                MAX_FRAME,
                ACCEPTED,
            )
        )


def _check_count(count: int) -> None:
    if count > MAX_FRAMES:
        raise FrameListError(
            Message(
                "{} frames are more than one job can take: at most {}. {}", f"{count:,}", f"{MAX_FRAMES:,}", ACCEPTED
            )
        )


def _quoted(part: str) -> str:
    return f"“{part}”" if len(part) <= MAX_QUOTED_CHARACTERS else f"“{part[:MAX_QUOTED_CHARACTERS]}…”"


def _common_step(ordered: Sequence[int]) -> int:
    """The step between all frames. 1 when the steps differ, or for fewer than three frames."""
    steps = {after - before for before, after in pairwise(ordered)}
    return steps.pop() if len(ordered) > 2 and len(steps) == 1 else 1


def _describe_run(first: int, last: int) -> str:
    if first == last:
        return str(first)
    return Message("{} to {}", first, last) if first < 0 else f"{first}-{last}"
