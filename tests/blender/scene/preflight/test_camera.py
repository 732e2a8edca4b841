# SPDX-License-Identifier: GPL-3.0-or-later
"""The check of cameras: when none is needed, and markers that switch to one that is not there."""

from __future__ import annotations

import wave
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

from renderjuice.tests.blender.scene_parts import (
    compositor_of,
    library_with,
    output_node,
    red_strip,
    render_through,
    strips_of,
)

Find = Callable[[], list[Any]]


def new_camera(name: str) -> bpy.types.Object:
    return bpy.data.objects.new(name, bpy.data.cameras.new(name))


def take_out(thing: bpy.types.Object) -> None:
    for collection in thing.users_collection:
        collection.objects.unlink(thing)


def test_a_camera_in_no_collection_is_not_saved(scene: bpy.types.Scene, find: Find) -> None:
    camera = scene.camera
    take_out(camera)
    (found,) = find()
    assert (found.severity, found.datablock, found.remedy) == ("error", scene.name, None)
    assert "The camera “Camera” is in no collection, so that it is not saved with the file." in found.what
    # with a user of any kind it is saved
    camera.use_fake_user = True
    assert find() == []
    camera.use_fake_user = False
    other = new_camera("Other")
    scene.collection.objects.link(other)
    scene.timeline_markers.new("cut", frame=1).camera = other
    assert find() == []


def test_a_camera_of_a_marker_in_no_collection(scene: bpy.types.Scene, find: Find) -> None:
    camera = new_camera("Far")
    marker = scene.timeline_markers.new("cut", frame=2)
    marker.camera = camera
    (found,) = find()
    assert (found.severity, found.datablock) == ("error", scene.name)
    assert "The marker “cut” is bound to the camera “Far”, which is in no collection" in found.what
    scene.collection.objects.link(camera)
    assert find() == []


def test_only_markers_that_rendered_frames_use_count(scene: bpy.types.Scene, find: Find) -> None:
    # the scene's camera is the marker's as soon as there is one
    camera = scene.camera
    marker = scene.timeline_markers.new("cut", frame=500)
    marker.camera = new_camera("Far")
    # the first one holds for the frames before it, too
    assert len(find()) == 1
    start = scene.timeline_markers.new("start", frame=-10)
    start.camera = camera
    assert find() == []
    marker.frame = -5
    assert len(find()) == 1
    scene.timeline_markers.new("later", frame=1).camera = camera
    assert find() == []
    marker.frame = 3
    assert len(find()) == 1
    scene.frame_step = 2
    assert len(find()) == 1
    marker.frame = 2
    scene.timeline_markers.new("last", frame=3).camera = camera
    assert find() == []


def test_markers_that_switch_cameras_are_enough(scene: bpy.types.Scene, find: Find) -> None:
    scene.camera = None
    marker = scene.timeline_markers.new("cut", frame=1)
    marker.camera = bpy.data.objects["Camera"]
    assert find() == []
    bpy.data.objects["Camera"].hide_render = True
    scene.camera = None
    assert [found.remedy for found in find()] == ["use_camera"]


def test_a_linked_scene_is_mended_in_its_own_file(
    scene: bpy.types.Scene, load: Callable[[str], ModuleType], project: Path
) -> None:
    shot = scene.copy()
    shot.name, shot.camera = "Shot", None
    library = library_with(project / "library.blend", shot)
    bpy.data.scenes.remove(shot)
    with bpy.data.libraries.load(str(library), link=True, relative=True) as (_, wanted):
        wanted.scenes = ["Shot"]
    (linked,) = wanted.scenes
    assert any(thing.type == "CAMERA" for thing in linked.objects)
    dependencies = load("scene.dependencies.scan").find_dependencies(linked, (1,))
    (found,) = load("scene.preflight.check").check_scene(linked, dependencies)
    assert (found.datablock, found.collection, found.remedy) == ("Shot", "", None)


def test_a_marker_may_use_a_camera_of_another_scene(scene: bpy.types.Scene, find: Find) -> None:
    camera = new_camera("Elsewhere")
    bpy.data.scenes.new("Other").collection.objects.link(camera)
    scene.timeline_markers.new("cut", frame=2).camera = camera
    assert find() == []


@pytest.mark.parametrize("is_muted", [False, True])
def test_strips_need_no_camera(scene: bpy.types.Scene, find: Find, is_muted: bool) -> None:
    scene.camera = None
    red_strip(scene).mute = is_muted
    # until 4.3 Blender renders strips that are muted, too
    renders_scene = is_muted and bpy.app.version >= (4, 4)
    assert [found.remedy for found in find()] == (["use_camera"] if renders_scene else ["render_scene"])


# the module of 4.2 is built without sound
if bpy.app.build_options.audaspace:

    def test_a_sound_is_nothing_to_see(scene: bpy.types.Scene, find: Find, project: Path) -> None:
        scene.camera = None
        with wave.open(str(project / "sound.wav"), "wb") as sound:
            sound.setparams((1, 2, 8000, 0, "NONE", ""))
            sound.writeframes(bytes(8000))
        strips_of(scene).new_sound("sound", "//sound.wav", channel=1, frame_start=1)
        assert [found.remedy for found in find()] == ["use_camera"]


def test_strips_of_a_sequencer_that_is_off(scene: bpy.types.Scene, find: Find, press: Callable[[Any], None]) -> None:
    bpy.data.objects.remove(bpy.data.objects["Camera"])
    red_strip(scene)
    scene.render.use_sequencer = False
    (found,) = find()
    assert (found.severity, found.remedy) == ("error", "turn_on_sequencer")
    press(found)
    assert scene.render.use_sequencer
    assert [found.remedy for found in find()] == ["render_scene"]


def test_a_compositor_without_a_render_needs_no_camera(scene: bpy.types.Scene, find: Find) -> None:
    scene.camera = None
    tree = compositor_of(scene)
    color = tree.nodes.new("CompositorNodeRGB")
    tree.links.new(color.outputs[0], output_node(tree).inputs[0])
    assert find() == []
    tree.nodes.clear()
    render_through(tree, scene)
    assert [found.remedy for found in find()] == ["use_camera"]
    (layers,) = [node for node in tree.nodes if node.type == "R_LAYERS"]
    layers.mute = True
    assert find() == []
    layers.mute = False
    layers.scene = other = bpy.data.scenes.new("Other")
    (found,) = find()
    assert (found.severity, found.datablock, found.remedy) == ("error", "Other", None)
    # it has to be chosen, too
    other.collection.objects.link(bpy.data.objects["Camera"])
    assert len(find()) == 1
    other.camera = bpy.data.objects["Camera"]
    assert find() == []


def test_a_scene_in_a_strip_needs_a_camera(scene: bpy.types.Scene, find: Find) -> None:
    other = bpy.data.scenes.new("Other")
    strip = strips_of(scene).new_scene("other", other, channel=1, frame_start=1)
    found = find()[0]
    assert (found.severity, found.datablock, found.what) == ("error", "Other", "The scene “Other” has no camera.")
    strip.scene_camera = scene.camera
    assert [found.remedy for found in find()] == ["render_scene"]
    strip.scene_camera = None
    scene.render.use_sequencer = False
    assert find() == []
    scene.render.use_sequencer, other.camera = True, scene.camera
    assert [found.remedy for found in find()] == ["render_scene"]
    strip.scene_input, other.camera = "SEQUENCER", None
    assert [found.remedy for found in find()] == ["render_scene"]
