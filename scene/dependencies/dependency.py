# SPDX-License-Identifier: GPL-3.0-or-later
"""One path that a render reads, and where a path that Blender keeps leads on this machine."""

from __future__ import annotations

import os
from enum import StrEnum
from typing import NamedTuple

import bpy

from ...messages.message import Message
from ...package_layout.path_use import PathForm
from .broken_files import BrokenFile

COLLECTIONS = {
    "CACHEFILE": "cache_files",
    "CAMERA": "cameras",
    "FONT": "fonts",
    "IMAGE": "images",
    "LIBRARY": "libraries",
    "LIGHT": "lights",
    "MATERIAL": "materials",
    "MESH": "meshes",
    "MOVIECLIP": "movieclips",
    "NODETREE": "node_groups",
    "OBJECT": "objects",
    "SCENE": "scenes",
    "SOUND": "sounds",
    "VOLUME": "volumes",
    "WORLD": "worlds",
}
"""Where in `bpy.data` a datablock of an `id_type` is."""


class DependencyKind(StrEnum):
    """What a path is of. The value is the label in English, which is also what scripts are given.

    `is_packable`: Blender can pack the file into the .blend. `comes_with_blender`: Blender's own assets have such
    files, which travel with no scene.
    """

    IMAGE = Message("Image"), True, True
    FONT = Message("Font"), True
    SOUND = Message("Sound"), True
    MOVIE_CLIP = (Message("Movie clip"),)
    LIBRARY = Message("Library"), False, True
    PACKED_LIBRARY = (Message("Packed library"),)
    CACHE_FILE = (Message("Cache file"),)
    VOLUME = (Message("Volume"),)
    STRIP = (Message("Sequencer strip"),)
    OSL_SCRIPT = (Message("OSL script"),)
    IES_FILE = (Message("IES file"),)
    MESH_CACHE = (Message("Mesh cache"),)
    FLUID = (Message("Fluid simulation"),)
    OCEAN_CACHE = (Message("Ocean cache"),)
    POINT_CACHE = (Message("Simulation cache"),)
    GEOMETRY_NODES_BAKE = (Message("Geometry nodes bake"),)
    FILE = (Message("File"),)

    label: Message
    is_packable: bool
    comes_with_blender: bool

    def __new__(cls, label: Message, is_packable: bool = False, comes_with_blender: bool = False) -> DependencyKind:
        """A kind by its label."""
        kind = str.__new__(cls, label)
        kind._value_ = str(label)
        kind.label, kind.is_packable, kind.comes_with_blender = label, is_packable, comes_with_blender
        return kind


LIBRARY = bpy.types.Library
"""Looked up once, and compared with a datablock's very type: `isinstance` takes several times as long for RNA types."""


class Dependency(NamedTuple):
    """A path in a .blend, the datablock that uses it, and the files that the render reads through it.

    `written` is the path as the datablock has it, `path` where that leads on this machine: a file, a folder, or a
    pattern such as a set of tiles. `blend` is the file in which it is written, absolute, and `library` that file as the
    open one names it, or "" when it is the open one itself. `collection` is where in `bpy.data` the datablock `user`
    is, or "". `files` are there, `missing` are not, and `broken` ones cannot be read. All of these paths are absolute
    and normalized, and plain text: to make thousands of `Path`s takes longer than to find the files. `form` and
    `is_packed` are those of `PathUse`. `part` is the strip of the datablock that has the path, or "". `is_certain` is
    False where the rendered frames may do without the files.
    """

    kind: DependencyKind
    user: str
    written: str
    path: str
    collection: str = ""
    library: str = ""
    blend: str = ""
    files: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    form: PathForm = PathForm.UNKNOWN
    is_packed: bool = False
    part: str = ""
    is_certain: bool = True
    broken: tuple[BrokenFile, ...] = ()

    @property
    def name(self) -> str:
        """What the artist knows it by."""
        return self.part or self.user

    @property
    def place(self) -> str:
        """Where in `bpy.data` the datablock can be selected: names are only told apart within the open file."""
        return "" if self.library else self.collection

    @property
    def is_relative(self) -> bool:
        """True when the path counts from the .blend file that it is written in."""
        return self.form in (PathForm.RELATIVE, PathForm.IMPLIED)


class Origin(NamedTuple):
    """A .blend whose paths are read: its absolute path, its folder, and its name in the open file ("" for that one)."""

    blend: str
    folder: str
    library: str

    @property
    def stem(self) -> str:
        """The .blend's name without its suffix."""
        return os.path.splitext(os.path.basename(self.blend))[0]  # noqa: PTH119, PTH122


class Origins:
    """The .blend files in which the datablocks of a session have their paths, as they are during one look."""

    def __init__(self) -> None:
        self._known: dict[bpy.types.Library | None, Origin] = {}

    def of(self, datablock: bpy.types.ID) -> Origin:
        """The file in which a datablock's own paths are written."""
        return self.file(library_of(datablock))

    def file(self, library: bpy.types.Library | None) -> Origin:
        """The file of a library, or the open one for None."""
        known = self._known.get(library)
        if known is None:
            written = self.absolute(library.filepath, library) if library else bpy.data.filepath
            folder = os.path.dirname(written)  # noqa: PTH120
            known = self._known[library] = Origin(written, folder, library.filepath if library else "")
        return known

    def absolute(self, written: str, datablock: bpy.types.ID) -> str:
        """Where a datablock's path leads."""
        return absolute(written, self.of(datablock).folder)


def library_of(datablock: bpy.types.ID) -> bpy.types.Library | None:
    """The library in whose file a datablock's own paths are written; None for the open file."""
    # a library that is linked by another one has its path from there, but Blender makes it relative to the open file
    return None if type(datablock) is LIBRARY else datablock.library


def absolute(written: str, folder: str) -> str:
    """Where a path leads that is written in a .blend of this folder; normalized.

    Backslashes separate folders on every system, and the drive of a file that comes from Windows is a folder elsewhere,
    as Blender itself has it (`BLI_path_abs`).
    """
    path = written.replace("\\", "/") if "\\" in written and os.sep == "/" else written
    if path.startswith("//"):
        path = f"{folder}/{path[2:]}"
    elif os.sep == "/" and path[1:3] == ":/":
        path = f"/{path[0].lower()}{path[2:]}"
    # most paths are plain already, and to normalize costs more than everything else here
    is_plain = os.sep == "/" and "/." not in path and "//" not in path and not path.startswith("./")
    return os.path.normpath(path) if not is_plain else path.rstrip("/") or path
