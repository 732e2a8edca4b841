# SPDX-License-Identifier: GPL-3.0-or-later
"""A job's frames as an Image node in a scene's compositor. It has no links, so that renders stay as they were."""

from __future__ import annotations

from typing import Any

import bpy

from ...messages.message import Message
from ...scene.blender_versions import compositor_tree, has_compositor_switch
from ...scene.rendered.sequencer import JOB_TAG
from . import color, image
from .files import Footage, FootageError, ImageSequence, Opened

IMAGE_NODE = "CompositorNodeImage"
NODE_WIDTH = 240.0
NODE_GAP = 80.0
"""Between nodes. It is wider than the margin of a frame around them."""
TREE_NAME = "Compositor Nodes"


def add_node(scene: bpy.types.Scene, footage: Footage, rendered: bpy.types.Scene) -> Opened:
    """Add an Image node to the scene's compositor, or bring the job's nodes up to date.

    `rendered` is the scene that the frames are of. Raises `FootageError`.
    """
    tree = compositor_tree(scene)
    if tree is not None and tree.library is not None:
        raise FootageError(
            Message(
                "The compositor nodes of “{}” are linked from another file. Make them local, and try again.",
                scene.name,
            )
        )
    picture, sequence = image.load(rendered, footage)
    warnings = list(image.left_out(footage, sequence))
    if tree is None:
        tree = _new_tree(scene)
        warnings.append(Message("“{}” was given compositor nodes. Its renders look the same.", scene.name))
    nodes = nodes_of(tree, footage.job_id)
    if not nodes:
        nodes = [_new_node(tree, footage)]
    for node in nodes:
        update(node, picture, sequence)
    switch = _switch_that_is_off(scene)
    if switch is not None:
        warnings.append(
            Message("“{}” is rendered without its compositor. Turn on {} to use the frames.", scene.name, switch)
        )
    warnings += color.view_applied_twice(scene, sequence.first)
    added = Message("An Image node in the compositor of “{}” has {} of “{}”.", scene.name, footage.count, footage.name)
    return Opened(added, tuple(warnings))


def update(node: Any, picture: bpy.types.Image, sequence: ImageSequence) -> None:
    """Have a node show the job's image as it is now."""
    if node.image != picture:
        node.image = picture
    image.address(node, sequence)


def nodes_of(tree: Any, job_id: str) -> list[Any]:
    """The nodes that show a job's frames."""
    return [node for node in tree.nodes if node.bl_idname == IMAGE_NODE and node.get(JOB_TAG) == job_id]


def _switch_that_is_off(scene: bpy.types.Scene) -> Message | None:
    """The switch that keeps renders from using the nodes. None means that they are used."""
    if not scene.render.use_compositing:
        return Message("Compositing under Output Properties > Post Processing")
    if not has_compositor_switch(scene) or scene.use_nodes:
        return None
    return Message("Use Nodes in the Compositor")


def _new_tree(scene: bpy.types.Scene) -> Any:
    """The nodes that Blender's own button makes: they pass on what was rendered.

    Where that would be another picture, or one more layer in the file, compositing is switched off.
    """
    render = scene.render
    is_multilayer = render.image_settings.file_format == "OPEN_EXR_MULTILAYER"
    if is_multilayer or render.use_single_layer or not scene.view_layers[0].use:
        # the node shows the first view layer, which may not be rendered; the file gets a layer Composite (4.2, 5.2)
        render.use_compositing = False
    if has_compositor_switch(scene):
        scene.use_nodes = True
        return scene.node_tree
    tree: Any = bpy.data.node_groups.new(TREE_NAME, "CompositorNodeTree")
    tree.interface.new_socket("Image", in_out="OUTPUT", socket_type="NodeSocketColor")
    layers, output = tree.nodes.new("CompositorNodeRLayers"), tree.nodes.new("NodeGroupOutput")
    layers.scene = scene
    layers.location, output.location = (-390.0, 0.0), (200.0, 0.0)
    tree.links.new(layers.outputs["Image"], output.inputs[0])
    scene.compositing_node_group = tree
    return tree


def _new_node(tree: Any, footage: Footage) -> Any:
    """An Image node to the left of all others, as high as the highest."""
    locations = [_location(node) for node in tree.nodes]
    node = tree.nodes.new(IMAGE_NODE)
    node.width = NODE_WIDTH
    node.label = footage.name
    node[JOB_TAG] = footage.job_id
    if locations:
        left, top = min(x for x, _ in locations), max(y for _, y in locations)
        node.location = (left - NODE_WIDTH - NODE_GAP, top)
    return node


def _location(node: Any) -> tuple[float, float]:
    """Where a node is in the editor. Its own `location` counts from the frame around it."""
    x, y = node.location
    if node.parent is not None:
        parent_x, parent_y = _location(node.parent)
        return x + parent_x, y + parent_y
    return x, y
