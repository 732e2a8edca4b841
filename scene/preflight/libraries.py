# SPDX-License-Identifier: GPL-3.0-or-later
"""Linked libraries: their version, and whether they have what is linked from them."""

from __future__ import annotations

from typing import Any

import bpy

from .finding import Finding, Severity
from .request import Findings, Request, pieces

NEVER_RENDERED = frozenset({"libraries", "screens", "window_managers", "workspaces", "all_ids"})


def check_libraries(_request: Request) -> Findings:
    """Libraries that were saved by a newer Blender than this one, which may lose what it does not know."""
    library: Any
    for library in bpy.data.libraries:
        version = tuple(library.version)[:2]
        if version > bpy.app.version[:2]:
            what = (
                f"The library “{library.name}” was saved by Blender {version[0]}.{version[1]}, "
                "which is newer than this one."
            )
            fix = "Use that Blender, or save the library again with this one."
            yield Finding(Severity.WARNING, what, library.name, fix, "" if library.parent else "libraries")


def check_linked(_request: Request) -> Findings:
    """Datablocks that are not in their library any more. Missing libraries are missing files."""
    if not bpy.data.libraries:
        return
    gone: dict[str, list[str]] = {}
    for collection in bpy.types.BlendData.bl_rna.properties:
        if collection.type != "COLLECTION" or collection.identifier in NEVER_RENDERED:
            continue
        for piece in pieces(collection.identifier):
            for datablock in piece:
                if datablock.is_missing and datablock.library and not datablock.library.is_missing:
                    gone.setdefault(datablock.library.name, []).append(datablock.name)
            yield None
    for library, names in gone.items():
        what = f"“{names[0]}” is not in the library “{library}” any more."
        if len(names) > 1:
            what = f"“{names[0]}” and {len(names) - 1} more are not in the library “{library}” any more."
        yield Finding(Severity.WARNING, what, names[0], "Link it again, or remove it.")
