# SPDX-License-Identifier: GPL-3.0-or-later
"""Blender's property for each field of `RenderConfig`: tooltips, defaults and enum items in one table.

Kinds, labels and limits are those of the field itself. The settings saved in a .blend and the arguments of an operator
are both made from this table.
"""

from __future__ import annotations

from typing import Any

import bpy

from ..api.render_config import FIELDS, Kind
from ..messages.message import Message
from ..scene.config.choices import eevee, image_setting_items


def _property(field: str, *, description: str, **own: Any) -> tuple[str, Any]:
    """A field and its property; `own` is what only Blender's property has."""
    known = FIELDS[field]
    given: dict[str, Any] = {"name": str(known.label), "description": description, "options": set(), **own}
    limits: dict[str, Any] = {"min": known.minimum, "max": known.maximum}
    match known.kind:
        case Kind.BOOLEAN:
            return field, bpy.props.BoolProperty(**given)
        case Kind.WHOLE_NUMBER:
            return field, bpy.props.IntProperty(**given, **limits)
        case Kind.NUMBER:
            return field, bpy.props.FloatProperty(**given, **limits)
        case Kind.SIZE:
            return field, bpy.props.IntVectorProperty(size=2, **given, **limits)
        case Kind.CHOICE:
            return field, bpy.props.EnumProperty(**given)
        case Kind.TEXT | Kind.FRAME_RANGES:
            return field, bpy.props.StringProperty(**given)


PROPERTIES: dict[str, Any] = dict(
    (
        _property(
            "frame_ranges",
            description="Frames to render, such as 1-100, 1-100x2 for every second frame, or 5, 9, 20-30",
        ),
        _property(
            "render_engine",
            description="Engine to render with on the farm",
            items=[
                ("CYCLES", "Cycles", "Physically based path tracer", 0),
                (eevee(), "EEVEE", "Rasterizer for fast rendering", 1),
                ("BLENDER_WORKBENCH", "Workbench", "Display engine for previews", 2),
            ],
        ),
        _property(
            "sample_count",
            description="Samples to render for each pixel",
            default=128,
            soft_max=4096,
        ),
        _property(
            "denoising_enabled",
            description="Denoise the rendered frames",
            default=True,
        ),
        _property(
            "denoiser_type",
            description="Denoiser to use on the farm, whatever this computer has",
            items=[
                ("OPTIX", "OptiX", "NVIDIA's denoiser, which needs an NVIDIA graphics card", 2),
                ("OPENIMAGEDENOISE", "OIDN", "OpenImageDenoise: Intel's denoiser, for every device", 4),
            ],
            default="OPENIMAGEDENOISE",
        ),
        _property(
            "use_tiling",
            description="Render high resolution frames in tiles to use less memory",
            default=True,
        ),
        _property(
            "tile_size",
            description="Width and height of a tile in pixels",
            subtype="PIXEL",
            default=2048,
        ),
        _property(
            "resolution",
            description="Width and height of a frame in pixels, before the percentage",
            default=(1920, 1080),
        ),
        _property(
            "resolution_percentage",
            description="Percentage of the resolution to render at",
            subtype="PERCENTAGE",
            default=100,
            soft_max=100,
        ),
        _property(
            "fps",
            description="Frames per second",
            default=24.0,
            soft_max=120.0,
            precision=3,
        ),
        _property(
            "output_format",
            description="Format of the rendered frames",
            items=image_setting_items("output_format"),
            default="PNG",
        ),
        _property(
            "color_mode",
            description="Channels to save",
            items=image_setting_items("color_mode"),
            default="RGBA",
        ),
        _property(
            "color_depth",
            description="Bits to save for each channel",
            items=image_setting_items("color_depth"),
            default="8",
        ),
        _property(
            "exr_codec",
            description="Codec of OpenEXR files",
            items=image_setting_items("exr_codec"),
            default="ZIP",
        ),
        _property(
            "tiff_codec",
            description="Compression of TIFF files",
            items=image_setting_items("tiff_codec"),
            default="DEFLATE",
        ),
        _property(
            "compression",
            description="How hard to try to make PNG files small",
            subtype="PERCENTAGE",
            default=15,
        ),
        _property(
            "quality",
            description="Quality of formats that lose detail to save space, such as JPEG",
            subtype="PERCENTAGE",
            default=90,
        ),
        _property(
            "color_management_preset",
            description="Color management of the farm",
            items=[
                ("default", "Default", "Blender's own color management", 0),
                ("aces", "ACES", "Color management of the Academy Color Encoding System", 1),
            ],
        ),
        _property(
            "compositor_device",
            description="What the compositor runs on",
            items=[
                ("CPU", "CPU", "Run the compositor on the processor", 0),
                ("GPU", "GPU", "Run the compositor on the graphics card", 1),
            ],
            default="GPU",
        ),
        _property(
            "compute_device_type",
            description="What Cycles runs on, on the farm",
            items=[
                ("CUDA", "CUDA", "NVIDIA graphics cards", 1),
                ("OPTIX", "OptiX", "NVIDIA graphics cards with ray tracing cores", 3),
                ("HIP", "HIP", "AMD graphics cards", 4),
                ("METAL", "Metal", "Apple graphics", 5),
                ("ONEAPI", "oneAPI", "Intel graphics cards", 6),
            ],
            default="OPTIX",
        ),
        _property(
            "gpu_count",
            description="Graphics cards that work on one frame",
            default=1,
            soft_max=8,
        ),
        _property(
            "minimum_ram",
            description="Memory that a computer of the farm must have at least, in gigabytes",
            default=16.0,
            soft_max=512.0,
            precision=1,
        ),
        _property(
            "notes",
            description="Notes that are sent with the job",
        ),
    )
)
"""Blender's property for each field of `RenderConfig`.

The numbers of enums are saved in .blend files: never change one. Those of the devices and denoisers are Cycles' own.
"""

GROUPS: dict[str, tuple[str, ...]] = {
    "Overrides": ("frame_ranges",),
    "Quality": (
        "render_engine",
        "sample_count",
        "denoising_enabled",
        "denoiser_type",
        "use_tiling",
        "tile_size",
        "compositor_device",
    ),
    "Format": (
        "resolution",
        "resolution_percentage",
        "fps",
        "output_format",
        "color_mode",
        "color_depth",
        "exr_codec",
        "tiff_codec",
        "compression",
        "quality",
        "color_management_preset",
    ),
    "Farm": ("compute_device_type", "gpu_count", "minimum_ram", "notes"),
}
"""The fields as panels show them: each panel with its rows."""

SHORT_LABELS = {
    "resolution_percentage": Message("Percentage"),
    "color_management_preset": Message("Colors"),
    "compute_device_type": Message("Device"),
    "compositor_device": Message("Compositor"),
    "minimum_ram": Message("Memory (GB)"),
}
"""Labels of rows whose fields have longer ones than a narrow panel has room for."""


def row_label(field: str) -> Message:
    """The label of a field's row in a panel."""
    return SHORT_LABELS.get(field, FIELDS[field].label)
