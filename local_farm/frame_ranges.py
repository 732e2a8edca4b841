# SPDX-License-Identifier: GPL-3.0-or-later
"""The grammar of `frameRanges` that this farm takes: `a-b`, `n` and `-n`. The real one is undocumented."""

import re
from collections.abc import Iterable, Sequence

SINGLE = re.compile(r"-?\d{1,7}", re.ASCII)
SPAN = re.compile(r"(\d{1,7})-(\d{1,7})", re.ASCII)
LAST_FRAME = 1048574  # Blender's own limit, either side of 0


def check_range(text: str) -> str:
    """Give the range back. Raises ValueError with the reason when it is none."""
    _frames_of(text)
    return text


def frames_of(ranges: Iterable[str]) -> list[int]:
    """Give the frames, ascending, each once. Raises ValueError for a range that is none."""
    return sorted({frame for text in ranges for frame in _frames_of(text)})


def ranges_of(frames: Sequence[int]) -> list[str]:
    """Give the shortest list of ranges for ascending frames; a negative frame always stands alone."""
    runs: list[list[int]] = []
    for frame in frames:
        if runs and frame == runs[-1][1] + 1 and runs[-1][0] >= 0:
            runs[-1][1] = frame
        else:
            runs.append([frame, frame])
    return [str(first) if first == last else f"{first}-{last}" for first, last in runs]


def _frames_of(text: str) -> range:
    if SINGLE.fullmatch(text):
        first = last = int(text)
    elif match := SPAN.fullmatch(text):
        first, last = int(match[1]), int(match[2])
    else:
        raise ValueError(f"{text!r} is not a frame range: expected 'a-b', 'n' or '-n'")
    if first > last:
        raise ValueError(f"{text!r} is not a frame range: it ends before it begins")
    if max(abs(first), last) > LAST_FRAME:
        raise ValueError(f"{text!r} is not a frame range: Blender's last frame is {LAST_FRAME}")
    return range(first, last + 1)
