# SPDX-License-Identifier: GPL-3.0-or-later
"""Validation: opens the file, tells what is in it, and what it lacks."""

from collections.abc import Callable
from typing import Any

import bpy

from .failures import JobFailed
from .missing_files import missing_files
from .open_file import open_blend
from .scene_config import read_config


def main(request: dict[str, Any], report: Callable[..., None]) -> None:
    """Report `analysis`, then fail with JobFailed when the scene could not be rendered on a farm."""
    scene = open_blend(request["blend"])
    missing = missing_files(request["root"])
    camera = scene.camera.name if scene.camera else None
    analysis = {
        "scene": scene.name,
        "camera": camera,
        "frameStart": scene.frame_start,
        "frameEnd": scene.frame_end,
        "frameStep": scene.frame_step,
        "blenderVersion": ".".join(str(part) for part in bpy.app.version),
        "fileVersion": ".".join(str(part) for part in bpy.data.version),
        "missingFiles": missing,
        **read_config(scene),
    }
    report("analysis", analysis=analysis)
    if missing:
        raise JobFailed("Missing files: " + ", ".join(missing), "missing_files")
    if camera is None and not any(marker.camera for marker in scene.timeline_markers):
        raise JobFailed(f"Scene {scene.name!r} has no camera", "no_camera")
