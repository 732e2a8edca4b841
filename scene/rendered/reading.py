# SPDX-License-Identifier: GPL-3.0-or-later
"""The one question about a datablock: does this render read it?"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from enum import IntEnum
from typing import Any

import bpy

from ..users import users_of
from .ways.links import Aspect, Link, first_link, next_link
from .ways.scene_links import Reach, link_to_scene, reach_of
from .ways.users_index import UsersIndex

MAX_USERS_A_STEP = 5000
"""Datablocks whose users are looked at in one step; where there are more, nobody asks any further."""
USERS_A_STEP = 50
"""Users that are looked at in about a millisecond."""
LINKS_A_STEP = 250
"""Links of ways that are looked at in a fraction of a millisecond."""
ACT_FROM_AFAR = frozenset({"COLLISION", "DYNAMIC_PAINT", "FLUID"})
"""Modifiers by which an object acts on others that do not name it."""


class Reading(IntEnum):
    """Whether a render reads something; the larger, the surer."""

    UNREAD = 0
    DOUBTFUL = 1
    READ = 2


def readings_of(
    reach: Reach,
    candidates: Iterable[bpy.types.ID],
    aspect: Aspect = Aspect.PLACE,
    is_asked_for: Callable[[bpy.types.ID], bool] = lambda _datablock: False,
) -> Generator[None, None, dict[bpy.types.ID, Reading]]:
    """Whether a render reads each of these datablocks, in steps. `aspect` is what is asked for of objects.

    `is_asked_for` tells what may be read without being named by anything, as scripts do.

    A render comes by all its data from the scene, through objects, instances, nodes, libraries or other scenes. Here
    these ways are gone back.
    """
    frames = reach.frames.switching if reach.frames is not None else None
    starts: dict[bpy.types.ID, frozenset[Link]] = {}
    for number, candidate in enumerate(candidates):
        if number % LINKS_A_STEP == 0:
            yield
        starts[candidate] = frozenset(_starts(candidate, aspect, frames))
    used_by: dict[Link, set[Link]] = {}
    sure: set[Link] = set()
    doubtful: set[Link] = set()
    index = UsersIndex(frames)
    links: set[Link] = set().union(*starts.values())
    seen = set(links)
    while links:
        if len(links) > MAX_USERS_A_STEP:
            sure |= links
            break
        ahead: list[Link] = []
        for number, link in enumerate(links):
            if number % LINKS_A_STEP == 0:
                yield
            if _is_end(link, reach):
                doubtful.add(link)
                if _is_sure_end(link, reach):
                    sure.add(link)
            else:
                ahead.append(link)
                if is_asked_for(link.datablock) or _acts_from_afar(link):
                    doubtful.add(link)
        yield
        followed = yield from _links_by_all(ahead, reach, index)
        links = set()
        for number, (link, new) in enumerate(followed):
            if number % LINKS_A_STEP == 0:
                yield
            used_by.setdefault(new, set()).add(link)
            links.add(new)
        links -= seen
        seen |= links
    read, perhaps = (yield from _behind(sure, used_by)), (yield from _behind(doubtful, used_by))
    readings = {}
    for number, (candidate, these) in enumerate(starts.items()):
        if number % LINKS_A_STEP == 0:
            yield
        is_read, is_perhaps = not these.isdisjoint(read), not these.isdisjoint(perhaps)
        readings[candidate] = Reading.READ if is_read else Reading.DOUBTFUL if is_perhaps else Reading.UNREAD
    return readings


def _links_by_all(links: list[Link], reach: Reach, index: UsersIndex) -> Generator[None, None, list[tuple[Link, Link]]]:
    """Each of these links with each one that follows it; in steps."""
    found = []
    users = yield from users_of({link.datablock for link in links})
    pairs = ((link, user) for link in links for user in users.get(link.datablock, ()))
    for number, (link, user) in enumerate(pairs):
        if number % USERS_A_STEP == 0:
            yield
        yield from index.look_at(user)
        new = _link_by(link, user, reach, index)
        if new is not None:
            found.append((link, new))
    return found


def unread_among(
    scene: bpy.types.Scene, candidates: Iterable[bpy.types.ID], aspect: Aspect = Aspect.PLACE
) -> Generator[None, None, frozenset[bpy.types.ID]]:
    """Those of the datablocks that no render of the scene reads, such as what only a fake user keeps; in steps."""
    candidates = tuple(candidates)
    if not candidates:
        return frozenset()
    readings = yield from readings_of((yield from reach_of(scene, None)), candidates, aspect)
    return frozenset(datablock for datablock, reading in readings.items() if reading is Reading.UNREAD)


def _starts(candidate: bpy.types.ID, aspect: Aspect, frames: frozenset[int] | None) -> Iterator[Link]:
    """Where the ways of a datablock begin: those of a library are those of what is linked from it, places included."""
    if isinstance(candidate, bpy.types.Library):
        linked = candidate.users_id
        yield from (first_link(each, Aspect.PLACE, frames) for each in linked)
        if not linked and candidate.parent is not None:
            # 4.2 keeps nothing in the place of what only another library links from one that is gone
            links = (first_link(each, Aspect.PLACE, frames) for each in candidate.parent.users_id)
            yield from (link._replace(is_sure=False) for link in links)
    else:
        yield first_link(candidate, aspect, frames)


def _link_by(link: Link, user: bpy.types.ID, reach: Reach, index: UsersIndex) -> Link | None:
    if isinstance(user, bpy.types.Scene):
        return link_to_scene(link, user, reach, index)
    return next_link(link, user, index)


def _is_end(link: Link, reach: Reach) -> bool:
    """True for a scene, and for a collection that is rendered with it."""
    datablock = link.datablock
    if isinstance(datablock, bpy.types.Collection):
        return link.is_visible and datablock in reach.collections
    return isinstance(datablock, bpy.types.Scene) and datablock in reach.scenes


def _is_sure_end(link: Link, reach: Reach) -> bool:
    return link.is_sure and (link.datablock in reach.sure_collections or link.datablock in reach.sure_scenes)


def _acts_from_afar(link: Link) -> bool:
    """True for an object that pushes, wets or paints others which do not name it."""
    thing = link.datablock
    if link.aspect is Aspect.LOOK or not isinstance(thing, bpy.types.Object):
        return False
    if thing.field is not None and thing.field.type != "NONE":
        return True
    return any(modifier.type in ACT_FROM_AFAR for modifier in thing.modifiers) or any(
        _push(system.settings) for system in thing.particle_systems
    )


def _push(particles: Any) -> bool:
    """True for particles that have a force of their own."""
    fields = (particles.force_field_1, particles.force_field_2)
    return any(field is not None and field.type != "NONE" for field in fields)


def _behind(ends: set[Link], used_by: dict[Link, set[Link]]) -> Generator[None, None, set[Link]]:
    """All links on the ways that lead to these ends; in steps."""
    found, ahead = set(ends), list(ends)
    # it grows meanwhile
    for number, link in enumerate(ahead):
        if number % LINKS_A_STEP == 0:
            yield
        new = used_by.get(link, set()) - found
        found |= new
        ahead += new
    return found
