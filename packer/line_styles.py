# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps the images of line styles found: Freestyle renders them in a file of its own, which lies nowhere.

By a relative path such an image is not found there, by an absolute one it is, and packed it needs none (4.2, 4.5, 5.2).
"""

from __future__ import annotations

from collections.abc import Iterator

import bpy

from ..scene.dependencies.dependency import DependencyKind


def pack_images_of_lines() -> list[tuple[str, str, str, str]]:
    """Pack the images that line styles of the open file read by absolute paths; gives what changed for the report."""
    changed: list[tuple[str, str, str, str]] = []
    for image in dict.fromkeys(_images_of_lines()):
        written = image.filepath_raw
        is_read = image.source == "FILE" and image.packed_file is None and image.library is None
        if is_read and written and not written.startswith("//"):
            try:
                image.pack()
            except RuntimeError:
                # it is gone, and the lines are without it here, too
                continue
            changed.append((DependencyKind.IMAGE, image.name, written, written))
    return changed


def _images_of_lines() -> Iterator[bpy.types.Image]:
    trees = [style.node_tree for style in bpy.data.linestyles if style.node_tree is not None]
    # it grows meanwhile, by the groups in use
    for tree in trees:
        for node in tree.nodes:
            if (image := getattr(node, "image", None)) is not None:
                yield image
            inner = getattr(node, "node_tree", None)
            if inner is not None and inner not in trees:
                trees.append(inner)
