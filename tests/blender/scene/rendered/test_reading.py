# SPDX-License-Identifier: GPL-3.0-or-later
"""Does this render read it? What we say of an image is what Blender's own render shows when its file is another one.

Each case is rendered with two files of the same name. Where the pixels differ, the image is read: nothing else may be
said of it than that, or that it is doubtful. Where they do not, what is said stands beside the case.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import numpy
import pytest
from PIL import Image

from renderjuice.tests.blender.scene_parts import compositor_of, nodes_of, output_node, strips_of

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


@pytest.fixture
def stage(extension_name: str, project: Path) -> Stage:
    bpy.ops.wm.read_homefile(use_factory_startup=False, use_empty=True)
    scene = bpy.context.scene
    bpy.ops.wm.save_as_mainfile(filepath=str(project / "shot.blend"))
    scene.world = None
    scene.render.engine, scene.render.resolution_x, scene.render.resolution_y = "CYCLES", 8, 8
    scene.cycles.samples, scene.cycles.use_denoising, scene.render.threads_mode = 1, False, "AUTO"
    scene.render.image_settings.file_format = "PNG"
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    camera.data.type, camera.data.ortho_scale, camera.location = "ORTHO", 2.0, (0.0, 0.0, 5.0)
    scene.collection.objects.link(camera)
    scene.camera = camera
    write(project, (1.0, 0.0, 0.0))
    image = bpy.data.images.load("//paint.png")
    material = bpy.data.materials.new("Shines")
    tree = nodes_of(material)
    tree.nodes.clear()
    node, shine, end = (tree.nodes.new(f"ShaderNode{kind}") for kind in ("TexImage", "Emission", "OutputMaterial"))
    node.image = image
    tree.links.new(node.outputs["Color"], shine.inputs["Color"])
    tree.links.new(shine.outputs[0], end.inputs["Surface"])
    return Stage(scene, image, material, node, bpy.data.objects.new("Plane", plane_mesh(material)))


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
def background_of_a_camera(stage: Stage) -> None:
    stage.scene.camera.data.background_images.new().image = stage.image
    stage.scene.camera.data.show_background_images = True


@case("UNREAD")
def picture_of_an_empty(stage: Stage) -> None:
    reference = bpy.data.objects.new("Reference", None)
    reference.empty_display_type, reference.data = "IMAGE", stage.image
    stage.scene.collection.objects.link(reference)
    another_object().parent = reference


@case("UNREAD")
def canvas_and_brush(stage: Stage) -> None:
    stage.scene.tool_settings.image_paint.canvas = stage.image
    texture: Any = bpy.data.textures.new("Stroke", "IMAGE")
    texture.image = stage.image
    bpy.data.brushes.new("Brush").texture = texture


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


@case("READ")
def muted_node_that_hands_an_object_on(stage: Stage) -> None:
    hidden_object(stage)
    _modifier, node, _output = geometry_nodes(another_object(), "GeometryNodeObjectInfo", "Object", None)
    switch = node.id_data.nodes.new("GeometryNodeSwitch")
    switch.input_type, switch.mute = "OBJECT", True
    chosen = next(socket for socket in switch.inputs if socket.enabled and socket.name == "False")
    chosen.default_value = stage.plane
    node.id_data.links.new(next(socket for socket in switch.outputs if socket.enabled), node.inputs["Object"])


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


def driven_shine(stage: Stage, expression: str) -> None:
    """Another object shines as strongly as an expression tells; only a fake user keeps the image."""
    stage.node.image = None
    tree = stage.material.node_tree
    tree.links.clear()
    tree.links.new(shine_of(stage).outputs[0], next(each for each in tree.nodes if not each.outputs).inputs[0])
    stage.scene.collection.objects.link(stage.plane)
    shine_of(stage).inputs["Strength"].driver_add("default_value").driver.expression = expression


@case("DOUBTFUL")
def driver_that_names_the_image(stage: Stage) -> None:
    driven_shine(stage, 'bpy.data.images["paint.png"].pixels[0]')


@case("DOUBTFUL")
def driver_that_looks_at_all_images(stage: Stage) -> None:
    driven_shine(stage, "max(each.pixels[0] for each in bpy.data.images if each.has_data or each.size[0])")


@case("UNREAD")
def driver_that_names_another_image(stage: Stage) -> None:
    bpy.data.images.new("other", 1, 1).use_fake_user = True
    driven_shine(stage, 'bpy.data.images["other"].pixels[0]')


@case("UNREAD")
def driver_that_only_asks_the_scene(stage: Stage) -> None:
    driven_shine(stage, "bpy.context.scene.frame_current / 2")


@case("UNREAD")
def driver_of_what_nobody_sees(stage: Stage) -> None:
    driver_that_looks_at_all_images(stage)
    stage.plane.hide_render = True


@case("DOUBTFUL")
def driver_that_calls_a_function_of_the_file(stage: Stage) -> None:
    driven_shine(stage, "redness()")
    run_with_the_file(
        "import bpy\n"
        "def redness():\n"
        '    return bpy.data.images["paint" + ".png"].pixels[0]\n'
        'bpy.app.driver_namespace["redness"] = redness\n'
    )


@case("DOUBTFUL")
def script_that_shows_a_hidden_object(stage: Stage) -> None:
    hidden_object(stage)
    run_with_the_file(
        "import bpy\n"
        "def show(scene, _depsgraph=None):\n"
        '    bpy.data.objects["Plane"].hide_render = scene.frame_current != 2\n'
        "bpy.app.handlers.frame_change_pre.append(show)\n"
    )


@case("DOUBTFUL")
def script_that_switches_a_modifier_on(stage: Stage) -> None:
    nodes_that_are_off(stage)
    run_with_the_file(
        "import bpy\n"
        "def switch(scene, _depsgraph=None):\n"
        '    bpy.data.objects["Other"].modifiers[0].show_render = scene.frame_current == 2\n'
        "bpy.app.handlers.frame_change_pre.append(switch)\n"
    )


@case("UNREAD")
def script_that_changes_no_frame(stage: Stage) -> None:
    hidden_object(stage)
    run_with_the_file("import bpy\nprint(len(bpy.data.images))\n")


def run_with_the_file(code: str) -> None:
    """Have Blender run a text when it opens the file. What it adds goes when another file is opened."""
    text = bpy.data.texts.new("script.py")
    text.write(code)
    text.use_module = True


if bpy.app.version < (5, 0):

    @case("READ")
    def compositor_that_is_off_at_other_times(stage: Stage) -> None:
        compositor(stage)
        for frame, is_used in ((FRAME, True), (5, False)):
            stage.scene.use_nodes = is_used
            stage.scene.keyframe_insert("use_nodes", frame=frame)


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


@case("UNREAD")
def bumps_of_the_target_of_a_muted_constraint(stage: Stage) -> None:
    bumps_of_a_texture(stage)
    stage.plane.hide_render = True
    constraint: Any = another_object().constraints.new("SHRINKWRAP")
    constraint.target, constraint.mute = stage.plane, True


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


def curve_of(thing: bpy.types.Object, path: str) -> Any:
    """The curve of a setting that has keyframes."""
    action: Any = thing.animation_data.action
    if hasattr(action, "layers"):
        bag = action.layers[0].strips[0].channelbag(thing.animation_data.action_slot)
        return bag.fcurves.find(path)
    return action.fcurves.find(path)


@case("READ" if bpy.app.version < (4, 4) else "UNREAD")
def object_shown_while_the_group_of_its_curve_is_muted(stage: Stage) -> None:
    shown(stage)
    stage.plane.hide_render = True
    stage.plane.keyframe_insert("hide_render", frame=FRAME, group="Switches")
    curve_of(stage.plane, "hide_render").group.mute = True
    stage.plane.hide_render = False


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


@case("DOUBTFUL")
def driver_that_names_something_else(stage: Stage) -> None:
    driven_shine(stage, 'bpy.data.images[0].pixels[0] if bpy.context.scene.name != "None" else 0')


def write(folder: Path, color: tuple[float, float, float]) -> None:
    picture = bpy.data.images.new("picture", 4, 4)
    picture.pixels = [*color, 1.0] * 16
    picture.filepath_raw, picture.file_format = str(folder / "paint.png"), "PNG"
    picture.save()
    bpy.data.images.remove(picture)


def pixels(folder: Path) -> numpy.ndarray:
    """The picture that comes of the saved file, as a farm opens it."""
    bpy.ops.wm.open_mainfile(filepath=bpy.data.filepath, use_scripts=True)
    scene = bpy.context.scene
    scene.render.filepath = str(folder / "rendered.png")
    scene.frame_set(FRAME)
    bpy.ops.render.render(write_still=True)
    return numpy.asarray(Image.open(folder / "rendered.png").convert("RGBA")).astype(int)


@pytest.mark.parametrize("name", CASES)
def test_what_is_said_is_what_is_rendered(stage: Stage, load: Load, project: Path, name: str) -> None:
    build, expected = CASES[name]
    build(stage)
    stage.image.use_fake_user = stage.material.use_fake_user = True
    bpy.ops.wm.save_mainfile()
    before = pixels(project)
    write(project, (0.0, 1.0, 1.0))
    is_read = bool(numpy.abs(pixels(project) - before).max() > 3)
    (project / "paint.png").unlink()
    # the artist may look at any frame
    bpy.context.scene.frame_set(FRAME + 3)
    found = load("scene.dependencies.scan").find_dependencies(bpy.context.scene, (FRAME,))
    said = "UNREAD" if not found.missing else "READ" if found.missing[0].is_certain else "DOUBTFUL"
    assert (said, is_read) == (expected, expected == "READ" or name in READ_BUT_DOUBTFUL)
    assert (bpy.data.images["paint.png"] in found.unread) == (said == "UNREAD")


def test_a_large_tree_is_looked_at_in_steps(load: Load, stage: Stage) -> None:
    stage.scene.collection.objects.link(stage.plane)
    unread_among = load("scene.rendered.reading").unread_among
    few = len(list(unread_among(stage.scene, [stage.image])))
    for _ in range(400):
        stage.material.node_tree.nodes.new("ShaderNodeValue")
    assert len(list(unread_among(stage.scene, [stage.image]))) > few + 5
