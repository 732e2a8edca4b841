# SPDX-License-Identifier: GPL-3.0-or-later
"""What a check says: how bad it is, what is wrong with which datablock, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ...messages.message import Message


class Severity(StrEnum):
    """An error stops the submission; a warning is shown and sent along.

    An error is what certainly gives no picture, or another one that nobody would notice.
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
    RENDER_WHOLE_FRAME = "render_whole_frame"
    RENDER_FULL_SIZE = "render_full_size"
    TURN_OFF_SIMPLIFY = "turn_off_simplify"
    TURN_ON_COMPOSITING = "turn_on_compositing"
    TURN_ON_SEQUENCER = "turn_on_sequencer"
    USE_PREVIEW_RANGE = "use_preview_range"
    USE_OPEN_IMAGE_DENOISE = "use_open_image_denoise"


LABELS = {
    Remedy.USE_CAMERA: Message("Use Camera"),
    Remedy.FIND_FILES: Message("Find Files..."),
    Remedy.PACK_IMAGE: Message("Pack"),
    Remedy.MAKE_OUTPUT_RELATIVE: Message("Make Relative"),
    Remedy.WRITE_IMAGES: Message("Write PNG Images"),
    Remedy.RENDER_WHOLE_FRAME: Message("Render Whole Frame"),
    Remedy.RENDER_FULL_SIZE: Message("Render Full Size"),
    Remedy.TURN_OFF_SIMPLIFY: Message("Turn Off Simplify"),
    Remedy.TURN_ON_COMPOSITING: Message("Turn On Compositing"),
    Remedy.TURN_ON_SEQUENCER: Message("Turn On Sequencer"),
    Remedy.USE_PREVIEW_RANGE: Message("Use Preview Range"),
    Remedy.USE_OPEN_IMAGE_DENOISE: Message("Use OpenImageDenoise"),
}
"""What the buttons say."""


@dataclass(frozen=True)
class Finding:
    """One thing that the artist should know: what, which datablock, and how to fix it. Full sentences.

    `collection` is where in `bpy.data` the datablock is, or "" when there is none to select: names are only told apart
    within the open file, so that what is linked from a library has none.
    """

    severity: Severity
    what: str
    datablock: str
    fix: str
    collection: str = ""
    remedy: Remedy | None = None

    @property
    def sentence(self) -> str:
        """What is wrong and how to mend it, in one line."""
        return f"{self.what} {self.fix}".strip()
