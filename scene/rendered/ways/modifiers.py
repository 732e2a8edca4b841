# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modifiers of an object name, what they take from it, and whether a render works with them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import bpy

from ...animation import is_ever
from .pointers import pointers

DEFORMING = frozenset(
    {
        "ARMATURE",
        "CAST",
        "CURVE",
        "HOOK",
        "LATTICE",
        "MESH_DEFORM",
        "MIRROR",
        "SHRINKWRAP",
        "SIMPLE_DEFORM",
        "SURFACE_DEFORM",
        "UV_PROJECT",
        "UV_WARP",
        "VERTEX_WEIGHT_PROXIMITY",
        "WARP",
        "WAVE",
    }
)
"""Modifiers that take a place or a shape of another object, and nothing of its materials."""
DRAWING = frozenset({"GPENCIL", "GREASEPENCIL"})
"""Types of objects that are drawn strokes: until 4.2, and later ones."""
SHAPING_STROKES = frozenset({"ARMATURE", "LATTICE", "SHRINKWRAP", "NODES"})
"""Modifiers of strokes that take a shape. All others take a place; Line Art sees only what is visible (4.2, 5.2)."""
PREFIXES = ("GREASE_PENCIL_", "GP_")
"""How the types of modifiers of strokes begin, from 4.3 on and until 4.2."""


def modifiers_of(thing: bpy.types.Object) -> Iterator[Any]:
    """The modifiers of an object. Strokes have effects, too, and until 4.2 modifiers of their own."""
    yield from thing.modifiers
    if thing.type in DRAWING:
        yield from getattr(thing, "grease_pencil_modifiers", ())
        yield from thing.shader_effects


def is_on(holder: bpy.types.Object, modifier: Any, frames: Collection[int] | None = None) -> bool:
    """False for a modifier that is switched off in renders in all of these frames, None for all times."""
    if holder.animation_data is None:
        return bool(modifier.show_render)
    return is_ever(holder, f"{modifier.path_from_id()}.show_render", modifier.show_render, True, frames)


def takes_materials(holder: bpy.types.Object, modifier: Any) -> bool:
    """True for a modifier that brings the materials of other objects along."""
    return modifier.type not in DEFORMING and (holder.type not in DRAWING or modifier.type == "NODES")


def takes_shape(holder: bpy.types.Object, modifier: Any) -> bool:
    """True for a modifier that may ask for more than where another object is."""
    return holder.type not in DRAWING or _kind(modifier) in SHAPING_STROKES


def names(modifier: Any, used: bpy.types.ID) -> bool:
    """True when a modifier names a datablock, itself or in what it hands to its nodes."""
    if used in pointers(modifier):
        return True
    if modifier.type == "PARTICLE_SYSTEM" and modifier.particle_system is not None:
        return used in pointers(modifier.particle_system)
    return modifier.type == "NODES" and used in _handed_over(modifier)


def _handed_over(modifier: Any) -> Iterator[Any]:
    """What a modifier hands to its nodes."""
    if hasattr(modifier, "properties"):
        # 5.2 and later; there are none without nodes
        inputs = modifier.properties.inputs if modifier.properties is not None else None
        names_of_inputs = (prop.identifier for prop in inputs.bl_rna.properties) if inputs is not None else ()
        yield from (getattr(getattr(inputs, name, None), "value", None) for name in names_of_inputs)
    else:
        yield from modifier.values()


def _kind(modifier: Any) -> str:
    """The type of a modifier, of strokes or not."""
    kind: str = modifier.type
    for prefix in PREFIXES:
        kind = kind.removeprefix(prefix)
    return kind
