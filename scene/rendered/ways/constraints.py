# SPDX-License-Identifier: GPL-3.0-or-later
"""Which constraints place an object or its bones, and by what."""

from __future__ import annotations

from collections.abc import Iterator

import bpy

from ...animation import animated_paths
from .pointers import pointers

SWITCHES = ("enabled", "mute", "influence")
"""What switches a constraint off; the first two are opposite names of the same, and the window keys `enabled`."""


def constraints_of(holder: bpy.types.Object) -> Iterator[bpy.types.Constraint]:
    """The constraints of an object and of its bones."""
    yield from holder.constraints
    for bone in holder.pose.bones if holder.pose else ():
        yield from bone.constraints


def is_constrained_by(holder: bpy.types.Object, used: bpy.types.ID) -> bool:
    """True when a constraint of an object or of its bones names a datablock, and is not switched off at all times."""
    return any(_names(each, used) and _is_on(holder, each) for each in constraints_of(holder))


def is_named_by_idle_constraint(holder: bpy.types.Object, used: bpy.types.ID) -> bool:
    """True when constraints name a datablock, and all of these are switched off."""
    naming = [each for each in constraints_of(holder) if _names(each, used)]
    return bool(naming) and not any(_is_on(holder, each) for each in naming)


def _names(constraint: bpy.types.Constraint, used: bpy.types.ID) -> bool:
    return used in pointers(constraint) or used in (target.target for target in getattr(constraint, "targets", ()))


def _is_on(holder: bpy.types.Object, constraint: bpy.types.Constraint) -> bool:
    if not constraint.mute and constraint.influence:
        return True
    path, animated = constraint.path_from_id(), set(animated_paths(holder))
    return any(f"{path}.{switch}" in animated for switch in SWITCHES)
