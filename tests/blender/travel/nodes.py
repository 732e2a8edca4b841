# SPDX-License-Identifier: GPL-3.0-or-later
"""Geometry nodes' bakes, and files that shader nodes read."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import bpy

from .spot import Spot, glow, new_material, select, shape_material, write_sound, written

LENGTH = 4
"""Frames in each bake."""
IES = """IESNA:LM-63-2002
TILT=NONE
1 1000 1 5 1 1 2 0 0 0
1 1 100
0 20 45 70 90
0
1000 800 50 400 10
"""
STL = """solid flag
facet normal 0 0 1
outer loop
vertex -0.8 -0.8 0
vertex 0.8 -0.6 0
vertex 0.2 0.8 0
endloop
endfacet
endsolid flag
"""
OSL_INCLUDE = """#include "colors/tint.h"
shader tinted(output color Color = 0) {
    Color = tint();
}
"""
OSL = """shader stripes(output color Color = 0) {
    Color = color(0.9, mod(u * 4, 1), 0.2);
}
"""


def bake_node_on_disk(spot: Spot) -> list[Path]:
    folder = spot.folder / "bake"
    plane, modifier = _baked_plane(spot)
    _keep_on_disk(modifier, folder)
    _bake(plane, modifier)
    return [folder]


def simulation_on_disk(spot: Spot) -> list[Path]:
    folder = spot.folder / "simulation"
    plane, modifier = _simulated_plane(spot)
    _keep_on_disk(modifier, folder)
    select(plane)
    bpy.ops.object.simulation_nodes_cache_bake(selected=True)
    _straighten(modifier)
    return [folder]


def bake_node_packed(spot: Spot) -> list[Path]:
    """Lies in the .blend; not in 4.2."""
    plane, modifier = _baked_plane(spot)
    modifier.bake_target = "PACKED"
    _bake(plane, modifier)
    return []


def ies_light(spot: Spot) -> list[Path]:
    path = spot.folder / "lights" / "lamp.ies"
    path.parent.mkdir()
    path.write_text(IES)
    material, tree, end = new_material("White")
    tree.links.new(tree.nodes.new("ShaderNodeBsdfDiffuse").outputs[0], end.inputs["Surface"])
    spot.plane(material)
    light = bpy.data.lights.new("Lamp", "POINT")
    light.energy, light.shadow_soft_size = 0.5, 0.0
    if light.node_tree is None:  # 5.1 and 5.2 have one from the start
        light.use_nodes = True
    tree = light.node_tree
    profile = tree.nodes.new("ShaderNodeTexIES")
    profile.mode, profile.filepath = "EXTERNAL", written(path)
    (emission,) = (node for node in tree.nodes if node.bl_idname == "ShaderNodeEmission")
    tree.links.new(profile.outputs["Fac"], emission.inputs["Strength"])
    spot.show(bpy.data.objects.new("Lamp", light)).location.z = 0.8
    return [path]


def import_node(spot: Spot) -> list[Path]:
    """A node that reads a shape from a path that the modifier is given; not in 4.2."""
    path = spot.folder / "shapes" / "flag.stl"
    path.parent.mkdir()
    path.write_text(STL)
    tree, begin, end = _geometry_nodes("Import")
    socket = tree.interface.new_socket("Path", in_out="INPUT", socket_type="NodeSocketString")
    reader, material = tree.nodes.new("GeometryNodeImportSTL"), tree.nodes.new("GeometryNodeSetMaterial")
    material.inputs["Material"].default_value = shape_material()
    tree.links.new(begin.outputs["Path"], reader.inputs["Path"])
    tree.links.new(reader.outputs[0], material.inputs["Geometry"])
    tree.links.new(material.outputs[0], end.inputs[0])
    _plane, modifier = _with_nodes(spot, tree)
    if hasattr(modifier, "properties"):  # 5.2
        getattr(modifier.properties.inputs, socket.identifier).value = written(path)
    else:
        modifier[socket.identifier] = written(path)
    return [path]


def sound_in_nodes(spot: Spot) -> list[Path]:
    """A node that asks a sound how loud it is; from 5.2 on."""
    waves = [round(30000 * math.sin(math.tau * 440 * place / 8000)) for place in range(8000)]
    path = write_sound(spot.folder / "beat" / "beat.wav", waves)
    tree, begin, end = _geometry_nodes("Sound")
    loudness, move = tree.nodes.new("GeometryNodeSampleSoundFrequencies"), tree.nodes.new("GeometryNodeTransform")
    loudness.inputs["Sound"].default_value = bpy.data.sounds.load(written(path))
    loudness.inputs["Time"].default_value = 0.5
    tree.links.new(begin.outputs["Geometry"], move.inputs["Geometry"])
    tree.links.new(loudness.outputs["Amplitude"], move.inputs["Scale"])
    tree.links.new(move.outputs[0], end.inputs[0])
    _with_nodes(spot, tree)
    return [path]


def osl_script(spot: Spot) -> list[Path]:
    path = spot.folder / "shaders" / "stripes.osl"
    path.parent.mkdir()
    path.write_text(OSL)
    _show_script(spot, path)
    return [path.parent]


def osl_include(spot: Spot) -> list[Path]:
    """A script that takes a part of itself from a file beside it."""
    path = spot.folder / "parts" / "tint.osl"
    part = path.parent / "colors" / "tint.h"
    part.parent.mkdir(parents=True)
    path.write_text(OSL_INCLUDE)
    part.write_text("color tint() { return color(0.1, 0.3, 0.9); }\n")
    _show_script(spot, path)
    compiled = path.with_suffix(".oso")
    compiled.unlink(missing_ok=True)
    return [part, compiled]


def _show_script(spot: Spot, path: Path) -> None:
    spot.scene.cycles.shading_system = True
    material, script = glow("ShaderNodeScript")
    script.mode, script.filepath = "EXTERNAL", written(path)
    if "Color" not in script.outputs:  # the bpy wheels cannot look into a script from 4.5 on
        script.outputs.new("NodeSocketColor", "Color")
    tree = material.node_tree
    tree.links.new(script.outputs["Color"], tree.nodes["Emission"].inputs["Color"])
    spot.plane(material)


def _baked_plane(spot: Spot) -> tuple[bpy.types.Object, Any]:
    """A plane that a Bake node keeps bent, whatever becomes of what bent it."""
    tree, begin, end = _geometry_nodes("Bake")
    bake = tree.nodes.new("GeometryNodeBake")
    if not bake.bake_items:  # 4.2 begins with one
        bake.bake_items.new("GEOMETRY", "Geometry")
    tree.links.new(_bent(tree, begin.outputs[0]), bake.inputs["Geometry"])
    tree.links.new(bake.outputs["Geometry"], end.inputs[0])
    return _with_nodes(spot, tree)


def _simulated_plane(spot: Spot) -> tuple[bpy.types.Object, Any]:
    """A plane that a simulation bends a little more in every frame."""
    tree, begin, end = _geometry_nodes("Simulation")
    first, last = tree.nodes.new("GeometryNodeSimulationInput"), tree.nodes.new("GeometryNodeSimulationOutput")
    first.pair_with_output(last)
    tree.links.new(begin.outputs[0], first.inputs["Geometry"])
    tree.links.new(_bent(tree, first.outputs["Geometry"]), last.inputs["Geometry"])
    tree.links.new(last.outputs["Geometry"], end.inputs[0])
    return _with_nodes(spot, tree)


def _geometry_nodes(name: str) -> tuple[Any, Any, Any]:
    """A tree from geometry to geometry, its begin and its end."""
    tree = bpy.data.node_groups.new(name, "GeometryNodeTree")
    for way in ("INPUT", "OUTPUT"):
        tree.interface.new_socket("Geometry", in_out=way, socket_type="NodeSocketGeometry")
    return tree, tree.nodes.new("NodeGroupInput"), tree.nodes.new("NodeGroupOutput")


def _bent(tree: Any, geometry: Any) -> Any:
    """The geometry, a little narrower and higher."""
    transform = tree.nodes.new("GeometryNodeTransform")
    transform.inputs["Translation"].default_value = (0.0, 0.0, 0.2)
    transform.inputs["Scale"].default_value = (0.8, 1.0, 1.0)
    tree.links.new(geometry, transform.inputs["Geometry"])
    return transform.outputs["Geometry"]


def _with_nodes(spot: Spot, tree: Any) -> tuple[bpy.types.Object, Any]:
    plane = spot.plane(shape_material())
    modifier = plane.modifiers.new(tree.name, "NODES")
    modifier.node_group = tree
    return plane, modifier


def _keep_on_disk(modifier: Any, folder: Path) -> None:
    modifier.bake_directory = written(folder)
    if hasattr(modifier, "bake_target"):
        modifier.bake_target = "DISK"


def _straighten(modifier: Any) -> None:
    """Change what a bake was made of: only the bake still has it."""
    modifier.node_group.nodes["Transform Geometry"].inputs["Scale"].default_value = (0.3, 0.3, 1.0)


def _bake(plane: bpy.types.Object, modifier: Any) -> None:
    select(plane)
    (bake,) = modifier.bakes
    bake.bake_mode = "ANIMATION"
    bake.use_custom_simulation_frame_range = True
    bake.frame_start, bake.frame_end = 1, LENGTH
    bpy.ops.object.geometry_node_bake_single(
        session_uid=plane.session_uid, modifier_name=modifier.name, bake_id=bake.bake_id
    )
    _straighten(modifier)
