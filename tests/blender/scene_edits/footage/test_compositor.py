# SPDX-License-Identifier: GPL-3.0-or-later
"""A job's frames as a node of the compositor: each at its time, and renders stay as they were."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import bpy
import numpy
import pytest

from renderjuice.tests.blender.scene_edits.footage.frames import (
    SEQUENCE_LISTS,
    assert_shown,
    compositor_output,
    image_nodes,
    job_of,
    render_node,
    rendered_pixels,
    write_frames,
)


@pytest.mark.parametrize("frames", SEQUENCE_LISTS.values(), ids=SEQUENCE_LISTS)
def test_node_shows_each_frame_at_its_time(
    footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path, frames: tuple[int, ...]
) -> None:
    footage.open_footage(scene, job_of(footage, write_frames(tmp_path / "frames", frames)), "COMPOSITOR")
    (node,) = image_nodes(scene)
    render_node(scene, node)
    expected: dict[int, int | None] = dict.fromkeys(range(frames[0], min(frames[-1], frames[0] + 12) + 1))
    assert_shown(scene, tmp_path, {**expected, **{frame: frame for frame in frames}})


@pytest.mark.parametrize("view", ["Standard", "AgX"])
@pytest.mark.parametrize("transparent", [False, True])
def test_node_changes_no_render(
    footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path, view: str, transparent: bool
) -> None:
    scene.view_settings.view_transform, scene.render.film_transparent = view, transparent
    before = rendered_pixels(scene, 1, tmp_path)
    opened = footage.open_footage(scene, job_of(footage, write_frames(tmp_path / "f", (1, 2))), "COMPOSITOR")
    assert any("given compositor nodes" in warning for warning in opened.warnings)
    assert numpy.array_equal(rendered_pixels(scene, 1, tmp_path), before)
    assert len(numpy.unique(before)) > 2


@pytest.mark.parametrize("layers", ["first is off", "single", "two"])
def test_node_changes_no_render_of_several_view_layers(
    footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path, layers: str
) -> None:
    second = scene.view_layers.new("Second")
    for child in second.layer_collection.children:
        child.exclude = True
    scene.view_layers[0].use = layers != "first is off"
    if layers == "single":
        scene.render.use_single_layer, bpy.context.window.view_layer = True, second
    before = rendered_pixels(scene, 1, tmp_path)
    opened = footage.open_footage(scene, job_of(footage, write_frames(tmp_path / "f", (1, 2))), "COMPOSITOR")
    assert numpy.array_equal(rendered_pixels(scene, 1, tmp_path), before)
    assert any("Turn on Compositing" in warning for warning in opened.warnings) == (layers != "two")


def test_node_adds_no_layer_to_the_file(footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path) -> None:
    output = scene.render.image_settings
    if hasattr(output, "media_type"):
        output.media_type = "MULTI_LAYER_IMAGE"
    output.file_format = "OPEN_EXR_MULTILAYER"
    footage.open_footage(scene, job_of(footage, write_frames(tmp_path / "f", (1, 2))), "COMPOSITOR")
    scene.render.filepath = str(tmp_path / "layers")
    bpy.ops.render.render(write_still=True)
    written = (tmp_path / "layers.exr").read_bytes()
    assert b"ViewLayer.Combined" in written and b"Composite.Combined" not in written


def test_node_in_the_artists_tree_overlaps_none(footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path) -> None:
    first = job_of(footage, write_frames(tmp_path / "a", (1, 2)))
    footage.open_footage(scene, first, "COMPOSITOR")
    tree, _ = compositor_output(scene)
    frame = tree.nodes.new("NodeFrame")
    frame.location = (-3000.0, 500.0)
    inside = tree.nodes.new("CompositorNodeBlur")
    inside.parent = frame
    inside.location = (-500.0, -20.0)
    before = {node.name for node in tree.nodes}
    second = footage.Footage("job2", "other", write_frames(tmp_path / "b", (1, 2)), (1, 2))
    opened = footage.open_footage(scene, second, "COMPOSITOR")
    (new,) = (node for node in tree.nodes if node.name not in before)
    assert not any("given compositor nodes" in warning for warning in opened.warnings)
    assert new.location.x + new.width < -3500.0 - 30.0
    assert new.label == "other"


def test_node_of_the_same_job_is_used_again(footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path) -> None:
    frames = write_frames(tmp_path / "f", (1, 2, 3))
    footage.open_footage(scene, job_of(footage, {1: frames[1], 2: frames[2]}), "COMPOSITOR")
    render_node(scene, image_nodes(scene)[0])
    images = len(bpy.data.images)
    footage.open_footage(scene, job_of(footage, frames), "COMPOSITOR")
    assert len(image_nodes(scene)) == 1
    assert len(bpy.data.images) == images
    assert_shown(scene, tmp_path, {1: 1, 2: 2, 3: 3})


def test_compositor_that_is_off_stays_off(footage: ModuleType, scene: bpy.types.Scene, tmp_path: Path) -> None:
    job = job_of(footage, write_frames(tmp_path, (1, 2)))
    scene.render.use_compositing = False
    opened = footage.open_footage(scene, job, "COMPOSITOR")
    assert not scene.render.use_compositing
    assert any("Post Processing" in warning for warning in opened.warnings)
    scene.render.use_compositing = True
    if not hasattr(scene, "compositing_node_group"):  # later there is no other switch
        scene.use_nodes = False
        opened = footage.open_footage(scene, job, "COMPOSITOR")
        assert not scene.use_nodes
        assert any("Use Nodes" in warning for warning in opened.warnings)
