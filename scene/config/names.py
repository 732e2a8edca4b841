# SPDX-License-Identifier: GPL-3.0-or-later
"""What Blender's interface calls its engines and file formats. Nothing here imports bpy."""

from __future__ import annotations

from collections.abc import Mapping

from ...messages.message import Message

ENGINE_NAMES: Mapping[str, str] = {
    "CYCLES": Message("Cycles"),
    "BLENDER_EEVEE": "EEVEE",
    "BLENDER_EEVEE_NEXT": "EEVEE",
    "BLENDER_WORKBENCH": Message("Workbench"),
}
FORMAT_NAMES: Mapping[str, str] = {
    "CINEON": "Cineon",
    "HDR": "Radiance HDR",
    "IRIS": "Iris",
    "JPEG2000": "JPEG 2000",
    "OPEN_EXR": "OpenEXR",
    "OPEN_EXR_MULTILAYER": Message("OpenEXR MultiLayer"),
    "TARGA": "Targa",
    "TARGA_RAW": "Targa Raw",
    "WEBP": "WebP",
}
"""The formats whose names are not their identifiers."""


def engine_name(identifier: str | None) -> str:
    """The name of a render engine; one that a farm cannot know has its identifier. "" for None."""
    return ENGINE_NAMES.get(identifier or "", identifier or "")


def format_name(identifier: str | None) -> str:
    """The name of a file format. "" for None."""
    return FORMAT_NAMES.get(identifier or "", identifier or "")
