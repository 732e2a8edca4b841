# SPDX-License-Identifier: GPL-3.0-or-later
"""The stage of the cases of `test_reading.py`: a plane that shines with an image, and what cases are made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy

from renderjuice.tests.blender.scene_parts import nodes_of

Load = Callable[[str], ModuleType]


FRAME = 2


@dataclass(repr=False)
class Stage:
    """A scene with a camera that looks down, an image from a file, and a plane that shines with it.

    Nothing of it may be told once the file was opened again, as by its `repr` in the report of a failure.
    """

    scene: bpy.types.Scene
    image: bpy.types.Image
    material: bpy.types.Material
    node: Any
    plane: bpy.types.Object


READ_BUT_DOUBTFUL = frozenset(
    {
        "hidden_particles_that_push",
        "bumps_of_the_target_of_a_constraint_that_is_on_at_times",
        "driver_that_names_the_image",
        "driver_that_looks_at_all_images",
        "driver_that_names_something_else",
        "driver_that_calls_a_function_of_the_file",
        "script_that_shows_a_hidden_object",
        "script_that_switches_a_modifier_on",
    }
)
"""What nobody can tell for sure: what acts from afar need not reach anything, and Python may do whatever it likes."""


Case = Callable[[Stage], None]


CASES: dict[str, tuple[Case, str]] = {}


def case(expected: str) -> Callable[[Case], Case]:
    """Add a case. `expected` is what is said of the image."""

    def take(build: Case) -> Case:
        CASES[build.__name__] = build, expected
        return build

    return take


def plane_mesh(material: bpy.types.Material | None) -> bpy.types.Mesh:
    mesh = bpy.data.meshes.new("Plane")
    corners = ((-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0))
    mesh.from_pydata([(*corner, 0.0) for corner in corners], [], [(0, 1, 2, 3)])
    mesh.uv_layers.new()
    mesh.materials.append(material)
    return mesh


def another_object(name: str = "Other", x: float = 0.0) -> bpy.types.Object:
    """A visible object without the image, above the plane's place where a child of the plane would be."""
    thing = bpy.data.objects.new(name, plane_mesh(None))
    thing.location, thing.scale = (x, 0.0, 1.0), (0.3, 0.3, 0.3)
    bpy.context.scene.collection.objects.link(thing)
    return thing


def in_collection(stage: Stage, thing: bpy.types.Object) -> bpy.types.Collection:
    collection = bpy.data.collections.new("Holds it")
    stage.scene.collection.children.link(collection)
    collection.objects.link(thing)
    return collection


def layer_of(stage: Stage, collection: bpy.types.Collection) -> Any:
    return stage.scene.view_layers[0].layer_collection.children[collection.name]


def geometry_nodes(thing: bpy.types.Object, kind: str, socket: str, value: Any) -> tuple[Any, Any, Any]:
    """A modifier whose nodes give what one node gives; the modifier, the node and the output."""
    tree: Any = bpy.data.node_groups.new("Nodes", "GeometryNodeTree")
    tree.interface.new_socket("Geometry", in_out="INPUT", socket_type="NodeSocketGeometry")
    tree.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
    node, output = tree.nodes.new(kind), tree.nodes.new("NodeGroupOutput")
    node.inputs[socket].default_value = value
    tree.links.new(node.outputs[-1 if kind == "GeometryNodeObjectInfo" else 0], output.inputs[0])
    modifier = thing.modifiers.new("Nodes", "NODES")
    modifier.node_group = tree
    return modifier, node, output


def group_with(stage: Stage) -> Any:
    """A group with the image's node and two outputs, of which the first gives the image."""
    group: Any = bpy.data.node_groups.new("Group", "ShaderNodeTree")
    for name in ("Picture", "Plain"):
        group.interface.new_socket(name, in_out="OUTPUT", socket_type="NodeSocketColor")
    texture, plain, output = (
        group.nodes.new(kind) for kind in ("ShaderNodeTexImage", "ShaderNodeRGB", "NodeGroupOutput")
    )
    texture.image = stage.image
    group.links.new(texture.outputs["Color"], output.inputs["Picture"])
    group.links.new(plain.outputs["Color"], output.inputs["Plain"])
    stage.scene.collection.objects.link(stage.plane)
    nodes = stage.material.node_tree.nodes
    nodes.remove(stage.node)
    node = nodes.new("ShaderNodeGroup")
    node.node_tree = group
    return node


def shine_of(stage: Stage) -> Any:
    return next(node for node in stage.material.node_tree.nodes if node.type == "EMISSION")


@case("READ")
def shown(stage: Stage) -> None:
    stage.scene.collection.objects.link(stage.plane)


def position_material(stage: Stage) -> None:
    """The plane shines with its height."""
    material = bpy.data.materials.new("Height")
    tree = nodes_of(material)
    tree.nodes.clear()
    place, parts, shine, end = (
        tree.nodes.new(f"ShaderNode{kind}") for kind in ("NewGeometry", "SeparateXYZ", "Emission", "OutputMaterial")
    )
    tree.links.new(place.outputs["Position"], parts.inputs[0])
    tree.links.new(parts.outputs["Z"], shine.inputs["Strength"])
    tree.links.new(shine.outputs[0], end.inputs["Surface"])
    stage.plane.data.materials.append(material)


def curve_of(thing: bpy.types.Object, path: str) -> Any:
    """The curve of a setting that has keyframes."""
    action: Any = thing.animation_data.action
    if hasattr(action, "layers"):
        bag = action.layers[0].strips[0].channelbag(thing.animation_data.action_slot)
        return bag.fcurves.find(path)
    return action.fcurves.find(path)


def write(folder: Path, color: tuple[float, float, float]) -> None:
    picture = bpy.data.images.new("picture", 4, 4)
    picture.pixels = [*color, 1.0] * 16
    picture.filepath_raw, picture.file_format = str(folder / "paint.png"), "PNG"
    picture.save()
    bpy.data.images.remove(picture)
