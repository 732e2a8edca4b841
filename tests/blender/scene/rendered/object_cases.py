# SPDX-License-Identifier: GPL-3.0-or-later
"""Cases of `test_reading.py`: objects, parents, collections and instances."""

from __future__ import annotations

import bpy

from renderjuice.tests.blender.scene.rendered.stage import (
    FRAME,
    Stage,
    another_object,
    case,
    curve_of,
    in_collection,
    layer_of,
    shown,
)


@case("UNREAD")
def hidden_object(stage: Stage) -> None:
    shown(stage)
    stage.plane.hide_render = True


@case("READ")
def object_hidden_at_other_times(stage: Stage) -> None:
    shown(stage)
    for frame, is_hidden in ((1, True), (FRAME, False), (3, True)):
        stage.plane.hide_render = is_hidden
        stage.plane.keyframe_insert("hide_render", frame=frame)
    stage.scene.frame_set(1)
    assert stage.plane.hide_render


@case("UNREAD")
def object_hidden_in_the_rendered_frame(stage: Stage) -> None:
    shown(stage)
    for frame, is_hidden in ((1, False), (FRAME, True), (4, False)):
        stage.plane.hide_render = is_hidden
        stage.plane.keyframe_insert("hide_render", frame=frame)


@case("READ")
def object_hidden_by_a_driver(stage: Stage) -> None:
    shown(stage)
    stage.plane.hide_render = True
    stage.plane.driver_add("hide_render").driver.expression = "0"


@case("UNREAD")
def collection_left_out_of_the_layer(stage: Stage) -> None:
    layer_of(stage, in_collection(stage, stage.plane)).exclude = True


@case("UNREAD")
def collection_hidden_in_renders(stage: Stage) -> None:
    in_collection(stage, stage.plane).hide_render = True


@case("READ")
def collection_hidden_in_the_window_only(stage: Stage) -> None:
    collection = in_collection(stage, stage.plane)
    collection.hide_viewport = layer_of(stage, collection).hide_viewport = True


@case("READ")
def collection_left_out_but_instanced(stage: Stage) -> None:
    collection = in_collection(stage, stage.plane)
    layer_of(stage, collection).exclude = True
    instance = bpy.data.objects.new("Instance", None)
    instance.instance_type, instance.instance_collection = "COLLECTION", collection
    stage.scene.collection.objects.link(instance)


@case("UNREAD")
def hidden_object_in_an_instance(stage: Stage) -> None:
    collection_left_out_but_instanced(stage)
    stage.plane.hide_render = True


@case("UNREAD")
def instance_that_is_hidden(stage: Stage) -> None:
    collection_left_out_but_instanced(stage)
    bpy.data.objects["Instance"].hide_render = True


@case("UNREAD")
def hidden_parent(stage: Stage) -> None:
    hidden_object(stage)
    another_object().parent = stage.plane


@case("UNREAD")
def picture_of_an_empty(stage: Stage) -> None:
    reference = bpy.data.objects.new("Reference", None)
    reference.empty_display_type, reference.data = "IMAGE", stage.image
    stage.scene.collection.objects.link(reference)
    another_object().parent = reference


@case("READ")
def child_on_the_faces_of_its_parent(stage: Stage) -> None:
    parent = another_object("Parent")
    shown(stage)
    stage.plane.parent, parent.instance_type = parent, "FACES"
    parent.use_instance_faces_scale = True
    parent.show_instancer_for_render = False


@case("UNREAD")
def hidden_child_on_the_faces_of_its_parent(stage: Stage) -> None:
    child_on_the_faces_of_its_parent(stage)
    stage.plane.hide_render = True


@case("UNREAD")
def child_elsewhere_on_the_faces_of_its_parent(stage: Stage) -> None:
    """The child is in no collection that is rendered."""
    child_on_the_faces_of_its_parent(stage)
    stage.scene.collection.objects.unlink(stage.plane)
    layer_of(stage, in_collection(stage, stage.plane)).exclude = True


@case("READ" if bpy.app.version < (4, 4) else "UNREAD")
def object_shown_while_the_group_of_its_curve_is_muted(stage: Stage) -> None:
    shown(stage)
    stage.plane.hide_render = True
    stage.plane.keyframe_insert("hide_render", frame=FRAME, group="Switches")
    curve_of(stage.plane, "hide_render").group.mute = True
    stage.plane.hide_render = False
