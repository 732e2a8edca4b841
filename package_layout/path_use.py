# SPDX-License-Identifier: GPL-3.0-or-later
"""A path that is written in a .blend file, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath


class PathForm(StrEnum):
    """How a path is written. Whoever makes a `PathUse` says it.

    RELATIVE counts from the folder of its .blend. IMPLIED does so, too, but no setting holds it: Blender makes it from
    the .blend's name, as it does for the folder of a point cache. ABSOLUTE stands in full. UNKNOWN is for a path in
    another file that was not read; it is treated like an absolute one, so that its file is looked into.
    """

    RELATIVE = "relative"
    ABSOLUTE = "absolute"
    IMPLIED = "implied"
    UNKNOWN = "unknown"


def form_of(written: str) -> PathForm:
    """The form of a path that a setting holds: relative when it begins with `//`, as Blender writes it."""
    return PathForm.RELATIVE if written.startswith("//") else PathForm.ABSOLUTE


def is_blend(path: PurePath) -> bool:
    """True for a file of Blender's own, which may name others."""
    return path.suffix.lower() == ".blend"


@dataclass(frozen=True)
class PathUse:
    """One path, `written` in the file `blend`; `path` is where it leads: a file, a folder, or a pattern of files.

    `files` are those that the render reads through it and that are there. All but `written` are absolute, without `..`.
    `is_packed` marks a library whose content lies in `blend`: the library itself is not read, and `files` are those
    that its content reads. Their paths count from where the library was, and cannot be rewritten.
    """

    blend: PurePath
    written: str
    path: PurePath
    files: tuple[PurePath, ...]
    form: PathForm
    is_packed: bool = False

    @property
    def is_relative(self) -> bool:
        """True when the path counts from the folder of its .blend."""
        return self.form in (PathForm.RELATIVE, PathForm.IMPLIED)

    @property
    def is_implied(self) -> bool:
        """True for a path that no setting holds, so that it cannot be rewritten."""
        return self.form is PathForm.IMPLIED

    @property
    def is_folder(self) -> bool:
        """True when the path is a folder, of which the files are a part."""
        return bool(self.files) and self.path != self.files[0] and self.files[0].is_relative_to(self.path)

    @property
    def folder(self) -> PurePath:
        """The folder that has to keep its place for the path to hold."""
        return self.path if self.is_folder else self.path.parent

    @property
    def climb(self) -> int:
        """How many folders above its .blend a relative path goes on its way; 0 for a path that only descends."""
        level = lowest = 0
        for part in self.written[2:].replace("\\", "/").split("/"):
            level += -1 if part == ".." else part not in ("", ".")
            lowest = min(lowest, level)
        return -lowest

    @property
    def top(self) -> PurePath:
        """The highest folder that a relative path goes through, at most the root of the drive."""
        folders = (self.blend.parent, *self.blend.parent.parents)
        return folders[min(self.climb, len(folders) - 1)]

    @property
    def is_plain(self) -> bool:
        """True when the path holds in any package as it is: relative, and not climbing to the root of the drive."""
        # a package that begins at the drive's root would show the names of folders beside the project
        return self.is_relative and (not self.climb or self.climb < len(self.blend.parent.parents))
