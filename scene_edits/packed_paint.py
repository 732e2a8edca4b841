# SPDX-License-Identifier: GPL-3.0-or-later
"""Painted images that a button packed, and what becomes of the paint when that is undone.

When packing is undone, Blender keeps the paint in memory and takes the image as unchanged (4.2 to 5.2, also after its
own Pack). Nobody would then know that the paint is in no file, and a farm would render without it.
"""

from __future__ import annotations

from collections.abc import Iterator

import bpy


class PackedPaint:
    """The images of the open file that were packed here.

    It lives as long as the file is open, because Undo may reach back to any of them. Images are known by their session
    ids: Undo makes datablocks anew.
    """

    def __init__(self) -> None:
        self._known: set[int] = set()
        self._packed_before_undo: set[int] = set()

    def pack(self, image: bpy.types.Image) -> None:
        """Pack an image that was painted on."""
        image.pack()
        self._known.add(image.session_uid)

    def before_undo(self) -> None:
        """Note which images are packed. To be called before something is undone or redone."""
        self._packed_before_undo = {image.session_uid for image in self._images() if image.packed_file}

    def after_undo(self) -> None:
        """Mark unpacked images as changed again, and redone packing as packed."""
        for image in self._images():
            was_packed = image.session_uid in self._packed_before_undo
            if was_packed and not image.packed_file and image.has_data:
                # to its own size: no pixel changes, and Blender marks the image as changed
                image.scale(*image.size)
            elif image.packed_file and image.is_dirty and not was_packed:
                image.pack()

    def forget(self) -> None:
        """Forget all images. To be called when another file is opened."""
        self._known.clear()
        self._packed_before_undo.clear()

    def _images(self) -> Iterator[bpy.types.Image]:
        if self._known:
            yield from (image for image in bpy.data.images if image.session_uid in self._known)


packed_paint = PackedPaint()
