# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of datablocks that stand for files: images, clips, volumes, caches, fonts, sounds and libraries."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import bpy

from .cut import all_strips
from .needs import (
    LAST_NUMBER,
    NUMBER_AT_END,
    Need,
    absolute,
    any_of_sequence,
    called,
    files_of_numbers,
    need_of_sequence,
    number_of,
)
from .render_reach import Reach, node_trees
from .strips import clips_of_strips
from .views import view_files

UDIM_MARKERS = ("<UDIM>", "<UVTILE>")


def footage(reach: Reach, frames: Sequence[int]) -> Iterator[Need]:
    """Give the needs of every such datablock; `frames` are those whose files of a sequence are wanted."""
    yield from _images(reach, frames)
    yield from _clips(reach, frames)
    yield from _volumes(reach, frames)
    yield from _cache_files(reach, frames)
    for block in (*bpy.data.fonts, *bpy.data.sounds):
        if block.filepath and not block.filepath.startswith("<"):
            path = absolute(block.filepath, block.library)
            is_read = reach.hears(block) if isinstance(block, bpy.types.Sound) else block in reach
            yield Need(called(block), path, is_read and block.packed_file is None, (path,))
    for library in bpy.data.libraries:
        # Blender has made the path of a nested library one from the open file.
        path = absolute(library.filepath)
        is_outside = library.packed_file is None and not _is_embedded(library)
        is_read = is_outside and any(block in reach for block in library.users_id)
        yield Need(called(library), path, is_read, (path,))


def _is_embedded(library: bpy.types.Library) -> bool:
    """Tell whether the library's data is inside the .blend, which 5.0 and later can do."""
    if getattr(library, "is_archive", False):
        return True
    return bool(getattr(library, "archive_libraries", None)) and not library.users_id


def _images(reach: Reach, frames: Sequence[int]) -> Iterator[Need]:
    users = _image_users(reach)
    for image in bpy.data.images:
        if not image.filepath:
            continue
        path = absolute(image.filepath, image.library)
        is_outside = image.source in {"FILE", "TILED", "SEQUENCE", "MOVIE"} and not image.packed_files
        is_read = is_outside and reach.reads(image)
        if image.source == "SEQUENCE":
            for numbers in _image_numbers(users.get(image, ()), frames) if is_read else [None]:
                yield need_of_sequence(called(image), path, is_read, LAST_NUMBER, numbers)
        elif image.source == "TILED":
            yield Need(called(image), path, is_read, tuple(_tiles(image, path)))
        else:
            yield Need(called(image), path, is_read, _views(image, path, reach.scene))


def _tiles(image: bpy.types.Image, path: str) -> Iterator[str]:
    marker = next((marker for marker in UDIM_MARKERS if marker in path), None)
    if marker is None:
        yield path
        return
    for tile in image.tiles:
        row, column = divmod(tile.number - 1001, 10)
        yield path.replace(marker, str(tile.number) if marker == "<UDIM>" else f"u{column + 1}_v{row + 1}")


def _views(image: bpy.types.Image, path: str, scene: bpy.types.Scene) -> tuple[str, ...]:
    """Give the image's file, or those of all views where each has its own."""
    has_views = image.use_multiview and image.views_format == "INDIVIDUAL"
    return view_files(path, scene) if has_views else (path,)


def _image_users(reach: Reach) -> dict[bpy.types.Image, list[tuple[bpy.types.ID, Any]]]:
    """Give what tells each image's time: nodes and textures that the render reads, and what holds their animation."""
    users: defaultdict[bpy.types.Image, list[tuple[bpy.types.ID, Any]]] = defaultdict(list)
    for owner, tree in node_trees():
        for node in tree.nodes if owner in reach else ():
            if (image := getattr(node, "image", None)) and reach.is_live(node):
                # keyframes of the nodes' settings may be their owner's
                keyed = owner if _is_animated(owner) and not isinstance(owner, bpy.types.Scene) else tree
                users[image].append((keyed, getattr(node, "image_user", node)))
    for texture in bpy.data.textures:
        if texture in reach and (image := getattr(texture, "image", None)):
            users[image].append((texture, texture.image_user))
    return users


def _image_numbers(users: Sequence[tuple[bpy.types.ID, Any]], frames: Sequence[int]) -> list[dict[int, int] | None]:
    """Give, for each of an image's users, every frame's number in the sequence.

    None stands for numbers that cannot be told from here: something drives or animates them, or the image is read by
    something without such settings.
    """
    numbers: list[dict[int, int] | None] = []
    for owner, settings in users:
        is_known = getattr(settings, "use_auto_refresh", False) and not _is_animated(owner)
        places = ((frame, _image_number(settings, frame)) for frame in frames)
        numbers.append({frame: number for frame, number in places if number is not None} if is_known else None)
    return numbers or [None]


def _image_number(settings: Any, frame: int) -> int | None:
    """As BKE_image_user_frame_get; before its first frame, a sequence has no picture."""
    length = settings.frame_duration
    place = frame - settings.frame_start + 1
    if settings.use_cyclic and length:
        place = (place - 1) % length + 1
    return min(place, length) + settings.frame_offset if place >= 1 and length else None


def _is_animated(owner: bpy.types.ID) -> bool:
    moves = owner.animation_data
    return bool(moves and (moves.action or moves.drivers or moves.nla_tracks))


def _clips(reach: Reach, frames: Sequence[int]) -> Iterator[Need]:
    shown = clips_of_strips(reach)
    strips = [strip for scene in bpy.data.scenes for strip in all_strips(scene) if strip.type == "MOVIECLIP"]
    for clip in bpy.data.movieclips:
        if not clip.filepath:
            continue
        path = absolute(clip.filepath, clip.library)
        is_read = reach.reads(clip) or clip in shown
        if clip.source != "SEQUENCE":
            yield Need(called(clip), path, is_read, (path,))
            continue
        first = number_of(path, LAST_NUMBER) + clip.frame_offset
        places = {frame: frame - clip.frame_start for frame in frames}
        numbers = {frame: first + place for frame, place in places.items() if 0 <= place < clip.frame_duration}
        # A strip has a time of its own, and not every version tells which clip it shows (4.2 does not, 4.5 does).
        is_known = not strips and not _is_animated(clip)
        yield need_of_sequence(called(clip), path, is_read, LAST_NUMBER, numbers if is_known else None)


def _volumes(reach: Reach, frames: Sequence[int]) -> Iterator[Need]:
    for volume in bpy.data.volumes:
        if not volume.filepath:
            continue
        path = absolute(volume.filepath, volume.library)
        is_read = volume in reach and volume.packed_file is None
        if not volume.is_sequence:
            yield Need(called(volume), path, is_read, (path,))
            continue
        places = ((frame, _volume_number(volume, frame)) for frame in frames)
        numbers = {frame: number for frame, number in places if number is not None}
        is_known = not _is_animated(volume)
        yield need_of_sequence(called(volume), path, is_read, NUMBER_AT_END, numbers if is_known else None)


def _volume_number(volume: bpy.types.Volume, frame: int) -> int | None:
    """As BKE_volume_sequence_frame; outside of a clipped sequence there is no volume."""
    length = volume.frame_duration
    place = frame - volume.frame_start + 1
    if length == 0 or (volume.sequence_mode == "CLIP" and not 1 <= place <= length):
        return None
    if volume.sequence_mode == "REPEAT":
        place = (place - 1) % length + 1
    elif volume.sequence_mode == "PING_PONG" and length > 1:
        place = (place - 1) % (2 * length - 2) + 1
        place = place if place <= length else 2 * length - place
    return min(max(place, 1), length) + volume.frame_offset


def _cache_files(reach: Reach, frames: Sequence[int]) -> Iterator[Need]:
    for cache in bpy.data.cache_files:
        if not cache.filepath:
            continue
        path = absolute(cache.filepath, cache.library)
        is_read = cache in reach
        for layer in cache.layers:
            layer_path = absolute(layer.filepath, cache.library)
            yield Need(called(cache), layer_path, is_read and not layer.hide_layer, (layer_path,))
        if not cache.is_sequence:
            yield Need(called(cache), path, is_read, (path,))
            continue
        yield Need(called(cache), path, is_read, (any_of_sequence(path, NUMBER_AT_END),))
        if not (cache.override_frame or cache.frame_offset or _is_animated(cache)):
            # How long it is stands nowhere: a frame without file may be one that never had any.
            files = files_of_numbers(path, NUMBER_AT_END, {frame: frame for frame in frames})
            yield Need(called(cache), path, is_read, frames=files, is_certain=False)
