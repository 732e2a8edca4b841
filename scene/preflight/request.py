# SPDX-License-Identifier: GPL-3.0-or-later
"""What a check is told about the render, and how checks go through many datablocks in steps."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import bpy

from ..dependencies.scan import Dependencies
from .finding import Finding, Remedy, Severity

Findings = Iterator[Finding | None]
"""What a check gives: findings, and None wherever a step is over, after a millisecond or less.

No check keeps an unfinished loop over Blender's own lists across a None, for what lies in them may be gone by then. A
datablock in a list of Python's own that is gone raises `ReferenceError`.
"""

PIECE = 250
"""Datablocks that are looked at in one step."""
LISTED = 2000
"""Datablocks that are listed at once: to come to a place in one of Blender's lists takes a walk from its start."""


@dataclass(frozen=True)
class Request:
    """The render that is asked for: `frames` are sorted, or () where `trouble` says why there are none.

    `overrides` is what `scene.config.overrides` gives.
    """

    scene: bpy.types.Scene
    dependencies: Dependencies
    frames: tuple[int, ...]
    overrides: Mapping[str, Any]
    trouble: str = ""

    @property
    def is_animation(self) -> bool:
        """True for more than one frame."""
        return len(self.frames) > 1

    def goes_beyond(self, frame: float) -> bool:
        """True when a frame after this one is rendered."""
        return bool(self.frames) and self.frames[-1] > frame

    def finding(self, severity: Severity, what: str, fix: str, remedy: Remedy | None = None) -> Finding:
        """A finding about the scene itself. One that is linked can be mended in its own file only."""
        is_here = self.scene.library is None
        return Finding(severity, what, self.scene.name, fix, "scenes" if is_here else "", remedy if is_here else None)

    def warning(self, what: str, fix: str, remedy: Remedy | None = None) -> Finding:
        """A warning about the scene itself."""
        return self.finding(Severity.WARNING, what, fix, remedy)


def pieces(collection: str, size: int = PIECE) -> Iterator[list[Any]]:
    """The datablocks of a collection of `bpy.data`, some at a time."""
    return cut(lambda begin, end: getattr(bpy.data, collection)[begin:end], size)


def objects_of(scene: bpy.types.Scene, size: int = PIECE) -> Iterator[list[bpy.types.Object]]:
    """The objects of a scene, some at a time, and those that it shows as instances of collections."""
    seen: set[bpy.types.Object] = set()
    instanced: dict[bpy.types.Collection, None] = {}
    for piece in cut(lambda begin, end: scene.objects[begin:end], size):
        seen.update(piece)
        instanced.update((collection, None) for thing in piece if (collection := thing.instance_collection))
        yield piece
    for collection in instanced:
        for piece in cut(functools.partial(objects_below, collection), size):
            yield [thing for thing in piece if thing not in seen]
            seen.update(piece)


def objects_below(collection: bpy.types.Collection, begin: int, end: int) -> list[bpy.types.Object]:
    """Some of the objects of a collection and of those inside it."""
    return list(collection.all_objects[begin:end])


def cut(read: Callable[[int, int], list[Any]], size: int = PIECE) -> Iterator[list[Any]]:
    """What is read from one place to another, in pieces. To read many at once is a step of its own."""
    begin = 0
    while many := read(begin, begin + LISTED):
        yield []
        for first in range(0, len(many), size):
            yield many[first : first + size]
        begin += LISTED


def place_of(datablock: bpy.types.ID, collection: str) -> str:
    """The collection for a finding: "" for a datablock from a library."""
    return "" if datablock.library else collection
