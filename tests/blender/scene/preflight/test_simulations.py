# SPDX-License-Identifier: GPL-3.0-or-later
"""The check of simulations: which have to be baked for these frames, and how far they are."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import bpy
import pytest

from renderjuice.tests.blender.scene_parts import (
    compositor_of,
    library_with,
    render_through,
    simulation_nodes,
    strips_of,
)

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
    # it ends there on every machine
    bpy.context.scene.frame_end = 5
    assert find() == []


def test_what_was_played_and_then_baked_may_end_early(cube: bpy.types.Object, find: Find) -> None:
    scene = bpy.context.scene
    cache = cube.modifiers.new("simulated", "CLOTH").point_cache
    scene.frame_end = 50
    for frame in range(1, 11):
        scene.frame_set(frame)
    with bpy.context.temp_override(point_cache=cache, object=cube, active_object=cube):
        bpy.ops.ptcache.bake_from_cache()
    assert cache.is_baked
    (found,) = find()
    assert "is baked up to frame 10 only, and frame 50 is rendered, too" in found.what
    scene.frame_end = 10
    assert find() == []


def test_bakes_that_end_differently_are_one_finding(
    cube: bpy.types.Object, find: Find, load: Callable[[str], ModuleType]
) -> None:
    scene = bpy.context.scene
    other = cube.copy()
    scene.collection.objects.link(other)
    scene.frame_end = 50
    for thing in (cube, other):
        thing.modifiers.new("simulated", "CLOTH")
    for frame in range(1, 21):
        if frame == 11:
            cache = cube.modifiers[0].point_cache
            with bpy.context.temp_override(point_cache=cache, object=cube, active_object=cube):
                bpy.ops.ptcache.bake_from_cache()
        scene.frame_set(frame)
    cache = other.modifiers[0].point_cache
    with bpy.context.temp_override(point_cache=cache, object=other, active_object=other):
        bpy.ops.ptcache.bake_from_cache()
    (found,) = find()
    assert "“Cube” and 1 more are not baked up to frame 50, which is rendered, too." in found.what


def on_disk(cache: Any, owner: bpy.types.Object, until: int) -> None:
    """Bake to disk, and look at the cache as its panel does: Blender's text about it is saved then, and stays."""
    cache.use_disk_cache = True
    bake(cache, owner, until)
    assert cache.info
    bpy.ops.wm.save_mainfile()


def open_again() -> None:
    bpy.ops.wm.open_mainfile(filepath=bpy.data.filepath)


def test_a_cache_on_disk_that_is_gone(cube: bpy.types.Object, find: Find, project: Path) -> None:
    on_disk(cube.modifiers.new("simulated", "CLOTH").point_cache, cube, 3)
    assert find() == []
    files = sorted(project.rglob("*.bphys"))
    files[-1].unlink()
    open_again()
    (found,) = find()
    assert found.severity == "warning"
    assert "is baked up to frame 2 only, and frame 3 is rendered, too" in found.what
    for path in files[:-1]:
        path.unlink()
    open_again()
    (found,) = find()
    assert (found.severity, found.datablock, found.remedy) == ("error", "Cube", None)
    assert found.what.startswith("Simulation cache “Cube” is missing 3 files, such as ")
    assert found.what.endswith("43756265_000001_00.bphys.")
    assert found.fix == "Bring the files back, or bake it again in the Physics properties."


def simulated(cube: bpy.types.Object, kind: str) -> Any:
    """The point cache of a simulation of the cube."""
    bpy.context.view_layer.objects.active = cube
    modifier = cube.modifiers.new("simulated", "PARTICLE_SYSTEM" if kind == "HAIR" else kind)
    match kind:
        case "DYNAMIC_PAINT":
            bpy.ops.dpaint.type_toggle(type="CANVAS")
            surface = modifier.canvas_settings.canvas_surfaces[0]
            surface.surface_format, surface.frame_start, surface.frame_end = "VERTEX", 1, 3
            return surface.point_cache
        case "HAIR":
            modifier.particle_system.settings.type = kind
            modifier.particle_system.use_hair_dynamics = True
            return modifier.particle_system.point_cache
        case "PARTICLE_SYSTEM":
            return modifier.particle_system.point_cache
    return modifier.point_cache


@pytest.mark.parametrize("kind", ["CLOTH", "SOFT_BODY", "PARTICLE_SYSTEM", "HAIR", "DYNAMIC_PAINT"])
def test_every_kind_of_cache_is_missed_at_the_frames_that_are_rendered(
    cube: bpy.types.Object, find: Find, project: Path, kind: str
) -> None:
    on_disk(simulated(cube, kind), cube, 3)
    assert find() == []
    (gone,) = project.rglob("*_000002_*.bphys")
    gone.unlink()
    open_again()
    (found,) = find()
    assert found.severity == "error"
    assert found.what == f"Simulation cache “Cube” is missing: there is no file {gone}."
    bpy.context.scene.frame_start = 3
    assert find() == []
    bpy.context.scene.frame_start = 1
    shutil.rmtree(gone.parent)
    assert ["is missing 3 files" in found.what for found in find()] == [True]
    cube = bpy.data.objects["Cube"]
    cube.modifiers[0].show_render = False
    assert find() == []
    cube.modifiers[0].show_render, cube.hide_render = True, True
    assert [found for found in find() if found.severity == "error"] == []


def test_a_file_that_was_renamed_after_baking(cube: bpy.types.Object, find: Find, project: Path) -> None:
    on_disk(particles(cube).point_cache, cube, 3)
    bpy.ops.wm.save_as_mainfile(filepath=str(project / "final.blend"))
    (found,) = find()
    assert found.what.startswith("Simulation cache “Cube” is missing 3 files, such as ")
    assert "Its files are in “blendcache_shot”: rename that folder to “blendcache_final”, or bake" in found.fix
    (project / "blendcache_shot").rename(project / "blendcache_final")
    assert find() == []


def test_each_cache_of_an_object_has_files_of_its_own(cube: bpy.types.Object, find: Find, project: Path) -> None:
    caches = [particles(cube).point_cache for _ in range(2)]
    for cache in caches:
        cache.use_disk_cache = True
    for cache in caches:
        on_disk(cache, cube, 3)
    assert find() == []
    for path in project.rglob("*_01.bphys"):
        path.unlink()
    open_again()
    (found,) = find()
    assert "is missing 3 files" in found.what and "_01.bphys" in found.what


def test_every_third_frame_is_enough_for_those_between(cube: bpy.types.Object, find: Find, project: Path) -> None:
    cache = particles(cube).point_cache
    cache.frame_step = 3
    bpy.context.scene.frame_end = 10
    on_disk(cache, cube, 10)
    files = {int(path.name[9:15]): path for path in project.rglob("*.bphys")}
    # Blender itself keeps more than every third
    assert {1, 4, 10} <= files.keys() and not {2, 3} & files.keys()
    assert find() == []
    files[4].unlink()
    assert [f"is missing {4 - (5 in files)} files" in found.what for found in find()] == [True]
    settings = bpy.context.scene.renderjuice
    settings.use_frame_ranges, settings.frame_ranges = True, "1, 8-10"
    assert find() == []


def frames_of(folder: Path, prefix: str, *frames: int) -> None:
    folder.mkdir(exist_ok=True)
    for frame in frames:
        (folder / f"{prefix}_{frame:06}_00.bphys").write_bytes(b"BPHYSICS")


def test_a_cache_of_another_file(cube: bpy.types.Object, find: Find, project: Path) -> None:
    cache = cube.modifiers.new("simulated", "CLOTH").point_cache
    cache.use_external = True
    (found,) = find()
    assert found.what == "Cloth simulation “Cube” has an external cache without a path."
    cache.filepath, cache.name = "//elsewhere", "flag"
    assert ["is missing 3 files" in found.what for found in find()] == [True]
    frames_of(project / "elsewhere", "other", 1, 2, 3)
    assert ["is missing 3 files" in found.what for found in find()] == [True]
    frames_of(project / "elsewhere", "flag", 1, 3)
    assert ["flag_000002_00.bphys" in found.what for found in find()] == [True]
    frames_of(project / "elsewhere", "flag", 2)
    assert find() == []
    bpy.context.scene.frame_end = 4
    assert ["is baked up to frame 3 only" in found.what for found in find()] == [True]


def test_a_cache_of_another_file_without_a_name(cube: bpy.types.Object, find: Find, project: Path) -> None:
    source = cube.modifiers.new("simulated", "CLOTH").point_cache
    source.use_disk_cache = True
    bake(source, cube, 3)
    folder = project / "elsewhere"
    folder.mkdir()
    for path in project.rglob("*.bphys"):
        path.rename(folder / path.name)
    cube.modifiers.clear()
    cache = cube.modifiers.new("simulated", "CLOTH").point_cache
    cache.use_external, cache.filepath = True, "//elsewhere/"
    # files that are called after the object are those of a cache beside the .blend
    assert "No valid data" in cache.info
    assert ["is missing 3 files" in found.what for found in find()] == [True]
    for path in folder.iterdir():
        path.rename(folder / path.name.replace("43756265", ""))
    cache.filepath = "//elsewhere"
    assert "points found" in cache.info
    assert find() == []


@pytest.mark.parametrize("counts_from_library", [True, False])
def test_the_external_cache_of_what_is_linked(
    cube: bpy.types.Object, find: Find, project: Path, counts_from_library: bool
) -> None:
    cache = cube.modifiers.new("simulated", "CLOTH").point_cache
    cache.use_external, cache.filepath, cache.name = True, "//sim/", "flag"
    cache.use_library_path, cache.frame_end = counts_from_library, 3
    (project / "lib").mkdir()
    library = library_with(project / "lib" / "cube.blend", cube)
    bpy.data.objects.remove(cube)
    with bpy.data.libraries.load(str(library), link=True, relative=True) as (_there, here):
        here.objects = ["Cube"]
    bpy.context.scene.collection.objects.link(here.objects[0])
    assert ["is missing 3 files" in found.what for found in find()] == [True]
    frames_of(project / ("lib/sim" if counts_from_library else "sim"), "flag", 1, 2, 3)
    assert find() == []


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("10 frames in memory (1.2 MiB)", 10),
        ("10 \uff081.2 MiB\uff09", 10),
        ("250 frames in memory (1.2 MiB), cache is outdated!", None),
        ("10 points found!", None),
        ("10 frames on disk", None),
        ("", None),
    ],
)
def test_only_a_text_about_frames_in_memory_is_believed(
    load: Callable[[str], ModuleType], text: str, until: int | None
) -> None:
    bakes, dependency = load("scene.preflight.bakes"), load("scene.dependencies.dependency")
    cache = SimpleNamespace(
        use_external=False, use_disk_cache=False, is_baked=True, info=text, frame_start=1, frame_end=250, frame_step=1
    )
    expected = bakes.BAKED if until is None else bakes.Bake(bakes.Extent.UP_TO, until)
    assert bakes.point_cache_bake(cache, None, None, dependency.Origins()) == expected


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


@pytest.mark.parametrize("where", ["object", "modifier", "collection", "above", "layer"])
def test_what_no_render_shows_needs_no_bake(cube: bpy.types.Object, find: Find, where: str) -> None:
    modifier = cube.modifiers.new("simulated", "CLOTH")
    outer, inner = bpy.data.collections.new("Outer"), bpy.data.collections.new("Inner")
    bpy.context.scene.collection.children.link(outer)
    outer.children.link(inner)
    move_to(inner, cube)
    assert len(find()) == 1
    match where:
        case "object":
            cube.hide_render = True
        case "modifier":
            modifier.show_render = False
        case "collection":
            inner.hide_render = True
        case "above":
            outer.hide_render = True
        case "layer":
            bpy.context.view_layer.layer_collection.children["Outer"].exclude = True
    assert find() == []
    if where != "modifier":
        # once more where it is seen
        bpy.context.scene.collection.objects.link(cube)
        cube.hide_render = False
        assert len(find()) == 1


def move_to(collection: bpy.types.Collection, thing: bpy.types.Object) -> None:
    for before in thing.users_collection:
        before.objects.unlink(thing)
    collection.objects.link(thing)


def instance_of(collection: bpy.types.Collection, name: str) -> bpy.types.Object:
    instance = bpy.data.objects.new(name, None)
    instance.instance_type, instance.instance_collection = "COLLECTION", collection
    return instance


@pytest.mark.parametrize("kind", ["SURFACE_DEFORM", "SHRINKWRAP", "COPY_LOCATION", "NODES"])
def test_a_hidden_proxy_moves_what_is_seen(cube: bpy.types.Object, find: Find, kind: str) -> None:
    cube.modifiers.new("simulated", "CLOTH")
    cube.hide_render = True
    seen = bpy.data.objects.new("Seen", bpy.data.meshes.new("Seen"))
    bpy.context.collection.objects.link(seen)
    seen.parent = cube
    assert find() == []
    match kind:
        case "COPY_LOCATION":
            seen.constraints.new(kind).target = cube
        case "NODES":
            tree: Any = bpy.data.node_groups.new("Takes it", "GeometryNodeTree")
            info, output = tree.nodes.new("GeometryNodeObjectInfo"), tree.nodes.new("NodeGroupOutput")
            info.inputs[0].default_value = cube
            tree.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
            tree.links.new(info.outputs["Geometry"], output.inputs[0])
            seen.modifiers.new("moved", kind).node_group = tree
        case _:
            seen.modifiers.new("moved", kind).target = cube
    assert [found.datablock for found in find()] == ["Cube"]
    seen.hide_render = True
    assert find() == []


def test_a_hidden_proxy_of_a_hidden_proxy(cube: bpy.types.Object, find: Find) -> None:
    cube.modifiers.new("simulated", "CLOTH")
    cube.hide_render = True
    between, seen = (bpy.data.objects.new(name, bpy.data.meshes.new(name)) for name in ("Between", "Seen"))
    between.modifiers.new("moved", "SURFACE_DEFORM").target = cube
    seen.modifiers.new("moved", "SURFACE_DEFORM").target = between
    hidden = bpy.data.collections.new("Hidden")
    hidden.hide_render = True
    bpy.context.scene.collection.children.link(hidden)
    move_to(hidden, cube)
    hidden.objects.link(between)
    assert find() == []
    bpy.context.collection.objects.link(seen)
    assert [found.datablock for found in find()] == ["Cube"]


def test_a_simulation_in_a_scene_that_is_shown(cube: bpy.types.Object, find: Find) -> None:
    cube.modifiers.new("simulated", "CLOTH")
    shot, shown = bpy.data.scenes.new("Shot"), bpy.context.scene
    shot.camera, shot.frame_end = shown.camera, 3
    bpy.context.window.scene = shot
    assert find() == []
    shot.background_set = shown
    assert [found.datablock for found in find()] == ["Cube"]
    shot.background_set = None
    strip = strips_of(shot).new_scene("shown", shown, channel=1, frame_start=1)
    assert [found.datablock for found in find()] == ["Shot", "Cube"]
    strip.mute = True
    assert "Cube" not in [found.datablock for found in find()]
    strips_of(shot).remove(strip)
    render_through(compositor_of(shot), shown)
    assert [found.datablock for found in find()] == ["Cube"]


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
    inner = bpy.data.collections.new("Inner")
    scene.rigidbody_world.collection.children.link(inner)
    inner.objects.link(cube)
    scene.rigidbody_world.collection.objects.unlink(cube)
    assert cube.rigid_body
    assert len(find()) == 1
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
    expected = bakes.NOT_BAKED if until is None else bakes.Bake(bakes.Extent.UP_TO, until)
    assert bakes.fluid_bake(SimpleNamespace(**settings)) == expected


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
    node_bake = modifier.bakes[0]
    node_bake.use_custom_simulation_frame_range, node_bake.frame_start, node_bake.frame_end = True, 1, 2
    assert find() == []


def test_geometry_nodes_whose_files_are_gone(cube: bpy.types.Object, find: Find, project: Path) -> None:
    modifier = cube.modifiers.new("nodes", "NODES")
    modifier.node_group, modifier.bake_directory = simulation_nodes(), "//baked"
    bake_nodes(cube, "DISK")
    assert find() == []
    (text,), blobs = project.glob("baked/*/meta/00002*"), [*project.glob("baked/*/blobs/*")]
    text.rename(project / "kept")
    (found,) = find()
    assert (found.severity, found.what) == (
        "error",
        f"Geometry nodes bake “Cube” is missing: there is no file {text}.",
    )
    assert found.fix == "Bring the files back, or bake it again in the Physics properties."
    (project / "kept").rename(text)
    for path in blobs:
        path.unlink()
    (found,) = find()
    assert found.severity == "error" and f"such as {min(blobs)}" in found.what
    modifier.show_render = False
    assert find() == []


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
    instance = instance_of(hidden, "Instance")
    bpy.context.collection.objects.link(instance)
    assert [found.datablock for found in find()] == ["Flag"]
    instance.hide_render = True
    assert find() == []
    # an instance in an instance
    instance.hide_render = False
    middle = bpy.data.collections.new("Middle")
    move_to(middle, instance)
    assert find() == []
    bpy.context.collection.objects.link(instance_of(middle, "Outer"))
    assert [found.datablock for found in find()] == ["Flag"]
    hidden.hide_render = True
    assert find() == []


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
