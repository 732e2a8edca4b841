# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds datablocks of the open file by name. A linked datablock may have the same name."""

from __future__ import annotations

import bpy

from ..messages.message import Message


class NotHere(Exception):
    """No datablock of the open file has the name; the message says so."""


def own_datablock(collection: str, name: str) -> bpy.types.ID:
    """The datablock of that name in a collection of `bpy.data` that is not linked. Raises `NotHere`."""
    datablocks = getattr(bpy.data, collection, None)
    found: bpy.types.ID | None = datablocks.get((name, None)) if datablocks is not None else None
    if found is not None:
        return found
    if datablocks is not None and name in datablocks:
        raise NotHere(Message("“{}” is linked from a library: open that file, and change it there.", name))
    raise NotHere(Message("“{}” is not in this file any more.", name))
