# SPDX-License-Identifier: GPL-3.0-or-later
"""Which files of an image sequence a render reads: that is up to everything that uses the image.

The rule for numbers is `BKE_image_user_frame_get` in Blender's sources.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import bpy

from .span import Span

Numbers = frozenset[int] | None


def frames_read(image: bpy.types.Image, span: Span) -> tuple[Numbers, frozenset[int]]:
    """The numbers that the rendered frames read, None for all, and those that the frames around them read."""
    around = span.around()
    if span.frames is None or around is None:
        return None, frozenset()
    exact: set[int] = set()
    near: set[int] = set()
    for user in bpy.data.user_map(subset=[image]).get(image, ()):
        timings = _timings(user, image)
        if timings is None:
            return None, frozenset()
        for timing in timings:
            # before its first frame a sequence shows what may never have been a file
            exact |= _numbers(timing, [frame for frame in span.frames if frame >= timing.frame_start])
            near |= _numbers(timing, around)
    return frozenset(exact), frozenset(near)


def _timings(user: bpy.types.ID, image: bpy.types.Image) -> list[Any] | None:
    """What says which file is read when, one for each use; None when that cannot be told."""
    if isinstance(user, bpy.types.ImageTexture):
        return None if user.animation_data else [user.image_user]
    tree = user if isinstance(user, bpy.types.NodeTree) else getattr(user, "node_tree", None)
    if not isinstance(tree, bpy.types.NodeTree) or tree.animation_data:
        return None
    nodes = list(_nodes_with(image, tree.nodes))
    # an image may also be given to a socket, such as of a group or of geometry nodes, which have their own time
    timings = [getattr(node, "image_user", node) for node in nodes]
    return timings if timings and all(hasattr(timing, "frame_duration") for timing in timings) else None


def _nodes_with(image: bpy.types.Image, nodes: Iterable[Any]) -> Iterator[Any]:
    for node in nodes:
        if getattr(node, "image", None) == image and hasattr(node, "inputs"):
            yield node


def _numbers(timing: Any, frames: Iterable[int]) -> set[int]:
    read = {number_at(timing, frame) for frame in frames}
    if not getattr(timing, "use_auto_refresh", True):
        # the picture stays the one that the file was saved with
        read.add(timing.frame_current)
    return read


def number_at(timing: Any, frame: int) -> int:
    """The number of the file that is read at a frame, by an image user or a compositor's image node."""
    count, cyclic = timing.frame_duration, getattr(timing, "use_cyclic", False)
    if count == 0:
        return 0
    index = frame - timing.frame_start + 1
    index = (index - 1) % count + 1 if cyclic else min(max(index, 0), count)
    return int(index + timing.frame_offset)
