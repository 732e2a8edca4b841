# SPDX-License-Identifier: GPL-3.0-or-later
"""A setting in Blender's data that holds a path."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import bpy

from .dependency import DependencyKind
from .resolve import Resolve, single

DATABLOCKS_A_STEP = 250
"""Datablocks that are walked in a fraction of a millisecond."""
NODE_TREES_A_STEP = 20
"""Node trees that are walked in a fraction of a millisecond."""


@dataclass(slots=True)
class PathSetting:
    """A path of a datablock: the attribute of the `holder`, which is the datablock or a part of it.

    `attribute` is "" for a path that Blender derives from names, such as `//blendcache_shot`; that path is `implied`.
    `is_of_open_file`: the path counts from the open file, even if its datablock is linked. `base`: a relative path
    counts from the file of that datablock, because geometry nodes read a path that they are handed as if it stood in
    their own file. `is_certain` is False where the rendered frames may do without it. A setting holds references into
    Blender's data, so it must not be kept.
    """

    kind: DependencyKind
    datablock: bpy.types.ID
    holder: Any
    attribute: str
    resolve: Resolve = single
    implied: str = ""
    is_of_open_file: bool = False
    base: bpy.types.ID | None = None
    is_certain: bool = True

    @property
    def is_handed_over(self) -> bool:
        """True for a path that stands in one file and counts from another: it cannot be written for its own one."""
        if self.is_of_open_file:
            return bool(self.attribute) and self.datablock.library is not None
        return self.base is not None and self.base.library != self.datablock.library

    @property
    def written(self) -> str:
        """The path as it stands there."""
        path: str = getattr(self.holder, self.attribute) if self.attribute else self.implied
        return path


class KeySetting(PathSetting):
    """A path that stands under a key of its holder, as custom properties do; `attribute` is that key."""

    __slots__ = ()

    @property
    def written(self) -> str:
        """The path as it stands there."""
        path: str = self.holder[self.attribute]
        return path


Places = Iterator[PathSetting | None]
"""The settings of a kind. None stands between two steps, where whoever takes them step by step may stop."""
