# SPDX-License-Identifier: GPL-3.0-or-later
"""Who uses datablocks, asked of Blender in steps."""

from __future__ import annotations

import functools
from collections.abc import Collection, Generator
from typing import Any

import bpy

MOST_USERS = (frozenset({"OBJECT"}), frozenset({"MATERIAL"}))
"""The kinds of users of which a file has most. Blender is asked for each of them apart, as it goes through all users:
for 10,000 objects and 1,000 materials that takes 15 ms, of which the materials are half (4.2, 5.2).
"""


def users_of(datablocks: Collection[bpy.types.ID]) -> Generator[None, None, dict[Any, set[Any]]]:
    """The users of each of these datablocks, in steps; none are known of a datablock that has none."""
    users: dict[Any, set[Any]] = {}
    for kinds in (*MOST_USERS, _all_kinds().difference(*MOST_USERS)) if datablocks else ():
        yield
        found = bpy.data.user_map(subset=datablocks, value_types=set(kinds))
        yield
        for used, these in found.items():
            if these:
                users.setdefault(used, set()).update(these)
    return users


@functools.cache
def _all_kinds() -> frozenset[str]:
    """What Blender calls the kinds of datablocks."""
    return frozenset(bpy.types.ID.bl_rna.properties["id_type"].enum_items.keys())
