# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways on which one datablock brings another into the images, step by step: from what is used to its users.

A way ends where a user looks the same without what it uses. In doubt it goes on.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, auto
from typing import Any, NamedTuple

import bpy

from ..animation import animated_paths
from ..blender_versions import are_nodes_used
from .constraints import is_constrained_by, is_named_by_idle_constraint
from .nodes import is_whole, nodes_with, pointers, reading_nodes

NEVER_RENDERED = (bpy.types.Brush, bpy.types.Palette, bpy.types.PaintCurve, bpy.types.Screen, bpy.types.WorkSpace)
WITH_NODES = (bpy.types.Material, bpy.types.World, bpy.types.Light, bpy.types.Texture, bpy.types.FreestyleLineStyle)
PLACING = (bpy.types.Armature, bpy.types.Curve, bpy.types.Lattice)
"""Data by which an object may place others: bones, and curves as paths."""
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


class Aspect(Enum):
    """What of an object depends on a datablock. Who only stands where another object is does not see its materials."""

    LOOK = auto()
    SHAPE = auto()
    PLACE = auto()


class Link(NamedTuple):
    """One datablock on a way from what is used to the scene.

    `is_visible` is False for an object that is left out of renders, and for the collections that hold it: others may
    depend on it all the same. `is_sure` is False when the way may lead nowhere.
    """

    datablock: bpy.types.ID
    is_visible: bool = True
    aspect: Aspect = Aspect.SHAPE
    is_sure: bool = True


def first_link(datablock: bpy.types.ID, aspect: Aspect = Aspect.PLACE) -> Link:
    """Where the ways of a datablock begin. `aspect` is what of an object they are about."""
    if isinstance(datablock, bpy.types.Object):
        return Link(datablock, not is_hidden(datablock), aspect)
    return Link(datablock, aspect=Aspect.LOOK if isinstance(datablock, bpy.types.Material) else Aspect.SHAPE)


def is_hidden(thing: bpy.types.Object) -> bool:
    """True for an object that is left out of renders at all times."""
    return bool(thing.hide_render) and "hide_render" not in animated_paths(thing) and instancer_of(thing) is None


def instancer_of(thing: bpy.types.Object) -> bpy.types.Object | None:
    """The parent on whose vertices or faces an object is shown; None means that it stands alone."""
    parent = thing.parent
    return parent if parent is not None and parent.instance_type in {"VERTS", "FACES"} else None


def next_link(link: Link, user: bpy.types.ID) -> Link | None:
    """The next link of a way, for any user but a scene. None means that the way ends here."""
    used = link.datablock
    if isinstance(user, NEVER_RENDERED):
        return None
    if isinstance(user, bpy.types.Camera) and isinstance(used, bpy.types.Image | bpy.types.MovieClip):
        # its background images are for the artist alone
        return None
    if isinstance(user, bpy.types.Speaker) and isinstance(used, bpy.types.Sound):
        return None
    if isinstance(user, bpy.types.Collection):
        return link._replace(datablock=user, is_visible=link.is_visible and not user.hide_render)
    if isinstance(user, bpy.types.Object):
        return _through_object(link, user)
    following = link._replace(datablock=user, is_visible=True)
    if isinstance(user, bpy.types.Material):
        following = following._replace(aspect=Aspect.LOOK)
    if isinstance(user, bpy.types.NodeTree):
        return through_nodes(following, used, user)
    if isinstance(user, WITH_NODES) and getattr(user, "node_tree", None) is not None:
        is_used = are_nodes_used(user) or "use_nodes" in animated_paths(user)
        return through_nodes(following, used, user.node_tree, is_used=is_used)
    return following


def through_nodes(following: Link, used: bpy.types.ID, tree: Any, *, is_used: bool = True) -> Link | None:
    """The link of the owner of a tree of nodes, unless the nodes with the datablock lead nowhere."""
    holders = nodes_with(tree, used)
    owner = following.datablock
    if not holders or _is_named_outside(owner, used) or is_driven_by(tree, used) or is_driven_by(owner, used):
        # it stands elsewhere in the owner, too
        return following._replace(is_sure=False)
    reading = reading_nodes(tree, used) if is_used else []
    if not reading:
        return None
    # what is not asked of a group may be what it has this datablock for
    is_asked = not isinstance(used, bpy.types.NodeTree) or any(map(is_whole, reading))
    return following._replace(is_sure=following.is_sure and is_asked)


def _is_named_outside(owner: Any, used: bpy.types.ID) -> bool:
    """True when an image texture has its image, or a pencil's material its fill or stroke, beside all nodes."""
    if isinstance(owner, bpy.types.Texture):
        return used in pointers(owner)
    pencil = owner.grease_pencil if isinstance(owner, bpy.types.Material) else None
    return pencil is not None and used in pointers(pencil)


def _through_object(link: Link, user: bpy.types.Object) -> Link | None:
    used: Any = link.datablock
    following = link._replace(datablock=user, is_visible=not is_hidden(user))
    override = user.override_library
    if override is not None and used == override.reference:
        # what the linked object has may be overridden, but where it stands comes from its library
        return following._replace(is_sure=False) if link.aspect is Aspect.PLACE else None
    if is_driven_by(user, used):
        return following._replace(aspect=Aspect.PLACE, is_sure=False)
    if override is not None and used == override.hierarchy_root and not _depends_on(user, used):
        return None
    if isinstance(used, bpy.types.Object):
        return _from_object(link, following, user)
    if isinstance(used, bpy.types.Collection):
        return _from_collection(link, following, user)
    if used == user.data:
        # an empty only shows its image to the artist
        is_placing = isinstance(used, PLACING) and not isinstance(used, bpy.types.TextCurve)
        return None if isinstance(used, bpy.types.Image) else _of_place(following, is_placing)
    if isinstance(used, bpy.types.MovieClip | bpy.types.CacheFile):
        if is_constrained_by(user, used):
            return following._replace(aspect=Aspect.PLACE)
        if _is_named_in_vain(user, used):
            return None
    naming = [modifier for modifier in user.modifiers if names(modifier, used)]
    if naming and not any(is_on(user, modifier) for modifier in naming) and not _has_itself(user, used):
        return None
    return _of_place(following, isinstance(used, bpy.types.Action))


def _depends_on(user: bpy.types.Object, used: bpy.types.ID) -> bool:
    """True when an object names a datablock as its parent or otherwise, and not only as the root of its overrides."""
    return (
        used in pointers(user)
        or any(names(modifier, used) for modifier in user.modifiers)
        or is_constrained_by(user, used)
    )


def _is_named_in_vain(user: bpy.types.Object, used: bpy.types.ID) -> bool:
    """True for what only constraints name that are switched off, or for the shape that a bone has in the window."""
    is_shape = any(bone.custom_shape == used for bone in user.pose.bones) if user.pose else False
    if not is_shape and not is_named_by_idle_constraint(user, used):
        return False
    holders = (user.field, user.rigid_body_constraint, *user.particle_systems)
    return not _depends_on(user, used) and not any(used in pointers(each) for each in holders if each is not None)


def _has_itself(thing: bpy.types.Object, used: bpy.types.ID) -> bool:
    """True when an object has a material or a texture not only by its modifiers."""
    is_of_field = thing.field is not None and used in pointers(thing.field)
    return is_of_field or any(slot.material == used for slot in thing.material_slots)


def _of_place(link: Link, is_of_place: bool) -> Link:
    return link._replace(aspect=Aspect.PLACE) if is_of_place and link.aspect is not Aspect.LOOK else link


def _from_collection(link: Link, following: Link, user: bpy.types.Object) -> Link | None:
    """From a collection to an object that shows its objects, or that they act on."""
    if user.instance_collection == link.datablock and not user.modifiers:
        return following if link.is_visible else None
    is_named = any(names(modifier, link.datablock) for modifier in user.modifiers)
    # others may only be lit by what is in it
    return following._replace(is_sure=link.is_sure and is_named)


def _from_object(link: Link, following: Link, user: bpy.types.Object) -> Link | None:
    """From an object to another one that depends on it."""
    used: Any = link.datablock
    if _is_named_in_vain(user, used):
        return None
    naming = [modifier for modifier in user.modifiers if names(modifier, used) and is_on(user, modifier)]
    if link.aspect is Aspect.LOOK:
        takes_materials = any(modifier.type not in DEFORMING for modifier in naming)
        return following._replace(is_sure=False) if takes_materials else None
    if naming:
        return following._replace(aspect=Aspect.SHAPE)
    if link.aspect is Aspect.PLACE:
        return following
    if user.parent == used and not _shapes_children(user) and not is_constrained_by(user, used):
        return None
    return following._replace(aspect=Aspect.PLACE, is_sure=False)


def _shapes_children(child: Any) -> bool:
    """True when a child stands where its parent's shape has it, and not only where the parent stands."""
    is_along_path = child.parent.type in {"CURVE", "SURFACE"} and child.parent.data.use_path
    by_origin = child.parent_type in {"OBJECT", "BONE", "ARMATURE"} and child.parent.type != "LATTICE"
    return is_along_path or not by_origin or child.parent.instance_type != "NONE"


def is_on(holder: bpy.types.Object, modifier: Any) -> bool:
    """False for a modifier that is switched off in renders at all times."""
    if modifier.show_render:
        return True
    return f'modifiers["{bpy.utils.escape_identifier(modifier.name)}"].show_render' in animated_paths(holder)


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


def is_driven_by(datablock: Any, used: bpy.types.ID) -> bool:
    """True when a driver of a datablock reads something of another one."""
    moves = datablock.animation_data
    if moves is None:
        return False
    variables = (variable for driver in moves.drivers for variable in driver.driver.variables)
    return any(target.id == used for variable in variables for target in variable.targets)
