# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of scenes: compositor nodes, strips, images, libraries, simulations. Made alike on every Blender."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy


def compositor_of(scene: bpy.types.Scene) -> Any:
    """The scene's compositor nodes, empty."""
    if hasattr(scene, "compositing_node_group"):
        tree: Any = bpy.data.node_groups.new("Compositing", "CompositorNodeTree")
        tree.interface.new_socket("Image", in_out="OUTPUT", socket_type="NodeSocketColor")
        scene.compositing_node_group = tree
        return tree
    scene.use_nodes = True
    scene.node_tree.nodes.clear()
    return scene.node_tree


def output_node(tree: Any) -> Any:
    """The node that gives what the compositor makes. Of several, Blender takes one only."""
    is_group = "compositing_node_group" in bpy.types.Scene.bl_rna.properties
    kind = "NodeGroupOutput" if is_group else "CompositorNodeComposite"
    return next((node for node in tree.nodes if node.bl_idname == kind), None) or tree.nodes.new(kind)


def render_through(tree: Any, scene: bpy.types.Scene, name: str = "") -> None:
    """Send the render to the compositor's output, through a node of a kind or straight."""
    layers, output = tree.nodes.new("CompositorNodeRLayers"), output_node(tree)
    layers.scene = scene
    source = layers.outputs["Image"]
    if name:
        node = tree.nodes.new(name)
        tree.links.new(source, next(socket for socket in node.inputs if socket.type == "RGBA"))
        source = node.outputs[0]
    tree.links.new(source, output.inputs[0])


def nodes_of(material: bpy.types.Material) -> Any:
    """A material's nodes; from 5.0 on it has them from the start."""
    if material.node_tree is None:
        material.use_nodes = True
    return material.node_tree


def strips_of(scene: bpy.types.Scene) -> Any:
    """The strips of a scene's sequencer."""
    editor = scene.sequence_editor_create()
    return editor.strips if hasattr(editor, "strips") else editor.sequences


def red_strip(scene: bpy.types.Scene) -> Any:
    """A strip that is seen and needs no file."""
    length = {"length": 3} if bpy.app.version >= (5, 0) else {"frame_end": 4}
    return strips_of(scene).new_effect(name="red", type="COLOR", channel=1, frame_start=1, **length)


def library_with(path: Path, *datablocks: bpy.types.ID) -> Path:
    """Write datablocks into a .blend of their own."""
    bpy.data.libraries.write(str(path), set(datablocks), fake_user=True, compress=False)
    return path


def painted_image(project: Path | None = None) -> bpy.types.Image:
    """An image with paint in it that the cube shows; from a file if a project is given."""
    image = bpy.data.images.new("painted", 4, 4)
    if project is not None:
        image.filepath_raw, image.file_format = str(project / "painted.png"), "PNG"
        image.save()
        bpy.data.images.remove(image)
        image = bpy.data.images.load("//painted.png")
    paint(image)
    show_image(image)
    return image


def paint(image: bpy.types.Image) -> None:
    """Paint on an image, as in Texture Paint."""
    image.pixels[0] = 0.5
    image.update()
    assert image.is_dirty


def show_image(image: bpy.types.Image) -> bpy.types.Material:
    """Have the cube show an image."""
    material = bpy.data.materials.new("Shown")
    shown_node(material, "ShaderNodeTexImage").image = image
    bpy.data.objects["Cube"].data.materials.append(material)
    return material


def shown_node(material: bpy.types.Material, kind: str) -> Any:
    """A node that gives a material its color. What it gives may come later, as from a group without nodes."""
    tree = nodes_of(material)
    node = tree.nodes.new(kind)
    if node.outputs:
        show_node(node)
    return node


def show_node(node: Any) -> None:
    """Have a node give its material the color."""
    tree = node.id_data
    output = next(each for each in tree.nodes if each.type == "OUTPUT_MATERIAL")
    tree.links.new(node.outputs[0], output.inputs["Surface"])


def simulation_nodes(name: str = "Simulation") -> Any:
    """A group of geometry nodes with a simulation that moves what it is given, farther with every frame."""
    tree: Any = bpy.data.node_groups.new(name, "GeometryNodeTree")
    tree.interface.new_socket("Geometry", in_out="INPUT", socket_type="NodeSocketGeometry")
    tree.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
    begin, end = tree.nodes.new("GeometryNodeSimulationInput"), tree.nodes.new("GeometryNodeSimulationOutput")
    begin.pair_with_output(end)
    group_input, group_output = tree.nodes.new("NodeGroupInput"), tree.nodes.new("NodeGroupOutput")
    move = tree.nodes.new("GeometryNodeTransform")
    move.inputs["Translation"].default_value = (0.0, 0.0, 1.0)
    tree.links.new(group_input.outputs[0], begin.inputs["Geometry"])
    tree.links.new(begin.outputs["Geometry"], move.inputs["Geometry"])
    tree.links.new(move.outputs["Geometry"], end.inputs["Geometry"])
    tree.links.new(end.outputs["Geometry"], group_output.inputs[0])
    return tree
