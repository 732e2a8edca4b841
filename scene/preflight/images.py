# SPDX-License-Identifier: GPL-3.0-or-later
"""Images whose pixels are in Blender's memory only."""

from __future__ import annotations

from .finding import Finding, Remedy, Severity
from .request import Findings, Request, pieces, place_of

PAINTABLE = frozenset({"FILE", "TILED", "GENERATED"})


def check_images(_request: Request) -> Findings:
    """Painted images that were neither saved nor packed, and packed ones that were changed since."""
    for piece in pieces("images"):
        for image in piece:
            if image.is_dirty and image.users and image.source in PAINTABLE:
                what = f"The image “{image.name}” has changes that are not saved."
                fix = "Save or pack the image in the Image Editor."
                remedy = None if image.library else Remedy.PACK_IMAGE
                yield Finding(Severity.ERROR, what, image.name, fix, place_of(image, "images"), remedy)
        yield None
