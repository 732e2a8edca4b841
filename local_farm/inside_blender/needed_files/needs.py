# SPDX-License-Identifier: GPL-3.0-or-later
"""What the open .blend reads from elsewhere, as plain paths, and how Blender numbers the files of a sequence."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import bpy

# The last number in a name before its extension, as images, clips and strips are numbered (BLI_path_sequence_decode).
LAST_NUMBER = re.compile(r"(.*?)(\d+)([^\d/]*?(?:\.[^./]*)?)$", re.DOTALL)
# Volumes and Alembic want the number right before the extension (BLI_path_frame_get).
NUMBER_AT_END = re.compile(r"(.*?)(\d+)(\.[^./]*)$", re.DOTALL)


@dataclass(frozen=True)
class Need:
    """One path that a datablock names.

    `user` is for people to read ("Image 'wood'"), `path` is absolute and as Blender's own list has it. A render that
    reads it (`is_read`) needs all of `files`, each a file or (with a slash at its end) a folder with something in it,
    and for each frame in `frames` that it renders the file given there, of which `any_frame` is one that is there (or
    would be). Where nobody but the artist could tell whether the files were ever there, `is_certain` is False.
    """

    user: str
    path: str
    is_read: bool = True
    files: tuple[str, ...] = ()
    frames: Mapping[int, str] = field(default_factory=dict)
    any_frame: str = ""
    is_certain: bool = True


def absolute(path: str, library: bpy.types.Library | None = None) -> str:
    """Give a path as written absolutely; a relative one starts at the .blend, or at the library it is written in."""
    if path.startswith("//"):
        path = "//" + path[2:].replace("\\", "/")
    return os.path.normpath(bpy.path.abspath(path, library=library))


def called(block: bpy.types.ID) -> str:
    """Give a datablock's kind and name, for people."""
    return f"{block.bl_rna.name} {block.name!r}"


def files_of_numbers(path: str, pattern: re.Pattern[str], numbers: Mapping[int, int]) -> dict[int, str]:
    """Give for each frame the sequence's file with its number; the path itself when there is no number in it.

    Below 0, volumes and Alembic have a sign before the digits, and all others the file 0.
    """
    place = Path(path)
    parts = pattern.match(place.name)
    if parts is None:
        return dict.fromkeys(numbers, path)
    head, digits, tail = parts.groups()
    folder, width = str(place.parent), len(digits)
    names = {
        number: f"-{-number:0{width}}" if number < 0 and pattern is NUMBER_AT_END else f"{max(number, 0):0{width}}"
        for number in numbers.values()
    }
    return {frame: f"{folder}/{head}{names[number]}{tail}" for frame, number in numbers.items()}


def number_of(path: str, pattern: re.Pattern[str]) -> int:
    """Give the number in a sequence's file, 0 when there is none."""
    parts = pattern.match(Path(path).name)
    return int(parts[2]) if parts else 0


def need_of_sequence(
    user: str, path: str, is_read: bool, pattern: re.Pattern[str], numbers: Mapping[int, int] | None
) -> Need:
    """Give the need of a sequence: of `numbers` (frame -> number in it) each file, else any file of it."""
    some = any_of_sequence(path, pattern)
    if numbers is None:
        return Need(user, path, is_read, (some,))
    files = files_of_numbers(path, pattern, numbers)
    return Need(user, path, is_read, frames=files, any_frame=some)


def any_of_sequence(path: str, pattern: re.Pattern[str]) -> str:
    """Give a file of this sequence that is there, else the path itself."""
    place = Path(path)
    parts = pattern.match(place.name)
    if parts is None or place.is_file():
        return path
    head, digits, tail = parts.groups()
    return first_in_folder(place.parent, rf"{re.escape(head)}\d{{{len(digits)},}}{re.escape(tail)}") or path


def first_in_folder(folder: Path, name: str) -> str | None:
    """Give the first file in the folder whose whole name matches the pattern, if there is one."""
    try:
        return min(
            (str(path) for path in folder.iterdir() if re.fullmatch(name, path.name) and path.is_file()), default=None
        )
    except OSError:
        return None
