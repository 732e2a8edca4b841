# SPDX-License-Identifier: GPL-3.0-or-later
"""What of the file is in the rendered pictures: which scenes, and which objects."""

from __future__ import annotations

import functools
from collections.abc import Generator, Iterable, Iterator
from typing import NamedTuple

import bpy

from ..blender_versions import all_strips
from ..config.render_config import compositor_in_use
from .compositor import nodes_of
from .request import cut

MOST_COLLECTIONS = 50
"""Collections of a layer that are looked at in one step, with those inside them."""


class View(NamedTuple):
    """A scene that is rendered, and the camera that a strip names for it, if one does."""

    scene: bpy.types.Scene
    camera: bpy.types.Object | None = None


def views(scene: bpy.types.Scene) -> list[View]:
    """The scenes that are rendered for the pictures of this one: itself, or those that it puts together."""
    return list(_sequenced(scene, set()) if has_sequence(scene) else _composited(View(scene)))


def has_sequence(scene: bpy.types.Scene) -> bool:
    """True when the pictures come from the sequencer."""
    return scene.render.use_sequencer and has_pictures(scene)


def has_pictures(scene: bpy.types.Scene) -> bool:
    """True when the sequencer has strips that are seen."""
    return any(strip.type != "SOUND" and not strip.mute for strip in all_strips(scene))


def _sequenced(scene: bpy.types.Scene, seen: set[bpy.types.Scene]) -> Iterator[View]:
    seen.add(scene)
    for strip in all_strips(scene):
        if strip.type != "SCENE" or strip.mute or strip.scene is None:
            continue
        if strip.scene_input == "CAMERA":
            yield from _composited(View(strip.scene, strip.scene_camera))
        elif strip.scene not in seen:
            yield from _sequenced(strip.scene, seen)


def _composited(view: View) -> Iterator[View]:
    """The scenes of the compositor's nodes. Those that lead nowhere count, too: they need a camera (4.2, 5.2)."""
    if not compositor_in_use(view.scene):
        yield view
        return
    layers = [node for node in nodes_of(view.scene) if node.type == "R_LAYERS" and not node.mute]
    for scene in dict.fromkeys(node.scene or view.scene for node in layers):
        yield view if scene == view.scene else View(scene)


def shown_scenes(scene: bpy.types.Scene) -> list[bpy.types.Scene]:
    """The scenes whose objects are in the pictures, those that others have in their background included."""
    found: dict[bpy.types.Scene, None] = {}
    for view in views(scene):
        each: bpy.types.Scene | None = view.scene
        while each is not None and each not in found:
            found[each] = None
            each = each.background_set
    return list(found)


class Step(NamedTuple):
    """A datablock on the way from an object to what shows it. `is_open` is False beyond what renders leave out.

    What is left out is not seen itself, but what refers to it may be: a proxy whose simulation moves a visible mesh.
    """

    datablock: bpy.types.ID
    is_open: bool


def shown_objects(
    scenes: Iterable[bpy.types.Scene], things: Iterable[bpy.types.Object]
) -> Generator[None, None, set[bpy.types.Object]]:
    """Those of the objects that frames of the scenes show, or that something in them depends on; in steps.

    Most are found in the scenes' collections. Only where some are not, Blender is asked for the users of these, of
    their users, and so on, which takes 10 ms each time in a file of 10,000 objects (4.2, 5.2).
    """
    collections = yield from _rendered_collections(scenes)
    rest = set(things)
    shown: set[bpy.types.Object] = set()
    for collection in collections:
        for piece in cut(functools.partial(_objects_in, collection)):
            shown.update(thing for thing in rest.intersection(piece) if not thing.hide_render)
            yield None
        if rest <= shown:
            return shown
    reasons: dict[Step, set[Step]] = {}
    ends: set[Step] = set()
    ahead = {Step(thing, not thing.hide_render) for thing in rest - shown}
    while ahead:
        users = bpy.data.user_map(subset={step.datablock for step in ahead})
        yield None
        found = set()
        for step in ahead:
            for user in users.get(step.datablock, ()):
                after = _after(step, user)
                if after is not None:
                    if after not in reasons:
                        found.add(after)
                    reasons.setdefault(after, set()).add(step)
        ends.update(step for step in found if step.is_open and step.datablock in collections)
        # an object of a scene's own collection has the scene for its user
        ends.update((yield from _directly_in(scenes, ahead, users)))
        ahead = found - ends
    return shown | _origins(ends, reasons)


def _after(step: Step, user: bpy.types.ID) -> Step | None:
    """Where the way goes on from a datablock to one that uses it, or None where it ends."""
    used, is_open = step
    match user:
        case bpy.types.Scene():
            return None
        case bpy.types.Collection():
            return Step(user, is_open and not user.hide_render)
        case bpy.types.Object():
            if _is_instance_only(user, used):
                return Step(user, not user.hide_render) if is_open else None
            return None if _is_bystander(user, used) else Step(user, not user.hide_render)
    return Step(user, True)


def _is_instance_only(user: bpy.types.Object, used: bpy.types.ID) -> bool:
    return user.instance_collection == used and not user.modifiers


def _is_bystander(user: bpy.types.Object, used: bpy.types.ID) -> bool:
    """True for a user that looks the same however the used one is deformed: a child, and an override of it."""
    override = user.override_library
    if override is not None and used in (override.reference, override.hierarchy_root):
        return True
    if user.parent != used or user.modifiers or user.constraints:
        return False
    return user.parent_type in {"OBJECT", "BONE", "ARMATURE"} and user.parent.instance_type == "NONE"


def _directly_in(
    scenes: Iterable[bpy.types.Scene], steps: set[Step], users: dict[bpy.types.ID, set[bpy.types.ID]]
) -> Generator[None, None, set[Step]]:
    found: set[Step] = set()
    for scene in scenes:
        wanted = {
            step.datablock: step
            for step in steps
            if step.is_open and isinstance(step.datablock, bpy.types.Object) and scene in users.get(step.datablock, ())
        }
        if wanted:
            for piece in cut(functools.partial(_objects_in, scene.collection)):
                found.update(wanted[thing] for thing in wanted.keys() & set(piece))
                yield None
    return found


def _origins(ends: set[Step], reasons: dict[Step, set[Step]]) -> set[bpy.types.Object]:
    """The objects from which ways lead to these ends."""
    seen, ahead = set(ends), list(ends)
    while ahead:
        for before in reasons.get(ahead.pop(), ()):
            if before not in seen:
                seen.add(before)
                ahead.append(before)
    return {step.datablock for step in seen if isinstance(step.datablock, bpy.types.Object)}


def _rendered_collections(
    scenes: Iterable[bpy.types.Scene],
) -> Generator[None, None, set[bpy.types.Collection]]:
    """The collections whose objects are rendered: those of the layers that are, but for what is left out of renders."""
    found: set[bpy.types.Collection] = set()
    for scene in scenes:
        for index in range(len(scene.view_layers)):
            if not scene.view_layers[index].use:
                continue
            found.add(scene.collection)
            begin = 0
            # from step to step no part of a layer is kept, for Blender may have made them anew
            while places := list(scene.view_layers[index].layer_collection.children[begin : begin + MOST_COLLECTIONS]):
                _add_rendered(places, found)
                begin += MOST_COLLECTIONS
                yield
    return found


def _add_rendered(places: list[bpy.types.LayerCollection], found: set[bpy.types.Collection]) -> None:
    while places:
        place = places.pop()
        if place.collection.hide_render:
            continue
        if not place.exclude:
            found.add(place.collection)
        # what is inside an excluded one may be back in
        places.extend(place.children)


def _objects_in(collection: bpy.types.Collection, begin: int, end: int) -> list[bpy.types.Object]:
    return list(collection.objects[begin:end])
