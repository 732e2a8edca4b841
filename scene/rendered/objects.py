# SPDX-License-Identifier: GPL-3.0-or-later
"""Which objects of the file are in the rendered images."""

from __future__ import annotations

import functools
from collections.abc import Generator, Iterable

import bpy

from ..chunks import in_chunks
from .collections import rendered_collections
from .reading import unread_among
from .scenes import rendered_scenes
from .ways.links import Aspect, is_hidden


def rendered_objects(
    scene: bpy.types.Scene, candidates: Iterable[bpy.types.Object]
) -> Generator[None, None, set[bpy.types.Object]]:
    """Those of the objects that are in the images of a scene, or on whose shape something in them depends; in steps.

    Most are found in the collections. Only for the others Blender is asked for their users, which takes longer.
    """
    wanted = set(candidates)
    rendered: set[bpy.types.Object] = set()
    for collection in (yield from rendered_collections(rendered_scenes(scene))):
        for chunk in in_chunks(functools.partial(_objects_in, collection)):
            rendered.update(thing for thing in wanted.intersection(chunk) if not is_hidden(thing))
            yield None
        if wanted <= rendered:
            return rendered
    unread = yield from unread_among(scene, wanted - rendered, Aspect.SHAPE)
    return wanted - set(unread)


def _objects_in(collection: bpy.types.Collection, begin: int, end: int) -> list[bpy.types.Object]:
    return list(collection.objects[begin:end])
