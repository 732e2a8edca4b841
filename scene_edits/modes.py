# SPDX-License-Identifier: GPL-3.0-or-later
"""The modes in which an artist works on one object, and that have ways of their own to undo."""

from __future__ import annotations

import bpy

UNDOES_ALL = frozenset({"OBJECT", "POSE", "PAINT_WEIGHT", "PAINT_VERTEX"})
"""The modes in which a step of Undo holds the whole file.

A step in Edit and Sculpt Mode holds the object only (4.2 to 5.2), one in Texture Paint its images only (up to 5.0).
"""


class StuckInMode(Exception):
    """The mode cannot be left; the text says so."""


def leave_mode() -> None:
    """Go to Object Mode. Raises `StuckInMode`."""
    if bpy.context.mode == "OBJECT":
        return
    try:
        bpy.ops.object.mode_set(mode="OBJECT")
    except RuntimeError as error:
        # as for an object that was hidden meanwhile
        raise StuckInMode("Blender is in a mode that cannot be left from here. Go to Object Mode first.") from error


def make_undoable() -> None:
    """Have Undo take back all that is changed after this, which takes Object Mode. Raises `StuckInMode`."""
    if bpy.context.mode not in UNDOES_ALL:
        leave_mode()
        # the step to come back to
        bpy.ops.ed.undo_push(message="Object Mode")
