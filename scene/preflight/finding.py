# SPDX-License-Identifier: GPL-3.0-or-later
"""What a check says: how bad it is, what is wrong with which datablock, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import bpy

from ...messages.message import Message, sentences

if TYPE_CHECKING:
    from ..dependencies.dependency import Dependency


class Severity(StrEnum):
    """An error stops the submission; a warning is shown and sent along.

    An error certainly gives no image, or a different one that nobody would notice.
    """

    ERROR = "error"
    WARNING = "warning"


class Remedy(StrEnum):
    """What the artist can have done about a finding by pressing a button."""

    USE_CAMERA = "use_camera"
    FIND_FILES = "find_files"
    PACK_IMAGE = "pack_image"
    MAKE_OUTPUT_RELATIVE = "make_output_relative"
    WRITE_IMAGES = "write_images"
    SEND_WITHOUT_FILES = "send_without_files"
    RENDER_WHOLE_FRAME = "render_whole_frame"
    RENDER_FULL_SIZE = "render_full_size"
    TURN_OFF_SIMPLIFY = "turn_off_simplify"
    TURN_ON_COMPOSITING = "turn_on_compositing"
    TURN_ON_SEQUENCER = "turn_on_sequencer"
    RENDER_SCENE = "render_scene"
    USE_PREVIEW_RANGE = "use_preview_range"
    USE_OPEN_IMAGE_DENOISE = "use_open_image_denoise"


LABELS = {
    Remedy.USE_CAMERA: Message("Use Camera"),
    Remedy.FIND_FILES: Message("Find Files..."),
    Remedy.PACK_IMAGE: Message("Pack"),
    Remedy.MAKE_OUTPUT_RELATIVE: Message("Make Relative"),
    Remedy.WRITE_IMAGES: Message("Write PNG Images"),
    Remedy.SEND_WITHOUT_FILES: Message("Send Without Them"),
    Remedy.RENDER_WHOLE_FRAME: Message("Render Whole Frame"),
    Remedy.RENDER_FULL_SIZE: Message("Render Full Size"),
    Remedy.TURN_OFF_SIMPLIFY: Message("Turn Off Simplify"),
    Remedy.TURN_ON_COMPOSITING: Message("Turn On Compositing"),
    Remedy.TURN_ON_SEQUENCER: Message("Turn On Sequencer"),
    Remedy.RENDER_SCENE: Message("Render the Scene"),
    Remedy.USE_PREVIEW_RANGE: Message("Use Preview Range"),
    Remedy.USE_OPEN_IMAGE_DENOISE: Message("Use OpenImageDenoise"),
}
"""What the button of each remedy says."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that the artist should know: what, which datablock, and how to fix it. Full sentences.

    `datablock` is a name, "" for a finding about the package. `collection` is where in `bpy.data` that datablock can be
    selected, "" when it cannot: names are unique within the open file only, so a linked datablock has none.
    `alternative` is what can be done instead of mending it. `about` is the setting that a remark of the receipt may be
    about, too (`scene/config/receipt.py`).
    """

    severity: Severity
    what: Message
    fix: Message
    datablock: str = ""
    collection: str = ""
    remedy: Remedy | None = None
    alternative: Remedy | None = None
    about: str = ""

    @property
    def sentence(self) -> Message:
        """What is wrong and how to mend it, in one line."""
        return sentences(self.what, self.fix)


def finding_about(
    datablock: bpy.types.ID,
    collection: str,
    *,
    severity: Severity,
    what: Message,
    fix: Message,
    remedy: Remedy | None = None,
) -> Finding:
    """A finding about a datablock, which is in this collection of `bpy.data`."""
    return Finding(
        severity=severity,
        what=what,
        fix=fix,
        datablock=datablock.name,
        collection="" if datablock.library else collection,
        remedy=remedy,
    )


def finding_about_path(
    dependency: Dependency,
    *,
    severity: Severity,
    what: Message,
    fix: Message,
    remedy: Remedy | None = None,
    alternative: Remedy | None = None,
) -> Finding:
    """A finding about a path, and so about the datablock that uses it."""
    return Finding(
        severity=severity,
        what=what,
        fix=fix,
        datablock=dependency.user,
        collection=dependency.place,
        remedy=remedy,
        alternative=alternative,
    )
