# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulations that are not baked. On a farm every frame may be rendered by a machine that has not simulated the others.

Measured with 4.2 and 5.2: a simulation that was only played is lost when the file is opened again (rigid bodies,
geometry nodes, particles), or kept until something changes (cloth, soft bodies). A bake is read as it is, even when
Blender calls it outdated, so that it gives the same frames on a farm.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from enum import Enum, auto
from typing import Any, NamedTuple

import bpy

from ...messages.message import Message, sentences
from ..chunks import datablocks_in_chunks, in_chunks, objects_below
from ..dependencies.dependency import Origins
from ..dependencies.disk import Disk
from ..dependencies.kinds.point_caches import is_simulated
from ..rendered.objects import rendered_objects
from ..rendered.scenes import rendered_scenes
from ..rendered.ways.modifiers import is_on
from .bakes import Bake, Extent, fluid_bake, nodes_bakes, point_cache_bake
from .checked_scene import CheckedScene, Findings
from .finding import Finding, Severity, finding_about

BAKE_IN_PHYSICS = Message("Bake it in the Physics properties, under Cache.")
BAKE_IN_SCENE = Message("Bake it in the Scene properties, under Rigid Body World.")
BAKE_IN_NODES = Message("Bake it in the Physics properties, under Simulation Nodes.")
OTHER_MACHINES = Message("On a farm, every frame may be rendered by another machine.")
HowFar = Callable[[bpy.types.PointCache, bpy.types.ID], Bake]
"""Gives how far a point cache of a datablock is baked."""
SIMULATED = frozenset({"CLOTH", "SOFT_BODY", "PARTICLE_SYSTEM", "DYNAMIC_PAINT", "FLUID", "NODES"})
OBJECTS_A_STEP = 200
"""Objects that are looked at in one step."""


class Simulation(NamedTuple):
    """A simulation that frames depend on. `begin` is the frame that it starts from, `fix` says where to bake it."""

    kind: Message
    fix: Message
    begin: int
    bake: Bake


class Lack(Enum):
    """What is wrong with a bake."""

    IS_NOT_BAKED = auto()
    HAS_NO_PATH = auto()
    ENDS_EARLY = auto()
    MAY_NOT_BE_BAKED = auto()


LACKS = {
    Extent.NOTHING: Lack.IS_NOT_BAKED,
    Extent.NO_PATH: Lack.HAS_NO_PATH,
    Extent.UP_TO: Lack.ENDS_EARLY,
    Extent.UNKNOWN: Lack.MAY_NOT_BE_BAKED,
}


class Lacking(NamedTuple):
    """A simulation that lacks something, and the datablock that has it."""

    simulation: Simulation
    lack: Lack
    owner: Any


def check_simulations(checked: CheckedScene) -> Findings:
    """The simulations of objects. All of one kind that lack the same are one finding."""
    lacking: list[Lacking] = []
    how_far = functools.partial(point_cache_bake, disk=Disk(), origins=Origins())
    for chunk in datablocks_in_chunks("objects", OBJECTS_A_STEP):
        for holder in chunk:
            if holder.modifiers:
                for simulation in _simulations(checked.scene, holder, how_far):
                    lack = _lack(checked, simulation)
                    if lack is not None:
                        lacking.append(Lacking(simulation, lack, holder))
        yield None
    if not lacking:
        return
    rendered = yield from rendered_objects(checked.scene, {each.owner for each in lacking})
    groups: dict[tuple[Message, Lack], list[Lacking]] = {}
    for each in lacking:
        if each.owner in rendered:
            groups.setdefault((each.simulation.kind, each.lack), []).append(each)
    for these in groups.values():
        yield _finding(checked, these, "objects")


def check_rigid_bodies(checked: CheckedScene) -> Findings:
    """The simulations of the scenes' rigid bodies."""
    for scene in rendered_scenes(checked.scene):
        world = scene.rigidbody_world
        if world is None or not world.enabled or world.collection is None:
            continue
        cache = world.point_cache
        bake = point_cache_bake(cache, scene, Disk(), Origins())
        simulation = Simulation(Message("Rigid body simulation"), BAKE_IN_SCENE, cache.frame_start, bake)
        lack = _lack(checked, simulation)
        if lack is None:
            continue
        for chunk in in_chunks(functools.partial(objects_below, world.collection)):
            yield None
            if any(_is_simulated(thing.rigid_body) for thing in chunk):
                yield _finding(checked, [Lacking(simulation, lack, scene)], "scenes")
                break


def _is_simulated(body: bpy.types.RigidBodyObject | None) -> bool:
    return body is not None and body.enabled and body.type == "ACTIVE" and not body.kinematic


def _lack(checked: CheckedScene, simulation: Simulation) -> Lack | None:
    """What the rendered frames lack. The frame that a simulation starts from needs no bake."""
    extent, frame = simulation.bake
    if not checked.goes_beyond(simulation.begin) or (extent is Extent.UP_TO and not checked.goes_beyond(frame)):
        return None
    return LACKS.get(extent)


def _finding(checked: CheckedScene, these: list[Lacking], collection: str) -> Finding:
    simulation, lack, owner = these[0]
    named, more = Message("{} “{}”", simulation.kind, owner.name), len(these) - 1
    fix = simulation.fix
    match lack:
        case Lack.IS_NOT_BAKED:
            what = Message("{} is not baked.", named)
            if more:
                what = Message("{} and {} more are not baked.", named, more)
            what = sentences(what, OTHER_MACHINES)
        case Lack.HAS_NO_PATH:
            what = Message("{} has an external cache without a path.", named)
            if more:
                what = Message("{} and {} more have external caches without paths.", named, more)
            fix = Message("Choose its folder in the Physics properties, under Cache.")
        case Lack.ENDS_EARLY:
            end, last = simulation.bake.frame, checked.frames[-1]
            what = Message("{} is baked up to frame {} only, and frame {} is rendered, too.", named, end, last)
            if more:
                what = Message(
                    "{} and {} more are not baked up to frame {}, which is rendered, too.", named, more, last
                )
        case Lack.MAY_NOT_BE_BAKED:
            what = Message("{} may not be baked; Blender does not tell. {}", named, OTHER_MACHINES)
    return finding_about(owner, collection, severity=Severity.WARNING, what=what, fix=fix)


def _simulations(scene: bpy.types.Scene, holder: bpy.types.Object, how_far: HowFar) -> Iterator[Simulation]:
    modifier: Any
    for modifier in holder.modifiers:
        kind = modifier.type
        if kind not in SIMULATED or not is_on(holder, modifier):
            continue
        if kind in {"CLOTH", "SOFT_BODY"}:
            named = Message("Cloth simulation") if kind == "CLOTH" else Message("Soft body simulation")
            yield _cached(named, modifier.point_cache, holder, how_far)
        elif kind == "PARTICLE_SYSTEM":
            yield from _particles(modifier.particle_system, holder, how_far)
        elif kind == "DYNAMIC_PAINT" and modifier.canvas_settings:
            for surface in modifier.canvas_settings.canvas_surfaces:
                # a surface that paints an image writes files, which the check does not read
                if surface.is_active and surface.surface_format != "IMAGE":
                    yield _cached(Message("Dynamic paint"), surface.point_cache, holder, how_far)
        elif kind == "FLUID" and modifier.fluid_type == "DOMAIN":
            settings = modifier.domain_settings
            yield Simulation(
                Message("Fluid simulation"), BAKE_IN_PHYSICS, settings.cache_frame_start, fluid_bake(settings)
            )
        elif kind == "NODES" and modifier.node_group:
            for begin, bake in nodes_bakes(scene, modifier):
                yield Simulation(Message("Geometry nodes simulation"), BAKE_IN_NODES, begin, bake)


def _particles(particles: bpy.types.ParticleSystem, holder: bpy.types.Object, how_far: HowFar) -> Iterator[Simulation]:
    settings, cache = particles.settings, particles.point_cache
    if not is_simulated(particles):
        return
    if settings.type == "HAIR":
        yield _cached(Message("Hair simulation"), cache, holder, how_far)
    else:
        # particles may begin within a frame
        begin = max(int(settings.frame_start), cache.frame_start)
        yield _cached(Message("Particle simulation"), cache, holder, how_far)._replace(begin=begin)


def _cached(kind: Message, cache: bpy.types.PointCache, holder: bpy.types.Object, how_far: HowFar) -> Simulation:
    return Simulation(kind, BAKE_IN_PHYSICS, cache.frame_start, how_far(cache, holder))
