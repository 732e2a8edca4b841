# SPDX-License-Identifier: GPL-3.0-or-later
"""Image sequences: which of their files a render reads when their time is not the plain one; and files of views."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import bpy
import pytest

from renderjuice.tests.blender.scene.dependencies.needed_files import (
    Find,
    add_image,
    add_image_node,
    paint,
    render_color,
    touch,
)
from renderjuice.tests.blender.scene_parts import compositor_of, output_node


def a_sequence(folder: Path, *numbers: int) -> bpy.types.Image:
    """An image sequence whose files have a color of their own each."""
    for number in numbers:
        paint(folder / f"s_{number:03}.png", number / 10 + 0.05)
    image = bpy.data.images.load(str(folder / f"s_{numbers[0]:03}.png"))
    image.filepath, image.source = f"//s_{numbers[0]:03}.png", "SEQUENCE"
    return image


def in_compositor(image: bpy.types.Image) -> Any:
    """A node that shows an image as what is rendered in the end."""
    tree = compositor_of(bpy.context.scene)
    node = tree.nodes.new("CompositorNodeImage")
    node.image = image
    tree.links.new(node.outputs[0], output_node(tree).inputs[0])
    return node


def leave_only(folder: Path, files: list[str]) -> None:
    """Take all other pictures away."""
    for path in folder.glob("s_*.png"):
        if path.name not in files:
            path.unlink()


@pytest.mark.parametrize("where", ["material", "compositor"])
def test_a_sequence_that_is_not_refreshed_renders_the_frame_all_the_same(find: Find, folder: Path, where: str) -> None:
    image = a_sequence(folder, *range(1, 10))
    timing = add_image_node(image).image_user if where == "material" else in_compositor(image)
    timing.frame_duration, timing.use_auto_refresh = 9, False
    expected = render_color(5)
    found = find(5)
    assert (found.files, found.missing) == (["s_004.png", "s_005.png", "s_006.png"], [])
    leave_only(folder, ["s_005.png"])
    assert render_color(5) == expected


@pytest.mark.parametrize("where", ["material", "compositor"])
def test_no_file_has_a_number_below_zero(find: Find, folder: Path, where: str) -> None:
    image = a_sequence(folder, *range(5))
    timing = add_image_node(image).image_user if where == "material" else in_compositor(image)
    timing.frame_duration, timing.frame_offset, timing.use_auto_refresh = 5, -4, True
    assert (find(2).files, find(2).missing) == (["s_000.png"], [])
    expected = render_color(2)
    leave_only(folder, ["s_000.png"])
    assert render_color(2) == expected


def key_from_owner(material: bpy.types.Material, path: str, value: float) -> None:
    """A keyframe that a material has of its nodes, as scripts make them; Blender's interface keys the node tree."""
    action = bpy.data.actions.new("keys")
    moves = material.animation_data_create()
    moves.action = action
    curves = action.fcurves if hasattr(action, "fcurves") else None
    if hasattr(action, "layers"):
        moves.action_slot = action.slots.new("MATERIAL", "keys")
        strip = action.layers.new("keys").strips.new(type="KEYFRAME")
        curves = strip.channelbag(moves.action_slot, ensure=True).fcurves
    curves.new(path).keyframe_points.insert(1, value)


@pytest.mark.parametrize("is_in_track", [False, True])
def test_a_sequence_is_not_cut_when_its_owner_animates_it(find: Find, folder: Path, is_in_track: bool) -> None:
    node = add_image_node(a_sequence(folder, *range(1, 10)))
    node.image_user.frame_duration, node.image_user.use_auto_refresh = 9, True
    material = bpy.data.objects["Cube"].data.materials[-1]
    key_from_owner(material, f'node_tree.nodes["{node.name}"].image_user.frame_offset', 4)
    if is_in_track:
        moves = material.animation_data
        moves.nla_tracks.new().strips.new("later", 1, moves.action)
        moves.action = None
    assert node.id_data.animation_data is None
    assert len(find(2).files) == 9
    expected = render_color(2)
    leave_only(folder, ["s_006.png"] if not is_in_track else find(2).files)
    assert render_color(2) == expected


def test_a_sequence_is_cut_when_its_owner_animates_something_else(find: Find, folder: Path) -> None:
    node = add_image_node(a_sequence(folder, *range(1, 10)))
    node.image_user.frame_duration, node.image_user.use_auto_refresh = 9, True
    bpy.data.objects["Cube"].data.materials[-1].keyframe_insert("roughness", frame=1)
    assert find(4).files == ["s_003.png", "s_004.png", "s_005.png"]


def test_a_texture_with_nodes_has_the_time_of_its_nodes(find: Find, folder: Path) -> None:
    touch(folder, "plain.png")
    image = a_sequence(folder, *range(1, 10))
    bpy.data.textures.new("bumps", "NONE").use_nodes = True
    bpy.data.textures["bumps"].type = "IMAGE"
    texture: Any = bpy.data.textures["bumps"]
    texture.image = bpy.data.images.load(str(folder / "plain.png"))
    texture.image.filepath = "//plain.png"
    node = texture.node_tree.nodes.new("TextureNodeImage")
    node.image = image
    node.image_user.frame_duration, node.image_user.use_auto_refresh = 9, True
    node.image_user.frame_offset = 2
    texture.node_tree.links.new(node.outputs[0], texture.node_tree.nodes.new("TextureNodeOutput").inputs[0])
    bpy.data.objects["Cube"].modifiers.new("bumps", "DISPLACE").texture = texture
    assert find(6).files == ["plain.png", "s_007.png", "s_008.png", "s_009.png"]


def test_the_shutter_of_a_scene_that_compositing_shows_counts(find: Find, folder: Path) -> None:
    node = add_image_node(a_sequence(folder, *range(1, 10)))
    node.image_user.frame_duration, node.image_user.use_auto_refresh = 9, True
    other = bpy.data.scenes.new("other")
    other.render.use_motion_blur, other.render.motion_blur_shutter = True, 2.0
    assert len(find(5).files) == 3
    compositor_of(bpy.context.scene).nodes.new("CompositorNodeRLayers").scene = other
    assert len(find(5).files) == 3 + 2 * math.ceil(2.0)
    other.render.frame_map_old = 200
    assert len(find(5).files) == 9


def test_all_frames_are_read_when_the_shutter_is_animated(find: Find, folder: Path) -> None:
    node = add_image_node(a_sequence(folder, *range(1, 10)))
    node.image_user.frame_duration, node.image_user.use_auto_refresh = 9, True
    bpy.context.scene.render.keyframe_insert("motion_blur_shutter", frame=1)
    assert len(find(5).files) == 9


def test_every_view_has_its_own_suffix(find: Find, folder: Path) -> None:
    for name in ("t_left", "t_right", "t_top"):
        paint(folder / f"{name}.png", 0.5)
    render = bpy.context.scene.render
    for view, suffix in zip(render.views, ("_left", "_right"), strict=True):
        view.file_suffix = suffix
    render.views.new("top").file_suffix = "_top"
    image = add_image("//t_left.png")
    image.use_multiview, image.views_format = True, "INDIVIDUAL"
    assert find().files == ["t_left.png", "t_right.png"]
    render.use_multiview, render.views_format = True, "MULTIVIEW"
    assert find().files == ["t_left.png", "t_right.png", "t_top.png"]
    (folder / "t_top.png").unlink()
    assert find().missing == ["t_top.png"]
    render.use_multiview = False
    assert (find().missing, len(find().files)) == ([], 2)
    image.filepath = "//t_middle.png"
    assert find().missing == ["t_middle.png"]


def test_the_other_views_of_a_sequence_are_not_missed(find: Find, folder: Path) -> None:
    touch(folder, *(f"s_{number:03}_{eye}.png" for number in range(1, 4) for eye in "LR"))
    image = bpy.data.images.load(str(folder / "s_001_L.png"))
    image.filepath, image.source = "//s_001_L.png", "SEQUENCE"
    image.use_multiview, image.views_format = True, "INDIVIDUAL"
    timing = add_image_node(image).image_user
    timing.frame_duration, timing.use_auto_refresh = 3, True
    bpy.context.scene.render.use_multiview = True
    assert find(1).files == ["s_001_L.png", "s_001_R.png", "s_002_L.png", "s_002_R.png"]
    (folder / "s_001_R.png").unlink()
    assert find(1).missing == []
    (folder / "s_001_L.png").unlink()
    assert find(1).missing == ["s_001_L.png"]
