# SPDX-License-Identifier: GPL-3.0-or-later
"""The buttons beside the findings, pressed as an artist presses them."""

from __future__ import annotations

import bpy

MODES = ("OBJECT", "EDIT", "SCULPT", "TEXTURE_PAINT", "VERTEX_PAINT", "WEIGHT_PAINT")


def fix(remedy: str, name: str) -> set[str]:
    """Press a button as an artist does, with a step of Undo."""
    pressed: set[str] = bpy.ops.renderjuice.fix("EXEC_DEFAULT", True, remedy=remedy, name=name)
    return pressed


def select(collection: str, name: str) -> set[str]:
    """Press the button that selects what a finding is about."""
    pressed: set[str] = bpy.ops.renderjuice.select_datablock(collection=collection, name=name)
    return pressed


def active(name: str) -> bpy.types.Object:
    """Make an object the active one."""
    thing = bpy.data.objects[name]
    bpy.context.view_layer.objects.active = thing
    return thing
