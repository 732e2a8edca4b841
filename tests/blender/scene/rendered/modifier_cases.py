# SPDX-License-Identifier: GPL-3.0-or-later
"""Cases of `test_reading.py`: modifiers, particles and geometry nodes."""

from __future__ import annotations

from typing import Any

import bpy
import pytest

from renderjuice.tests.blender.scene.rendered.object_cases import hidden_object
from renderjuice.tests.blender.scene.rendered.stage import (
    FRAME,
    Stage,
    another_object,
    case,
    curve_of,
    geometry_nodes,
    position_material,
    shown,
)


@case("UNREAD")
def hidden_target_of_a_constraint(stage: Stage) -> None:
    hidden_object(stage)
    another_object().constraints.new("COPY_LOCATION").target = stage.plane


@case("UNREAD")
def hidden_target_of_a_modifier_that_bends(stage: Stage) -> None:
    hidden_object(stage)
    another_object().modifiers.new("Bends", "SHRINKWRAP").target = stage.plane


@case("READ")
def hidden_object_that_nodes_bring(stage: Stage) -> None:
    hidden_object(stage)
    geometry_nodes(another_object(), "GeometryNodeObjectInfo", "Object", stage.plane)


@case("UNREAD")
def nodes_that_are_off(stage: Stage) -> None:
    hidden_object_that_nodes_bring(stage)
    bpy.data.objects["Other"].modifiers[0].show_render = False


@case("READ")
def nodes_that_are_off_at_other_times(stage: Stage) -> None:
    nodes_that_are_off(stage)
    modifier = bpy.data.objects["Other"].modifiers[0]
    for frame, is_shown in ((FRAME, True), (5, False)):
        modifier.show_render = is_shown
        modifier.keyframe_insert("show_render", frame=frame)
    stage.scene.frame_set(5)
    assert not modifier.show_render


@case("UNREAD")
def nodes_that_are_off_in_the_rendered_frame(stage: Stage) -> None:
    nodes_that_are_off(stage)
    modifier = bpy.data.objects["Other"].modifiers[0]
    for frame, is_shown in ((1, True), (FRAME, False), (5, True)):
        modifier.show_render = is_shown
        modifier.keyframe_insert("show_render", frame=frame)


@case("UNREAD")
def nodes_that_lead_nowhere(stage: Stage) -> None:
    hidden_object_that_nodes_bring(stage)
    tree: Any = bpy.data.node_groups["Nodes"]
    tree.links.clear()


@case("READ")
def material_that_nodes_set(stage: Stage) -> None:
    other = another_object()
    _modifier, node, _output = geometry_nodes(other, "GeometryNodeSetMaterial", "Material", stage.material)
    tree = node.id_data
    tree.links.new(tree.nodes.new("NodeGroupInput").outputs[0], node.inputs["Geometry"])


@case("READ")
def object_that_particles_show(stage: Stage) -> None:
    hidden_object(stage)
    ground = another_object("Ground")
    ground.modifiers.new("Scatter", "PARTICLE_SYSTEM")
    settings = ground.particle_systems[0].settings
    settings.type, settings.count, settings.render_type = "HAIR", 5, "OBJECT"
    settings.instance_object, settings.particle_size = stage.plane, 1.0


@case("UNREAD")
def particles_that_are_off(stage: Stage) -> None:
    object_that_particles_show(stage)
    bpy.data.objects["Ground"].modifiers[0].show_render = False


@case("READ")
def bumps_of_a_texture(stage: Stage) -> None:
    stage.plane.data.materials.clear()
    position_material(stage)
    shown(stage)
    texture: Any = bpy.data.textures.new("Bumps", "IMAGE")
    texture.image = stage.image
    modifier = stage.plane.modifiers.new("Bumps", "DISPLACE")
    modifier.texture, modifier.mid_level, modifier.texture_coords = texture, 0.0, "UV"


@case("UNREAD")
def bumps_that_are_off(stage: Stage) -> None:
    bumps_of_a_texture(stage)
    stage.plane.modifiers[0].show_render = False


@case("READ")
def hidden_cage_with_bumps(stage: Stage) -> None:
    """A visible object clings to a hidden one, whose shape is the image's."""
    bumps_of_a_texture(stage)
    stage.plane.hide_render = True
    cling = another_object("Clings")
    cling.data.materials[0] = stage.plane.data.materials[0]
    modifier = cling.modifiers.new("Clings", "SHRINKWRAP")
    modifier.target, modifier.wrap_method = stage.plane, "PROJECT"
    modifier.use_negative_direction = True


@case("UNREAD")
def hidden_target_of_a_modifier_that_is_off(stage: Stage) -> None:
    hidden_cage_with_bumps(stage)
    bpy.data.objects["Clings"].modifiers[0].show_render = False


@case("READ")
def hidden_target_of_a_modifier_that_is_off_at_other_times(stage: Stage) -> None:
    hidden_cage_with_bumps(stage)
    modifier = bpy.data.objects["Clings"].modifiers[0]
    for frame, is_shown in ((FRAME, True), (5, False)):
        modifier.show_render = is_shown
        modifier.keyframe_insert("show_render", frame=frame)


@case("UNREAD")
def hidden_bevel_of_a_curve(stage: Stage) -> None:
    """The curve has the shape of its bevel, and nothing of its material."""
    profile, path = (bpy.data.curves.new(name, "CURVE") for name in ("Profile", "Path"))
    for curve in (profile, path):
        spline = curve.splines.new("POLY")
        spline.points.add(2)
        for number, point in enumerate(spline.points):
            point.co = (0.3 * number, 0.2 * (number % 2), 0.0, 1.0)
    profile.materials.append(stage.material)
    bevel, tube = bpy.data.objects.new("Bevel", profile), bpy.data.objects.new("Tube", path)
    path.bevel_mode, path.bevel_object, bevel.hide_render = "OBJECT", bevel, True
    stage.scene.collection.objects.link(bevel)
    stage.scene.collection.objects.link(tube)


@case("UNREAD")
def hidden_parent_with_bumps(stage: Stage) -> None:
    bumps_of_a_texture(stage)
    stage.plane.hide_render = True
    another_object().parent = stage.plane


@case("UNREAD")
def canvas_and_brush(stage: Stage) -> None:
    stage.scene.tool_settings.image_paint.canvas = stage.image
    texture: Any = bpy.data.textures.new("Stroke", "IMAGE")
    texture.image = stage.image
    bpy.data.brushes.new("Brush").texture = texture


@case("READ")
def material_in_a_slot_and_in_nodes_that_are_off(stage: Stage) -> None:
    shown(stage)
    slot = stage.plane.material_slots[0]
    slot.link, slot.material = "OBJECT", stage.material
    stage.plane.data.materials[0] = None
    modifier, node, _output = geometry_nodes(stage.plane, "GeometryNodeSetMaterial", "Material", None)
    tree, begin = node.id_data, node.id_data.nodes.new("NodeGroupInput")
    handed = tree.interface.new_socket("Material", in_out="INPUT", socket_type="NodeSocketMaterial").identifier
    tree.links.new(begin.outputs["Geometry"], node.inputs["Geometry"])
    tree.links.new(begin.outputs["Material"], node.inputs["Material"])
    if hasattr(modifier, "properties"):
        getattr(modifier.properties.inputs, handed).value = stage.material
    else:
        modifier[handed] = stage.material
    modifier.show_render = False


@case("DOUBTFUL")
def hidden_particles_that_push(stage: Stage) -> None:
    """A cloth is moved by the particles of an object whose shape is the image's."""
    bumps_of_a_texture(stage)
    stage.plane.hide_render = True
    stage.plane.modifiers.new("Pushes", "PARTICLE_SYSTEM")
    particles = stage.plane.particle_systems[0].settings
    particles.count, particles.physics_type = 20, "NO"
    particles.frame_start = particles.frame_end = 1
    particles.force_field_1.type, particles.force_field_1.strength = "FORCE", 500.0
    cloth = another_object("Cloth")
    cloth.location.z = 0.3
    cloth.data.materials[0] = stage.plane.data.materials[0]
    cloth.modifiers.new("Cloth", "CLOTH")


@case("UNREAD")
def bumps_of_the_target_of_a_muted_constraint(stage: Stage) -> None:
    bumps_of_a_texture(stage)
    stage.plane.hide_render = True
    constraint: Any = another_object().constraints.new("SHRINKWRAP")
    constraint.target, constraint.mute = stage.plane, True


@case("READ")
def nodes_that_are_on_with_a_curve_without_keyframes(stage: Stage) -> None:
    hidden_object_that_nodes_bring(stage)
    other = bpy.data.objects["Other"]
    modifier = other.modifiers[0]
    modifier.keyframe_insert("show_render", frame=FRAME)
    curve_of(other, 'modifiers["Nodes"].show_render').keyframe_points.clear()
    assert modifier.show_render


@case("READ")
def nodes_that_are_on_with_an_action_that_names_nobody(stage: Stage) -> None:
    hidden_object_that_nodes_bring(stage)
    other = bpy.data.objects["Other"]
    other.modifiers[0].show_render = False
    other.modifiers[0].keyframe_insert("show_render", frame=FRAME)
    if not hasattr(other.animation_data, "action_slot"):
        pytest.skip("actions have no slots")
    other.animation_data.action_slot = None
    other.modifiers[0].show_render = True


@case("READ")
def bumps_that_are_on_while_the_shutter_opens(stage: Stage) -> None:
    bumps_of_a_texture(stage)
    stage.scene.render.use_motion_blur, stage.scene.render.motion_blur_shutter = True, 1.0
    stage.scene.cycles.samples = 16
    modifier = stage.plane.modifiers[0]
    for frame, is_shown in ((1, True), (FRAME, False)):
        modifier.show_render = is_shown
        modifier.keyframe_insert("show_render", frame=frame)
    # Blender looks for movement only in what has another shape at another time (4.2 to 5.2)
    moving = stage.plane.modifiers.new("Moves", "CAST")
    for frame, factor in ((1, 0.0), (FRAME, 0.1)):
        moving.factor = factor
        moving.keyframe_insert("factor", frame=frame)


@case("DOUBTFUL")
def bumps_of_the_target_of_a_constraint_that_is_on_at_times(stage: Stage) -> None:
    bumps_of_a_texture(stage)
    stage.plane.hide_render = True
    other = another_object()
    other.data.materials[0] = stage.plane.data.materials[0]
    constraint: Any = other.constraints.new("SHRINKWRAP")
    constraint.target, constraint.shrinkwrap_type = stage.plane, "NEAREST_SURFACE"
    for frame, is_on in ((FRAME, True), (5, False)):
        constraint.enabled = is_on
        constraint.keyframe_insert("enabled", frame=frame)
