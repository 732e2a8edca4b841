# SPDX-License-Identifier: GPL-3.0-or-later
"""Painted images that were packed by a button, and what becomes of the paint when that is undone.

When packing is undone, Blender keeps the paint in memory and takes the image for unchanged (4.2 to 5.2, also after its
own Pack). Nobody would then know that the paint is in no file, and a farm would render without it.
"""

from __future__ import annotations

from collections.abc import Iterator

import bpy

_painted: set[int] = set()
_packed_before: set[int] = set()


def pack_paint(image: bpy.types.Image) -> None:
    """Pack an image that was painted on."""
    image.pack()
    _painted.add(image.session_uid)


def before_undo() -> None:
    """Note which of these images are packed, before something is undone or redone."""
    global _packed_before
    _packed_before = {image.session_uid for image in _images() if image.packed_file}


def after_undo() -> None:
    """Have what was unpacked again count as changed, and what was packed again as packed."""
    for image in _images():
        was_packed = image.session_uid in _packed_before
        if was_packed and not image.packed_file and image.has_data:
            # to its own size: no pixel changes, and Blender marks the image as changed
            image.scale(*image.size)
        elif image.packed_file and image.is_dirty and not was_packed:
            image.pack()


def forget() -> None:
    """Forget all images, as for another file."""
    _painted.clear()
    _packed_before.clear()


def _images() -> Iterator[bpy.types.Image]:
    if _painted:
        yield from (image for image in bpy.data.images if image.session_uid in _painted)
