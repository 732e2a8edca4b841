# SPDX-License-Identifier: GPL-3.0-or-later
"""Volumes, Alembic and USD, mesh caches, simulations on disk, and files that nodes name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

from renderjuice.tests.blender.dependencies.rig import Find, touch

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
    number_at = load("scene.dependencies.caches").volume_number_at
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
    add_modifier("MESH_CACHE").filepath = "//wave.mdd"
    assert find().files == ["wave.mdd"]


def test_a_fluid_is_cut_when_its_frames_can_be_read_one_by_one(find: Find, folder: Path) -> None:
    names = [f"fluid/data/fluid_data_{number:04}.vdb" for number in range(1, 9)]
    modifier = add_modifier("FLUID")
    modifier.fluid_type = "DOMAIN"
    modifier.domain_settings.cache_directory = "//fluid"
    modifier.domain_settings.cache_type = "REPLAY"
    # each of these settings has Blender remove the files that are there
    touch(folder, *names, "fluid/script.py")
    assert find(4).files == [*names, "fluid/script.py"]
    modifier.domain_settings.cache_type = "ALL"
    touch(folder, *names, "fluid/script.py")
    assert find(4).files == [*names[2:5], "fluid/script.py"]


def test_a_fluid_that_was_never_baked_needs_nothing(find: Find) -> None:
    add_modifier("FLUID").fluid_type = "DOMAIN"
    assert (find().files, find().missing, find().refused) == ([], [], [])


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


def test_an_external_cache_is_read_from_its_folder(find: Find, folder: Path) -> None:
    touch(folder, "sim/drops_000001_00.bphys")
    bpy.data.objects["Cube"].modifiers.new("drops", "PARTICLE_SYSTEM")
    cache = bpy.data.objects["Cube"].particle_systems[0].point_cache
    cache.use_external, cache.filepath, cache.name = True, "//sim/", "drops"
    assert find().files == ["sim/drops_000001_00.bphys"]


def test_a_bake_of_geometry_nodes_is_found_with_all_below_it(find: Find, folder: Path) -> None:
    touch(folder, "bake/1/meta/000001_00000.json", "bake/1/blobs/000001_00000.blob")
    add_modifier("NODES").bake_directory = "//bake"
    assert find().files == ["bake/1/blobs/000001_00000.blob", "bake/1/meta/000001_00000.json"]


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


def test_a_cache_file_and_its_layers_are_found(find: Find, folder: Path) -> None:
    bpy.ops.wm.alembic_export(filepath=str(folder / "shape.abc"), as_background_job=False)
    bpy.ops.wm.alembic_import(filepath=str(folder / "shape.abc"), as_background_job=False, always_add_cache_reader=True)
    (cache,) = bpy.data.cache_files
    cache.filepath = "//shape.abc"
    assert find().files == ["shape.abc"]
    touch(folder, *(f"shape_{number:03}.abc" for number in range(1, 9)))
    cache.filepath, cache.is_sequence = "//shape_001.abc", True
    assert find(4).files == ["shape_003.abc", "shape_004.abc", "shape_005.abc"]
