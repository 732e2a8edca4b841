# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways on which one datablock brings another into the images, step by step: from what is used to its users.

A way ends where a user looks the same without what it uses. In doubt it goes on.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import Enum, auto
from typing import Any, NamedTuple

import bpy

from ...animation import animated_paths, is_ever
from ...blender_versions import are_nodes_used
from .constraints import is_constrained_by, is_named_by_idle_constraint
from .modifiers import is_on, modifiers_of, names, takes_materials, takes_shape
from .pointers import pointers
from .users_index import UsersIndex

NEVER_RENDERED = (bpy.types.Brush, bpy.types.Palette, bpy.types.PaintCurve, bpy.types.Screen, bpy.types.WorkSpace)
WITH_NODES = (bpy.types.Material, bpy.types.World, bpy.types.Light, bpy.types.Texture, bpy.types.FreestyleLineStyle)
PLACING = (bpy.types.Armature, bpy.types.Curve, bpy.types.Lattice)
"""Data by which an object may place others: bones, and curves as paths."""
BRINGING_LOOK = (bpy.types.NodeTree, bpy.types.ParticleSettings)
"""What has the materials of an object that it names, too. A curve takes a bevel's shape, and a camera a place."""


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


def first_link(datablock: bpy.types.ID, aspect: Aspect, frames: Collection[int] | None) -> Link:
    """Where the ways of a datablock begin. `aspect` is what of an object they are about; `frames` None is any time."""
    if isinstance(datablock, bpy.types.Object):
        return Link(datablock, not is_hidden(datablock, frames), aspect)
    return Link(datablock, aspect=Aspect.LOOK if isinstance(datablock, bpy.types.Material) else Aspect.SHAPE)


def is_hidden(thing: bpy.types.Object, frames: Collection[int] | None = None) -> bool:
    """True for an object that is left out of renders in all of these frames, None for all times."""
    return not is_ever(thing, "hide_render", thing.hide_render, False, frames)


def next_link(link: Link, user: bpy.types.ID, index: UsersIndex) -> Link | None:
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
        return _through_object(link, user, index)
    if link.aspect is Aspect.LOOK and isinstance(used, bpy.types.Object) and not isinstance(user, BRINGING_LOOK):
        return None
    following = link._replace(datablock=user, is_visible=True)
    if isinstance(user, bpy.types.Material):
        following = following._replace(aspect=Aspect.LOOK)
    if isinstance(user, bpy.types.NodeTree):
        return through_nodes(following, used, user, index)
    if isinstance(user, WITH_NODES) and getattr(user, "node_tree", None) is not None:
        is_used = are_nodes_used(user) or "use_nodes" in animated_paths(user)
        return through_nodes(following, used, user.node_tree, index, is_used=is_used)
    return following


def through_nodes(
    following: Link, used: bpy.types.ID, tree: Any, index: UsersIndex, *, is_used: bool = True
) -> Link | None:
    """The link of the owner of a tree of nodes, unless the nodes with the datablock lead nowhere."""
    use, owner = index.use_by_nodes(tree, used), following.datablock
    is_driven = index.is_driven_by(tree, used) or index.is_driven_by(owner, used)
    if use is None or is_driven or _is_named_outside(owner, used):
        # it stands elsewhere in the owner, too
        is_whole_use = use is None and _is_named_outside(owner, used)
        return following._replace(is_sure=following.is_sure and is_whole_use)
    if not is_used or not use.is_read:
        return None
    return following._replace(is_sure=following.is_sure and use.is_asked)


def _is_named_outside(owner: Any, used: bpy.types.ID) -> bool:
    """True when an image texture has its image, or a pencil's material its fill or stroke, beside all nodes."""
    if isinstance(owner, bpy.types.Texture):
        return used in pointers(owner)
    pencil = owner.grease_pencil if isinstance(owner, bpy.types.Material) else None
    return pencil is not None and used in pointers(pencil)


def _through_object(link: Link, user: bpy.types.Object, index: UsersIndex) -> Link | None:
    used: Any = link.datablock
    following = link._replace(datablock=user, is_visible=not is_hidden(user, index.frames))
    override = user.override_library
    if override is not None and used == override.reference:
        # what the linked object has may be overridden, but where it stands comes from its library
        return following._replace(is_sure=False) if link.aspect is Aspect.PLACE else None
    if index.is_driven_by(user, used):
        return following._replace(aspect=Aspect.PLACE, is_sure=False)
    if override is not None and used == override.hierarchy_root and not _depends_on(user, used):
        return None
    naming = [modifier for modifier in modifiers_of(user) if names(modifier, used)]
    working = [modifier for modifier in naming if is_on(user, modifier, index.frames)]
    if naming and not working and not _has_itself(user, used):
        return None
    if isinstance(used, bpy.types.Object):
        return _from_object(link, following, user, working)
    if isinstance(used, bpy.types.Collection):
        return _from_collection(link, following, user, is_named=bool(naming))
    if used == user.data:
        # an empty only shows its image to the artist
        is_placing = isinstance(used, PLACING) and not isinstance(used, bpy.types.TextCurve)
        return None if isinstance(used, bpy.types.Image) else _of_place(following, is_placing)
    if isinstance(used, bpy.types.MovieClip | bpy.types.CacheFile):
        if is_constrained_by(user, used):
            return following._replace(aspect=Aspect.PLACE)
        if _is_named_in_vain(user, used):
            return None
    return _of_place(following, isinstance(used, bpy.types.Action))


def _depends_on(user: bpy.types.Object, used: bpy.types.ID) -> bool:
    """True when an object names a datablock as its parent or otherwise, and not only as the root of its overrides."""
    return _has_itself(user, used) or any(names(modifier, used) for modifier in modifiers_of(user))


def _is_named_in_vain(user: bpy.types.Object, used: bpy.types.ID) -> bool:
    """True for what only constraints name that are switched off, or for the shape that a bone has in the window."""
    is_shape = any(bone.custom_shape == used for bone in user.pose.bones) if user.pose else False
    if not is_shape and not is_named_by_idle_constraint(user, used):
        return False
    return not _depends_on(user, used)


def _has_itself(thing: bpy.types.Object, used: bpy.types.ID) -> bool:
    """True when an object has a datablock not only by its modifiers: as its parent, as a material, in a constraint."""
    holders = (thing, thing.field, thing.rigid_body_constraint)
    return (
        any(used in pointers(holder) for holder in holders if holder is not None)
        or any(slot.material == used for slot in thing.material_slots)
        or is_constrained_by(thing, used)
    )


def _of_place(link: Link, is_of_place: bool) -> Link:
    return link._replace(aspect=Aspect.PLACE) if is_of_place and link.aspect is not Aspect.LOOK else link


def _from_collection(link: Link, following: Link, user: bpy.types.Object, *, is_named: bool) -> Link | None:
    """From a collection to an object that shows its objects, or that they act on."""
    if user.instance_collection == link.datablock and not user.modifiers:
        return following if link.is_visible else None
    # others may only be lit by what is in it
    return following._replace(is_sure=link.is_sure and is_named)


def _from_object(link: Link, following: Link, user: bpy.types.Object, naming: list[Any]) -> Link | None:
    """From an object to another one that depends on it; `naming` are the modifiers by which it does."""
    used: Any = link.datablock
    if _is_named_in_vain(user, used):
        return None
    if link.aspect is Aspect.LOOK:
        brings_look = any(takes_materials(user, modifier) for modifier in naming)
        return following._replace(is_sure=False) if brings_look else None
    if any(takes_shape(user, modifier) for modifier in naming):
        return following._replace(aspect=Aspect.SHAPE)
    if link.aspect is Aspect.PLACE:
        return following
    if not naming and user.parent == used and not _shapes_children(user) and not is_constrained_by(user, used):
        return None
    return following._replace(aspect=Aspect.PLACE, is_sure=False)


def _shapes_children(child: Any) -> bool:
    """True when a child stands where its parent's shape has it, and not only where the parent stands."""
    is_along_path = child.parent.type in {"CURVE", "SURFACE"} and child.parent.data.use_path
    by_origin = child.parent_type in {"OBJECT", "BONE", "ARMATURE"} and child.parent.type != "LATTICE"
    return is_along_path or not by_origin or child.parent.instance_type != "NONE"
