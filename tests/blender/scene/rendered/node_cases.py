# SPDX-License-Identifier: GPL-3.0-or-later
"""Cases of `test_reading.py`: the nodes of materials."""

from __future__ import annotations

from typing import Any

import bpy

from renderjuice.tests.blender.scene.rendered.object_cases import hidden_object
from renderjuice.tests.blender.scene.rendered.stage import (
    FRAME,
    Stage,
    another_object,
    case,
    geometry_nodes,
    group_with,
    shine_of,
    shown,
)


@case("UNREAD")
def unlinked_node(stage: Stage) -> None:
    shown(stage)
    tree = stage.material.node_tree
    tree.links.remove(stage.node.outputs["Color"].links[0])


@case("UNREAD")
def chain_that_leads_nowhere(stage: Stage) -> None:
    unlinked_node(stage)
    tree = stage.material.node_tree
    reroute, ramp = tree.nodes.new("NodeReroute"), tree.nodes.new("ShaderNodeValToRGB")
    tree.links.new(stage.node.outputs["Color"], reroute.inputs[0])
    tree.links.new(reroute.outputs[0], ramp.inputs[0])


@case("UNREAD")
def muted_node(stage: Stage) -> None:
    shown(stage)
    stage.node.mute = True


@case("READ")
def output_of_a_group(stage: Stage) -> None:
    node = group_with(stage)
    tree = stage.material.node_tree
    tree.links.new(node.outputs["Picture"], shine_of(stage).inputs["Color"])
    tree.links.new(node.outputs["Plain"], shine_of(stage).inputs["Strength"])


@case("DOUBTFUL")
def other_output_of_a_group(stage: Stage) -> None:
    node = group_with(stage)
    stage.material.node_tree.links.new(node.outputs["Plain"], shine_of(stage).inputs["Color"])


@case("UNREAD")
def group_that_leads_nowhere(stage: Stage) -> None:
    group_with(stage)


@case("UNREAD")
def group_that_is_muted(stage: Stage) -> None:
    output_of_a_group(stage)
    next(node for node in stage.material.node_tree.nodes if node.type == "GROUP").mute = True


@case("UNREAD")
def node_that_is_muted_at_other_times(stage: Stage) -> None:
    """Blender offers no keyframe for it, and does not follow one that a script has made."""
    shown(stage)
    tree = stage.material.node_tree
    tree.animation_data_create()
    path = f'nodes["{stage.node.name}"].mute'
    action = tree.animation_data.action = bpy.data.actions.new("Mutes")
    if hasattr(action, "fcurve_ensure_for_datablock"):
        curve = action.fcurve_ensure_for_datablock(tree, path)
    else:
        curve = action.fcurves.new(path)
    curve.keyframe_points.insert(FRAME, 0.0)
    curve.keyframe_points.insert(5, 1.0)
    stage.node.mute = True


@case("READ")
def muted_node_that_hands_an_object_on(stage: Stage) -> None:
    hidden_object(stage)
    _modifier, node, _output = geometry_nodes(another_object(), "GeometryNodeObjectInfo", "Object", None)
    switch = node.id_data.nodes.new("GeometryNodeSwitch")
    switch.input_type, switch.mute = "OBJECT", True
    chosen = next(socket for socket in switch.inputs if socket.enabled and socket.name == "False")
    chosen.default_value = stage.plane
    node.id_data.links.new(next(socket for socket in switch.outputs if socket.enabled), node.inputs["Object"])


@case("UNREAD")
def muted_link(stage: Stage) -> None:
    shown(stage)
    stage.node.outputs["Color"].links[0].is_muted = True


@case("UNREAD")
def socket_that_is_not_available(stage: Stage) -> None:
    shown(stage)
    tree: Any = stage.material.node_tree
    mix = tree.nodes.new("ShaderNodeMix")
    mix.data_type = "RGBA"
    tree.links.new(stage.node.outputs["Color"], next(each for each in mix.inputs if each.identifier == "A_Color"))
    mix.data_type = "FLOAT"
    tree.links.new(next(each for each in mix.outputs if each.identifier == "Result_Float"), shine_of(stage).inputs[0])


@case("UNREAD")
def output_that_another_one_replaces(stage: Stage) -> None:
    shown(stage)
    tree: Any = stage.material.node_tree
    first = next(node for node in tree.nodes if node.type == "OUTPUT_MATERIAL")
    other, glow = tree.nodes.new("ShaderNodeOutputMaterial"), tree.nodes.new("ShaderNodeEmission")
    tree.links.new(glow.outputs[0], other.inputs["Surface"])
    first.is_active_output, other.is_active_output = False, True
