# SPDX-License-Identifier: GPL-3.0-or-later
"""Images whose pixels are in Blender's memory only."""

from __future__ import annotations

import bpy

from ...messages.message import Message
from ..chunks import datablocks_in_chunks
from .checked_scene import CheckedScene, Findings
from .finding import Remedy, Severity, finding_about
from .needed import needed_by

PAINTABLE = frozenset({"FILE", "TILED", "GENERATED"})


def check_images(checked: CheckedScene) -> Findings:
    """Painted images of the render that were neither saved nor packed, and packed ones that were changed since."""
    painted: list[bpy.types.Image] = []
    for chunk in datablocks_in_chunks("images"):
        painted += (image for image in chunk if image.is_dirty and image.users and image.source in PAINTABLE)
        yield None
    for image in (yield from needed_by(checked.scene, painted)):
        what = Message("The image “{}” has changes that are not saved.", image.name)
        fix = Message("Save or pack the image in the Image Editor.")
        remedy: Remedy | None = Remedy.PACK_IMAGE
        if image.library or image.override_library:
            # what is packed into it is not saved with the file (4.2 to 5.2)
            fix = Message("Make the image local and pack it, or save it to a file, in the Image Editor.")
            remedy = None
        yield finding_about(image, "images", severity=Severity.ERROR, what=what, fix=fix, remedy=remedy)
