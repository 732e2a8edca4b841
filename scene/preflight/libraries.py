# SPDX-License-Identifier: GPL-3.0-or-later
"""Linked libraries: whether they can be read, their version, and whether they still have what is linked from them."""

from __future__ import annotations

import os
from typing import NamedTuple

import bpy

from ...messages.message import Message, sentences
from ..chunks import datablocks_in_chunks
from ..dependencies.broken_files import Fault, fault_of_blend
from ..dependencies.dependency import Origins
from ..dependencies.kinds.libraries import comes_from_blender, is_packed
from ..rendered.reading import Reading
from .broken_files import FIXES, REPLACE, WHAT, readings_for
from .checked_scene import CheckedScene, Findings
from .files import PERHAPS_NEEDLESS
from .finding import Finding, Severity

NEVER_RENDERED = frozenset({"libraries", "screens", "window_managers", "workspaces", "all_ids"})
LIBRARIES_A_STEP = 10
"""Libraries that are looked into in one step."""


class BrokenLibrary(NamedTuple):
    """A library that is there and cannot be read, with what is linked from it. `fault` None: nobody knows why."""

    library: bpy.types.Library
    path: str
    fault: Fault | None
    linked: tuple[bpy.types.ID, ...]


def check_libraries(checked: CheckedScene) -> Findings:
    """Libraries that cannot be read, and those that a newer Blender has saved: this one may lose data of it."""
    broken: list[BrokenLibrary] = []
    origins, library = Origins(), None
    for index, library in enumerate([*bpy.data.libraries]):
        if index % LIBRARIES_A_STEP == 0:
            yield None
        found = None if is_packed(library) or comes_from_blender(library) else _broken(library, origins)
        if found is not None:
            broken.append(found)
            continue
        version = tuple(library.version)[:2]
        if version > bpy.app.version[:2]:
            yield Finding(
                severity=Severity.WARNING,
                what=Message(
                    "The library “{}” was saved by Blender {}.{}, which is newer than this one.", library.name, *version
                ),
                fix=Message("Use that Blender, or save the library again with this one."),
                datablock=library.name,
                collection="" if library.parent else "libraries",
            )
    if broken:
        yield None
        readings = yield from readings_for(checked, (each for one in broken for each in one.linked))
        for one in broken:
            linked = [datablock for datablock in one.linked if readings[datablock] is not Reading.UNREAD]
            if linked:
                is_certain = any(readings[datablock] is Reading.READ for datablock in linked)
                yield _finding(one, linked, is_certain=is_certain)


def _broken(library: bpy.types.Library, origins: Origins) -> BrokenLibrary | None:
    """None for one that is sound, and for one that is not there, which is a missing file."""
    path = origins.file(library).blend
    fault = fault_of_blend(path, is_unread=library.is_missing)
    if fault is None and not (library.is_missing and os.path.isfile(path)):  # noqa: PTH113
        return None
    return BrokenLibrary(library, path, fault, tuple(library.users_id))


def _finding(broken: BrokenLibrary, linked: list[bpy.types.ID], *, is_certain: bool) -> Finding:
    library, path, fault, _all = broken
    name, more = linked[0].name, len(linked) - 1
    reason = WHAT[fault] if fault else Message("Blender could not read it when this file was opened")
    what = Message(
        "The library “{}”, from which “{}” is linked, cannot be read: {}: {}.", library.name, name, path, reason
    )
    if more:
        what = Message(
            "The library “{}”, from which “{}” and {} more are linked, cannot be read: {}: {}.",
            library.name,
            name,
            more,
            path,
            reason,
        )
    users = bpy.data.user_map(subset=linked)
    through = {user.library for each in linked for user in users.get(each, ())} - {None, library}
    fix = (
        FIXES.get(fault, REPLACE) if fault else Message("Open this file again, or save the library with this Blender.")
    )
    if through:
        outer = min(each.name for each in through)
        what = sentences(what, Message("It is used by the library “{}”.", outer))
    if not is_certain:
        what = sentences(what, PERHAPS_NEEDLESS)
    return Finding(
        severity=Severity.ERROR if is_certain else Severity.WARNING,
        what=what,
        fix=fix,
        datablock=library.name,
        collection="" if library.parent or through else "libraries",
    )


def check_linked(_checked: CheckedScene) -> Findings:
    """Datablocks that are not in their library any more. Missing libraries are missing files."""
    if not bpy.data.libraries:
        return
    gone: dict[str, list[str]] = {}
    for collection in bpy.types.BlendData.bl_rna.properties:
        if collection.type != "COLLECTION" or collection.identifier in NEVER_RENDERED:
            continue
        for chunk in datablocks_in_chunks(collection.identifier):
            for datablock in chunk:
                if datablock.is_missing and datablock.library and not datablock.library.is_missing:
                    gone.setdefault(datablock.library.name, []).append(datablock.name)
            yield None
    for library, names in gone.items():
        name, more = names[0], len(names) - 1
        what = Message("“{}” is not in the library “{}” any more.", name, library)
        if more:
            what = Message("“{}” and {} more are not in the library “{}” any more.", name, more, library)
        fix = Message("Link it again, or remove it.")
        yield Finding(severity=Severity.WARNING, what=what, fix=fix, datablock=name)
