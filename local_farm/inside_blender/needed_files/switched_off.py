# SPDX-License-Identifier: GPL-3.0-or-later
"""What a datablock names only where the render does not look, or to take no more than a shape of it."""

from collections.abc import Iterable
from typing import Any

import bpy

from .keyed_paths import keyed_paths
from .live_nodes import live_nodes

OF_TREES = (bpy.types.Image, bpy.types.MovieClip, bpy.types.NodeTree)
"""What nothing else in a scene than its compositing nodes has the render read."""
FOR_PAINTING = ("texture_paint_images", "texture_paint_slots")
DEFORMING = (
    "ARMATURE", "CAST", "CURVE", "HOOK", "LATTICE", "MESH_DEFORM", "MIRROR", "SHRINKWRAP", "SIMPLE_DEFORM",
    "SURFACE_DEFORM", "UV_PROJECT", "UV_WARP", "VERTEX_WEIGHT_PROXIMITY", "WARP", "WAVE",
)  # fmt: skip
"""Modifiers that look at where another object is, or how it is shaped, and show nothing of it."""
ITSELF = ("rna_type", "original")
"""Settings that lead to the kind of the thing or back to it."""


def named_in_vain(block: bpy.types.ID) -> set[bpy.types.ID]:
    """Give the datablocks that this one names in such places, and nowhere else that can be found."""
    off, on = _parts(block)
    in_vain = named_by(off) - named_by(on) if off else set()
    return {each for each in in_vain if isinstance(each, OF_TREES)} if isinstance(block, bpy.types.Scene) else in_vain


def shows(thing: bpy.types.Object) -> set[bpy.types.ID]:
    """Give the datablocks of which an object may show more than a shape: those of its nodes, instances and particles.

    As a parent, a target or a bone's custom shape, another object only tells where something is.
    """
    modifiers = (modifier for modifier in thing.modifiers if modifier.type not in DEFORMING)
    return named_by([*modifiers, *thing.particle_systems, thing.instance_collection, thing.data])


def is_modifier_on(modifier: bpy.types.Modifier, keyed: Iterable[str] | None = None) -> bool:
    """Tell whether a modifier takes part in renders, at least in some frames; `keyed` is what its object has keyed."""
    keyed = keyed_paths(modifier.id_data) if keyed is None else keyed
    return modifier.show_render or f'modifiers["{bpy.utils.escape_identifier(modifier.name)}"].show_render' in keyed


def own_tree(owner: bpy.types.ID) -> bpy.types.NodeTree | None:
    """Give the node tree that a datablock has inside, or the group itself."""
    return owner if isinstance(owner, bpy.types.NodeTree) else getattr(owner, "node_tree", None)


def _parts(block: bpy.types.ID) -> tuple[list[Any], list[Any]]:
    """Give what the render does not look at, and all the rest, if there is something of the first."""
    if isinstance(block, bpy.types.Object):
        keyed = keyed_paths(block)
        off = [modifier for modifier in block.modifiers if not is_modifier_on(modifier, keyed)]
        return off, [*(modifier for modifier in block.modifiers if modifier not in off), *_rest(block, "modifiers")]
    tree = own_tree(block)
    if tree is None:
        return [], []
    live = live_nodes(tree)
    dead = [node for node in tree.nodes if node.name not in live]
    rest = _rest(tree, "nodes", "links")
    if not isinstance(block, (bpy.types.NodeTree, bpy.types.Scene)):
        rest += _rest(block, "node_tree", *FOR_PAINTING)
    return dead, [*(node for node in tree.nodes if node.name in live), *rest]


def _rest(thing: Any, *without: str) -> list[Any]:
    """Give the values of all pointers and lists but these, and the datablocks in its custom properties."""
    names = [
        name
        for name, setting in thing.bl_rna.properties.items()
        if setting.type in {"POINTER", "COLLECTION"} and name not in (*ITSELF, *without)
    ]
    return [*(getattr(thing, name) for name in names), *_custom(thing)]


def named_by(things: Iterable[Any]) -> set[bpy.types.ID]:
    """Give the datablocks that these are or name, in all that is inside of them."""
    found: set[bpy.types.ID] = set()
    seen: set[tuple[int, str]] = set()
    waiting = [*things]
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, bpy.types.ID) and not thing.is_embedded_data:
            found.add(thing)
        elif isinstance(thing, bpy.types.bpy_prop_collection):
            waiting += thing
        elif isinstance(thing, bpy.types.bpy_struct):
            key = (thing.as_pointer(), thing.bl_rna.identifier)
            if key not in seen:
                seen.add(key)
                waiting += _rest(thing)
    return found


def _custom(thing: Any) -> list[Any]:
    """Give the datablocks in the custom properties, which is where modifiers keep the inputs of their nodes."""
    try:
        return [value for value in thing.values() if isinstance(value, bpy.types.ID)]
    except (AttributeError, TypeError):
        return []
