# SPDX-License-Identifier: GPL-3.0-or-later
"""What the compositor reads, fonts and sounds."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import bpy

from renderjuice.tests.blender.scene_parts import compositor_of, output_node

from .images import BLUE, RED
from .movies import write_movie
from .spot import Spot, picture, shape_material, write_sound, written


def font(spot: Spot) -> list[Path]:
    path = font_file(spot.folder / "font" / "own.woff2")
    curve = bpy.data.curves.new("Text", "FONT")
    curve.body, curve.align_x, curve.align_y, curve.size = "Qg", "CENTER", "CENTER", 1.4
    curve.font = bpy.data.fonts.load(written(path))
    curve.materials.append(shape_material())
    spot.show(bpy.data.objects.new("Text", curve))
    return [path]


def movie_clip(spot: Spot) -> list[Path]:
    """In the compositor."""
    path = write_movie(spot.folder / "clip" / "sea.mp4")
    node = _compositor(spot.scene, "CompositorNodeMovieClip")
    node.clip = bpy.data.movieclips.load(written(path))
    return [path]


def compositor_image(spot: Spot) -> list[Path]:
    """An image that nothing but the compositor reads."""
    path = picture(spot.folder / "plate" / "plate.png", RED)
    node = _compositor(spot.scene, "CompositorNodeImage")
    node.image = bpy.data.images.load(written(path))
    return [path]


def compositor_of_scene(spot: Spot) -> list[Path]:
    """A group in the nodes that the scene itself has, as files before 5.0 do."""
    path = picture(spot.folder / "comp" / "plate.png", BLUE)
    group = bpy.data.node_groups.new("Old comp", "CompositorNodeTree")
    group.interface.new_socket("Image", in_out="OUTPUT", socket_type="NodeSocketColor")
    shown, end = group.nodes.new("CompositorNodeImage"), group.nodes.new("NodeGroupOutput")
    shown.image = bpy.data.images.load(written(path))
    group.links.new(shown.outputs["Image"], end.inputs[0])
    spot.scene.use_nodes = True
    tree = spot.scene.node_tree
    tree.nodes.clear()
    used, composite = tree.nodes.new("CompositorNodeGroup"), tree.nodes.new("CompositorNodeComposite")
    used.node_tree = group
    tree.links.new(used.outputs[0], composite.inputs[0])
    return [path]


def sound(spot: Spot) -> list[Path]:
    """No pixel depends on it."""
    path = write_sound(spot.folder / "sound" / "beep.wav", range(8000))
    speaker = bpy.data.speakers.new("Speaker")
    speaker.sound = bpy.data.sounds.load(written(path))
    spot.show(bpy.data.objects.new("Speaker", speaker))
    return []


def font_file(path: Path) -> Path:
    path.parent.mkdir(parents=True)
    shutil.copyfile(Path(bpy.utils.system_resource("DATAFILES"), "fonts", "Inter.woff2"), path)
    return path


def _compositor(scene: bpy.types.Scene, node_type: str) -> Any:
    """A compositor that gives what one node gives."""
    tree = compositor_of(scene)
    node = tree.nodes.new(node_type)
    tree.links.new(node.outputs["Image"], output_node(tree).inputs[0])
    return node
