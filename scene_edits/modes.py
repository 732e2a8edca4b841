# SPDX-License-Identifier: GPL-3.0-or-later
"""The modes in which an artist works on one object. Some of them undo in a way of their own."""

from __future__ import annotations

import bpy

from ..messages.message import Message

MODES_UNDOING_THE_FILE = frozenset({"OBJECT", "POSE", "PAINT_WEIGHT", "PAINT_VERTEX"})
"""The modes in which a step of Undo holds the whole file.

In Edit Mode and Sculpt Mode it holds the object only (4.2 to 5.2), in Texture Paint the images only (up to 5.0).
"""


class StuckInMode(Exception):
    """The mode cannot be left; the message says so."""


def leave_mode() -> None:
    """Go to Object Mode. Raises `StuckInMode`."""
    if bpy.context.mode == "OBJECT":
        return
    try:
        bpy.ops.object.mode_set(mode="OBJECT")
    except RuntimeError as error:
        # for example when the object was hidden meanwhile
        raise StuckInMode(
            Message("Blender is in a mode that cannot be left from here. Go to Object Mode first.")
        ) from error


def make_undoable() -> None:
    """Make sure that Undo takes back every change after this: go to Object Mode if needed. Raises `StuckInMode`."""
    if bpy.context.mode not in MODES_UNDOING_THE_FILE:
        leave_mode()
        # Undo comes back to this step
        bpy.ops.ed.undo_push(message="Object Mode")
