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

from renderjuice.tests.blender.check.rig import (
    compositor_of,
    library_with,
    output_node,
    red_strip,
    render_through,
    strips_of,
)

Find = Callable[[], list[Any]]


def test_a_camera_of_the_same_name_is_another_one(scene: bpy.types.Scene, find: Find, project: Path) -> None:
    library = library_with(project / "library.blend", bpy.data.objects["Camera"])
    with bpy.data.libraries.load(str(library), link=True, relative=True) as (_, wanted):
        wanted.objects = ["Camera"]
    marker = scene.timeline_markers.new("cut", frame=2)
    marker.camera = wanted.objects[0]
    assert len(find()) == 1
    scene.collection.objects.link(wanted.objects[0])
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
    dependencies = load("scene.dependencies").find_dependencies(linked, (1,))
    (found,) = load("scene.preflight").check_scene(linked, dependencies)
    assert (found.datablock, found.collection, found.remedy) == ("Shot", "", None)


def test_a_marker_bound_to_a_camera_of_another_scene(scene: bpy.types.Scene, find: Find) -> None:
    camera = bpy.data.objects.new("Elsewhere", bpy.data.cameras.new("Elsewhere"))
    bpy.data.scenes.new("Other").collection.objects.link(camera)
    marker = scene.timeline_markers.new("cut", frame=2)
    marker.camera = camera
    (found,) = find()
    assert found.severity == "warning"
    assert "“cut” is bound to the camera “Elsewhere”, which is not in the scene" in found.what
    scene.collection.objects.link(camera)
    assert find() == []


@pytest.mark.parametrize("is_muted", [False, True])
def test_strips_need_no_camera(scene: bpy.types.Scene, find: Find, is_muted: bool) -> None:
    scene.camera = None
    red_strip(scene).mute = is_muted
    assert [found.remedy for found in find()] == (["use_camera"] if is_muted else [])


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
    assert find() == []


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
    layers.scene = bpy.data.scenes.new("Other")
    assert find() == []
