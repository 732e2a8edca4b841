# SPDX-License-Identifier: GPL-3.0-or-later
"""Linked libraries: their version, and whether they still have what is linked from them."""

from __future__ import annotations

from typing import Any

import bpy

from ...messages.message import Message
from ..chunks import datablocks_in_chunks
from .checked_scene import CheckedScene, Findings
from .finding import Finding, Severity

NEVER_RENDERED = frozenset({"libraries", "screens", "window_managers", "workspaces", "all_ids"})


def check_libraries(_checked: CheckedScene) -> Findings:
    """Libraries that were saved by a newer Blender. This one may lose data that it does not know."""
    library: Any
    for library in bpy.data.libraries:
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
