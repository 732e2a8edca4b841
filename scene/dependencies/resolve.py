# SPDX-License-Identifier: GPL-3.0-or-later
"""From a path to the files that are read through it: one file, numbered files, tiles, or what a folder holds."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from .disk import Disk
from .frames_read import FramesRead

LAST_NUMBER = re.compile(r"([0-9]+)([^0-9]*)$")


class Found(NamedTuple):
    """Absolute paths of files that are read: those that are there, and those that are not."""

    files: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


Resolve = Callable[[str, FramesRead, Disk], Found]
"""Gives the files that are read through an absolute path, on a disk, for the frames of a frames_read."""


def single(path: str, _frames_read: FramesRead, disk: Disk) -> Found:
    """The file itself."""
    return Found((path,)) if disk.has_file(path) else Found(missing=(path,))


def nothing(_path: str, _frames_read: FramesRead, _disk: Disk) -> Found:
    """No file, though a path is there."""
    return Found()


def look_for(paths: Iterable[str], disk: Disk) -> Found:
    """Files that are all read, sorted by whether they are there."""
    there = {path: disk.has_file(path) for path in paths}
    return Found(
        tuple(path for path, is_there in there.items() if is_there),
        tuple(path for path, is_there in there.items() if not is_there),
    )


def merged(all_found: Iterable[Found]) -> Found:
    """Several findings as one, each file once."""
    found = tuple(all_found)
    files = dict.fromkeys(chain.from_iterable(each.files for each in found))
    missing = dict.fromkeys(chain.from_iterable(each.missing for each in found))
    return Found(tuple(files), tuple(missing))


@dataclass(frozen=True)
class Sequence:
    """The names of a sequence of files, as Blender tells them from one of them: the last number in it counts.

    `BLI_path_sequence_decode` in Blender's sources; a name without a number is no sequence.
    """

    folder: str
    head: str
    digits: int
    tail: str
    number: int

    @property
    def is_numbered_at_its_end(self) -> bool:
        """True when the number comes right before the suffix, as volumes and caches want it (`BLI_path_frame_get`)."""
        return self.tail.startswith(".") or not self.tail

    def path(self, number: int) -> str:
        """The file of a number; the sign of one below 0 is no digit."""
        sign = "-" if number < 0 else ""
        return os.path.join(self.folder, f"{self.head}{sign}{abs(number):0{self.digits}d}{self.tail}")  # noqa: PTH118

    def all(self, disk: Disk) -> dict[int, str]:
        """The files that are there, by their number."""
        pattern = re.compile(rf"{re.escape(self.head)}(-?[0-9]+){re.escape(self.tail)}")
        matches = (pattern.fullmatch(name) for name in disk.names(self.folder))
        numbers = sorted(int(match[1]) for match in matches if match and len(match[1].lstrip("-")) >= self.digits)
        return {number: self.path(number) for number in numbers}


def sequence_of(path: str) -> Sequence | None:
    """The sequence that a file belongs to, or None when its name has no number."""
    folder, name = os.path.split(path)
    stem, suffix = os.path.splitext(name)  # noqa: PTH122
    last = LAST_NUMBER.search(stem)
    if last is None:
        return None
    return Sequence(folder, stem[: last.start()], len(last[1]), last[2] + suffix, int(last[1]))


def numbers(path: str, wanted: Collection[int] | None, disk: Disk, around: Collection[int] = ()) -> Found:
    """The files of a sequence with these numbers (None: all that are there), and those `around` them that are there."""
    sequence = sequence_of(path)
    if sequence is None:
        return look_for((path,), disk)
    if wanted is None:
        files = tuple(sequence.all(disk).values())
        return Found(files) if files else Found(missing=(path,))
    found = look_for((sequence.path(number) for number in sorted(wanted)), disk)
    more = look_for((sequence.path(number) for number in sorted(set(around) - set(wanted))), disk)
    return merged((found, Found(more.files)))


def below(path: str, _frames_read: FramesRead, disk: Disk) -> Found:
    """Everything below a folder. A folder that is not there holds nothing: Blender makes it when it bakes."""
    return Found(tuple(sorted(disk.walk(path))))
