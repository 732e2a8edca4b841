# SPDX-License-Identifier: GPL-3.0-or-later
"""What will be sent: fills the list of files, and tells when it is out of date."""

from __future__ import annotations

from collections.abc import Sequence

import bpy

from ..properties.contents import get
from ..scene.byte_size import size
from ..scene.contents import Item, total_size
from ..scene.dependencies.scan import Dependencies
from . import scene_check

MOST_ROWS = 2_000
"""Files that are shown; the largest come first."""


def show(context: bpy.types.Context, dependencies: Dependencies, items: Sequence[Item]) -> None:
    """Make these the rows. Not while drawing."""
    listed = get(context)
    listed.rows.clear()
    for item in items[:MOST_ROWS]:
        row = listed.rows.add()
        # a name on the disk may be no Unicode text
        row.name = item.path.encode(errors="replace").decode()
        row.users = ", ".join(item.users)
        row.size = "" if item.size is None else size(item.size)
    listed.active = 0
    listed.scene, listed.count = context.scene.session_uid, len(items)
    listed.total = total_in_words(items)
    listed.files = scene_check.number_of(dependencies)


def is_outdated(context: bpy.types.Context) -> bool:
    """True when the scene is known to need other files than those that were listed."""
    known = scene_check.files_number(context.scene)
    return known is not None and known != get(context).files


def total_in_words(items: Sequence[Item]) -> str:
    """How many files there are, the .blend being the first, and what they take."""
    total = size(total_size(items))
    blend, *others = items
    if blend.size is None:
        return f"The scene, not saved yet, and files of {total}" if others else "The scene, not saved yet"
    return f"{len(items)} files, {total}" if others else f"One file, {total}"
