# SPDX-License-Identifier: GPL-3.0-or-later
"""A path that is written in a .blend file, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

IMPLIED = "//blendcache_"
"""How the path of a point cache's folder begins."""


def is_blend(path: PurePath) -> bool:
    """True for a file of Blender's own, which may name others."""
    return path.suffix.lower() == ".blend"


@dataclass(frozen=True)
class PathUse:
    """One path, `written` in the file `blend`; `path` is where it leads: a file, a folder, or a pattern of files.

    `files` are those that the render reads through it and that are there. All but `written` are absolute, without `..`.
    A library that is packed in its .blend is not read where it was: its files are those that its content reads.
    """

    blend: PurePath
    written: str
    path: PurePath
    files: tuple[PurePath, ...]

    @property
    def is_relative(self) -> bool:
        """True when the path counts from the folder of its .blend."""
        return self.written.startswith("//")

    @property
    def is_packed(self) -> bool:
        """True for a library that is packed: the paths in it count from where it was, and cannot be rewritten."""
        # backups are called .blend1 and so on
        return self.path.suffix.lower().startswith(".blend") and self.path not in self.files

    @property
    def is_implied(self) -> bool:
        """True for a folder that Blender names after the .blend: no setting holds its path."""
        return self.written.startswith(IMPLIED)

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
        """How many folders above that of its .blend a relative path goes on its way, 0 for one that only descends."""
        level = lowest = 0
        for part in self.written[2:].replace("\\", "/").split("/"):
            level += -1 if part == ".." else part not in ("", ".")
            lowest = min(lowest, level)
        return -lowest

    @property
    def top(self) -> PurePath:
        """The highest folder that a relative path goes through; the root of the drive if it goes above that."""
        folders = (self.blend.parent, *self.blend.parent.parents)
        return folders[min(self.climb, len(folders) - 1)]

    @property
    def is_plain(self) -> bool:
        """True when the path holds in any package as it is: relative, and not climbing to the root of the drive."""
        # what is on the drive beside the project is nobody's business
        return self.is_relative and (not self.climb or self.climb < len(self.blend.parent.parents))
