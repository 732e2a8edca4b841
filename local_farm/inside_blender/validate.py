# SPDX-License-Identifier: GPL-3.0-or-later
"""Validation: opens the file, tells what is in it, and what it lacks."""

from collections.abc import Callable
from typing import Any

import bpy

from .failures import JobFailed
from .missing_files import fail_without, missing_files
from .open_file import open_blend
from .scene_config import read_config


def main(request: dict[str, Any], report: Callable[..., None]) -> None:
    """Report `analysis`, then fail with JobFailed when the scene could not be rendered on a farm."""
    scene = open_blend(request["blend"])
    own_frames = range(scene.frame_start, scene.frame_end + 1, scene.frame_step)
    lacks = missing_files(scene, request["root"], own_frames, are_requested=False)
    camera = scene.camera.name if scene.camera else None
    analysis = {
        "scene": scene.name,
        "camera": camera,
        "frameStart": scene.frame_start,
        "frameEnd": scene.frame_end,
        "frameStep": scene.frame_step,
        "blenderVersion": ".".join(str(part) for part in bpy.app.version),
        "fileVersion": ".".join(str(part) for part in bpy.data.version),
        "missingFiles": [lack.path for lack in lacks if lack.is_certain],
        **read_config(scene),
    }
    report("analysis", analysis=analysis)
    fail_without(lacks, request["strict"], report)
    if camera is None and not any(marker.camera for marker in scene.timeline_markers):
        raise JobFailed(f"Scene {scene.name!r} has no camera", "no_camera")
