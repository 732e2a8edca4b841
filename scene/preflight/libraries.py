# SPDX-License-Identifier: GPL-3.0-or-later
"""Linked libraries: whether they can be read, their version, and whether they still have what is linked from them."""

from __future__ import annotations

from dataclasses import replace

import bpy

from ...messages.message import Message, sentences
from ..chunks import datablocks_in_chunks
from ..dependencies.dependency import Dependency, DependencyKind
from ..rendered.frames_read import frames_read_by
from ..rendered.reading import readings_of
from ..rendered.ways.scene_links import reach_of
from .broken_files import FIXES, REPLACE, WHAT
from .checked_scene import CheckedScene, Findings
from .files import finding_of_lack
from .finding import Finding, Severity

NEVER_RENDERED = frozenset({"libraries", "screens", "window_managers", "workspaces", "all_ids"})
LIBRARIES_A_STEP = 10
"""Libraries whose versions are looked at in one step."""


def check_libraries(checked: CheckedScene) -> Findings:
    """Libraries that cannot be read, and those that a newer Blender has saved: this one may lose data of it."""
    broken = {each.user: each for each in checked.dependencies.broken if each.kind is DependencyKind.LIBRARY}
    library = None
    for index, library in enumerate([*bpy.data.libraries]):
        if index % LIBRARIES_A_STEP == 0:
            yield None
        version = tuple(library.version)[:2]
        if version > bpy.app.version[:2] and library.name not in broken:
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
        linked = {name: tuple(bpy.data.libraries[name].users_id) for name in broken}
        reach = yield from reach_of(checked.scene, frames_read_by(checked.scene, checked.frames))
        readings = yield from readings_of(reach, dict.fromkeys(each for all_of in linked.values() for each in all_of))
        for name, dependency in broken.items():
            yield _finding(checked, dependency, [each for each in linked[name] if readings[each]])


def _finding(checked: CheckedScene, dependency: Dependency, linked: list[bpy.types.ID]) -> Finding:
    """A library that cannot be read; `linked` is what the rendered frames have from it."""
    library, more = bpy.data.libraries[dependency.user], len(linked) - 1
    path, fault = dependency.broken[0]
    what = Message("The library “{}” cannot be read: {}: {}.", library.name, path, WHAT[fault])
    if linked:
        name = linked[0].name
        what = Message(
            "The library “{}”, from which “{}” is linked, cannot be read: {}: {}.",
            library.name,
            name,
            path,
            WHAT[fault],
        )
        if more:
            what = Message(
                "The library “{}”, from which “{}” and {} more are linked, cannot be read: {}: {}.",
                library.name,
                name,
                more,
                path,
                WHAT[fault],
            )
    users = bpy.data.user_map(subset=linked) if linked else {}
    through = {user.library for each in linked for user in users.get(each, ())} | {library.parent}
    through -= {None, library}
    if through:
        outer = min(each.name for each in through)
        what = sentences(what, Message("It is used by the library “{}”.", outer))
    found = finding_of_lack(checked, dependency, what, FIXES.get(fault, REPLACE))
    return replace(found, collection="" if library.parent or through else "libraries")


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
