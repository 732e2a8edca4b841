# SPDX-License-Identifier: GPL-3.0-or-later
"""What a package would hold: every file with its size, and what uses it."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from typing import Any

import bpy

from ..messages.message import Message
from .dependencies.scan import Dependencies

SIZES_A_STEP = 50
"""Files whose sizes the disk tells in a fraction of a millisecond."""
SCENE = Message("Scene")
"""What the .blend itself is used as."""


@dataclass(frozen=True)
class Item:
    """One file that would be sent. `size` is in bytes, None when it cannot be told; `users` are kinds and names."""

    path: str
    size: int | None
    users: tuple[Message, ...]

    def to_json(self) -> dict[str, Any]:
        """The item for scripts."""
        return {"path": self.path, "size": self.size, "users": list(self.users)}


def list_contents(scene: bpy.types.Scene, dependencies: Dependencies) -> tuple[Item, ...]:
    """The .blend first, with the size that it was last saved with, then the largest. Asks the disk for every file."""
    users: dict[str, list[Message]] = defaultdict(list)
    for dependency in dependencies.used:
        for path in dependency.files:
            users[path].append(Message("{} “{}”", dependency.kind.label, dependency.name))
    items = [Item(path, _size(path), tuple(dict.fromkeys(of))) for path, of in users.items()]
    items.sort(key=lambda item: (-(item.size or 0), item.path))
    blend = Item(bpy.data.filepath, _size(bpy.data.filepath), (Message("{} “{}”", SCENE, scene.name),))
    return (blend, *items)


def total_in_steps(dependencies: Dependencies) -> Generator[None, None, int]:
    """Bytes of the .blend, as it was last saved, and of all files, asked for in steps; the last one gives the sum."""
    total = _size(bpy.data.filepath) or 0
    for index, path in enumerate(dependencies.files):
        if index % SIZES_A_STEP == 0:
            yield
        total += _size(path) or 0
    return total


def total_size(items: Iterable[Item]) -> int:
    """Bytes of all that could be told."""
    return sum(item.size or 0 for item in items)


def _size(path: str) -> int | None:
    try:
        return os.stat(path).st_size if path else None  # noqa: PTH116
    except OSError:
        return None
