# SPDX-License-Identifier: GPL-3.0-or-later
"""Volumes, Alembic and USD, mesh caches, simulations on disk, and files that nodes name."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import bpy
import pytest

from renderjuice.tests.blender.scene.dependencies.needed_files import Find, touch

NO_FILE = 2**31 - 1
"""What Blender has as the number at a frame without a file."""


def a_volume(**settings: Any) -> bpy.types.Volume:
    """A volume in the scene; its files need not be any."""
    volume = bpy.data.volumes.new("smoke")
    volume.filepath = "//v_001.vdb"
    bpy.context.scene.collection.objects.link(bpy.data.objects.new("smoke", volume))
    for name, value in settings.items():
        setattr(volume, name, value)
    return volume


def add_modifier(kind: str) -> Any:
    """A modifier on the cube."""
    return bpy.data.objects["Cube"].modifiers.new(kind, kind)


def test_a_volume_is_found(find: Find, folder: Path) -> None:
    touch(folder, "v_001.vdb", "v_002.vdb")
    a_volume()
    assert find().files == ["v_001.vdb"]


def test_a_sequence_of_volumes_is_cut(find: Find, folder: Path) -> None:
    touch(folder, *(f"v_{number:03}.vdb" for number in range(1, 9)))
    a_volume(is_sequence=True, frame_start=11, frame_duration=8)
    assert find(13).files == ["v_002.vdb", "v_003.vdb", "v_004.vdb"]
    (folder / "v_003.vdb").unlink()
    assert find(13).missing == ["v_003.vdb"]


def test_a_volumes_number_stands_at_the_names_end(find: Find, folder: Path) -> None:
    touch(folder, "v_001_low.vdb", "v_003_low.vdb")
    volume = a_volume(is_sequence=True, frame_duration=8)
    volume.filepath = "//v_001_low.vdb"
    assert find(3).files == ["v_001_low.vdb"]


@pytest.mark.parametrize("mode", ["CLIP", "EXTEND", "REPEAT", "PING_PONG"])
@pytest.mark.parametrize(("start", "count", "offset"), [(1, 5, 0), (3, 4, 2), (-2, 3, -1), (2, 6, 1)])
def test_the_volumes_number_is_the_one_that_blender_reads(
    load: Callable[[str], ModuleType], folder: Path, mode: str, start: int, count: int, offset: int
) -> None:
    number_at = load("scene.dependencies.kinds.caches").volume_number_at
    volume = a_volume(
        is_sequence=True, sequence_mode=mode, frame_start=start, frame_duration=count, frame_offset=offset
    )
    for frame in range(-15, 25):
        bpy.context.scene.frame_set(frame)
        graph = bpy.context.evaluated_depsgraph_get()
        read = bpy.data.objects["smoke"].evaluated_get(graph).data.grids.frame
        number = number_at(volume, frame)
        assert number == (None if read == NO_FILE else read)


def test_a_mesh_cache_is_found(find: Find, folder: Path) -> None:
    touch(folder, "wave.mdd")
    modifier = add_modifier("MESH_CACHE")
    modifier.filepath = "//wave.mdd"
    assert find().files == ["wave.mdd"]
    (folder / "wave.mdd").unlink()
    assert find().missing == ["wave.mdd"]
    modifier.show_render = False
    assert (find().missing, find().refused) == ([], [])


def test_a_fluid_is_cut_when_its_frames_can_be_read_one_by_one(find: Find, folder: Path) -> None:
    names = [f"fluid/data/fluid_data_{number:04}.vdb" for number in range(1, 9)]
    modifier = add_modifier("FLUID")
    modifier.fluid_type = "DOMAIN"
    modifier.domain_settings.cache_directory = "//fluid"
    modifier.domain_settings.cache_type = "REPLAY"
    # each of these settings has Blender remove the files that are there
    touch(folder, *names, "fluid/script/smoke.py")
    assert find(4).files == [*names, "fluid/script/smoke.py"]
    modifier.domain_settings.cache_type = "ALL"
    touch(folder, *names, "fluid/script/smoke.py")
    assert find(4).files == [*names[2:5], "fluid/script/smoke.py"]


def test_a_fluid_that_was_never_baked_needs_nothing(find: Find) -> None:
    add_modifier("FLUID").fluid_type = "DOMAIN"
    assert (find().files, find().missing, find().refused) == ([], [], [])


def bake_ocean(modifier: Any) -> None:
    """Bake the cube's ocean, as its button does."""
    cube, scene = bpy.data.objects["Cube"], bpy.data.scenes.new("baking")
    scene.collection.objects.link(cube)
    bpy.context.window.scene = scene
    bpy.context.view_layer.objects.active = cube
    bpy.ops.object.ocean_bake(modifier=modifier.name)
    last = Path(bpy.path.abspath(modifier.filepath)) / f"disp_{modifier.frame_end:04}.exr"
    deadline = time.monotonic() + 10.0
    while not last.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    # without a window, it is with the scene that the bake ends
    bpy.ops.scene.delete()
    assert modifier.is_cached


def test_an_ocean_is_cut_and_keeps_its_ends(find: Find, folder: Path) -> None:
    modifier = add_modifier("OCEAN")
    modifier.filepath, modifier.resolution = "//sea", 2
    modifier.frame_start, modifier.frame_end = 2, 8
    touch(folder, "sea/disp_0005.exr", "sea/notes.txt")
    assert find(5).files == []
    bake_ocean(modifier)
    assert find(5).files == ["sea/disp_0004.exr", "sea/disp_0005.exr", "sea/disp_0006.exr"]
    assert find(-9).files == ["sea/disp_0002.exr"]
    assert find(20).files == ["sea/disp_0008.exr"]
    assert find(1, 5, 20).missing == []
    bpy.context.scene.render.frame_map_new = 50
    assert len(find(5).files) == 7


def test_the_pictures_of_a_baked_ocean_are_missed(find: Find, folder: Path) -> None:
    modifier = add_modifier("OCEAN")
    modifier.filepath, modifier.resolution, modifier.use_foam = "//sea", 2, True
    modifier.frame_start, modifier.frame_end = 2, 8
    bake_ocean(modifier)
    assert (folder / "sea" / "foam_0002.exr").exists()
    assert find(*range(1, 20)).missing == []
    (folder / "sea" / "disp_0005.exr").unlink()
    (folder / "sea" / "foam_0008.exr").unlink()
    assert find(2, 5).missing == ["sea/disp_0005.exr"]
    assert find(4, 30).missing == ["sea/foam_0008.exr"]
    for path in (folder / "sea").iterdir():
        path.unlink()
    assert find(1, 2, 5).missing == ["sea/disp_0002.exr", "sea/disp_0005.exr"]
    bpy.context.scene.render.frame_map_new = 50
    assert find(5).missing == ["sea/disp_0002.exr"]
    modifier.show_render = False
    assert find(5).missing == []


FLUID = {
    "domain_type": "GAS",
    "cache_type": "ALL",
    "cache_frame_start": 1,
    "cache_frame_end": 8,
    "use_mesh": True,
    "use_noise": False,
    "use_spray_particles": False,
    "use_foam_particles": False,
    "use_bubble_particles": False,
    "use_tracer_particles": False,
} | {
    f"{name}_{part}": value
    for part in ("data", "noise", "mesh", "particles")
    for name, value in (("has_cache_baked", True), ("cache_frame_pause", 0))
}
"""What a Blender with a fluid solver says of a fluid that it has baked."""


@pytest.mark.parametrize(
    ("settings", "missing"),
    [
        ({}, ["data/fluid_data_0004.vdb"]),
        ({"has_cache_baked_data": False}, []),
        ({"cache_type": "REPLAY"}, []),
        ({"cache_frame_pause_data": 3}, []),
        ({"use_noise": True}, ["data/fluid_data_0004.vdb", "noise/fluid_noise_0002.vdb", "noise/fluid_noise_0004.vdb"]),
        ({"domain_type": "LIQUID"}, ["mesh/fluid_mesh_0002.bobj.gz", "mesh/fluid_mesh_0004.bobj.gz"]),
        ({"domain_type": "LIQUID", "use_mesh": False}, ["data/fluid_data_0004.vdb"]),
        (
            {"domain_type": "LIQUID", "use_mesh": False, "use_foam_particles": True},
            [
                "data/fluid_data_0004.vdb",
                "particles/fluid_particles_0002.vdb",
                "particles/fluid_particles_0004.vdb",
            ],
        ),
    ],
)
def test_the_parts_of_a_baked_fluid_are_missed(
    load: Callable[[str], ModuleType], folder: Path, settings: dict[str, Any], missing: list[str]
) -> None:
    # the module has no fluid solver, so that no bake of one is to be had here
    simulations, reads = load("scene.dependencies.kinds.simulations"), load("scene.rendered.frames_read")
    disk = load("scene.dependencies.disk").Disk()
    touch(folder, *(f"data/fluid_data_{number:04}.vdb" for number in (1, 2, 3)))
    parts = simulations.fluid_parts(SimpleNamespace(**FLUID | settings))
    # a frame that is shifted by 10, one that has no file, and one after the end
    found = simulations._fluid(
        "ALL", 10, parts, str(folder), reads.frames_read_by(bpy.context.scene, (12, 14, 30)), disk
    )
    assert [str(Path(path).relative_to(folder)) for path in found.missing] == missing


def test_a_fluid_may_have_a_file_for_each_grid(load: Callable[[str], ModuleType], folder: Path) -> None:
    simulations, reads = load("scene.dependencies.kinds.simulations"), load("scene.rendered.frames_read")
    disk = load("scene.dependencies.disk").Disk()
    grids = ("density", "heat", "vel")
    touch(folder, *(f"data/{grid}_{number:04}.uni" for number in (1, 2, 4) for grid in grids))
    parts = simulations.fluid_parts(SimpleNamespace(**FLUID))
    rendered = reads.frames_read_by(bpy.context.scene, (1, 2, 3, 4))
    found = simulations._fluid("ALL", 0, parts, str(folder), rendered, disk)
    assert [str(Path(path).relative_to(folder)) for path in found.missing] == ["data/density_0003.uni"]


def test_a_cloth_on_disk_brings_its_own_files_only(find: Find, folder: Path) -> None:
    own, other = "43756265_000001_00.bphys", "4F74686572_000001_00.bphys"
    cache = add_modifier("CLOTH").point_cache
    assert (find().files, find().refused) == ([], [])
    cache.use_disk_cache = True
    touch(folder, f"blendcache_shot/{own}", f"blendcache_shot/{other}")
    assert find().files == [f"blendcache_shot/{own}"]
    (found,) = find().dependencies.used
    assert found.written == "//blendcache_shot"
    cache.name = "named"
    touch(folder, "blendcache_shot/named_000001_00.bphys")
    assert find().files == ["blendcache_shot/named_000001_00.bphys"]


def test_the_hair_of_particles_has_a_cache_of_its_own(find: Find, folder: Path) -> None:
    touch(folder, "sim/hair_000001_00.bphys", "sim/drops_000001_00.bphys")
    bpy.data.objects["Cube"].modifiers.new("hair", "PARTICLE_SYSTEM")
    particles = bpy.data.objects["Cube"].particle_systems[0]
    particles.settings.type, particles.use_hair_dynamics = "HAIR", True
    cache = particles.cloth.point_cache
    cache.use_external, cache.filepath, cache.name = True, "//sim/", "hair"
    assert find().files == ["sim/hair_000001_00.bphys"]
    particles.use_hair_dynamics = False
    assert find().files == []


def test_rigid_bodies_have_a_cache_in_the_scene(find: Find, folder: Path) -> None:
    touch(folder, "sim/bricks_000001_00.bphys", "sim/drops_000001_00.bphys")
    bpy.ops.rigidbody.world_add()
    cache = bpy.context.scene.rigidbody_world.point_cache
    # 4.2 to 5.2 crash with `use_disk_cache` of this one, and without an index with an external one
    cache.index, cache.use_external, cache.filepath, cache.name = 0, True, "//sim/", "bricks"
    assert find().files == ["sim/bricks_000001_00.bphys"]
    (found,) = find().dependencies.used
    assert (found.collection, found.user) == ("scenes", "Scene")


@pytest.mark.parametrize("name", ["drops", ""])
def test_an_external_cache_is_read_from_its_folder(find: Find, folder: Path, name: str) -> None:
    touch(folder, f"sim/{name}_000001_00.bphys", "sim/43756265_000001_00.bphys")
    bpy.data.objects["Cube"].modifiers.new("drops", "PARTICLE_SYSTEM")
    cache = bpy.data.objects["Cube"].particle_systems[0].point_cache
    cache.use_external, cache.filepath, cache.name = True, "//sim/", name
    assert find().files == [f"sim/{name}_000001_00.bphys"]


def test_a_fluid_in_the_project_brings_its_own_files_only(find: Find, folder: Path) -> None:
    modifier = add_modifier("FLUID")
    modifier.fluid_type, modifier.domain_settings.cache_directory = "DOMAIN", "//"
    touch(folder, "data/fluid_data_0001.vdb", "renders/0001.png", "secret.mov")
    assert find().files == ["data/fluid_data_0001.vdb"]


def test_a_bake_of_geometry_nodes_is_found_and_nothing_beside_it(find: Find, folder: Path) -> None:
    tree: Any = bpy.data.node_groups.new("bakes", "GeometryNodeTree")
    tree.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
    node, output = tree.nodes.new("GeometryNodeBake"), tree.nodes.new("NodeGroupOutput")
    cube = tree.nodes.new("GeometryNodeMeshCube")
    tree.links.new(cube.outputs[0], node.inputs[0])
    tree.links.new(node.outputs[0], output.inputs[0])
    modifier = add_modifier("NODES")
    modifier.node_group, modifier.bake_directory = tree, "//"
    if hasattr(modifier, "bake_target"):
        # 4.3 and later
        modifier.bake_target = "DISK"
    touch(folder, "renders/0001.png", "secret.mov")
    assert find().files == []
    (bake,) = modifier.bakes
    bpy.ops.object.geometry_node_bake_single(
        session_uid=bpy.data.objects["Cube"].session_uid, modifier_name=modifier.name, bake_id=bake.bake_id
    )
    made = sorted(path for path in folder.rglob("*.*") if path.suffix in (".json", ".blob"))
    assert made
    assert find().files == [path.relative_to(folder).as_posix() for path in made]
    bake.use_custom_path, bake.directory = True, "//own"
    touch(folder, "own/meta/00001_000.json", "own/other.txt")
    assert find().files == ["own/meta/00001_000.json"]


def test_files_of_nodes_are_found(find: Find, folder: Path) -> None:
    touch(folder, "lamp.ies", "shader.osl", "shader.oso", "shape.obj")
    material = bpy.data.materials.new("nodes")
    if material.node_tree is None:
        material.use_nodes = True
    lamp = material.node_tree.nodes.new("ShaderNodeTexIES")
    lamp.mode, lamp.filepath = "EXTERNAL", "//lamp.ies"
    script = material.node_tree.nodes.new("ShaderNodeScript")
    script.mode, script.filepath = "EXTERNAL", "//shader.osl"
    bpy.data.objects["Cube"].data.materials.append(material)
    assert find().files == ["lamp.ies", "shader.osl", "shader.oso"]
    lamp.mode = script.mode = "INTERNAL"
    assert (find().files, find().refused) == ([], [])


def test_a_cache_file_and_its_layers_are_found(find: Find, folder: Path) -> None:
    bpy.ops.wm.alembic_export(filepath=str(folder / "shape.abc"), as_background_job=False)
    bpy.ops.wm.alembic_import(filepath=str(folder / "shape.abc"), as_background_job=False, always_add_cache_reader=True)
    (cache,) = bpy.data.cache_files
    cache.filepath = "//shape.abc"
    assert find().files == ["shape.abc"]
    touch(folder, *(f"shape_{number:03}.abc" for number in range(1, 9)))
    cache.filepath, cache.is_sequence = "//shape_001.abc", True
    assert find(4).files == ["shape_003.abc", "shape_004.abc", "shape_005.abc"]


def read_shape() -> float:
    """The size of the shape that Blender reads from the cache file at this frame."""
    graph = bpy.context.evaluated_depsgraph_get()
    (shape,) = (each for each in bpy.data.objects if each.type == "MESH")
    return shape.evaluated_get(graph).data.vertices[0].co.x


def add_shapes(folder: Path, numbers: dict[str, int]) -> Any:
    """A cache of numbered files in place of the cube, each as large as is given here."""
    cube = bpy.data.objects["Cube"]
    corners = [vertex.co.copy() for vertex in cube.data.vertices]
    for name, size in numbers.items():
        for vertex, corner in zip(cube.data.vertices, corners, strict=True):
            vertex.co = corner * size
        bpy.ops.wm.alembic_export(filepath=str(folder / name), as_background_job=False, start=1, end=1)
    bpy.data.objects.remove(cube)
    path = str(folder / min(numbers))
    bpy.ops.wm.alembic_import(filepath=path, as_background_job=False, always_add_cache_reader=True, is_sequence=True)
    (cache,) = bpy.data.cache_files
    return cache


@pytest.mark.parametrize(("frame", "expected"), [(3.0, 3), (5.4, 5), (5.6, 5)])
def test_a_cache_file_that_stands_still_needs_one_file(find: Find, folder: Path, frame: float, expected: int) -> None:
    cache = add_shapes(folder, {f"shape_{number:03}.abc": number for number in range(1, 9)})
    cache.filepath, cache.override_frame, cache.frame = "//shape_001.abc", True, frame
    bpy.context.scene.frame_set(7)
    assert read_shape() == expected
    assert find(7).files == [f"shape_{expected:03}.abc"]
    cache.keyframe_insert("frame", frame=1)
    assert len(find(7).files) == 8


def test_a_cache_file_before_the_frame_0_has_a_sign(find: Find, folder: Path) -> None:
    cache = add_shapes(folder, {"shape_-002.abc": 2, "shape_-001.abc": 5, "shape_001.abc": 7})
    cache.filepath, cache.is_sequence = "//shape_001.abc", True
    bpy.context.scene.frame_set(-2)
    assert read_shape() == 2
    assert find(-2).files == ["shape_-001.abc", "shape_-002.abc"]
    cache.keyframe_insert("frame", frame=1)
    assert len(find(-2).files) == 3


def test_a_cache_that_is_linked_may_count_from_the_open_file(find: Find, folder: Path) -> None:
    cube = bpy.data.objects["Cube"]
    cache = add_modifier("CLOTH").point_cache
    cache.use_external, cache.filepath, cache.name, cache.use_library_path = True, "//sim/", "drops", False
    (folder / "lib").mkdir()
    bpy.data.libraries.write(str(folder / "lib/cube.blend"), {cube}, fake_user=True)
    bpy.data.objects.remove(cube)
    with bpy.data.libraries.load(str(folder / "lib/cube.blend"), link=True, relative=True) as (_, wanted):
        wanted.objects = ["Cube"]
    bpy.context.scene.collection.objects.link(wanted.objects[0])
    touch(folder, "sim/drops_000001_00.bphys", "lib/sim/drops_000001_00.bphys")
    assert find().files == ["lib/cube.blend", "sim/drops_000001_00.bphys"]


def test_a_multires_may_keep_its_shape_in_a_file(find: Find, folder: Path) -> None:
    cube = bpy.data.objects["Cube"]
    bpy.context.view_layer.objects.active = cube
    modifier = add_modifier("MULTIRES")
    bpy.ops.object.multires_subdivide(modifier=modifier.name)
    assert (find().files, find().refused) == ([], [])
    bpy.ops.object.multires_external_save(
        modifier=modifier.name, filepath=str(folder / "shape.btx"), relative_path=True
    )
    assert (modifier.filepath, find().files, find().refused) == ("//shape.btx", ["shape.btx"], [])
    (folder / "shape.btx").unlink()
    assert find().missing == ["shape.btx"]
