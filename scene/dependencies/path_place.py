# SPDX-License-Identifier: GPL-3.0-or-later
"""A place in Blender's data where a path is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import bpy

from .resolve import Reach, single

MANY = 250
"""Datablocks that are walked in a fraction of a millisecond."""


@dataclass(slots=True)
class PathPlace:
    """A path that belongs to a datablock, and stands in an attribute of a part of it.

    Without an `attribute` the path is no setting: Blender makes it from the names of the file and the datablock. What
    `is_of_open_file` counts from the open file even if its datablock is linked. With a `base`, a relative path counts
    from the file of that datablock: geometry nodes read a path that they are handed as if it stood in their own file.
    Holds references into Blender's data: it must not be kept.
    """

    kind: str
    datablock: bpy.types.ID
    holder: Any
    attribute: str
    reach: Reach = single
    implied: str = ""
    is_of_open_file: bool = False
    base: bpy.types.ID | None = None

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

    def write(self, path: str) -> None:
        """Put another path there."""
        setattr(self.holder, self.attribute, path)


class KeyPlace(PathPlace):
    """A path that stands under a key of its holder, as custom properties do; `attribute` is that key."""

    __slots__ = ()

    @property
    def written(self) -> str:
        """The path as it stands there."""
        path: str = self.holder[self.attribute]
        return path

    def write(self, path: str) -> None:
        """Put another path there."""
        self.holder[self.attribute] = path


Places = Iterator[PathPlace | None]
"""The places of a kind; None now and then, where whoever walks them step by step may stop."""
