# SPDX-License-Identifier: GPL-3.0-or-later
"""What a package would hold: every file with its size, and what uses it."""

from __future__ import annotations

import heapq
import os
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import bpy

from ..messages.message import Message
from .dependencies.dependency import DependencyKind
from .dependencies.scan import Dependencies
from .steps import result_of

SIZES_A_STEP = 50
"""Files whose sizes the disk tells in a fraction of a millisecond."""
PATHS_A_STEP = 2_000
"""Paths that are compared in a fraction of a millisecond."""
SCENE = Message("Scene")
"""What the .blend itself is used as."""


@dataclass(frozen=True)
class Item:
    """One file that would be sent. `size` is in bytes, None when it cannot be told; `users` are kinds and names.

    `kind` is what it is used as; None means the .blend itself.
    """

    path: str
    size: int | None
    users: tuple[Message, ...]
    kind: DependencyKind | None = None

    def to_json(self) -> dict[str, Any]:
        """The item for scripts."""
        return {"path": self.path, "size": self.size, "users": list(self.users)}


def list_contents(scene: bpy.types.Scene, dependencies: Dependencies) -> tuple[Item, ...]:
    """The .blend first, with the size that it was last saved with, then the largest. Asks the disk for every file."""
    sizes = result_of(sizes_in_steps(dependencies))
    return result_of(largest_in_steps(scene, dependencies, sizes, len(sizes)))


def sizes_in_steps(dependencies: Dependencies) -> Generator[None, None, dict[str, int | None]]:
    """The bytes of each file, asked for in steps: the .blend's, as it was last saved, and those of what it needs."""
    sizes: dict[str, int | None] = {bpy.data.filepath: _size(bpy.data.filepath)}
    for index, path in enumerate(dependencies.files):
        if index % SIZES_A_STEP == 0:
            yield
        sizes[path] = _size(path)
    return sizes


def largest_in_steps(
    scene: bpy.types.Scene, dependencies: Dependencies, sizes: Mapping[str, int | None], count: int
) -> Generator[None, None, tuple[Item, ...]]:
    """The .blend, and of the files that it needs the largest ones, so that there are `count`; in steps."""
    blend = Item(bpy.data.filepath, sizes[bpy.data.filepath], (Message("{} “{}”", SCENE, scene.name),))
    others = [path for path in sizes if path != bpy.data.filepath]
    wanted: list[str] = []
    for begin in range(0, len(others), PATHS_A_STEP):
        yield
        some = (*wanted, *others[begin : begin + PATHS_A_STEP])
        wanted = heapq.nsmallest(count - 1, some, key=lambda path: (-(sizes[path] or 0), path))
    users: dict[str, dict[Message, None]] = {path: {} for path in wanted}
    kinds: dict[str, DependencyKind] = {}
    yield
    looked_at = 0
    for dependency in dependencies.used:
        for path in dependency.files:
            looked_at += 1
            if looked_at % PATHS_A_STEP == 0:
                yield
            if path in users:
                users[path][Message("{} “{}”", dependency.kind.label, dependency.name)] = None
                kinds.setdefault(path, dependency.kind)
    return (blend, *(Item(path, sizes[path], tuple(users[path]), kinds.get(path)) for path in wanted))


def total_size(sizes: Iterable[int | None]) -> int:
    """Bytes of all that could be told."""
    return sum(size or 0 for size in sizes)


def _size(path: str) -> int | None:
    try:
        return os.stat(path).st_size if path else None  # noqa: PTH116
    except OSError:
        return None
