# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulations that are not baked: on a farm every frame may be rendered by a machine that has not seen those before.

Measured with 4.2 and 5.2: what was only played is lost when the file is opened again (rigid bodies, geometry nodes,
particles), or kept until something changes (cloth, soft bodies). What is baked is read as it is, even when Blender
says that it is outdated, and so gives the same frames there as here.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, auto
from typing import Any, NamedTuple

import bpy

from .bakes import NEVER, UNTOLD, fluid_bake, nodes_bake, point_cache_bake
from .finding import Finding, Severity
from .request import Findings, Request, objects_of, place_of

IN_PHYSICS = "Bake it in the Physics properties, under Cache."
IN_SCENE = "Bake it in the Scene properties, under Rigid Body World."
IN_NODES = "Bake it in the Physics properties, under Simulation Nodes."
OTHER_MACHINES = "On a farm, every frame may be rendered by another machine."
WITHOUT_CACHE = frozenset({"NO", "KEYED"})
"""Physics of particles that are where they are by the frame alone."""
MOST_OBJECTS = 200
"""Objects that are looked at in one step."""


class Simulation(NamedTuple):
    """One that frames depend on: it starts from the frame `begin`, and is baked up to the frame `until`."""

    kind: str
    fix: str
    begin: float
    until: float


class Lack(Enum):
    """What is wrong with a bake."""

    IS_NOT_BAKED = auto()
    ENDS_EARLY = auto()
    MAY_NOT_BE_BAKED = auto()


class Lacking(NamedTuple):
    """A simulation that lacks something, of the datablock of this name."""

    simulation: Simulation
    name: str
    place: str


def check_simulations(request: Request) -> Findings:
    """The simulations of objects; one finding for all of a kind that lack the same."""
    found: dict[tuple[str, Lack], list[Lacking]] = {}
    for piece in objects_of(request.scene, MOST_OBJECTS):
        for holder in piece:
            if holder.modifiers and not holder.hide_render:
                for simulation in _simulations(request.scene, holder):
                    lack = _lack(request, simulation)
                    if lack is not None:
                        lacking = Lacking(simulation, holder.name, place_of(holder, "objects"))
                        found.setdefault((simulation.kind, lack), []).append(lacking)
        yield None
    for (_kind, lack), these in found.items():
        yield _finding(request, lack, these)


def check_rigid_bodies(request: Request) -> Findings:
    """The simulation of the scene's rigid bodies."""
    world = request.scene.rigidbody_world
    if world is None or not world.enabled or world.collection is None:
        return
    bodies = (thing.rigid_body for thing in world.collection.objects)
    if not any(body and body.enabled and body.type == "ACTIVE" and not body.kinematic for body in bodies):
        return
    cache = world.point_cache
    simulation = Simulation("Rigid body simulation", IN_SCENE, cache.frame_start, point_cache_bake(cache))
    lack = _lack(request, simulation)
    if lack is not None:
        yield _finding(request, lack, [Lacking(simulation, request.scene.name, place_of(request.scene, "scenes"))])


def _lack(request: Request, simulation: Simulation) -> Lack | None:
    """What the rendered frames lack. The frame that a simulation starts from is there without a bake."""
    if not request.goes_beyond(simulation.begin) or not request.goes_beyond(simulation.until):
        return None
    if simulation.until == NEVER:
        return Lack.IS_NOT_BAKED
    return Lack.MAY_NOT_BE_BAKED if simulation.until == UNTOLD else Lack.ENDS_EARLY


def _finding(request: Request, lack: Lack, these: list[Lacking]) -> Finding:
    (kind, fix, _begin, until), name, place = these[0]
    named, more = f"{kind} “{name}”", len(these) - 1
    match lack:
        case Lack.IS_NOT_BAKED:
            what = f"{named} and {more} more are not baked." if more else f"{named} is not baked."
            what = f"{what} {OTHER_MACHINES}"
        case Lack.ENDS_EARLY:
            end, last = round(until), request.frames[-1]
            what = f"{named} is baked up to frame {end} only, and frame {last} is rendered, too."
            if more:
                what = f"{named} and {more} more are baked up to frame {end} only, and frame {last} is rendered, too."
        case Lack.MAY_NOT_BE_BAKED:
            what = f"{named} may not be baked; Blender does not tell. {OTHER_MACHINES}"
    return Finding(Severity.WARNING, what, name, fix, place)


def _simulations(scene: bpy.types.Scene, holder: bpy.types.Object) -> Iterator[Simulation]:
    modifier: Any
    for modifier in holder.modifiers:
        kind = modifier.type
        if kind in {"CLOTH", "SOFT_BODY"} and modifier.show_render:
            named = "Cloth simulation" if kind == "CLOTH" else "Soft body simulation"
            yield _cached(named, modifier.point_cache)
        elif kind == "PARTICLE_SYSTEM" and modifier.show_render:
            yield from _particles(modifier.particle_system)
        elif kind == "DYNAMIC_PAINT" and modifier.show_render and modifier.canvas_settings:
            for surface in modifier.canvas_settings.canvas_surfaces:
                # what is painted on an image goes into files that nobody reads here
                if surface.is_active and surface.surface_format != "IMAGE":
                    yield _cached("Dynamic paint", surface.point_cache)
        elif kind == "FLUID" and modifier.show_render and modifier.fluid_type == "DOMAIN":
            settings = modifier.domain_settings
            yield Simulation("Fluid simulation", IN_PHYSICS, settings.cache_frame_start, fluid_bake(settings))
        elif kind == "NODES" and modifier.show_render and modifier.node_group:
            begin, until = nodes_bake(scene, modifier)
            yield Simulation("Geometry nodes simulation", IN_NODES, begin, until)


def _particles(particles: bpy.types.ParticleSystem) -> Iterator[Simulation]:
    settings = particles.settings
    if settings.type == "HAIR" and particles.use_hair_dynamics:
        yield _cached("Hair simulation", particles.point_cache)
    elif settings.type == "EMITTER" and settings.physics_type not in WITHOUT_CACHE:
        begin = max(settings.frame_start, particles.point_cache.frame_start)
        yield _cached("Particle simulation", particles.point_cache)._replace(begin=begin)


def _cached(kind: str, cache: bpy.types.PointCache) -> Simulation:
    return Simulation(kind, IN_PHYSICS, cache.frame_start, point_cache_bake(cache))
