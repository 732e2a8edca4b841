# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be chosen for a field of `RenderConfig` in the running Blender."""

from __future__ import annotations

import functools
from typing import Any

import bpy

from ...api.render_config import FIELDS
from .consistency import FORMATS
from .names import format_name

EEVEE_NAMES = ("BLENDER_EEVEE", "BLENDER_EEVEE_NEXT")
"""EEVEE's identifiers. A script may use either; what is sent is the one that the running Blender knows."""

FARM_FIELDS = ("compute_device_type", "gpu_count", "minimum_ram", "notes")
"""The fields that only a farm has: no scene has a value for them."""

IMAGE_SETTINGS = {
    "output_format": "file_format",
    "color_mode": "color_mode",
    "color_depth": "color_depth",
    "exr_codec": "exr_codec",
    "tiff_codec": "tiff_codec",
}
"""The fields whose choices are an enum of Blender's `ImageFormatSettings`, and its name there."""

SHORT_NAMES = {"OPEN_EXR_MULTILAYER": "MultiLayer"}
"""Formats whose names a narrow panel has no room for."""


def eevee() -> str:
    """EEVEE's identifier in the running Blender: the only engine that Blender itself lists."""
    engine: Any = bpy.types.RenderSettings.bl_rna.properties["engine"]
    return next(name for name in EEVEE_NAMES if name in engine.enum_items)


def image_setting_items(field: str) -> list[tuple[str, str, str, int]]:
    """The items of an enum of Blender's image settings, without movie formats, with Blender's own numbers.

    The numbers are what a .blend stores: they stay the same from version to version while the order does not.
    """
    enum: Any = bpy.types.ImageFormatSettings.bl_rna.properties[IMAGE_SETTINGS[field]]
    is_offered = FORMATS.__contains__ if field == "output_format" else bool
    # from 5.0 on a format's name has its file extension, too
    names = {name: str(format_name(name)) for name in FORMATS} | SHORT_NAMES if field == "output_format" else {}
    items = (item for item in enum.enum_items if is_offered(item.identifier))
    return [(i.identifier, names.get(i.identifier, i.name), i.description, i.value) for i in items]


@functools.cache
def choices(field: str) -> tuple[str, ...]:
    """The identifiers that can be chosen for a field."""
    if field == "render_engine":
        return ("CYCLES", eevee(), "BLENDER_WORKBENCH")
    if field in IMAGE_SETTINGS:
        return tuple(identifier for identifier, *_ in image_setting_items(field))
    return FIELDS[field].choices
