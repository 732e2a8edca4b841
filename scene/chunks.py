# SPDX-License-Identifier: GPL-3.0-or-later
"""Goes through many datablocks in chunks, so that a check can stop after each."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any

import bpy

DATABLOCKS_A_STEP = 250
"""Datablocks that are looked at in one step."""
DATABLOCKS_A_LISTING = 2000
"""Datablocks that are listed at once: Blender walks from a list's start to any place in it."""


def datablocks_in_chunks(collection: str, size: int = DATABLOCKS_A_STEP) -> Iterator[list[Any]]:
    """The datablocks of a collection of `bpy.data`."""
    return in_chunks(lambda begin, end: getattr(bpy.data, collection)[begin:end], size)


def all_datablocks_in_chunks() -> Iterator[list[Any]]:
    """All datablocks of the file."""
    for prop in bpy.types.BlendData.bl_rna.properties:
        if prop.type == "COLLECTION" and prop.identifier != "all_ids":
            yield from datablocks_in_chunks(prop.identifier)


def objects_in_chunks(scene: bpy.types.Scene, size: int = DATABLOCKS_A_STEP) -> Iterator[list[bpy.types.Object]]:
    """The objects of a scene, then those that it shows as instances of collections."""
    seen: set[bpy.types.Object] = set()
    instanced: dict[bpy.types.Collection, None] = {}
    for chunk in in_chunks(lambda begin, end: scene.objects[begin:end], size):
        seen.update(chunk)
        instanced.update((collection, None) for thing in chunk if (collection := thing.instance_collection))
        yield chunk
    for collection in instanced:
        for chunk in in_chunks(functools.partial(objects_below, collection), size):
            yield [thing for thing in chunk if thing not in seen]
            seen.update(chunk)


def objects_below(collection: bpy.types.Collection, begin: int, end: int) -> list[bpy.types.Object]:
    """Objects number `begin` to `end` of a collection and of the collections inside it."""
    return list(collection.all_objects[begin:end])


def in_chunks(read: Callable[[int, int], list[Any]], size: int = DATABLOCKS_A_STEP) -> Iterator[list[Any]]:
    """What `read` gives from one number to another, until it gives nothing.

    An empty chunk comes after each reading, which is a step of its own.
    """
    begin = 0
    while listed := read(begin, begin + DATABLOCKS_A_LISTING):
        yield []
        for first in range(0, len(listed), size):
            yield listed[first : first + size]
        begin += DATABLOCKS_A_LISTING
