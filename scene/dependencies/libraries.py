# SPDX-License-Identifier: GPL-3.0-or-later
"""Linked libraries, at any depth."""

from __future__ import annotations

from collections.abc import Iterator

import bpy

from ..dependency import Dependency, Origins
from .path_place import PathPlace


def library_places() -> Iterator[PathPlace]:
    """The paths of all libraries whose files are read."""
    for library in bpy.data.libraries:
        if not library.packed_file and not is_inside(library):
            yield PathPlace("Library", library, library, "filepath")


def is_inside(library: bpy.types.Library) -> bool:
    """True for a library whose linked data lies in the .blend (5.0 and later): its file is not read again."""
    if getattr(library, "is_archive", False):
        return True
    return bool(getattr(library, "archive_libraries", ())) and not library.users_id


def links_between_libraries(origins: Origins) -> Iterator[Dependency]:
    """Libraries that a library links which is not the one that Blender has their path from.

    Blender keeps one path for each library: how the others have it written is not known here. As if it were absolute,
    these files are looked into when they are packed.
    """
    libraries = {library: library.parent for library in bpy.data.libraries if not is_inside(library)}
    if len(libraries) < 2:
        return
    pairs: dict[tuple[bpy.types.Library, bpy.types.Library], None] = {}
    for datablock, users in bpy.data.user_map().items():
        linked = datablock.library
        if linked in libraries:
            told = (None, linked, libraries[linked])
            pairs.update(((user.library, linked), None) for user in users if user.library not in told)
    for linking, linked in pairs:
        path, origin = origins.file(linked).blend, origins.file(linking)
        yield Dependency("Library", linked.name, path, path, "libraries", origin.library, origin.blend, (path,))
