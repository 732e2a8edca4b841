# SPDX-License-Identifier: GPL-3.0-or-later
"""Shapes that come from files: Alembic, USD, MDD and PC2, and OpenVDB volumes."""

from __future__ import annotations

import shutil
import struct
from collections.abc import Callable
from pathlib import Path

import bpy

from .spot import Spot, box_mesh, plane_mesh, select, shape_material, smoke_material, written

LENGTH = 4
"""Frames in each cache."""
USD_LAYER = """#usda 1.0
(
    subLayers = [@./parts/bend.usda@]
)
"""


def alembic(spot: Spot) -> list[Path]:
    path = spot.folder / "alembic" / "bend.abc"
    _export(spot, path, lambda: bpy.ops.wm.alembic_export(filepath=str(path), selected=True, as_background_job=False))
    bpy.ops.wm.alembic_import(filepath=str(path), as_background_job=False)
    _use_relative_path(path)
    return [path]


def usd(spot: Spot) -> list[Path]:
    path = spot.folder / "usd" / "bend.usdc"
    _export(
        spot,
        path,
        lambda: bpy.ops.wm.usd_export(filepath=str(path), selected_objects_only=True, export_animation=True),
    )
    bpy.ops.wm.usd_import(filepath=str(path))
    _use_relative_path(path)
    return [path]


def usd_layers(spot: Spot) -> list[Path]:
    """A file of a few lines, which has its shape from another one."""
    inner = spot.folder / "layers" / "parts" / "bend.usda"
    inner.parent.mkdir(parents=True)
    outer = inner.parent.parent / "scene.usda"
    _export(
        spot,
        inner,
        lambda: bpy.ops.wm.usd_export(filepath=str(inner), selected_objects_only=True, export_animation=True),
    )
    outer.write_text(USD_LAYER)
    bpy.ops.wm.usd_import(filepath=str(outer))
    _use_relative_path(outer)
    return [inner]


def mesh_cache_mdd(spot: Spot) -> list[Path]:
    """LightWave's format."""
    # big-endian: numbers of frames and points, a time for each frame, positions
    path = spot.folder / "mdd" / "bend.mdd"
    shapes = _shapes()
    header = struct.pack(f">2i{LENGTH}f", LENGTH, len(shapes[0]), *(frame / 24.0 for frame in range(LENGTH)))
    return _mesh_cache(spot, path, header, ">", shapes)


def mesh_cache_pc2(spot: Spot) -> list[Path]:
    return [write_pc2(spot, spot.folder / "pc2" / "bend.pc2")]


def write_pc2(spot: Spot, path: Path) -> Path:
    """A plane with a modifier that reads this file."""
    # little-endian: name, version, number of points, first frame, frames a sample, number of samples, positions
    shapes = _shapes()
    header = struct.pack("<12s2i2fi", b"POINTCACHE2\0", 1, len(shapes[0]), 0.0, 1.0, LENGTH)
    return _mesh_cache(spot, path, header, "<", shapes)[0]


def volume(spot: Spot) -> list[Path]:
    """OpenVDB, not compressed inside."""
    (path,) = _write_volumes(spot, spot.folder / "smoke", 1)
    _show_volume(spot, path)
    return [path]


def volume_sequence(spot: Spot) -> list[Path]:
    """OpenVDB, a file a frame."""
    paths = _write_volumes(spot, spot.folder / "clouds", LENGTH)
    fog = _show_volume(spot, paths[0])
    fog.is_sequence, fog.frame_start, fog.frame_duration = True, 1, LENGTH
    return paths[1:3]


def _export(spot: Spot, path: Path, export: Callable[[], object]) -> None:
    """Write a plane that bends from frame to frame, and remove it again."""
    path.parent.mkdir(exist_ok=True)
    plane = spot.plane(shape_material(), cuts=4)
    bend = plane.modifiers.new("Bend", "SIMPLE_DEFORM")
    bend.deform_method, bend.deform_axis = "TAPER", "Y"
    for frame, factor in ((1, 0.0), (LENGTH, 1.5)):
        bend.factor = factor
        bend.keyframe_insert("factor", frame=frame)
    select(plane)
    scene = spot.scene
    before = scene.frame_start, scene.frame_end
    scene.frame_start, scene.frame_end = 1, LENGTH
    export()
    scene.frame_start, scene.frame_end = before
    bpy.data.objects.remove(plane)


def _use_relative_path(path: Path) -> None:
    """What was imported reads the file by an absolute path, and has lost its material."""
    (cache,) = (cache for cache in bpy.data.cache_files if Path(bpy.path.abspath(cache.filepath)) == path)
    cache.filepath = written(path)
    for thing in bpy.data.objects:
        if any(getattr(modifier, "cache_file", None) == cache for modifier in thing.modifiers):
            thing.data.materials.clear()
            thing.data.materials.append(shape_material())


def _shapes() -> list[list[tuple[float, float, float]]]:
    """The corners of a plane, nearer to each other in every frame."""
    corners = [tuple(corner.co) for corner in plane_mesh().vertices]
    return [[(x * share, y, z) for x, y, z in corners] for share in (1.0, 0.8, 0.6, 0.4)]


def _mesh_cache(
    spot: Spot, path: Path, header: bytes, order: str, shapes: list[list[tuple[float, float, float]]]
) -> list[Path]:
    path.parent.mkdir(parents=True)
    numbers = [number for shape in shapes for corner in shape for number in corner]
    path.write_bytes(header + struct.pack(f"{order}{len(numbers)}f", *numbers))
    cache = spot.plane(shape_material()).modifiers.new("Cache", "MESH_CACHE")
    cache.cache_format, cache.filepath, cache.frame_start = path.suffix[1:].upper(), written(path), 1.0
    return [path]


def _write_volumes(spot: Spot, folder: Path, count: int) -> list[Path]:
    """OpenVDB files of ever thicker fog. An export of Blender's own volumes writes them; the wheels have no openvdb."""
    cube = bpy.data.objects.new("Cube", box_mesh(0.7))
    fog = bpy.data.objects.new("Fog", bpy.data.volumes.new("Fog"))
    convert = fog.modifiers.new("Fog", "MESH_TO_VOLUME")
    convert.object, convert.resolution_mode, convert.voxel_amount = cube, "VOXEL_AMOUNT", 8
    for thing in (cube, fog):
        spot.scene.collection.objects.link(thing)
    select(fog)
    paths = []
    for number in range(1, count + 1):
        convert.density = 0.1 * number
        bpy.ops.wm.usd_export(filepath=str(folder / "fog.usdc"), selected_objects_only=True)
        (exported,) = (folder / "volumes").iterdir()
        paths.append(exported.rename(folder / f"fog_{number:04d}.vdb"))
    bpy.data.batch_remove((cube, fog))
    shutil.rmtree(folder / "volumes")
    (folder / "fog.usdc").unlink()
    return paths


def _show_volume(spot: Spot, path: Path) -> bpy.types.Volume:
    fog = bpy.data.volumes.new("Fog")
    fog.filepath = written(path)
    fog.materials.append(smoke_material())
    spot.show(bpy.data.objects.new("Fog", fog))
    return fog
