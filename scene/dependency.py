# SPDX-License-Identifier: GPL-3.0-or-later
"""One external file of a scene, and where a path that Blender keeps leads on this machine."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import bpy

COLLECTIONS = {
    "CACHEFILE": "cache_files",
    "FONT": "fonts",
    "IMAGE": "images",
    "LIBRARY": "libraries",
    "LIGHT": "lights",
    "MATERIAL": "materials",
    "MOVIECLIP": "movieclips",
    "NODETREE": "node_groups",
    "OBJECT": "objects",
    "SCENE": "scenes",
    "SOUND": "sounds",
    "VOLUME": "volumes",
    "WORLD": "worlds",
}
"""Where in `bpy.data` a datablock of an `id_type` is."""


@dataclass(frozen=True)
class Dependency:
    """One file (or what stands for several) and the datablock that uses it.

    `written` is the path as the datablock has it, `path` where that leads on this machine; `collection` is where in
    `bpy.data` the datablock `user` is, or "", and `library` the file that it is linked from, or "".
    """

    kind: str
    user: str
    written: str
    path: Path
    collection: str = ""
    library: str = ""

    @property
    def is_relative(self) -> bool:
        """True when the path counts from the .blend file that it is written in."""
        return self.written.startswith("//")


def dependency_of(kind: str, datablock: bpy.types.ID, written: str) -> Dependency:
    """The file that a datablock names as `written`."""
    place = Path(absolute(written, datablock))
    library = datablock.library.filepath if datablock.library else ""
    return Dependency(kind, datablock.name, written, place, COLLECTIONS.get(datablock.id_type, ""), library)


def absolute(written: str, datablock: bpy.types.ID) -> str:
    """Where a path leads: relative ones count from the file that the datablock is written in."""
    library = None if isinstance(datablock, bpy.types.Library) else datablock.library
    return os.path.normpath(bpy.path.abspath(written, library=library))
