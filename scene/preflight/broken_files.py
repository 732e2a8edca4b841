# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that are there and are not what they should be: Git LFS pointers, empty ones, those that may not be read."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import Any, NamedTuple

import bpy

from ...messages.message import Message, sentences
from ..dependencies.broken_files import Fault, fault_of
from ..dependencies.dependency import Dependency, DependencyKind
from ..rendered.frames_read import frames_read_by
from ..rendered.links import Aspect
from ..rendered.reading import Reading, readings_of
from ..rendered.scene_links import reach_of
from .checked_scene import CheckedScene, Findings
from .files import PERHAPS_NEEDLESS
from .finding import Finding, Severity, finding_about_path

FILES_A_STEP = 50
"""Files whose sizes are asked for in one step."""
CHECKED_AS_LIBRARIES = frozenset({DependencyKind.LIBRARY, DependencyKind.PACKED_LIBRARY})
WITH_EMPTY_FILES = frozenset({DependencyKind.FLUID, DependencyKind.GEOMETRY_NODES_BAKE})
"""Kinds of which Blender itself may write empty files."""

WHAT = {
    Fault.IS_POINTER: Message("it only stands for a file that is kept elsewhere, as with Git LFS"),
    Fault.IS_EMPTY: Message("it is empty"),
    Fault.IS_FORBIDDEN: Message("it may not be read"),
    Fault.IS_NO_IMAGE: Message("it is no image"),
    Fault.IS_NO_BLEND: Message("it is no .blend file"),
    Fault.IS_CUT_OFF: Message("its end is missing"),
}
"""Each fault, as it stands behind the path of a file and a colon."""
FETCH = Message("Fetch it, as with “git lfs pull”, and reload it.")
ALLOW = Message("Allow your account to read it.")
REPLACE = Message("Bring the file back from a copy, or remove its use.")
FIXES = {Fault.IS_POINTER: FETCH, Fault.IS_FORBIDDEN: ALLOW}


class Broken(NamedTuple):
    """A path of which files are broken: the first one, its fault, and how many there are."""

    dependency: Dependency
    path: str
    fault: Fault
    total: int


def check_broken_files(checked: CheckedScene) -> Findings:
    """What only looks like the file that it is named for. Libraries have a check of their own."""
    found: list[Broken] = []
    asked = 0
    for dependency in checked.dependencies.used:
        if dependency.kind in CHECKED_AS_LIBRARIES:
            continue
        may_be_empty, first, count = dependency.kind in WITH_EMPTY_FILES, None, 0
        for path in dependency.files:
            fault = fault_of(path, may_be_empty=may_be_empty)
            if fault is not None:
                first, count = first or (path, fault), count + 1
            asked += 1
            if asked % FILES_A_STEP == 0:
                yield None
        if first is not None:
            found.append(Broken(dependency, *first, count))
    yield None
    owners = {each: owner for each in found if (owner := _owner(each.dependency)) is not None}
    readings = yield from readings_for(checked, owners.values())
    for each in found:
        reading = readings.get(owners.get(each), Reading.READ)
        if reading is not Reading.UNREAD:
            yield _finding(each, is_certain=reading is Reading.READ and each.dependency.is_certain)


def readings_for(
    checked: CheckedScene, datablocks: Iterable[bpy.types.ID]
) -> Generator[None, None, dict[Any, Reading]]:
    """Whether the rendered frames read each of these datablocks; in steps."""
    candidates = tuple(dict.fromkeys(datablocks))
    if not candidates:
        return {}
    reach = yield from reach_of(checked.scene, frames_read_by(checked.scene, checked.frames))
    return (yield from readings_of(reach, candidates, Aspect.SHAPE))


def _owner(dependency: Dependency) -> bpy.types.ID | None:
    """The datablock that uses a path; None when it cannot be told, and for strips, which know what is shown."""
    if dependency.kind is DependencyKind.STRIP:
        return None
    datablocks = getattr(bpy.data, dependency.collection, None)
    owner: bpy.types.ID | None = datablocks.get((dependency.user, dependency.library or None)) if datablocks else None
    return owner


def _finding(broken: Broken, *, is_certain: bool) -> Finding:
    dependency, path, fault, total = broken
    kind, name = dependency.kind, dependency.name
    what = Message("{} “{}” cannot be read: {}: {}.", kind.label, name, path, WHAT[fault])
    if total > 1:
        what = Message(
            "{} “{}” has {} files that cannot be read, such as {}: {}.", kind.label, name, total, path, WHAT[fault]
        )
    severity = Severity.ERROR
    if not is_certain or kind is DependencyKind.SOUND:
        severity, what = Severity.WARNING, sentences(what, PERHAPS_NEEDLESS)
    return finding_about_path(dependency, severity=severity, what=what, fix=FIXES.get(fault, REPLACE))
