# SPDX-License-Identifier: GPL-3.0-or-later
"""Linked libraries, at any depth, and those whose content lies in the .blend."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from typing import Any

import bpy

from ....package_layout.path_use import PathForm, form_of
from ...chunks import all_datablocks_in_chunks
from ..dependency import Dependency, DependencyKind, Origins
from ..path_setting import PathSetting, Places
from ..resolve import nothing, single

OF_BLENDER = "/datafiles/assets/"
"""Where the assets are that every Blender brings: 5.2 links brushes of them into each file."""


def library_places() -> Places:
    """The paths of all libraries that are not packed. One that was only appended from is not read again."""
    libraries = [library for library in bpy.data.libraries if not is_packed(library)]
    used: set[Any] = set()
    if not all(map(comes_from_blender, libraries)):
        used = yield from _libraries_in_use()
    for library in libraries:
        is_read = library in used or library.is_missing or comes_from_blender(library)
        resolve = single if is_read else nothing
        yield PathSetting(DependencyKind.LIBRARY, library, library, "filepath", resolve)


def _libraries_in_use() -> Generator[None, None, set[Any]]:
    """The libraries from which anything is linked, in steps."""
    used: set[Any] = set()
    for chunk in all_datablocks_in_chunks():
        used.update(datablock.library for datablock in chunk)
        yield
    return used


def packed_library_places() -> Iterator[PathSetting]:
    """The paths of all others: nothing is read there, but the paths in what is packed count from there."""
    for library in bpy.data.libraries:
        if is_packed(library):
            yield PathSetting(DependencyKind.LIBRARY, library, library, "filepath")


def is_packed(library: bpy.types.Library) -> bool:
    """True for a library whose file is not read again, because what is linked from it lies in the .blend."""
    return bool(library.packed_file) or is_inside(library)


def is_inside(library: bpy.types.Library) -> bool:
    """True for a library of packed linked data (5.0 and later)."""
    if getattr(library, "is_archive", False):
        return True
    return bool(getattr(library, "archive_libraries", ())) and not library.users_id


def is_in_packed_library(place: PathSetting) -> bool:
    """True for a path that stands in packed data, where nobody can change it."""
    datablock = place.datablock
    owner = datablock.parent if isinstance(datablock, bpy.types.Library) else datablock.library
    return owner is not None and is_packed(owner)


def packed_libraries(used: Iterable[Dependency], origins: Origins) -> Iterator[Dependency]:
    """The packed libraries, each with the files that its datablocks read: its folder has to keep its place to them.

    A packed library may link another one that has such files; Blender finds that one by its path only. A library that
    uses what is packed may hold it itself (5.0 and later). We do not know how that path is written, so we treat it as
    absolute.
    """
    packed = {library: origins.file(library).blend for library in _of_the_artist() if is_packed(library)}
    files: dict[str, dict[str, None]] = {path: {} for path in packed.values()}
    for dependency in used if packed else ():
        if dependency.blend in files:
            files[dependency.blend].update(dict.fromkeys(dependency.files))
    all_files = {file: None for of_one in files.values() for file in of_one}
    if not all_files:
        return
    holders: dict[bpy.types.Library | None, None] = {None: None}
    for datablock, users in bpy.data.user_map().items():
        if datablock.library in packed:
            holders.update((user.library, None) for user in users if user.library not in packed)
    names = {(path, library.filepath): library.name for library, path in packed.items()}
    for holder in holders:
        origin = origins.file(holder)
        for (path, written), name in names.items():
            known, found = path if holder else written, tuple(files[path] or all_files)
            yield Dependency(
                kind=DependencyKind.PACKED_LIBRARY,
                user=name,
                written=known,
                path=path,
                collection="libraries",
                library=origin.library,
                blend=origin.blend,
                files=found,
                form=PathForm.UNKNOWN if holder else form_of(written),
                is_packed=True,
            )


def links_between_libraries(files: Iterable[str], origins: Origins) -> Iterator[Dependency]:
    """Libraries that the open file or a library links which is not the one that Blender has their path from.

    Only those are told that are among the `files` that travel.
    Blender keeps one path for each library, and has it count from the open file. We do not know how other libraries
    have it written, so we treat their paths as absolute: the packer looks into these libraries.
    """
    libraries = {library: library.parent for library in _of_the_artist() if not is_packed(library)}
    if len(libraries) < 2:
        return
    there = frozenset(files)
    pairs: dict[tuple[bpy.types.Library | None, bpy.types.Library], None] = {}
    for datablock, users in bpy.data.user_map().items():
        linked = datablock.library
        if linked in libraries:
            told = (linked, libraries[linked])
            pairs.update(((user.library, linked), None) for user in users if user.library not in told)
    for linking, linked in pairs:
        path, origin = origins.file(linked).blend, origins.file(linking)
        if path not in there:
            continue
        written = path if linking else linked.filepath
        yield Dependency(
            kind=DependencyKind.LIBRARY,
            user=linked.name,
            written=written,
            path=path,
            collection="libraries",
            library=origin.library,
            blend=origin.blend,
            files=(path,),
            form=PathForm.UNKNOWN if linking else form_of(written),
        )


def comes_from_blender(library: bpy.types.Library) -> bool:
    """True for a library that every Blender brings."""
    return OF_BLENDER in library.filepath.replace("\\", "/")


def _of_the_artist() -> Iterator[bpy.types.Library]:
    return (library for library in bpy.data.libraries if not comes_from_blender(library))
