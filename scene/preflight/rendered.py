# SPDX-License-Identifier: GPL-3.0-or-later
"""Which scenes and which objects of the file are in the rendered images."""

from __future__ import annotations

import functools
from collections.abc import Generator, Iterable, Iterator
from typing import NamedTuple

import bpy

from ..blender_versions import all_strips
from ..config.render_config import compositor_in_use
from ..sequencer import renders_sequencer
from .chunks import in_chunks
from .compositor import nodes_of

COLLECTIONS_A_STEP = 50
"""Collections of a view layer that are looked at in one step, each with the collections inside it."""


class View(NamedTuple):
    """A scene that is rendered, and the camera that a strip names for it. None means that no strip names one."""

    scene: bpy.types.Scene
    camera: bpy.types.Object | None = None


def rendered_views(scene: bpy.types.Scene) -> list[View]:
    """What is rendered for the images of a scene: itself, or the scenes that its sequencer or compositor uses."""
    return list(_views_of_sequencer(scene, set()) if renders_sequencer(scene) else _views_of_compositor(View(scene)))


def _views_of_sequencer(scene: bpy.types.Scene, seen: set[bpy.types.Scene]) -> Iterator[View]:
    seen.add(scene)
    for strip in all_strips(scene):
        if strip.type != "SCENE" or strip.mute or strip.scene is None:
            continue
        if strip.scene_input == "CAMERA":
            yield from _views_of_compositor(View(strip.scene, strip.scene_camera))
        elif strip.scene not in seen:
            yield from _views_of_sequencer(strip.scene, seen)


def _views_of_compositor(view: View) -> Iterator[View]:
    """The scenes of the compositor's nodes. Unconnected nodes count, too: their scenes need a camera (4.2, 5.2)."""
    if not compositor_in_use(view.scene):
        yield view
        return
    layers = [node for node in nodes_of(view.scene) if node.type == "R_LAYERS" and not node.mute]
    for scene in dict.fromkeys(node.scene or view.scene for node in layers):
        yield view if scene == view.scene else View(scene)


def rendered_scenes(scene: bpy.types.Scene) -> list[bpy.types.Scene]:
    """The scenes whose objects are in the images, including the background sets of scenes."""
    found: dict[bpy.types.Scene, None] = {}
    for view in rendered_views(scene):
        each: bpy.types.Scene | None = view.scene
        while each is not None and each not in found:
            found[each] = None
            each = each.background_set
    return list(found)


class ChainLink(NamedTuple):
    """One datablock in a chain of users, which leads from an object to a rendered collection.

    `is_visible` is False for a datablock that is left out of renders, and for the collections that hold it. A visible
    datablock may depend on it all the same, such as a mesh that is moved by the simulation of a hidden proxy.
    """

    datablock: bpy.types.ID
    is_visible: bool


def rendered_objects(
    scenes: Iterable[bpy.types.Scene], candidates: Iterable[bpy.types.Object]
) -> Generator[None, None, set[bpy.types.Object]]:
    """Those of the objects that are in the images of the scenes, or that something in them depends on; in steps.

    Most are found in the scenes' collections. Only for the others Blender is asked for their users, the users of these,
    and so on. That takes 10 ms each time in a file of 10,000 objects (4.2, 5.2).
    """
    collections = yield from _rendered_collections(scenes)
    wanted = set(candidates)
    rendered: set[bpy.types.Object] = set()
    for collection in collections:
        for chunk in in_chunks(functools.partial(_objects_in, collection)):
            rendered.update(thing for thing in wanted.intersection(chunk) if not thing.hide_render)
            yield None
        if wanted <= rendered:
            return rendered
    used_by: dict[ChainLink, set[ChainLink]] = {}
    ends: set[ChainLink] = set()
    links = {ChainLink(thing, not thing.hide_render) for thing in wanted - rendered}
    while links:
        users = bpy.data.user_map(subset={link.datablock for link in links})
        yield None
        found = set()
        for link in links:
            for user in users.get(link.datablock, ()):
                following = _next_link(link, user)
                if following is not None:
                    if following not in used_by:
                        found.add(following)
                    used_by.setdefault(following, set()).add(link)
        ends.update(link for link in found if link.is_visible and link.datablock in collections)
        # an object of a scene's own collection has the scene as its user
        ends.update((yield from _links_in_own_collections(scenes, links, users)))
        links = found - ends
    return rendered | _objects_behind(ends, used_by)


def _next_link(link: ChainLink, user: bpy.types.ID) -> ChainLink | None:
    """The next link of a chain: a user of the last datablock. None means that the chain ends without being rendered."""
    used, is_visible = link
    match user:
        case bpy.types.Scene():
            return None
        case bpy.types.Collection():
            return ChainLink(user, is_visible and not user.hide_render)
        case bpy.types.Object():
            if _is_instance_only(user, used):
                return ChainLink(user, not user.hide_render) if is_visible else None
            return None if _is_unaffected(user, used) else ChainLink(user, not user.hide_render)
    return ChainLink(user, True)


def _is_instance_only(user: bpy.types.Object, used: bpy.types.ID) -> bool:
    return user.instance_collection == used and not user.modifiers


def _is_unaffected(user: bpy.types.Object, used: bpy.types.ID) -> bool:
    """True for a user that looks the same however the used object is deformed: a child, or an override of it."""
    override = user.override_library
    if override is not None and used in (override.reference, override.hierarchy_root):
        return True
    if user.parent != used or user.modifiers or user.constraints:
        return False
    return user.parent_type in {"OBJECT", "BONE", "ARMATURE"} and user.parent.instance_type == "NONE"


def _links_in_own_collections(
    scenes: Iterable[bpy.types.Scene], links: set[ChainLink], users: dict[bpy.types.ID, set[bpy.types.ID]]
) -> Generator[None, None, set[ChainLink]]:
    """The links that are visible objects directly in the collection of a scene; in steps."""
    found: set[ChainLink] = set()
    for scene in scenes:
        objects = {
            link.datablock: link
            for link in links
            if link.is_visible
            and isinstance(link.datablock, bpy.types.Object)
            and scene in users.get(link.datablock, ())
        }
        if objects:
            for chunk in in_chunks(functools.partial(_objects_in, scene.collection)):
                found.update(objects[thing] for thing in objects.keys() & set(chunk))
                yield None
    return found


def _objects_behind(ends: set[ChainLink], used_by: dict[ChainLink, set[ChainLink]]) -> set[bpy.types.Object]:
    """All objects in the chains that lead to these ends."""
    seen, links = set(ends), list(ends)
    while links:
        for used in used_by.get(links.pop(), ()):
            if used not in seen:
                seen.add(used)
                links.append(used)
    return {link.datablock for link in seen if isinstance(link.datablock, bpy.types.Object)}


def _rendered_collections(
    scenes: Iterable[bpy.types.Scene],
) -> Generator[None, None, set[bpy.types.Collection]]:
    """The collections whose objects are rendered: those of the rendered view layers that renders do not leave out."""
    found: set[bpy.types.Collection] = set()
    for scene in scenes:
        for index in range(len(scene.view_layers)):
            if not scene.view_layers[index].use:
                continue
            found.add(scene.collection)
            begin = 0
            # nothing of a view layer is kept between two steps, because Blender may make its parts anew
            while children := list(
                scene.view_layers[index].layer_collection.children[begin : begin + COLLECTIONS_A_STEP]
            ):
                _add_rendered(children, found)
                begin += COLLECTIONS_A_STEP
                yield
    return found


def _add_rendered(layers: list[bpy.types.LayerCollection], found: set[bpy.types.Collection]) -> None:
    while layers:
        layer = layers.pop()
        if layer.collection.hide_render:
            continue
        if not layer.exclude:
            found.add(layer.collection)
        # a collection inside an excluded one need not be excluded
        layers.extend(layer.children)


def _objects_in(collection: bpy.types.Collection, begin: int, end: int) -> list[bpy.types.Object]:
    return list(collection.objects[begin:end])
