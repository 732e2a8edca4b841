# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether there is a camera to render through, for every frame."""

from __future__ import annotations

import bpy

from ..dependencies.strips import strips
from ..render_config import compositor_in_use
from .compositor import nodes_of
from .finding import Remedy, Severity
from .request import Findings, Request


def check_camera(request: Request) -> Findings:
    """A scene that has to be seen through a camera, and has none."""
    scene = request.scene
    if _has_camera(scene) or _needs_no_camera(scene):
        return
    what, fix = f"The scene “{scene.name}” has no camera.", "Add a camera, or choose one in the Scene properties."
    remedy = None
    if any(thing.type == "CAMERA" for thing in scene.objects):
        remedy = Remedy.USE_CAMERA
    elif _has_pictures(scene):
        fix = "Add a camera, or turn on Sequencer in the Output properties, under Post Processing."
        remedy = Remedy.TURN_ON_SEQUENCER
    yield request.finding(Severity.ERROR, what, fix, remedy)


def check_markers(request: Request) -> Findings:
    """Markers that switch to a camera that is not there."""
    scene = request.scene
    cameras = {marker.camera: marker.name for marker in scene.timeline_markers if marker.camera}
    for camera, marker in cameras.items():
        if not _is_in(scene, camera):
            what = f"The marker “{marker}” is bound to the camera “{camera.name}”, which is not in the scene."
            fix = "Link the camera to the scene, or bind the marker to another one."
            yield request.warning(what, fix)
        yield None


def _is_in(scene: bpy.types.Scene, camera: bpy.types.Object) -> bool:
    # by name first, for to be asked for the object itself the scene looks at each
    same_name: bpy.types.Object | None = scene.objects.get(camera.name)
    return same_name == camera or (same_name is not None and camera in scene.objects[:])


def _has_camera(scene: bpy.types.Scene) -> bool:
    if scene.camera is not None:
        return True
    # a camera that is hidden in renders is not switched to (`BKE_scene_camera_switch_find` in Blender's sources)
    return any(marker.camera and not marker.camera.hide_render for marker in scene.timeline_markers)


def _needs_no_camera(scene: bpy.types.Scene) -> bool:
    """True for a scene whose frames come from strips, or from a compositor that uses other pictures only."""
    if scene.render.use_sequencer and _has_pictures(scene):
        return True
    if not compositor_in_use(scene):
        return False
    layers = [node for node in nodes_of(scene) if node.type == "R_LAYERS" and not node.mute]
    return not any(node.scene == scene for node in layers)


def _has_pictures(scene: bpy.types.Scene) -> bool:
    """True when the sequencer has strips that are seen."""
    return any(strip.type != "SOUND" and not strip.mute for strip in strips(scene))
