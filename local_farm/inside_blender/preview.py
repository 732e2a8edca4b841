# SPDX-License-Identifier: GPL-3.0-or-later
"""A small picture of a frame, as people see it, whatever the frame's own format is."""

import logging
from contextlib import suppress
from pathlib import Path
from typing import Any

import bpy

logger = logging.getLogger(__name__)

LONGEST_SIDE = 256
"""Pixels."""


def write_preview(scene: bpy.types.Scene, folder: Path, frame: int) -> str | None:
    """Write what was just rendered as a small JPEG, and give its path; None when Blender cannot."""
    folder.mkdir(parents=True, exist_ok=True)
    whole = folder / "whole.jpg"
    try:
        with suppress(RuntimeError):  # of several views, Blender writes all and then says that it could not
            _save_render(scene, whole)
        return str(_shrink(_written(whole), folder / f"preview-{frame:04d}.jpg"))
    except (RuntimeError, TypeError, OSError) as error:
        logger.warning("no preview of frame %s: %s", frame, error)
        return None
    finally:
        for path in folder.glob("whole*"):
            path.unlink()


def _save_render(scene: bpy.types.Scene, target: Path) -> None:
    """Save the render result with the scene's own view transform, and leave the scene as it was."""
    settings = scene.render.image_settings
    names = ("media_type", "file_format", "color_mode", "color_depth", "quality", "views_format")
    before = {name: getattr(settings, name) for name in names if hasattr(settings, name)}
    try:
        if "media_type" in before:
            settings.media_type = "IMAGE"
        settings.file_format, settings.color_mode, settings.quality = "JPEG", "RGB", 85
        bpy.data.images["Render Result"].save_render(str(target), scene=scene)
    finally:
        for name, value in before.items():
            setattr(settings, name, value)


def _written(target: Path) -> Path:
    """The file that Blender wrote; of several views, the first."""
    if target.exists():
        return target
    return next(iter(sorted(target.parent.glob(f"{target.stem}*"))), target)


def _shrink(source: Path, target: Path) -> Path:
    """Write a smaller version beside it."""
    image = bpy.data.images.load(str(source))
    try:
        size: Any = image.size
        width, height = size
        share = min(1.0, LONGEST_SIDE / max(width, height, 1))
        if share < 1.0:
            image.scale(max(1, round(width * share)), max(1, round(height * share)))
        image.filepath_raw, image.file_format = str(target), "JPEG"
        image.save()
    finally:
        bpy.data.images.remove(image)
    return target
