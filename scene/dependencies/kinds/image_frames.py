# SPDX-License-Identifier: GPL-3.0-or-later
"""Which files of an image sequence a render reads: that is up to everything that uses the image.

The rule for numbers is `BKE_image_user_frame_get` in Blender's sources.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import bpy

from ...animation import animated_paths
from ...rendered.frames_read import FramesRead

Numbers = frozenset[int] | None


def numbers_read(
    image: bpy.types.Image, users: Iterable[bpy.types.ID], frames_read: FramesRead
) -> tuple[Numbers, frozenset[int]]:
    """The numbers that the rendered frames read, None for all, and those that the frames around them read."""
    around = frames_read.around
    if frames_read.frames is None or around is None:
        return None, frozenset()
    exact: set[int] = set()
    near: set[int] = set()
    for user in users:
        timings = _timings(user, image)
        if timings is None:
            return None, frozenset()
        for timing in timings:
            # before its first frame a sequence shows what may never have been a file
            start = timing.frame_start
            certain = {frame for frame in frames_read.frames if frame >= start}
            exact |= _numbers(timing, certain)
            near |= _numbers(timing, around - certain)
            if not getattr(timing, "use_auto_refresh", True):
                # Cycles and the compositor read the frame's file all the same (4.2, 5.2), others may keep this one
                near.add(max(getattr(timing, "frame_current", 0), 0))
    return frozenset(exact), frozenset(near)


def _timings(user: bpy.types.ID, image: bpy.types.Image) -> list[Any] | None:
    """What says which file is read when, one for each use; None when that cannot be told."""
    timings: list[Any] = []
    if isinstance(user, bpy.types.ImageTexture) and user.image == image:
        if user.animation_data:
            return None
        timings.append(user.image_user)
    tree = user if isinstance(user, bpy.types.NodeTree) else getattr(user, "node_tree", None)
    if isinstance(tree, bpy.types.NodeTree):
        if tree.animation_data or any(path.startswith("node_tree.") for path in animated_paths(user)):
            return None
        timings += [getattr(node, "image_user", node) for node in _nodes_with(image, tree.nodes)]
    # an image may also be given to a socket, such as of a group or of geometry nodes, which have their own time
    return timings if timings and all(hasattr(timing, "frame_duration") for timing in timings) else None


def _nodes_with(image: bpy.types.Image, nodes: Iterable[Any]) -> Iterator[Any]:
    for node in nodes:
        if getattr(node, "image", None) == image and hasattr(node, "inputs"):
            yield node


def _numbers(timing: Any, frames: Iterable[int]) -> set[int]:
    """The numbers in the names: there is none below 0 (`BLI_path_sequence_encode`)."""
    read = Timing.of(timing)
    return {max(read.number_at(frame), 0) for frame in frames}


class Timing(NamedTuple):
    """When an image user or a compositor's image node reads which picture: read once for all frames."""

    start: int
    length: int
    offset: int
    is_cyclic: bool

    @classmethod
    def of(cls, timing: Any) -> Timing:
        """As Blender has it now."""
        is_cyclic = getattr(timing, "use_cyclic", False)
        return cls(timing.frame_start, timing.frame_duration, timing.frame_offset, is_cyclic)

    def number_at(self, frame: int) -> int:
        """The number of what is read at a frame; it may be below 0."""
        if self.length == 0:
            return 0
        index = frame - self.start + 1
        index = (index - 1) % self.length + 1 if self.is_cyclic else min(max(index, 0), self.length)
        return index + self.offset
