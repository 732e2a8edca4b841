# SPDX-License-Identifier: GPL-3.0-or-later
"""How an artist gets the files of a bake back. Blender's search for missing files does not know them."""

from __future__ import annotations

import os

from ...messages.message import Message
from ..dependencies.dependency import Dependency, DependencyKind
from ..dependencies.kinds.point_caches import FOLDER_PREFIX

BAKED_KINDS = frozenset(
    {
        DependencyKind.FLUID,
        DependencyKind.GEOMETRY_NODES_BAKE,
        DependencyKind.OCEAN_CACHE,
        DependencyKind.POINT_CACHE,
    }
)


def way_back(dependency: Dependency) -> Message:
    """How to mend a bake with missing files. A cache beside a .blend loses its folder when the .blend is renamed."""
    if dependency.kind is DependencyKind.OCEAN_CACHE:
        return Message("Bring the files back, or bake it again in the modifier.")
    former = folder_with(os.path.basename(dependency.missing[0]), dependency.path)  # noqa: PTH119
    if former:
        return Message(
            "Its files are in “{}”: rename that folder to “{}”, or bake it again in the Physics properties.",
            former,
            os.path.basename(dependency.path),  # noqa: PTH119
        )
    return Message("Bring the files back, or bake it again in the Physics properties.")


def folder_with(name: str, folder: str) -> str:
    """The name of another folder of caches beside this one that has such a file, or ""."""
    parent, own = os.path.split(folder)
    if not own.startswith(FOLDER_PREFIX):
        return ""
    try:
        names = sorted(other for other in os.listdir(parent) if other.startswith(FOLDER_PREFIX))  # noqa: PTH208
    except OSError:
        return ""
    return next((other for other in names if os.path.isfile(os.path.join(parent, other, name))), "")  # noqa: PTH113, PTH118
