# SPDX-License-Identifier: GPL-3.0-or-later
"""The jobs' preview pictures, loaded when they arrive and not while drawing."""

from __future__ import annotations

import logging

import bpy
import bpy.utils.previews

from ..jobs.records import JobRecord

logger = logging.getLogger(__name__)

_previews: bpy.utils.previews.ImagePreviewCollection | None = None
_names: dict[str, str] = {}


def take_in(_before: JobRecord | None, after: JobRecord) -> None:
    """Load the preview of a job when there is a new one."""
    name = str(after.preview or "")
    if _previews is None or name == _names.get(after.id, ""):
        return
    forget(after.id)
    if name:
        try:
            _previews.load(name, name, "IMAGE")
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
    """The icon of a job's preview, or 0 when there is none. Blender reads the file in the background."""
    name = _names.get(job_id, "")
    return _previews[name].icon_id if _previews is not None and name in _previews else 0


def register() -> None:
    """Make room for the previews."""
    global _previews
    _previews = bpy.utils.previews.new()


def unregister() -> None:
    """Undo `register`."""
    global _previews
    if _previews is not None:
        bpy.utils.previews.remove(_previews)
    _previews = None
    _names.clear()
