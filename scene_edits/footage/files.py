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

from ...messages.message import Message, sentences
from ...scene.dependencies.numbered_files import NumberedFiles, sequence_of

MAX_FILE_NUMBER = 2**31 - 1
"""The largest number that Blender reads from a file's name."""
USE_SEQUENCER = Message("Add the frames to the Video Sequencer instead: it takes them by name.")
MAX_FRAMES_A_STRIP = 1000
"""Frames in one strip: Blender takes four times as long for twice as many files (20 ms for 1,000; 5.2)."""
MIN_FRAMES_WITH_A_STEP = 3
"""With fewer frames there is no step that most of them have."""


class FootageError(ValueError):
    """Frames cannot be shown; the message says which, why, and what to do."""


@dataclass(frozen=True)
class Footage:
    """The frames of a job that are here.

    `frames` gives the file of each frame. `wanted` are all frames that the job renders. `fps` is its frame rate; None
    means that it is unknown.
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
    def span(self) -> str:
        """The first and the last frame of the job, as in a file's name."""
        first, last = min(self.wanted), max(self.wanted)
        return str(first) if first == last else f"{first}-{last}" if first >= 0 else f"{first} to {last}"

    @property
    def count(self) -> Message:
        """How many frames are here, in words."""
        here, wanted = len(self.frames), len(self.wanted)
        if here < wanted:
            return Message("{} of {}", f"{here:,}", frames_in_words(wanted))
        return frames_in_words(here)

    def present(self) -> Self:
        """The same footage in the order of frames, without frames whose files are gone. Lists each folder once."""
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
    """What was done with the frames of a job, in a sentence, and what the artist has to know about it.

    `is_shown` is False where nothing was opened, because there is no place for it.
    """

    sentence: Message
    warnings: tuple[Message, ...] = ()
    is_shown: bool = True


@dataclass(frozen=True)
class ImageSequence:
    """Files that Blender finds by the numbers in their names. Scene frame `start` shows the file `first`.

    `duration` counts frames, including missing ones in between. `offset` is what Blender adds to a frame's position in
    the sequence, which begins with 1, to get the number of its file. `left_out` are frames that Blender cannot find.
    """

    first: Path
    start: int
    duration: int
    offset: int
    left_out: tuple[int, ...]

    @property
    def is_still(self) -> bool:
        """True for a single image, which is shown at every scene frame."""
        return self.duration == 1


@dataclass(frozen=True)
class Stretch:
    """Frames without a gap from scene frame `start` on, with a file for each."""

    start: int
    files: tuple[Path, ...]

    @property
    def end(self) -> int:
        """The first scene frame after the stretch."""
        return self.start + len(self.files)


def frames_in_words(count: int) -> Message:
    """A number of frames in words."""
    return Message("{} frame", count) if count == 1 else Message("{} frames", f"{count:,}")


def image_sequence(footage: Footage) -> ImageSequence:
    """How Blender addresses the frames, from the first one that it finds. Raises `FootageError` when it finds too few.

    Blender counts from the number in the first name, so that number has to grow with the frame. It does not grow
    for negative frames, because Blender ignores the sign, nor in names with another number after the frame's.
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
    shown = [frame for frame, name in found.items() if _is_found_from(name, found[start])]
    if len(shown) < 2:
        raise FootageError(_not_numbered(footage))
    left_out = tuple(sorted(frames.keys() - set(shown)))
    return ImageSequence(frames[start], start, shown[-1] - start + 1, found[start].number - 1, left_out)


def stretches(footage: Footage) -> tuple[Stretch, ...]:
    """The frames in stretches without gaps, each short enough for one strip.

    A frame is shown until the next one is due. So a job that renders every second frame shows each twice, and a missing
    frame shows the one before it. All files are in one folder: the one with the most frames.
    """
    folders = {frame: os.path.dirname(path) for frame, path in footage.frames.items()}  # noqa: PTH120
    fullest = Counter(folders.values()).most_common(1)[0][0]
    here = {frame: path for frame, path in footage.frames.items() if folders[frame] == fullest}
    wanted = sorted({*footage.wanted, *here})
    step = _step(wanted)
    found, run = [], [wanted[0]]
    for before, after in pairwise([*wanted, wanted[-1] + step + 1]):
        if after - before > step or after - run[0] >= MAX_FRAMES_A_STRIP:
            found.append(_stretch(run, step, here))
            run = []
        run.append(after)
    return tuple(stretch for stretch in found if stretch is not None)


def _stretch(run: list[int], step: int, here: Mapping[int, Path]) -> Stretch | None:
    """The files of a run of frames. None means that none of them is here yet."""
    latest = next((here[frame] for frame in run if frame in here), None)
    if latest is None:
        return None
    files = []
    for frame in range(run[0], run[-1] + step):
        latest = here.get(frame, latest)
        files.append(latest)
    return Stretch(run[0], tuple(files))


def _step(wanted: list[int]) -> int:
    """The step between most of the frames, 1 when most have no common one."""
    if len(wanted) < MIN_FRAMES_WITH_A_STEP:
        return 1
    steps = Counter(after - before for before, after in pairwise(wanted))
    step, count = steps.most_common(1)[0]
    return step if count * 2 > len(wanted) - 1 else 1


def _numbered(path: Path) -> NumberedFiles | None:
    """The parts of a path with a number. None means that it has no number that Blender can read."""
    name = sequence_of(str(path))
    return None if name is None or name.number > MAX_FILE_NUMBER else name


def _is_found_from(name: NumberedFiles, first: NumberedFiles) -> bool:
    """True when Blender finds a name by counting from the first. It pads each number to as many digits as the first."""
    return name.digits == max(first.digits, len(str(name.number)))


def _not_numbered(footage: Footage) -> Message:
    reason = Message(
        "Blender finds the frames of a sequence by the last number in their names, "
        "and those of “{}” have another there, such as {}.",
        footage.name,
        footage.first.name,
    )
    if min(footage.frames) < 0:
        reason = Message(
            "Blender cannot show frames before 0 in a sequence, and “{}” has too few others.", footage.name
        )
    return sentences(reason, USE_SEQUENCER)


def _names(folder: str) -> frozenset[str]:
    """The names in a folder, none when it is gone or cannot be read."""
    try:
        return frozenset(os.listdir(folder))  # noqa: PTH208
    except OSError:
        return frozenset()
