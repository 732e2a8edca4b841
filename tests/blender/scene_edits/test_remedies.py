# SPDX-License-Identifier: GPL-3.0-or-later
"""The buttons beside the findings: what they change, what they refuse, and that Undo takes it back in every mode."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy
import pytest

from renderjuice.tests.blender.scene_edits.buttons import MODES, active, fix, select
from renderjuice.tests.blender.scene_parts import compositor_of

Find = Callable[[], list[Any]]


@pytest.mark.parametrize("mode", MODES)
def test_undo_takes_a_fix_back_in_every_mode(scene: bpy.types.Scene, mode: str) -> None:
    scene.render.resolution_percentage = 10
    active("Cube")
    bpy.ops.ed.undo_push(message="Start")
    if mode != "OBJECT":
        bpy.ops.object.mode_set("EXEC_DEFAULT", True, mode=mode)
    assert fix("render_full_size", scene.name) == {"FINISHED"}
    assert bpy.context.scene.render.resolution_percentage == 100
    bpy.ops.ed.undo()
    assert bpy.context.scene.render.resolution_percentage == 10
    bpy.ops.ed.redo()
    assert bpy.context.scene.render.resolution_percentage == 100


def test_a_mode_that_cannot_be_left(scene: bpy.types.Scene) -> None:
    scene.render.resolution_percentage = 10
    cube = active("Cube")
    bpy.ops.object.mode_set(mode="SCULPT")
    cube.hide_viewport = True
    bpy.context.view_layer.update()
    with pytest.raises(RuntimeError, match="Go to Object Mode first"):
        fix("render_full_size", scene.name)
    assert scene.render.resolution_percentage == 10
    assert select("objects", "Camera") == {"CANCELLED"}


@pytest.mark.parametrize(
    "remedy",
    [
        "make_output_relative",
        "render_whole_frame",
        "render_full_size",
        "turn_off_simplify",
        "turn_on_compositing",
        "turn_on_sequencer",
        "use_preview_range",
        "use_camera",
        "write_images",
        "use_open_image_denoise",
    ],
)
def test_what_is_mended_already_is_said(scene: bpy.types.Scene, remedy: str) -> None:
    scene.frame_preview_start, scene.frame_preview_end = scene.frame_start, scene.frame_end
    assert fix(remedy, scene.name) == {"CANCELLED"}


def test_a_camera_that_was_chosen_meanwhile_stays(scene: bpy.types.Scene) -> None:
    other = bpy.data.objects.new("Another", bpy.data.cameras.new("Another"))
    scene.collection.objects.link(other)
    scene.camera = other
    assert fix("use_camera", scene.name) == {"CANCELLED"}
    assert scene.camera == other


def test_files_are_looked_for_in_a_window_only(scene: bpy.types.Scene) -> None:
    bpy.ops.ed.undo_push(message="Start")
    with pytest.raises(RuntimeError, match="no window to choose a folder in"):
        fix("find_files", "gone")


def test_a_linked_scene_is_left_alone(scene: bpy.types.Scene, project: Path) -> None:
    other = bpy.data.scenes.new("Other")
    other.render.resolution_percentage = 10
    library = str(project / "library.blend")
    bpy.ops.wm.save_as_mainfile(filepath=library, copy=True)
    bpy.data.scenes.remove(other)
    with bpy.data.libraries.load(library, link=True) as (_, wanted):
        wanted.scenes = ["Other"]
    with pytest.raises(RuntimeError, match="“Other” is linked from a library"):
        fix("render_full_size", "Other")
    assert wanted.scenes[0].render.resolution_percentage == 10
    own = bpy.data.scenes.new("Other")
    own.render.resolution_percentage = 10
    if own.name == "Other":
        # datablocks of different files may have the same name
        assert fix("render_full_size", "Other") == {"FINISHED"}
        assert (own.render.resolution_percentage, wanted.scenes[0].render.resolution_percentage) == (100, 10)


def output_node(tree: Any, folder: str) -> Any:
    """A File Output node that writes a color to a folder."""
    color, node = tree.nodes.new("CompositorNodeRGB"), tree.nodes.new("CompositorNodeOutputFile")
    if hasattr(node, "file_output_items"):
        node.file_output_items.new("RGBA", "Image")
    tree.links.new(color.outputs[0], node.inputs[0])
    setattr(node, folder_property(node), folder)
    return node


def folder_property(node: Any) -> str:
    return "directory" if hasattr(node, "directory") else "base_path"


def folders(*nodes: Any) -> list[str]:
    return [getattr(node, folder_property(node)) for node in nodes]


def test_outputs_stay_apart(scene: bpy.types.Scene, find: Find, project: Path) -> None:
    tree = compositor_of(scene)
    written = ("//Mist", "/a/beauty", "/b/beauty/", "/b/beauty", f"{project}/beauty_2", "/c/mist", "/")
    nodes = [output_node(tree, folder) for folder in written]
    muted, unlinked = output_node(tree, "/muted"), output_node(tree, "/unlinked")
    muted.mute = True
    for link in list(unlinked.inputs[0].links):
        tree.links.remove(link)
    found = find()
    assert [finding.remedy for finding in found] == ["make_output_relative"] * 6
    fix("make_output_relative", scene.name)
    assert folders(*nodes) == [
        "//Mist",
        "//beauty/",
        "//beauty_3/",
        "//beauty_3/",
        "//beauty_2/",
        "//mist_2/",
        "//output/",
    ]
    assert folders(muted, unlinked) == ["/muted", "/unlinked"]
    assert find() == []


def test_the_name_of_a_file_of_layers_stays_a_name(scene: bpy.types.Scene) -> None:
    tree = compositor_of(scene)
    node = output_node(tree, "/elsewhere/layers_")
    is_folder = hasattr(node, "directory")
    if is_folder:
        node.format.media_type = "MULTI_LAYER_IMAGE"
    node.format.file_format = "OPEN_EXR_MULTILAYER"
    # before 5.0 the node has other sockets for layers
    (color,) = (other for other in tree.nodes if other.bl_idname == "CompositorNodeRGB")
    tree.links.new(color.outputs[0], node.inputs[0])
    assert fix("make_output_relative", scene.name) == {"FINISHED"}
    assert folders(node) == ["//layers_/" if is_folder else "//layers_"]
