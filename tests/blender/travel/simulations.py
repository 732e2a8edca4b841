# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulations whose results lie in files: fluid, ocean, and the point caches on disk."""

from __future__ import annotations

import ctypes
from pathlib import Path

import bpy

from .spot import Spot, box_mesh, glow, select, shape_material, written

LENGTH = 4
"""Frames in each cache."""
OCEAN_BYTES, OCEAN_FLAG = 1600, 1024 + 68 + 68
"""Blender's `OceanModifierData`: more than the bytes in front of its path, and the way from there to `cached`."""


def fluid(spot: Spot) -> list[Path]:
    """A folder of folders with a file for each frame. The bpy module can neither bake nor read it."""
    folder = spot.folder / "fluid"
    domain = _box(spot, "Domain", 0.8)
    domain.data.materials.append(shape_material())
    modifier = domain.modifiers.new("Fluid", "FLUID")
    modifier.fluid_type = "DOMAIN"
    settings = modifier.domain_settings
    settings.domain_type, settings.use_mesh, settings.resolution_max = "LIQUID", True, 16
    settings.cache_type, settings.cache_directory = "ALL", written(folder)
    settings.cache_frame_start, settings.cache_frame_end = 1, LENGTH
    source = _box(spot, "Source", 0.3)
    source.hide_render = True
    modifier = source.modifiers.new("Fluid", "FLUID")
    modifier.fluid_type = "FLOW"
    inflow = modifier.flow_settings
    inflow.flow_type, inflow.flow_behavior = "LIQUID", "INFLOW"
    inflow.use_initial_velocity, inflow.velocity_coord = True, (3.0, 0.0, 0.0)
    select(domain)
    bpy.ops.fluid.bake_all()
    return [folder]


def ocean(spot: Spot) -> list[Path]:
    """Images of the displacement."""
    return bake_ocean(spot, spot.folder / "ocean")


def bake_ocean(spot: Spot, folder: Path) -> list[Path]:
    """Displacements as images, one a frame.

    Blender's own bake is a job that only a window's event loop ends: in the background the ocean never gets to know
    that it is baked. So the images are written here, and the flag is set in Blender's memory.
    """
    sea = spot.plane(shape_material(), cuts=8)
    waves = sea.modifiers.new("Ocean", "OCEAN")
    waves.geometry_mode, waves.resolution, waves.spatial_size = "DISPLACE", 4, 2
    waves.filepath = written(folder)
    waves.frame_start, waves.frame_end = 1, LENGTH
    paths = [folder / f"disp_{frame:04d}.exr" for frame in range(1, LENGTH + 1)]
    for frame, path in enumerate(paths, 1):
        _write_displacement(path, 0.1 * frame, side=waves.resolution**2)
    memory = ctypes.string_at(waves.as_pointer(), OCEAN_BYTES)
    flag = memory.index(waves.filepath.encode() + b"\0") + OCEAN_FLAG
    ctypes.c_char.from_address(waves.as_pointer() + flag).value = b"\1"
    assert waves.is_cached
    return paths


def _write_displacement(path: Path, height: float, side: int) -> None:
    image = bpy.data.images.new("displacement", side, side, float_buffer=True)
    image.pixels = [height, height, height, 1.0] * side**2
    image.filepath_raw, image.file_format = str(path), "OPEN_EXR"
    image.save()
    bpy.data.images.remove(image)


def cloth(spot: Spot) -> list[Path]:
    sheet = spot.plane(shape_material(), cuts=4)
    _wind(spot, 500.0)
    return _bake_to_disk(spot, sheet, sheet.modifiers.new("Cloth", "CLOTH").point_cache)


def soft_body(spot: Spot) -> list[Path]:
    jelly = spot.plane(shape_material(), cuts=4)
    modifier = jelly.modifiers.new("Soft body", "SOFT_BODY")
    modifier.settings.use_goal = False
    _wind(spot, 20.0)
    return _bake_to_disk(spot, jelly, modifier.point_cache)


def particles(spot: Spot) -> list[Path]:
    return bake_particles(spot)[2]


def bake_particles(spot: Spot) -> tuple[bpy.types.Object, bpy.types.PointCache, list[Path]]:
    """An object that emits, its point cache and the files of that."""
    emitter = spot.plane(shape_material())
    emitter.show_instancer_for_render = False
    modifier = emitter.modifiers.new("Dust", "PARTICLE_SYSTEM")
    settings = modifier.particle_system.settings
    settings.count, settings.frame_start, settings.frame_end, settings.lifetime = 20, 1, 1, 50
    grain = spot.show(bpy.data.objects.new("Grain", box_mesh(0.1)))
    grain.data.materials.append(shape_material())
    grain.hide_render = True
    settings.render_type, settings.instance_object, settings.particle_size = "OBJECT", grain, 1.0
    settings.effector_weights.gravity = 0.0
    settings.normal_factor, settings.tangent_factor = 0.0, 6.0
    cache = modifier.particle_system.point_cache
    return emitter, cache, _bake_to_disk(spot, emitter, cache)


def rigid_body(spot: Spot) -> list[Path]:
    """Lies in the .blend: Blender crashes when this cache is told to be on disk."""
    stone = _box(spot, "Stone", 0.4)
    stone.data.materials.append(shape_material())
    stone.rotation_euler = (0.5, 0.3, 0.0)
    select(stone)
    bpy.ops.rigidbody.world_add()
    bpy.ops.rigidbody.object_add()
    _wind(spot, 200.0)
    world = spot.scene.rigidbody_world
    world.point_cache.frame_start, world.point_cache.frame_end = 1, LENGTH
    with bpy.context.temp_override(point_cache=world.point_cache, scene=spot.scene):
        bpy.ops.ptcache.bake(bake=True)
    return []


def dynamic_paint(spot: Spot) -> list[Path]:
    """Paint on the vertices, kept in a point cache."""
    material, attribute = glow("ShaderNodeAttribute")
    attribute.attribute_name = "wet"
    canvas = spot.plane(material, cuts=8)
    modifier = canvas.modifiers.new("Paint", "DYNAMIC_PAINT")
    select(canvas)
    bpy.ops.dpaint.type_toggle(type="CANVAS")
    (surface,) = modifier.canvas_settings.canvas_surfaces
    surface.surface_format, surface.frame_start, surface.frame_end = "VERTEX", 1, LENGTH
    surface.output_name_a = "wet"
    select(canvas)
    bpy.ops.dpaint.output_toggle(output="A")
    brush = _box(spot, "Brush", 0.3)
    brush.hide_render = True
    brush.modifiers.new("Paint", "DYNAMIC_PAINT").ui_type = "BRUSH"
    select(brush)
    bpy.ops.dpaint.type_toggle(type="BRUSH")
    files = _bake_to_disk(spot, canvas, surface.point_cache)
    brush.location.z = 50.0  # or it would paint again what is missing
    return files


def _box(spot: Spot, name: str, radius: float) -> bpy.types.Object:
    return spot.show(bpy.data.objects.new(name, box_mesh(radius)))


def _wind(spot: Spot, strength: float) -> None:
    """What lies flat and falls would look the same from above."""
    wind = spot.show(bpy.data.objects.new("Wind", None))
    wind.rotation_euler.y = 1.0
    select(wind)
    bpy.ops.object.forcefield_toggle()
    wind.field.type, wind.field.strength = "WIND", strength


def _bake_to_disk(spot: Spot, owner: bpy.types.Object, cache: bpy.types.PointCache) -> list[Path]:
    """Bake a point cache into the folder that Blender makes for the .blend; gives its files, named for the object."""
    cache.frame_start, cache.frame_end = 1, LENGTH
    cache.use_disk_cache = True
    with bpy.context.temp_override(point_cache=cache, scene=spot.scene, object=owner, active_object=owner):
        bpy.ops.ptcache.bake(bake=True)
    return sorted(spot.folder.glob(f"blendcache_*/{owner.name.encode().hex().upper()}_*"))
