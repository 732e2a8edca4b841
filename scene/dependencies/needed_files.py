# SPDX-License-Identifier: GPL-3.0-or-later
"""What a scene needs, with a look into the files: one that cannot be read is lacking as a missing one is."""

from __future__ import annotations

from collections.abc import Generator, Sequence

import bpy

from ..steps import result_of
from .broken_files import Fault, fault_of, fault_of_blend
from .dependency import DependencyKind, Origins
from .kinds.libraries import comes_from_blender, is_packed
from .scan import Dependencies, find_dependencies, scan

FILES_A_STEP = 50
"""Files whose sizes are asked for in one step."""
LIBRARIES_A_STEP = 10
"""Libraries that are looked into in one step."""
LOOKED_INTO_AS_LIBRARIES = frozenset({DependencyKind.LIBRARY, DependencyKind.PACKED_LIBRARY})
WITH_EMPTY_FILES = frozenset({DependencyKind.FLUID, DependencyKind.GEOMETRY_NODES_BAKE})
"""Kinds of which Blender itself may write empty files."""


def find_needed_files(scene: bpy.types.Scene, frames: Sequence[int]) -> Dependencies:
    """Everything that is read when these frames of a scene are rendered, and what of it cannot be. Only reads."""
    found = find_dependencies(scene, frames)
    broken = result_of(_broken_files(found))
    return find_dependencies(scene, frames, broken) if broken else found


def look_for_needed_files(scene: bpy.types.Scene, frames: Sequence[int]) -> Generator[None, None, Dependencies]:
    """Like `find_needed_files`, one step at a time, without links between libraries. The last step gives the result.

    Nothing in the file may change between two steps.
    """
    found = yield from scan(scene, frames)
    broken = yield from _broken_files(found)
    return (yield from scan(scene, frames, broken)) if broken else found


def _broken_files(dependencies: Dependencies) -> Generator[None, None, dict[str, Fault]]:
    """The files that only look like what they are named for, in steps."""
    broken: dict[str, Fault] = {}
    asked = 0
    for dependency in dependencies.used:
        if dependency.kind in LOOKED_INTO_AS_LIBRARIES:
            continue
        may_be_empty = dependency.kind in WITH_EMPTY_FILES
        for path in dependency.files:
            fault = fault_of(path, may_be_empty=may_be_empty)
            if fault is not None:
                broken[path] = fault
            asked += 1
            if asked % FILES_A_STEP == 0:
                yield
    origins = Origins()
    for index, library in enumerate([*bpy.data.libraries]):
        if index % LIBRARIES_A_STEP == 0:
            yield
        if not is_packed(library) and not comes_from_blender(library):
            path = origins.file(library).blend
            fault = fault_of_blend(path, is_unread=library.is_missing)
            if fault is not None:
                broken[path] = fault
    yield
    return broken
