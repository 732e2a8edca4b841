# SPDX-License-Identifier: GPL-3.0-or-later
"""Selecting what a finding is about: in every mode, and only what can be selected."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import bpy
import pytest

from renderjuice.tests.blender.scene_edits.buttons import MODES, active, select
from renderjuice.tests.blender.scene_parts import library_with

Load = Callable[[str], ModuleType]


def test_a_hidden_object_is_not_claimed_to_be_selected(scene: bpy.types.Scene) -> None:
    cube, camera = bpy.data.objects["Cube"], active("Camera")
    for thing in scene.objects:
        thing.select_set(thing == camera)
    for hide, undo in (
        (lambda: cube.hide_set(True), lambda: cube.hide_set(False)),
        (lambda: setattr(cube, "hide_viewport", True), lambda: setattr(cube, "hide_viewport", False)),
        (lambda: setattr(cube, "hide_select", True), lambda: setattr(cube, "hide_select", False)),
    ):
        hide()
        bpy.context.view_layer.update()
        assert select("objects", "Cube") == {"CANCELLED"}
        # what was selected is so still
        assert (bpy.context.selected_objects, bpy.context.view_layer.objects.active) == ([camera], camera)
        undo()
        bpy.context.view_layer.update()
    assert select("objects", "Cube") == {"FINISHED"}
    assert (bpy.context.selected_objects, bpy.context.view_layer.objects.active) == ([cube], cube)


def test_some_of_the_users_are_hidden(scene: bpy.types.Scene, load: Load) -> None:
    cube = bpy.data.objects["Cube"]
    twin = bpy.data.objects.new("Twin", cube.data)
    scene.collection.objects.link(twin)
    cube.hide_set(True)
    done = load("scene_edits.selection").select_datablock(bpy.context, "meshes", "Cube")
    assert done == "1 of 2 objects that use “Cube” selected: the others are hidden or not selectable."
    assert bpy.context.selected_objects == [twin]
    cube.hide_set(False)
    assert (
        load("scene_edits.selection").select_datablock(bpy.context, "meshes", "Cube").startswith("2 objects that use")
    )


@pytest.mark.parametrize("mode", MODES)
def test_select_in_every_mode(scene: bpy.types.Scene, mode: str) -> None:
    active("Cube")
    bpy.ops.object.mode_set(mode=mode)
    assert select("objects", "Camera") == {"FINISHED"}
    assert bpy.context.selected_objects == [bpy.data.objects["Camera"]]


def test_an_object_of_a_library_with_the_same_name(scene: bpy.types.Scene, project: Path) -> None:
    cube = bpy.data.objects["Cube"]
    cube.name = "Own"
    linked = bpy.data.objects.new("Cube", bpy.data.meshes.new("Linked"))
    library = library_with(project / "library.blend", linked)
    bpy.data.objects.remove(linked)
    cube.name = "Cube"
    with bpy.data.libraries.load(str(library), link=True, relative=True) as (_, wanted):
        wanted.objects = ["Cube"]
    bpy.data.scenes.new("Elsewhere").collection.objects.link(wanted.objects[0])
    active("Camera")
    assert select("libraries", "library.blend") == {"CANCELLED"}
    assert select("objects", "Cube") == {"FINISHED"}
    assert bpy.context.selected_objects == [cube]


def test_what_is_no_collection_or_only_linked(scene: bpy.types.Scene, project: Path) -> None:
    library = library_with(project / "library.blend", bpy.data.materials.new("Linked"))
    bpy.data.materials.remove(bpy.data.materials["Linked"])
    with bpy.data.libraries.load(str(library), link=True, relative=True) as (_, wanted):
        wanted.materials = ["Linked"]
    assert select("materials", "Linked") == {"CANCELLED"}
    assert select("nothing", "Linked") == {"CANCELLED"}
