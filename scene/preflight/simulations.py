# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulations that are not baked: on a farm every frame may be rendered by a machine that has not seen those before.

Measured with 4.2 and 5.2: what was only played is lost when the file is opened again (rigid bodies, geometry nodes,
particles), or kept until something changes (cloth, soft bodies). What is baked is read as it is, even when Blender
says that it is outdated, and so gives the same frames there as here.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from enum import Enum, auto
from typing import Any, NamedTuple

import bpy

from ..dependencies.disk import Disk
from .bakes import Bake, Extent, fluid_bake, nodes_bakes, point_cache_bake
from .finding import Finding, Severity
from .rendered import shown_objects, shown_scenes
from .request import Findings, Request, cut, objects_below, pieces, place_of

IN_PHYSICS = "Bake it in the Physics properties, under Cache."
IN_SCENE = "Bake it in the Scene properties, under Rigid Body World."
IN_NODES = "Bake it in the Physics properties, under Simulation Nodes."
OTHER_MACHINES = "On a farm, every frame may be rendered by another machine."
WITHOUT_CACHE = frozenset({"NO", "KEYED"})
"""Physics of particles that are where they are by the frame alone."""
MOST_OBJECTS = 200
"""Objects that are looked at in one step."""


class Simulation(NamedTuple):
    """One that frames depend on: it starts from the frame `begin`."""

    kind: str
    fix: str
    begin: int
    bake: Bake


class Lack(Enum):
    """What is wrong with a bake."""

    IS_NOT_BAKED = auto()
    IS_LOST = auto()
    ENDS_EARLY = auto()
    MAY_NOT_BE_BAKED = auto()


LACKS = {
    Extent.NOTHING: Lack.IS_NOT_BAKED,
    Extent.LOST: Lack.IS_LOST,
    Extent.UP_TO: Lack.ENDS_EARLY,
    Extent.UNTOLD: Lack.MAY_NOT_BE_BAKED,
}


class Lacking(NamedTuple):
    """A simulation that lacks something, of this datablock."""

    simulation: Simulation
    lack: Lack
    owner: Any


def check_simulations(request: Request) -> Findings:
    """The simulations of objects; one finding for all of a kind that lack the same."""
    lacking: list[Lacking] = []
    disk = Disk()
    for piece in pieces("objects", MOST_OBJECTS):
        for holder in piece:
            if holder.modifiers:
                for simulation in _simulations(request.scene, holder, disk):
                    lack = _lack(request, simulation)
                    if lack is not None:
                        lacking.append(Lacking(simulation, lack, holder))
        yield None
    if not lacking:
        return
    shown = yield from shown_objects(shown_scenes(request.scene), {each.owner for each in lacking})
    groups: dict[tuple[str, Lack], list[Lacking]] = {}
    for each in lacking:
        if each.owner in shown:
            groups.setdefault((each.simulation.kind, each.lack), []).append(each)
    for these in groups.values():
        yield _finding(request, these, "objects")


def check_rigid_bodies(request: Request) -> Findings:
    """The simulations of the scenes' rigid bodies."""
    for scene in shown_scenes(request.scene):
        world = scene.rigidbody_world
        if world is None or not world.enabled or world.collection is None:
            continue
        cache = world.point_cache
        bake = point_cache_bake(cache, scene, Disk())
        simulation = Simulation("Rigid body simulation", IN_SCENE, cache.frame_start, bake)
        lack = _lack(request, simulation)
        if lack is None:
            continue
        for piece in cut(functools.partial(objects_below, world.collection)):
            yield None
            if any(_is_simulated(thing.rigid_body) for thing in piece):
                yield _finding(request, [Lacking(simulation, lack, scene)], "scenes")
                break


def _is_simulated(body: bpy.types.RigidBodyObject | None) -> bool:
    return body is not None and body.enabled and body.type == "ACTIVE" and not body.kinematic


def _lack(request: Request, simulation: Simulation) -> Lack | None:
    """What the rendered frames lack. The frame that a simulation starts from is there without a bake."""
    extent, frame = simulation.bake
    if not request.goes_beyond(simulation.begin) or (extent is Extent.UP_TO and not request.goes_beyond(frame)):
        return None
    return LACKS.get(extent)


def _finding(request: Request, these: list[Lacking], collection: str) -> Finding:
    simulation, lack, owner = these[0]
    named, more = f"{simulation.kind} “{owner.name}”", len(these) - 1
    fix = simulation.fix
    match lack:
        case Lack.IS_NOT_BAKED:
            what = f"{named} and {more} more are not baked." if more else f"{named} is not baked."
            what = f"{what} {OTHER_MACHINES}"
        case Lack.IS_LOST:
            what = f"{named} has no files in the folder of its cache."
            if more:
                what = f"{named} and {more} more have no files in the folders of their caches."
            fix = "Bring the files back, or bake it again in the Physics properties, under Cache."
        case Lack.ENDS_EARLY:
            end, last = simulation.bake.frame, request.frames[-1]
            what = f"{named} is baked up to frame {end} only, and frame {last} is rendered, too."
            if more:
                what = f"{named} and {more} more are not baked up to frame {last}, which is rendered, too."
        case Lack.MAY_NOT_BE_BAKED:
            what = f"{named} may not be baked; Blender does not tell. {OTHER_MACHINES}"
    return Finding(Severity.WARNING, what, owner.name, fix, place_of(owner, collection))


def _simulations(scene: bpy.types.Scene, holder: bpy.types.Object, disk: Disk) -> Iterator[Simulation]:
    modifier: Any
    for modifier in holder.modifiers:
        kind = modifier.type
        if kind in {"CLOTH", "SOFT_BODY"} and modifier.show_render:
            named = "Cloth simulation" if kind == "CLOTH" else "Soft body simulation"
            yield _cached(named, modifier.point_cache, holder, disk)
        elif kind == "PARTICLE_SYSTEM" and modifier.show_render:
            yield from _particles(modifier.particle_system, holder, disk)
        elif kind == "DYNAMIC_PAINT" and modifier.show_render and modifier.canvas_settings:
            for surface in modifier.canvas_settings.canvas_surfaces:
                # what is painted on an image goes into files that nobody reads here
                if surface.is_active and surface.surface_format != "IMAGE":
                    yield _cached("Dynamic paint", surface.point_cache, holder, disk)
        elif kind == "FLUID" and modifier.show_render and modifier.fluid_type == "DOMAIN":
            settings = modifier.domain_settings
            yield Simulation("Fluid simulation", IN_PHYSICS, settings.cache_frame_start, fluid_bake(settings))
        elif kind == "NODES" and modifier.show_render and modifier.node_group:
            for begin, bake in nodes_bakes(scene, modifier):
                yield Simulation("Geometry nodes simulation", IN_NODES, begin, bake)


def _particles(particles: bpy.types.ParticleSystem, holder: bpy.types.Object, disk: Disk) -> Iterator[Simulation]:
    settings, cache = particles.settings, particles.point_cache
    if settings.type == "HAIR" and particles.use_hair_dynamics:
        yield _cached("Hair simulation", cache, holder, disk)
    elif settings.type == "EMITTER" and settings.physics_type not in WITHOUT_CACHE:
        # particles begin with a fraction of a frame, too
        begin = max(int(settings.frame_start), cache.frame_start)
        yield _cached("Particle simulation", cache, holder, disk)._replace(begin=begin)


def _cached(kind: str, cache: bpy.types.PointCache, holder: bpy.types.Object, disk: Disk) -> Simulation:
    return Simulation(kind, IN_PHYSICS, cache.frame_start, point_cache_bake(cache, holder, disk))
