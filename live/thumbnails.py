# SPDX-License-Identifier: GPL-3.0-or-later
"""The jobs' preview images, loaded when they arrive and not while drawing."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import bpy
import bpy.utils.previews

from ..jobs.records import JobRecord

logger = logging.getLogger(__name__)

MAX_BYTES_READ_AT_ONCE = 300_000
"""Bytes of an image that Blender reads within about 10 ms."""

_previews: bpy.utils.previews.ImagePreviewCollection | None = None
_names: dict[str, str] = {}
"""The name of each job's image in the collection, by the job's id."""


def take_in(_before: JobRecord | None, after: JobRecord) -> None:
    """Load the preview of a job when there is a new one.

    A small image is read at once. Blender would read it in the background when it is first drawn, and would draw all
    windows again ten times a second meanwhile, viewports included (5.2).
    """
    name = str(after.preview or "")
    if _previews is None or name == _names.get(after.id, ""):
        return
    forget(after.id)
    if name:
        try:
            preview: Any = _previews.load(name, name, "IMAGE")
            if Path(name).stat().st_size <= MAX_BYTES_READ_AT_ONCE:
                # asking for their sizes reads the image and its icon
                _ = tuple(preview.image_size), tuple(preview.icon_size)
        except (KeyError, OSError, RuntimeError) as error:
            logger.info("preview of job %s: %s", after.id, error)
            return
        _names[after.id] = name


def forget(job_id: str) -> None:
    """Drop the preview of a job."""
    name = _names.pop(job_id, "")
    if _previews is not None and name in _previews:
        del _previews[name]


def icon_of(job_id: str) -> int:
    """The icon of a job's preview; 0 when there is none."""
    name = _names.get(job_id, "")
    return _previews[name].icon_id if _previews is not None and name in _previews else 0


def register() -> None:
    """Make the collection of the previews."""
    global _previews
    _previews = bpy.utils.previews.new()


def unregister() -> None:
    """Undo `register`."""
    global _previews
    if _previews is not None:
        bpy.utils.previews.remove(_previews)
    _previews = None
    _names.clear()
