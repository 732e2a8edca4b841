# SPDX-License-Identifier: GPL-3.0-or-later
"""Blender's property for each field of `RenderConfig`: labels, tooltips, limits and choices in one table.

The settings saved in a .blend and the arguments of an operator are both made from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import bpy

from ..scene.config.consistency import FORMATS

EEVEE_NAMES = ("BLENDER_EEVEE", "BLENDER_EEVEE_NEXT")
"""EEVEE's identifiers. A script may use either; what is sent is the one that the running Blender knows."""


def eevee() -> str:
    """EEVEE's identifier in the running Blender: the only engine that Blender itself lists."""
    engine: Any = bpy.types.RenderSettings.bl_rna.properties["engine"]
    return next(name for name in EEVEE_NAMES if name in engine.enum_items)


def _blender_items(setting: str, offered: Callable[[str], bool] = lambda _: True) -> list[tuple[str, str, str, int]]:
    """The items of an enum of Blender's image settings, with Blender's own numbers.

    The numbers are what a .blend stores: they stay the same from version to version while the order does not.
    """
    enum: Any = bpy.types.ImageFormatSettings.bl_rna.properties[setting]
    return [(i.identifier, i.name, i.description, i.value) for i in enum.enum_items if offered(i.identifier)]


PROPERTIES: dict[str, Any] = {
    "frame_ranges": bpy.props.StringProperty(
        name="Frames",
        description="Frames to render, such as 1-100, 1-100x2 for every second frame, or 5, 9, 20-30",
        options=set(),
    ),
    "render_engine": bpy.props.EnumProperty(
        name="Render Engine",
        description="Engine to render with on the farm",
        items=[
            ("CYCLES", "Cycles", "Physically based path tracer", 0),
            (eevee(), "EEVEE", "Rasterizer for fast rendering", 1),
            ("BLENDER_WORKBENCH", "Workbench", "Display engine for previews", 2),
        ],
        options=set(),
    ),
    "sample_count": bpy.props.IntProperty(
        name="Samples",
        description="Samples to render for each pixel",
        default=128,
        min=1,
        max=16_777_216,
        soft_max=4096,
        options=set(),
    ),
    "denoising_enabled": bpy.props.BoolProperty(
        name="Denoise",
        description="Denoise the rendered frames",
        default=True,
        options=set(),
    ),
    "denoiser_type": bpy.props.EnumProperty(
        name="Denoiser",
        description="Denoiser to use on the farm, whatever this computer has",
        items=[
            ("OPTIX", "OptiX", "NVIDIA's denoiser, which needs an NVIDIA graphics card", 2),
            ("OPENIMAGEDENOISE", "OpenImageDenoise", "Intel's denoiser, for every device", 4),
        ],
        default="OPENIMAGEDENOISE",
        options=set(),
    ),
    "use_tiling": bpy.props.BoolProperty(
        name="Use Tiling",
        description="Render high resolution frames in tiles to use less memory",
        default=True,
        options=set(),
    ),
    "tile_size": bpy.props.IntProperty(
        name="Tile Size",
        description="Width and height of a tile in pixels",
        subtype="PIXEL",
        default=2048,
        min=8,
        max=8192,
        options=set(),
    ),
    "resolution": bpy.props.IntVectorProperty(
        name="Resolution",
        description="Width and height of a frame in pixels, before the percentage",
        size=2,
        default=(1920, 1080),
        min=4,
        max=65536,
        options=set(),
    ),
    "resolution_percentage": bpy.props.IntProperty(
        name="Resolution Percentage",
        description="Percentage of the resolution to render at",
        subtype="PERCENTAGE",
        default=100,
        min=1,
        max=32767,
        soft_max=100,
        options=set(),
    ),
    "fps": bpy.props.FloatProperty(
        name="Frame Rate",
        description="Frames per second",
        default=24.0,
        min=1.0,
        max=32767.0,
        soft_max=120.0,
        precision=3,
        options=set(),
    ),
    "output_format": bpy.props.EnumProperty(
        name="File Format",
        description="Format of the rendered frames",
        items=_blender_items("file_format", FORMATS.__contains__),
        default="PNG",
        options=set(),
    ),
    "color_mode": bpy.props.EnumProperty(
        name="Color Mode",
        description="Channels to save",
        items=_blender_items("color_mode"),
        default="RGBA",
        options=set(),
    ),
    "color_depth": bpy.props.EnumProperty(
        name="Color Depth",
        description="Bits to save for each channel",
        items=_blender_items("color_depth"),
        default="8",
        options=set(),
    ),
    "exr_codec": bpy.props.EnumProperty(
        name="EXR Codec",
        description="Codec of OpenEXR files",
        items=_blender_items("exr_codec"),
        default="ZIP",
        options=set(),
    ),
    "tiff_codec": bpy.props.EnumProperty(
        name="TIFF Codec",
        description="Compression of TIFF files",
        items=_blender_items("tiff_codec"),
        default="DEFLATE",
        options=set(),
    ),
    "compression": bpy.props.IntProperty(
        name="Compression",
        description="How hard to try to make PNG files small",
        subtype="PERCENTAGE",
        default=15,
        min=0,
        max=100,
        options=set(),
    ),
    "quality": bpy.props.IntProperty(
        name="Quality",
        description="Quality of formats that lose detail to save space, such as JPEG",
        subtype="PERCENTAGE",
        default=90,
        min=0,
        max=100,
        options=set(),
    ),
    "color_management_preset": bpy.props.EnumProperty(
        name="Color Management",
        description="Color management of the farm",
        items=[
            ("default", "Default", "Blender's own color management", 0),
            ("aces", "ACES", "Color management of the Academy Color Encoding System", 1),
        ],
        options=set(),
    ),
    "compositor_device": bpy.props.EnumProperty(
        name="Compositor Device",
        description="What the compositor runs on",
        items=[
            ("CPU", "CPU", "Run the compositor on the processor", 0),
            ("GPU", "GPU", "Run the compositor on the graphics card", 1),
        ],
        default="GPU",
        options=set(),
    ),
    "compute_device_type": bpy.props.EnumProperty(
        name="Compute Device",
        description="What Cycles runs on, on the farm",
        items=[
            ("CUDA", "CUDA", "NVIDIA graphics cards", 1),
            ("OPTIX", "OptiX", "NVIDIA graphics cards with ray tracing cores", 3),
            ("HIP", "HIP", "AMD graphics cards", 4),
            ("METAL", "Metal", "Apple graphics", 5),
            ("ONEAPI", "oneAPI", "Intel graphics cards", 6),
        ],
        default="OPTIX",
        options=set(),
    ),
    "gpu_count": bpy.props.IntProperty(
        name="GPUs",
        description="Graphics cards that work on one frame",
        default=1,
        min=1,
        max=1024,
        soft_max=8,
        options=set(),
    ),
    "minimum_ram": bpy.props.FloatProperty(
        name="Minimum Memory (GB)",
        description="Memory that a computer of the farm must have at least, in gigabytes",
        default=16.0,
        min=1.0,
        max=65536.0,
        soft_max=512.0,
        precision=1,
        options=set(),
    ),
    "notes": bpy.props.StringProperty(
        name="Notes",
        description="Notes that are sent with the job",
        options=set(),
    ),
}
"""Blender's property for each field of `RenderConfig`. Limits are the API's or, where those are tighter, Blender's.

The numbers of enums are saved in .blend files: never change one. Those of the devices and denoisers are Cycles' own.
"""

GROUPS: dict[str, tuple[str, ...]] = {
    "Frames": ("frame_ranges",),
    "Render": (
        "render_engine",
        "sample_count",
        "denoising_enabled",
        "denoiser_type",
        "use_tiling",
        "tile_size",
    ),
    "Format": ("resolution", "resolution_percentage", "fps"),
    "Output": (
        "output_format",
        "color_mode",
        "color_depth",
        "exr_codec",
        "tiff_codec",
        "compression",
        "quality",
    ),
    "Color Management": ("color_management_preset",),
    "Farm": ("compute_device_type", "gpu_count", "minimum_ram", "compositor_device", "notes"),
}
"""The fields as a panel shows them, under headings that Blender's own panels use."""


def override_fields() -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
    """For a panel: each heading with its (field, label) rows. The check box of a row is `use_<field>`."""
    for heading, group in GROUPS.items():
        yield heading, tuple((field, PROPERTIES[field].keywords["name"]) for field in group)
