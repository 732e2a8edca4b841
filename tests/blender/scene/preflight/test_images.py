# SPDX-License-Identifier: GPL-3.0-or-later
"""The check of painted images: paint that no render reads is no problem."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import bpy

from renderjuice.tests.blender.scene_parts import (
    compositor_of,
    output_node,
    paint,
    painted_image,
    render_through,
    shown_node,
)

Find = Callable[[], list[Any]]


def test_paint_that_no_render_reads_is_no_problem(scene: bpy.types.Scene, find: Find) -> None:
    image = bpy.data.images.new("scratch", 4, 4)
    image.use_fake_user = True
    paint(image)
    assert find() == []
    texture = bpy.data.textures.new("stroke", "IMAGE")
    texture.image = image
    brush = bpy.data.brushes.new("brush")
    brush.texture = texture
    assert find() == []
    scene.tool_settings.image_paint.canvas = image
    assert find() == []
    material = bpy.data.materials.new("old")
    material.use_fake_user = True
    shown_node(material, "ShaderNodeTexImage").image = image
    other = bpy.data.scenes.new("Other")
    assert find() == []
    light = bpy.data.objects.new("Lit", bpy.data.meshes.new("Lit"))
    light.data.materials.append(material)
    other.collection.objects.link(light)
    assert find() == []
    instances = bpy.data.objects.new("Instances", None)
    instances.instance_type, instances.instance_collection = "COLLECTION", bpy.data.collections.new("Far")
    instances.instance_collection.objects.link(light)
    scene.collection.objects.link(instances)
    assert [found.datablock for found in find()] == ["scratch"]


def test_paint_in_nodes_that_are_off(scene: bpy.types.Scene, find: Find) -> None:
    painted_image()
    assert len(find()) == 1
    if bpy.app.version < (5, 0, 0):
        # from 5.0 on they cannot be switched off
        bpy.data.materials["Shown"].use_nodes = False
        assert find() == []


def test_paint_in_the_compositor(scene: bpy.types.Scene, find: Find) -> None:
    image = bpy.data.images.new("painted", 4, 4)
    paint(image)
    tree = compositor_of(scene)
    render_through(tree, scene)
    node = tree.nodes.new("CompositorNodeImage")
    node.image = image
    assert find() == []
    blur = tree.nodes.new("CompositorNodeBlur")
    tree.links.new(node.outputs["Image"], blur.inputs[0])
    assert find() == []
    tree.links.new(blur.outputs["Image"], output_node(tree).inputs[0])
    assert [found.datablock for found in find()] == ["painted"]
