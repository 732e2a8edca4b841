# SPDX-License-Identifier: GPL-3.0-or-later
"""The check of simulations: which have to be baked for these frames, and how far they are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import bpy
import pytest

from renderjuice.tests.blender.check.rig import simulation_nodes

Find = Callable[[], list[Any]]


@pytest.fixture
def cube(scene: bpy.types.Scene) -> bpy.types.Object:
    """The cube, which does not move by itself."""
    cube = bpy.data.objects["Cube"]
    cube.animation_data_clear()
    return cube


def bake(cache: bpy.types.PointCache, owner: bpy.types.Object, until: int) -> None:
    cache.frame_end = until
    with bpy.context.temp_override(point_cache=cache, object=owner, active_object=owner):
        bpy.ops.ptcache.bake(bake=True)
    assert cache.is_baked


def particles(cube: bpy.types.Object) -> Any:
    return cube.modifiers.new("particles", "PARTICLE_SYSTEM").particle_system


@pytest.mark.parametrize("kind", ["CLOTH", "SOFT_BODY", "PARTICLE_SYSTEM"])
def test_what_is_baked_for_all_frames_is_sound(cube: bpy.types.Object, find: Find, kind: str) -> None:
    modifier = cube.modifiers.new("simulated", kind)
    cache = modifier.particle_system.point_cache if kind == "PARTICLE_SYSTEM" else modifier.point_cache
    (found,) = find()
    assert (found.severity, found.datablock, found.collection) == ("warning", "Cube", "objects")
    assert "“Cube” is not baked. On a farm, every frame may be rendered by another machine." in found.what
    bake(cache, cube, 3)
    assert find() == []
    bpy.context.scene.frame_end = 5
    (found,) = find()
    assert "is baked up to frame 3 only, and frame 5 is rendered, too" in found.what


def test_what_was_only_played_is_not_baked(cube: bpy.types.Object, find: Find) -> None:
    cube.modifiers.new("simulated", "CLOTH")
    for frame in (1, 2, 3):
        bpy.context.scene.frame_set(frame)
    assert len(find()) == 1


def test_the_first_frame_needs_no_bake(cube: bpy.types.Object, find: Find) -> None:
    cube.modifiers.new("simulated", "CLOTH")
    bpy.context.scene.frame_end = 1
    assert find() == []


def test_frames_that_are_overridden_are_the_ones_that_count(cube: bpy.types.Object, find: Find) -> None:
    cube.modifiers.new("simulated", "CLOTH")
    settings = bpy.context.scene.renderjuice
    settings.use_frame_ranges, settings.frame_ranges = True, "1"
    assert find() == []
    settings.frame_ranges = "1, 90"
    assert len(find()) == 1


@pytest.mark.parametrize("where", ["object", "modifier"])
def test_what_no_render_shows_needs_no_bake(cube: bpy.types.Object, find: Find, where: str) -> None:
    modifier = cube.modifiers.new("simulated", "CLOTH")
    if where == "object":
        cube.hide_render = True
    else:
        modifier.show_render = False
    assert find() == []


def test_many_of_a_kind_are_one_finding(cube: bpy.types.Object, find: Find) -> None:
    cube.modifiers.new("simulated", "CLOTH")
    for _ in range(3):
        bpy.context.collection.objects.link(cube.copy())
    (found,) = find()
    assert "Cloth simulation “Cube” and 3 more are not baked." in found.what


def test_hair_and_particles_that_stand_still_need_no_bake(cube: bpy.types.Object, find: Find) -> None:
    settings = particles(cube).settings
    settings.physics_type = "NO"
    assert find() == []
    settings.type = "HAIR"
    assert find() == []
    cube.particle_systems[0].use_hair_dynamics = True
    (found,) = find()
    assert found.what.startswith("Hair simulation “Cube”")


def test_rigid_bodies(cube: bpy.types.Object, find: Find) -> None:
    scene = bpy.context.scene
    bpy.context.view_layer.objects.active = cube
    bpy.ops.rigidbody.object_add(type="PASSIVE")
    assert find() == []
    cube.rigid_body.type = "ACTIVE"
    (found,) = find()
    assert (found.datablock, found.collection) == (scene.name, "scenes")
    assert found.what.startswith("Rigid body simulation")
    cube.rigid_body.kinematic = True
    assert find() == []
    cube.rigid_body.kinematic = False
    scene.rigidbody_world.enabled = False
    assert find() == []
    scene.rigidbody_world.enabled = True
    bake(scene.rigidbody_world.point_cache, cube, 3)
    assert find() == []


def test_dynamic_paint(cube: bpy.types.Object, find: Find) -> None:
    bpy.context.view_layer.objects.active = cube
    modifier = cube.modifiers.new("painted", "DYNAMIC_PAINT")
    assert find() == []
    bpy.ops.dpaint.type_toggle(type="CANVAS")
    (found,) = find()
    assert found.what.startswith("Dynamic paint “Cube” is not baked.")
    modifier.canvas_settings.canvas_surfaces[0].surface_format = "IMAGE"
    assert find() == []


def test_a_fluid(cube: bpy.types.Object, find: Find) -> None:
    # the module has no fluid solver: a bake of one is not to be had here
    modifier = cube.modifiers.new("fluid", "FLUID")
    modifier.fluid_type = "FLOW"
    assert find() == []
    modifier.fluid_type = "DOMAIN"
    (found,) = find()
    assert found.what.startswith("Fluid simulation “Cube” is not baked.")


BAKED_GAS = {
    "cache_type": "MODULAR",
    "domain_type": "GAS",
    "cache_frame_end": 8,
    "cache_frame_pause_data": 8,
    "has_cache_baked_data": True,
    "has_cache_baked_mesh": False,
    "has_cache_baked_noise": False,
    "has_cache_baked_particles": False,
    "use_mesh": True,
    "use_noise": False,
    "use_spray_particles": False,
    "use_foam_particles": False,
    "use_bubble_particles": False,
    "use_tracer_particles": False,
}
"""What Blender 5.2 with a fluid solver says of smoke that it has baked."""
BAKED_LIQUID = BAKED_GAS | {"domain_type": "LIQUID", "has_cache_baked_mesh": True}


@pytest.mark.parametrize(
    ("settings", "until"),
    [
        (BAKED_GAS, 8),
        (BAKED_GAS | {"cache_frame_pause_data": 5}, 5),
        (BAKED_GAS | {"has_cache_baked_data": False, "cache_frame_pause_data": 0}, None),
        (BAKED_GAS | {"use_noise": True}, None),
        (BAKED_GAS | {"use_noise": True, "has_cache_baked_noise": True}, 8),
        (BAKED_GAS | {"use_noise": True, "cache_type": "ALL"}, 8),
        (BAKED_LIQUID, 8),
        (BAKED_LIQUID | {"has_cache_baked_mesh": False}, None),
        (BAKED_LIQUID | {"has_cache_baked_mesh": False, "use_mesh": False}, 8),
        (BAKED_LIQUID | {"use_foam_particles": True}, None),
        (BAKED_LIQUID | {"use_foam_particles": True, "has_cache_baked_particles": True}, 8),
    ],
)
def test_how_far_a_fluid_is_baked(
    load: Callable[[str], ModuleType], settings: dict[str, Any], until: int | None
) -> None:
    bakes = load("scene.preflight.bakes")
    assert bakes.fluid_bake(SimpleNamespace(**settings)) == (bakes.NEVER if until is None else until)


def bake_nodes(cube: bpy.types.Object, target: str) -> None:
    modifier = cube.modifiers["nodes"]
    if hasattr(modifier, "bake_target"):
        modifier.bake_target = target
    bake_id = modifier.bakes[0].bake_id
    bpy.ops.object.geometry_node_bake_single(session_uid=cube.session_uid, modifier_name=modifier.name, bake_id=bake_id)


@pytest.mark.parametrize("has_own_folder", [False, True])
def test_geometry_nodes_on_disk(cube: bpy.types.Object, find: Find, project: Path, has_own_folder: bool) -> None:
    modifier = cube.modifiers.new("nodes", "NODES")
    modifier.node_group = simulation_nodes()
    modifier.bake_directory = "//baked"
    if hasattr(modifier, "bake_target"):
        modifier.bake_target = "DISK"
    if has_own_folder:
        modifier.bakes[0].use_custom_path, modifier.bakes[0].directory = True, "//own"
    (found,) = find()
    assert found.what.startswith("Geometry nodes simulation “Cube” is not baked.")
    bpy.context.scene.frame_end = 2
    bake_nodes(cube, "DISK")
    assert (project / ("own" if has_own_folder else "baked")).is_dir()
    assert find() == []
    bpy.context.scene.frame_end = 3
    (found,) = find()
    assert "is baked up to frame 2 only, and frame 3 is rendered, too" in found.what


def test_geometry_nodes_in_the_file(cube: bpy.types.Object, find: Find) -> None:
    """From 4.3 on a bake may lie in the .blend, where nothing tells of it."""
    modifier = cube.modifiers.new("nodes", "NODES")
    modifier.node_group = simulation_nodes()
    (found,) = find()
    words = "may not be baked; Blender does not tell" if hasattr(modifier, "bake_target") else "is not baked"
    assert words in found.what


def test_geometry_nodes_without_simulation(cube: bpy.types.Object, find: Find) -> None:
    tree = simulation_nodes()
    for node in [node for node in tree.nodes if "Simulation" in node.bl_idname]:
        tree.nodes.remove(node)
    tree.nodes.new("GeometryNodeBake")
    cube.modifiers.new("nodes", "NODES").node_group = tree
    assert find() == []


def test_simulations_that_are_only_seen_as_instances(cube: bpy.types.Object, find: Find) -> None:
    hidden = bpy.data.collections.new("Hidden")
    flag = cube.copy()
    flag.name = "Flag"
    hidden.objects.link(flag)
    flag.modifiers.new("simulated", "CLOTH")
    assert find() == []
    instance = bpy.data.objects.new("Instance", None)
    instance.instance_type, instance.instance_collection = "COLLECTION", hidden
    bpy.context.collection.objects.link(instance)
    assert [found.datablock for found in find()] == ["Flag"]


def test_simulations_of_another_scene(cube: bpy.types.Object, find: Find) -> None:
    flag = cube.copy()
    flag.modifiers.new("simulated", "CLOTH")
    bpy.data.scenes.new("Other").collection.objects.link(flag)
    assert find() == []


def test_a_simulation_of_a_library_has_no_select(cube: bpy.types.Object, find: Find, project: Path) -> None:
    flag = bpy.data.objects.new("Flag", cube.data.copy())
    flag.modifiers.new("simulated", "CLOTH")
    bpy.data.libraries.write(str(project / "library.blend"), {flag}, fake_user=True)
    bpy.data.objects.remove(flag)
    with bpy.data.libraries.load(str(project / "library.blend"), link=True, relative=True) as (_, wanted):
        wanted.objects = ["Flag"]
    bpy.context.collection.objects.link(wanted.objects[0])
    (found,) = find()
    assert (found.datablock, found.collection) == ("Flag", "")
