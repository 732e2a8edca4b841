# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the farm's files go on this machine, and whether what arrived is what was asked for.

Names come from the service and are never trusted as paths.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from ..messages.message import NO_MESSAGE, Message
from ..package_layout.file_names import fold, safe_name
from .output_source import OutputSource
from .records import OutputRecord

if TYPE_CHECKING:
    from ..api.models import Downloads, OutputFile

MAX_FOLDERS = 8
"""Folders below each other that a compositor node's path may ask for."""
PNG_START, PNG_END = b"\x89PNG\r\n\x1a\n", b"IEND\xaeB\x60\x82"
JPEG_START, JPEG_END = b"\xff\xd8", b"\xff\xd9"
STARTS = {
    ".png": (PNG_START,),
    ".jpg": (JPEG_START,),
    ".jpeg": (JPEG_START,),
    ".exr": (b"\x76\x2f\x31\x01",),
    ".tif": (b"II", b"MM"),
    ".tiff": (b"II", b"MM"),
    ".bmp": (b"BM",),
    ".webp": (b"RIFF",),
    ".hdr": (b"#?",),
}
"""The first bytes of each kind of image, from the formats' own specifications."""
ENDS = {".png": PNG_END, ".jpg": JPEG_END, ".jpeg": JPEG_END}


@dataclass(frozen=True)
class Place:
    """Where a listed file goes: `name` below the output folder. `source` is the text of its `OutputSource`."""

    name: str
    source: str
    file: OutputFile


def plan(downloads: Downloads, placed: Mapping[str, str] | None = None) -> tuple[Place, ...]:
    """The place of every listed file below the output folder: a relative path with `/`, safe on every system.

    Frames lie at the top, the files of compositor nodes below the path or the node that made them. Two files of one
    name (two views, two nodes) get names of their own. `placed` tells, by source, where files went before: those
    stay where they are, whatever else is listed by now.
    """
    placed = placed or {}
    files, folders = _Names(), _Names()
    for name in placed.values():
        _take(name, files, folders)
    places = []
    listed = [("frame", _frame_place(file), file) for file in downloads.frames]
    listed += [("node", _node_place(file), file) for file in downloads.composite_nodes]
    seen: Counter[str] = Counter()
    for kind, wanted, file in listed:
        found = OutputSource.of(kind, file)
        seen[found.to_text()] += 1
        source = replace(found, number=seen[found.to_text()]).to_text()
        name = placed.get(source) or _untaken(wanted, file, files, folders)
        _take(name, files, folders)
        places.append(Place(name, source, file))
    return tuple(places)


def is_ours(path: Path, known: OutputRecord | None) -> bool:
    """True when this job wrote the file at `path` and nobody has changed it since."""
    if known is None or known.path != path:
        return False
    try:
        status = path.stat()
    except OSError:
        return False
    return (status.st_size, status.st_mtime_ns) == (known.size, known.modified_ns)


def conflicts(folder: Path, names: Iterable[str], known: Mapping[str, OutputRecord]) -> tuple[str, ...]:
    """The names that `folder` already has for something that this job did not write."""
    return tuple(
        name for name in names if os.path.lexists(folder / name) and not is_ours(folder / name, known.get(name))
    )


def damage(path: Path, suffix: str) -> Message:
    """What is wrong with a file that arrived, or nothing: empty, cut short, or not what its name says.

    `suffix` is of its final name; the file itself may still bear another. Raises `OSError`.
    """
    suffix = suffix.lower()
    with path.open("rb") as file:
        start = file.read(16)
        if not start:
            return Message("it is empty")
        if suffix in STARTS and not start.startswith(STARTS[suffix]):
            return Message("it is no {} file", suffix[1:].upper())
        if suffix == ".webp":
            if start[8:12] != b"WEBP":
                return Message("it is no {} file", "WEBP")
            if int.from_bytes(start[4:8], "little") + 8 > path.stat().st_size:
                return Message("its end is missing")
        end = ENDS.get(suffix)
        if end is not None:
            file.seek(-min(64, path.stat().st_size), 2)
            if end not in file.read():
                return Message("its end is missing")
    return NO_MESSAGE


def _frame_place(file: OutputFile) -> str:
    return safe_name(file.file_name or "")


def _node_place(file: OutputFile) -> str:
    relative = re.split(r"[/\\]", file.relative_path or "")
    name = safe_name(file.file_name or relative[-1])
    folders = [safe_name(part) for part in relative if part.strip(" .") and not re.fullmatch(r"[A-Za-z]:", part)]
    if folders and folders[-1] == name:
        folders.pop()
    if not folders:
        folders = [safe_name(file.composite_node_name or "File Output")]
    return "/".join([*folders[:MAX_FOLDERS], name])


def _untaken(wanted: str, file: OutputFile, files: _Names, folders: _Names) -> str:
    """The wanted name, or its first variation that is not taken yet."""
    path = PurePosixPath(wanted)
    while any(str(parent) in files for parent in path.parents):
        # a frame lies where a node's folder would be
        path = PurePosixPath(path.parts[0] + "_", *path.parts[1:])
    candidates = [path]
    for addition in (file.view, file.composite_node_name):
        if addition:
            candidates.append(path.with_name(safe_name(f"{path.stem}_{safe_name(addition)}{path.suffix}")))
    number = 2
    while str(candidates[0]) in files or str(candidates[0]) in folders:
        candidates.pop(0)
        if not candidates:
            candidates.append(path.with_name(f"{path.stem} ({number}){path.suffix}"))
            number += 1
    return str(candidates[0])


def _take(name: str, files: _Names, folders: _Names) -> None:
    files.add(name)
    for parent in PurePosixPath(name).parents:
        folders.add(str(parent))


class _Names:
    """A set of names as a file system sees them that ignores case."""

    def __init__(self) -> None:
        self._folded: set[str] = set()

    def add(self, name: str) -> None:
        self._folded.add(fold(name))

    def __contains__(self, name: str) -> bool:
        return fold(name) in self._folded
