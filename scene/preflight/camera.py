# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether there is a camera to render through, for every frame."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence

import bpy

from .finding import Finding, Remedy, Severity
from .rendered import has_pictures, views
from .request import Findings, Request, place_of


def check_camera(request: Request) -> Findings:
    """Scenes that have to be seen through a camera, and have none that travels."""
    for scene, camera in views(request.scene):
        if camera is None and not _has_camera(scene):
            if scene == request.scene:
                yield _no_camera(request)
            else:
                # the render is canceled, or the strip is empty, also where a camera is there to be chosen (4.2, 5.2)
                fix = "Give it a camera, or do without this scene in the compositor and the sequencer."
                what = f"The scene “{scene.name}” has no camera."
                yield Finding(Severity.ERROR, what, scene.name, fix, place_of(scene, "scenes"))
        elif camera is None and scene.camera is not None and _is_left_behind(scene.camera) and not _switches(scene):
            what = f"The camera “{scene.camera.name}” is in no collection, so that it is not saved with the file."
            fix = "Link the camera to the scene, or choose another one in the Scene properties."
            yield Finding(Severity.ERROR, what, scene.name, fix, place_of(scene, "scenes"))
        yield None


def check_markers(request: Request) -> Findings:
    """Markers that switch to a camera that does not travel. Cameras of another scene do (4.2, 5.2)."""
    for scene, camera in views(request.scene):
        frames = request.frames if scene == request.scene else ()
        for marker in _markers_used(scene, frames) if camera is None else ():
            if _is_left_behind(marker.camera):
                what = (
                    f"The marker “{marker.name}” is bound to the camera “{marker.camera.name}”, "
                    "which is in no collection, so that it is not saved with the file."
                )
                fix = "Link the camera to the scene, or bind the marker to another one."
                yield Finding(Severity.ERROR, what, scene.name, fix, place_of(scene, "scenes"))
        yield None


def _no_camera(request: Request) -> Finding:
    scene = request.scene
    what, fix = f"The scene “{scene.name}” has no camera.", "Add a camera, or choose one in the Scene properties."
    remedy = None
    if _cameras_in(scene):
        remedy = Remedy.USE_CAMERA
    elif has_pictures(scene) and not scene.render.use_sequencer:
        fix = "Add a camera, or turn on Sequencer in the Output properties, under Post Processing."
        remedy = Remedy.TURN_ON_SEQUENCER
    return request.finding(Severity.ERROR, what, fix, remedy)


def _is_left_behind(camera: bpy.types.Object) -> bool:
    """True for what is not saved: neither scenes nor markers count as users of their cameras (4.2, 5.2)."""
    return camera.users == 0


def _cameras_in(scene: bpy.types.Scene) -> bool:
    return any(thing.type == "CAMERA" for thing in scene.objects)


def _has_camera(scene: bpy.types.Scene) -> bool:
    return scene.camera is not None or bool(_switches(scene))


def _switches(scene: bpy.types.Scene) -> list[bpy.types.TimelineMarker]:
    """The markers that switch cameras, by their frames; of those at one frame the first one does.

    A camera that is hidden in renders is not switched to (`BKE_scene_camera_switch_find` in Blender's sources).
    """
    first: dict[int, bpy.types.TimelineMarker] = {}
    for marker in scene.timeline_markers:
        if marker.camera and not marker.camera.hide_render:
            first.setdefault(marker.frame, marker)
    return [first[frame] for frame in sorted(first)]


def _markers_used(scene: bpy.types.Scene, frames: Sequence[int]) -> Iterator[bpy.types.TimelineMarker]:
    """The markers that give these sorted frames their cameras; all of them when no frames are known.

    A marker holds up to the next one, and the first of all from the beginning.
    """
    switches = _switches(scene)
    for index, marker in enumerate(switches):
        begin = marker.frame if index else -math.inf
        end = switches[index + 1].frame if index + 1 < len(switches) else math.inf
        place = bisect_left(frames, begin)
        if not frames or (place < len(frames) and frames[place] < end):
            yield marker
