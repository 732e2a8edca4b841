# SPDX-License-Identifier: GPL-3.0-or-later
"""Which collections of the file are in the rendered images."""

from __future__ import annotations

from collections.abc import Generator, Iterable

import bpy

from ..animation import animated_paths

COLLECTIONS_A_STEP = 50
"""Collections of a view layer that are looked at in one step, each with the collections inside it."""


def rendered_collections(
    scenes: Iterable[bpy.types.Scene],
) -> Generator[None, None, set[bpy.types.Collection]]:
    """The collections whose objects are rendered: those of the rendered view layers that renders do not leave out."""
    found: set[bpy.types.Collection] = set()
    for scene in scenes:
        for index in rendered_layers(scene):
            found.add(scene.collection)
            if scene.view_layers[index].layer_collection is None:
                # Blender has not yet looked at this scene
                found.update(scene.collection.children_recursive)
                continue
            begin = 0
            # nothing of a view layer is kept between two steps, because Blender may make its parts anew
            while children := list(
                scene.view_layers[index].layer_collection.children[begin : begin + COLLECTIONS_A_STEP]
            ):
                _add_rendered(children, found)
                begin += COLLECTIONS_A_STEP
                yield
    return found


def rendered_layers(scene: bpy.types.Scene) -> list[int]:
    """Which view layers of a scene are rendered, at some time at least, by their numbers."""
    are_switched = are_layers_switched(scene)
    used = [index for index, layer in enumerate(scene.view_layers) if layer.use or are_switched]
    # a background, and a scene in a strip, has its first view layer shown where none is used (4.2, 5.2)
    return used or [0]


def are_layers_switched(scene: bpy.types.Scene) -> bool:
    """True when something of a scene's view layers changes over time, such as which of them are used."""
    return any(path.startswith("view_layers") for path in animated_paths(scene))


def _add_rendered(layers: list[bpy.types.LayerCollection], found: set[bpy.types.Collection]) -> None:
    while layers:
        layer = layers.pop()
        if layer.collection.hide_render:
            continue
        if not layer.exclude:
            found.add(layer.collection)
        # a collection inside an excluded one need not be excluded
        layers.extend(layer.children)
