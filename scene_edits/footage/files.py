# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a job's frames: which of them are there, and how Blender can address them. Imports no bpy."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Self

from ...scene.dependencies.numbered_files import NumberedFiles, sequence_of

LARGEST_NUMBER = 2**31 - 1
"""The largest number that Blender reads from a file's name."""
USE_SEQUENCER = "Add the frames to the Video Sequencer instead: it takes them by name."
LONGEST_STRETCH = 1000
"""Frames in one strip: Blender takes four times as long for twice as many files (20 ms for 1,000; 5.2)."""
FEWEST_FRAMES = 3
"""Frames that it takes to speak of a step between them."""


class FootageError(ValueError):
    """Frames cannot be shown; the text says which, why, and what to do."""


@dataclass(frozen=True)
class Footage:
    """A job's frames as far as they are here.

    `frames` gives the file of each frame. `wanted` are all frames that the job renders, and `fps` is its frame rate in
    frames per second, None when it is not known.
    """

    job_id: str
    name: str
    frames: Mapping[int, Path]
    wanted: tuple[int, ...]
    fps: float | None = None

    @property
    def first(self) -> Path:
        """The file of the first frame that is here."""
        return self.frames[min(self.frames)]

    @property
    def count(self) -> str:
        """How many frames are here, in words."""
        here, wanted = len(self.frames), len(self.wanted)
        return f"{here:,} of {frames_in_words(wanted)}" if here < wanted else frames_in_words(here)

    def present(self) -> Self:
        """The same in the order of frames, without those whose files are gone.

        Looks once into each folder, however many files it holds.
        """
        names: dict[str, frozenset[str]] = {}
        frames = {}
        for frame, path in sorted(self.frames.items()):
            # many times faster than asking each Path
            folder, name = os.path.split(path)
            if folder not in names:
                names[folder] = _names(folder)
            if name in names[folder]:
                frames[frame] = path
        return replace(self, frames=frames)


@dataclass(frozen=True)
class Opened:
    """What was done with a job's frames, in a sentence, and what the artist has to know about it."""

    sentence: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImageSequence:
    """Files that Blender finds by the number in their names: at scene frame `start` it is to show `first`.

    `duration` is in frames, those that are missing in between included. `offset` is what Blender adds to a frame's
    place in the sequence, 1 for the first, to get its file's number. `left_out` are the frames that it cannot find.
    """

    first: Path
    start: int
    duration: int
    offset: int
    left_out: tuple[int, ...]

    @property
    def is_still(self) -> bool:
        """True for a single picture, which is shown at every scene frame."""
        return self.duration == 1


@dataclass(frozen=True)
class Stretch:
    """Frames that follow each other without a break from scene frame `start` on: a file for each."""

    start: int
    files: tuple[Path, ...]

    @property
    def end(self) -> int:
        """The scene frame after the last."""
        return self.start + len(self.files)


def frames_in_words(count: int) -> str:
    """A number of frames as a sentence says it."""
    return f"{count:,} frame{'s' if count != 1 else ''}"


def image_sequence(footage: Footage) -> ImageSequence:
    """How Blender addresses the frames, from the first one that it can. Raises `FootageError` when it cannot.

    Blender finds each file by counting on from the first. So the number in a name has to grow with the frame: those of
    negative frames do not, for Blender overlooks the sign; nor do names with another number after the frame's.
    """
    frames = footage.frames
    if len(frames) == 1:
        return ImageSequence(footage.first, start=min(frames), duration=1, offset=0, left_out=())
    alike: defaultdict[tuple[str, str, str, int], dict[int, NumberedFiles]] = defaultdict(dict)
    for frame in sorted(frames):
        name = _numbered(frames[frame])
        if name is not None:
            alike[name.folder, name.head, name.tail, name.number - frame][frame] = name
    found = max(alike.values(), key=len, default={})
    start = min(found, default=0)
    shown = [frame for frame, name in found.items() if _is_found_after(name, found[start])]
    if len(shown) < 2:
        raise FootageError(_not_numbered(footage))
    left_out = tuple(sorted(frames.keys() - set(shown)))
    return ImageSequence(frames[start], start, shown[-1] - start + 1, found[start].number - 1, left_out)


def stretches(footage: Footage) -> tuple[Stretch, ...]:
    """The frames as they follow each other in time, from each gap to the next, none longer than a strip bears.

    A frame stays until the next one is due: in a job of every second frame each is shown twice, and in place of a
    frame that is not here stands the one before it. All files are in one folder: in the one that holds the most.
    """
    folders = {frame: os.path.dirname(path) for frame, path in footage.frames.items()}  # noqa: PTH120
    fullest = Counter(folders.values()).most_common(1)[0][0]
    here = {frame: path for frame, path in footage.frames.items() if folders[frame] == fullest}
    wanted = sorted({*footage.wanted, *here})
    step = _step(wanted)
    found, run = [], [wanted[0]]
    for before, after in pairwise([*wanted, wanted[-1] + step + 1]):
        if after - before > step or after - run[0] >= LONGEST_STRETCH:
            found.append(_stretch(run, step, here))
            run = []
        run.append(after)
    return tuple(stretch for stretch in found if stretch is not None)


def _stretch(run: list[int], step: int, here: Mapping[int, Path]) -> Stretch | None:
    """The files from a run's first frame on; None as long as none of it is here."""
    held = next((here[frame] for frame in run if frame in here), None)
    if held is None:
        return None
    files = []
    for frame in range(run[0], run[-1] + step):
        held = here.get(frame, held)
        files.append(held)
    return Stretch(run[0], tuple(files))


def _step(wanted: list[int]) -> int:
    """The step between most of the frames; 1 when there is none."""
    if len(wanted) < FEWEST_FRAMES:
        return 1
    steps = Counter(after - before for before, after in pairwise(wanted))
    step, count = steps.most_common(1)[0]
    return step if count * 2 > len(wanted) - 1 else 1


def _numbered(path: Path) -> NumberedFiles | None:
    """The parts of a path with a number that Blender takes; None without one."""
    name = sequence_of(str(path))
    return None if name is None or name.number > LARGEST_NUMBER else name


def _is_found_after(name: NumberedFiles, first: NumberedFiles) -> bool:
    """Whether Blender comes upon a name counting on from the first: it pads each number as the first one is."""
    return name.digits == max(first.digits, len(str(name.number)))


def _not_numbered(footage: Footage) -> str:
    if min(footage.frames) < 0:
        reason = f"Blender cannot show frames before 0 in a sequence, and “{footage.name}” has too few others."
    else:
        reason = (
            "Blender finds the frames of a sequence by the last number in their names, "
            f"and those of “{footage.name}” have another there, such as {footage.first.name}."
        )
    return f"{reason} {USE_SEQUENCER}"


def _names(folder: str) -> frozenset[str]:
    """The names in a folder; none when it is gone or cannot be read."""
    try:
        return frozenset(os.listdir(folder))  # noqa: PTH208
    except OSError:
        return frozenset()
