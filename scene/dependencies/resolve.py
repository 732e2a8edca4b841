# SPDX-License-Identifier: GPL-3.0-or-later
"""From a path to the files that are read through it: one file, numbered files, tiles, or what a folder holds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from itertools import chain
from typing import NamedTuple

from ..rendered.frames_read import FramesRead
from .disk import Disk
from .numbered_files import sequence_of


class Found(NamedTuple):
    """Absolute paths of files that are read: those that are there, and those that are not."""

    files: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


Resolve = Callable[[str, FramesRead, Disk], Found]
"""Gives the files that are read through an absolute path, on a disk, for the frames that are read."""


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
