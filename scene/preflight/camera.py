# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether there is a camera to render through, for every frame."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence

import bpy

from ...messages.message import Message
from ..rendered.scenes import rendered_views
from ..rendered.sequencer import has_strips_to_render
from .checked_scene import CheckedScene, Findings
from .finding import Finding, Remedy, Severity, finding_about


def check_camera(checked: CheckedScene) -> Findings:
    """Scenes that are rendered through a camera and have none, or one that is not saved with the file."""
    for scene, camera in rendered_views(checked.scene):
        if camera is None and not _has_camera(scene):
            if scene == checked.scene:
                yield _no_camera(checked)
            else:
                # the render is canceled, or the strip is empty, also where a camera is there to be chosen (4.2, 5.2)
                yield _error(
                    scene,
                    Message("The scene “{}” has no camera.", scene.name),
                    Message("Give it a camera, or do without this scene in the compositor and the sequencer."),
                )
        elif camera is None and scene.camera is not None and _is_left_behind(scene.camera) and not _switches(scene):
            what = Message(
                "The camera “{}” is in no collection, so that it is not saved with the file.", scene.camera.name
            )
            fix = Message("Link the camera to the scene, or choose another one in the Scene properties.")
            yield _error(scene, what, fix)
        yield None


def check_markers(checked: CheckedScene) -> Findings:
    """Markers that switch to a camera that is not saved with the file. Cameras of another scene are (4.2, 5.2)."""
    for scene, camera in rendered_views(checked.scene):
        frames = checked.frames if scene == checked.scene else ()
        for marker in _markers_used(scene, frames) if camera is None else ():
            if _is_left_behind(marker.camera):
                what = Message(
                    "The marker “{}” is bound to the camera “{}”, "
                    "which is in no collection, so that it is not saved with the file.",
                    marker.name,
                    marker.camera.name,
                )
                yield _error(scene, what, Message("Link the camera to the scene, or bind the marker to another one."))
        yield None


def _no_camera(checked: CheckedScene) -> Finding:
    scene = checked.scene
    what = Message("The scene “{}” has no camera.", scene.name)
    fix = Message("Add a camera, or choose one in the Scene properties.")
    remedy = None
    if _cameras_in(scene):
        remedy = Remedy.USE_CAMERA
    elif has_strips_to_render(scene) and not scene.render.use_sequencer:
        fix = Message("Add a camera, or turn on Sequencer in the Output properties, under Post Processing.")
        remedy = Remedy.TURN_ON_SEQUENCER
    return checked.error(what, fix, remedy)


def _error(scene: bpy.types.Scene, what: Message, fix: Message) -> Finding:
    return finding_about(scene, "scenes", severity=Severity.ERROR, what=what, fix=fix)


def _is_left_behind(camera: bpy.types.Object) -> bool:
    """True for a camera that is not saved: scenes and markers do not count as users of their cameras (4.2, 5.2)."""
    return camera.users == 0


def _cameras_in(scene: bpy.types.Scene) -> bool:
    return any(thing.type == "CAMERA" for thing in scene.objects)


def _has_camera(scene: bpy.types.Scene) -> bool:
    return scene.camera is not None or bool(_switches(scene))


def _switches(scene: bpy.types.Scene) -> list[bpy.types.TimelineMarker]:
    """The markers that switch cameras, in the order of their frames. Of several at one frame the first one switches.

    A camera that is hidden in renders is not switched to (`BKE_scene_camera_switch_find` in Blender's sources).
    """
    first: dict[int, bpy.types.TimelineMarker] = {}
    for marker in scene.timeline_markers:
        if marker.camera and not marker.camera.hide_render:
            first.setdefault(marker.frame, marker)
    return [first[frame] for frame in sorted(first)]


def _markers_used(scene: bpy.types.Scene, frames: Sequence[int]) -> Iterator[bpy.types.TimelineMarker]:
    """The markers that give these sorted frames their cameras; all markers when no frames are known.

    A marker counts until the next one. The first marker counts for the frames before it, too.
    """
    switches = _switches(scene)
    for index, marker in enumerate(switches):
        begin = marker.frame if index else -math.inf
        end = switches[index + 1].frame if index + 1 < len(switches) else math.inf
        place = bisect_left(frames, begin)
        if not frames or (place < len(frames) and frames[place] < end):
            yield marker
