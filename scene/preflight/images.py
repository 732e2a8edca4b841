# SPDX-License-Identifier: GPL-3.0-or-later
"""Images whose pixels are in Blender's memory only."""

from __future__ import annotations

import bpy

from ..dependencies.usage import unused_among
from .finding import Finding, Remedy, Severity
from .needed import needed
from .request import Findings, Request, pieces, place_of

PAINTABLE = frozenset({"FILE", "TILED", "GENERATED"})


def check_images(request: Request) -> Findings:
    """Painted images of the render that were neither saved nor packed, and packed ones that were changed since."""
    painted: list[bpy.types.Image] = []
    for piece in pieces("images"):
        painted += (image for image in piece if image.is_dirty and image.users and image.source in PAINTABLE)
        yield None
    unread = unused_among(painted)
    yield None
    read = [image for image in painted if image not in unread]
    for image in (yield from needed(request.scene, read)):
        what = f"The image “{image.name}” has changes that are not saved."
        fix, remedy = "Save or pack the image in the Image Editor.", Remedy.PACK_IMAGE
        if image.library or image.override_library:
            # what is packed into it is not saved with the file (4.2 to 5.2)
            fix, remedy = "Make the image local and pack it, or save it to a file, in the Image Editor.", None
        yield Finding(Severity.ERROR, what, image.name, fix, place_of(image, "images"), remedy)
