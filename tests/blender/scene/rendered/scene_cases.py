# SPDX-License-Identifier: GPL-3.0-or-later
"""Cases of `test_reading.py`: worlds, view layers, compositors, strips and other scenes."""

from __future__ import annotations

from typing import Any

import bpy
import pytest

from renderjuice.tests.blender.scene.rendered.stage import (
    FRAME,
    Stage,
    another_object,
    case,
    in_collection,
    layer_of,
    shown,
)
from renderjuice.tests.blender.scene_parts import compositor_of, nodes_of, output_node, strips_of


@case("UNREAD")
def background_of_a_camera(stage: Stage) -> None:
    stage.scene.camera.data.background_images.new().image = stage.image
    stage.scene.camera.data.show_background_images = True


@case("READ")
def world(stage: Stage) -> None:
    stage.scene.world = bpy.data.worlds.new("World")
    tree = nodes_of(stage.scene.world)
    tree.nodes.clear()
    texture, sky, end = (
        tree.nodes.new(f"ShaderNode{kind}") for kind in ("TexEnvironment", "Background", "OutputWorld")
    )
    texture.image = stage.image
    tree.links.new(texture.outputs[0], sky.inputs[0])
    tree.links.new(sky.outputs[0], end.inputs[0])


@case("UNREAD")
def world_of_another_scene(stage: Stage) -> None:
    world(stage)
    bpy.data.scenes.new("Other").world, stage.scene.world = stage.scene.world, None


@case("READ")
def background_scene(stage: Stage) -> None:
    behind = bpy.data.scenes.new("Behind")
    behind.collection.objects.link(stage.plane)
    stage.scene.background_set = behind


@case("UNREAD")
def scene_that_is_not_shown(stage: Stage) -> None:
    bpy.data.scenes.new("Behind").collection.objects.link(stage.plane)


@case("READ")
def material_of_the_view_layer(stage: Stage) -> None:
    another_object()
    stage.scene.view_layers[0].material_override = stage.material


@case("READ")
def compositor(stage: Stage) -> None:
    tree, node = in_compositor(stage)
    tree.links.new(node.outputs["Image"], output_node(tree).inputs[0])


@case("UNREAD")
def compositor_that_only_shows(stage: Stage) -> None:
    tree, node = in_compositor(stage)
    tree.links.new(node.outputs["Image"], tree.nodes.new("CompositorNodeViewer").inputs[0])
    layers = tree.nodes.new("CompositorNodeRLayers")
    tree.links.new(layers.outputs[0], output_node(tree).inputs[0])


@case("UNREAD")
def compositor_that_is_off(stage: Stage) -> None:
    compositor(stage)
    stage.scene.render.use_compositing = False


def in_compositor(stage: Stage) -> tuple[Any, Any]:
    tree = compositor_of(stage.scene)
    node = tree.nodes.new("CompositorNodeImage")
    node.image = stage.image
    return tree, node


@case("UNREAD")
def output_of_the_compositor_that_another_one_replaces(stage: Stage) -> None:
    if not hasattr(stage.scene, "compositing_node_group"):
        pytest.skip("which of several outputs counts is not told")
    tree, node = in_compositor(stage)
    first, second = output_node(tree), tree.nodes.new("NodeGroupOutput")
    tree.links.new(tree.nodes.new("CompositorNodeRLayers").outputs["Image"], first.inputs[0])
    tree.links.new(node.outputs["Image"], second.inputs[0])
    first.is_active_output = True
    assert not second.is_active_output


@case("READ")
def layer_that_is_not_the_first(stage: Stage) -> None:
    collection = in_collection(stage, stage.plane)
    layer_of(stage, collection).exclude = True
    second = stage.scene.view_layers.new("Second")
    tree, node = in_compositor(stage)
    tree.nodes.remove(node)
    layers = tree.nodes.new("CompositorNodeRLayers")
    layers.layer = second.name
    tree.links.new(layers.outputs[0], output_node(tree).inputs[0])


@case("READ")
def background_scene_without_a_layer_in_use(stage: Stage) -> None:
    behind = bpy.data.scenes.new("Behind")
    collection = bpy.data.collections.new("Holds it")
    behind.collection.children.link(collection)
    collection.objects.link(stage.plane)
    behind.view_layers[0].use = False
    stage.scene.background_set = behind


if bpy.app.version < (5, 0):

    @case("READ")
    def compositor_that_is_off_at_other_times(stage: Stage) -> None:
        compositor(stage)
        for frame, is_used in ((FRAME, True), (5, False)):
            stage.scene.use_nodes = is_used
            stage.scene.keyframe_insert("use_nodes", frame=frame)


@case("UNREAD")
def world_of_a_layer_that_is_not_used(stage: Stage) -> None:
    world_of_a_layer(stage).use = False


@case("READ")
def world_of_a_layer_that_is_used(stage: Stage) -> None:
    layer = world_of_a_layer(stage)
    stage.scene.view_layers[0].use = False
    assert layer.use


def world_of_a_layer(stage: Stage) -> Any:
    layer: Any = stage.scene.view_layers.new("Other")
    if not hasattr(layer, "world_override"):
        pytest.skip("view layers have no world of their own")
    world = bpy.data.worlds.new("Sky")
    tree = nodes_of(world)
    tree.nodes.clear()
    sky, back, end = (tree.nodes.new(f"ShaderNode{kind}") for kind in ("TexEnvironment", "Background", "OutputWorld"))
    sky.image = stage.image
    tree.links.new(sky.outputs[0], back.inputs[0])
    tree.links.new(back.outputs[0], end.inputs["Surface"])
    layer.world_override = world
    return layer


@case("UNREAD")
def scene_of_a_later_strip(stage: Stage) -> None:
    in_strip(stage, begin=50)


@case("READ")
def scene_of_a_strip(stage: Stage) -> None:
    in_strip(stage, begin=1)


def in_strip(stage: Stage, begin: int) -> None:
    """The scene is in a strip of another one, which is rendered."""
    shown(stage)
    other = bpy.data.scenes.new("Cut")
    other.render.resolution_x = other.render.resolution_y = 8
    other.render.engine, other.render.image_settings.file_format = "CYCLES", "PNG"
    strips = strips_of(other)
    strips.new_scene("Shot", stage.scene, 1, begin).frame_final_duration = 10
    bpy.context.window.scene = other
    stage.scene = other


@case("DOUBTFUL" if bpy.app.version >= (5, 2) else "UNREAD")
def group_of_the_compositor_that_leads_nowhere(stage: Stage) -> None:
    """In 5.2 the tree itself is a user of the image, too, and nobody can tell where it has it."""
    tree, node = in_compositor(stage)
    tree.nodes.remove(node)
    tree.links.new(tree.nodes.new("CompositorNodeRLayers").outputs["Image"], output_node(tree).inputs[0])
    group: Any = bpy.data.node_groups.new("Part", "CompositorNodeTree")
    group.interface.new_socket("Picture", in_out="OUTPUT", socket_type="NodeSocketColor")
    picture, end = group.nodes.new("CompositorNodeImage"), group.nodes.new("NodeGroupOutput")
    picture.image = stage.image
    group.links.new(picture.outputs[0], end.inputs[0])
    tree.nodes.new("CompositorNodeGroup").node_tree = group


# in 5.0 and 5.1 no nodes of line styles work: Blender tells of an error of its own (`find_final_output_sockets`)
if not (5, 0) <= bpy.app.version < (5, 2):

    @case("READ")
    def lines_of_a_style_with_two_outputs(stage: Stage) -> None:
        line_style(stage).node_tree.nodes.new("ShaderNodeOutputLineStyle")

    @case("READ")
    def lines_that_are_drawn_at_times(stage: Stage) -> None:
        line_style(stage)
        layer = stage.scene.view_layers[0]
        for frame, is_drawn in ((FRAME, True), (5, False)):
            layer.use_freestyle = is_drawn
            layer.keyframe_insert("use_freestyle", frame=frame)


def line_style(stage: Stage) -> Any:
    """The style of the lines around a small object, which have the image's color."""
    another_object()
    stage.scene.render.resolution_x = stage.scene.render.resolution_y = 32
    stage.scene.render.use_freestyle = True
    layer = stage.scene.view_layers[0]
    layer.use_freestyle = True
    style: Any = bpy.data.linestyles.new("Style")
    style.thickness, style.use_nodes = 4.0, True
    texture = next(node for node in style.node_tree.nodes if node.type == "TEX_IMAGE")
    # Freestyle renders in a file of its own, which lies nowhere
    texture.image, stage.image.filepath = stage.image, bpy.path.abspath(stage.image.filepath)
    next(node for node in style.node_tree.nodes if not node.outputs).inputs["Color Fac"].default_value = 1.0
    lines = layer.freestyle_settings.linesets
    (lines[0] if lines else lines.new("Lines")).linestyle = style
    return style
