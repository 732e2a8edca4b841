# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of the video sequencer's strips; sounds have datablocks of their own."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import bpy

from .cut import all_strips, strips_in
from .keyed_paths import keyed_paths
from .needs import Need, absolute
from .render_reach import Reach
from .views import view_files

# What can be animated of a strip and tells which picture it shows (4.2 to 5.2).
TIMING = (
    "strobe",
    "use_reverse_frames",
    "frame_offset_start",
    "frame_offset_end",
    "left_handle_offset",
    "right_handle_offset",
)


def strip_files(reach: Reach, frames: Sequence[int]) -> Iterator[Need]:
    """Give the needs of all image and movie strips; `frames` are those whose pictures are wanted."""
    read = _read_scenes(reach)
    for scene in bpy.data.scenes:
        if scene.sequence_editor:
            keyed = keyed_paths(scene)
            untimed = _untimed(scene, keyed)
            for strip, is_muted in _with_muting(scene, keyed):
                is_read = scene in read and not is_muted
                known = frames if scene == reach.scene and strip.name not in untimed else ()
                yield from _needs(strip, scene, is_read, known)


def _untimed(scene: bpy.types.Scene, keyed: set[str]) -> set[str]:
    """Give the names of the strips that may be shown at other times than their own, and of all inside of these.

    Something speeds them up, keys their timing or takes them as its input.
    """
    effects = [strip for strip in all_strips(scene) if strip.type == "SPEED"]
    own = {effect.input_1.name for effect in effects if effect.input_1} | _taken(scene)
    found: set[str] = set()

    def walk(holder: Any, is_inside: bool) -> None:
        for strip in strips_in(holder):
            is_untimed = is_inside or strip.name in own or _is_keyed(strip, TIMING, keyed)
            is_untimed |= strip.type == "META" and bool(getattr(strip, "retiming_keys", ()))
            found.update([strip.name] if is_untimed else [])
            if strip.type == "META":
                walk(strip, is_untimed)

    walk(scene.sequence_editor, False)
    return found


def clips_of_strips(reach: Reach) -> set[bpy.types.MovieClip]:
    """Give the movie clips that the render shows as strips."""
    clips: set[Any] = set()
    for scene in _read_scenes(reach):
        strips = _with_muting(scene, keyed_paths(scene)) if scene.sequence_editor else ()
        for strip in (strip for strip, is_muted in strips if strip.type == "MOVIECLIP" and not is_muted):
            # Strips do not tell their clip in 4.2, but do in 4.5.
            clips |= {strip.clip} if hasattr(strip, "clip") else _clips_of(scene)
    return clips - {None}


def _clips_of(scene: bpy.types.Scene) -> set[bpy.types.MovieClip]:
    """Give the clips that a scene uses, but for the one that is only open in an editor."""
    users = bpy.data.user_map(subset=list(bpy.data.movieclips))
    return {clip for clip, its_users in users.items() if scene in its_users and clip != scene.active_clip}


def _read_scenes(reach: Reach) -> set[bpy.types.Scene]:
    """Give the scenes whose sequencer the render plays: its own, and those that it plays as strips."""
    read: set[bpy.types.Scene] = set()
    waiting = [reach.scene] if reach.scene.render.use_sequencer else []
    while waiting:
        scene = waiting.pop()
        read.add(scene)
        for strip, is_muted in _with_muting(scene, keyed_paths(scene)) if scene.sequence_editor else ():
            shows_cut = strip.type == "SCENE" and strip.scene_input == "SEQUENCER" and not is_muted
            if shows_cut and strip.scene not in {None, *read}:
                waiting.append(strip.scene)
    return read


def _with_muting(scene: bpy.types.Scene, keyed: set[str]) -> Iterator[tuple[Any, bool]]:
    """Give each strip, and whether nothing shows it: it, its channel or a meta strip around it is muted.

    As an effect's input or a modifier's mask, a muted strip is read.
    """
    editor = scene.sequence_editor
    taken = _taken(scene)

    def walk(holder: Any, is_muted: bool) -> Iterator[tuple[Any, bool]]:
        for strip in strips_in(holder):
            is_off = strip.mute or holder.channels[strip.channel].mute
            is_silent = is_muted or (is_off and strip.name not in taken and not _is_keyed(strip, ("mute",), keyed))
            yield strip, is_silent
            if strip.type == "META":
                yield from walk(strip, is_silent)

    yield from walk(editor, False)


def _taken(scene: bpy.types.Scene) -> set[str]:
    """Give the names of the strips that effects and modifiers take."""
    strips = all_strips(scene)
    inputs = [getattr(strip, f"input_{place}", None) for strip in strips for place in (1, 2, 3)]
    masks = [modifier.input_mask_strip for strip in strips for modifier in getattr(strip, "modifiers", ())]
    return {strip.name for strip in (*inputs, *masks) if strip}


def _is_keyed(strip: Any, settings: Sequence[str], keyed: set[str]) -> bool:
    return bool(keyed) and any(f"{strip.path_from_id()}.{setting}" in keyed for setting in settings)


def _needs(strip: Any, scene: bpy.types.Scene, is_read: bool, frames: Sequence[int]) -> Iterator[Need]:
    user = f"Strip {strip.name!r}"
    shown = [frame for frame in frames if _begin(strip) <= frame < _end(strip)]
    if strip.type == "MOVIE":
        path = absolute(strip.filepath, scene.library)
        yield from _in_views(user, path, is_read and bool(strip.filepath), _views(strip, scene, path), frames, shown)
    if strip.type != "IMAGE" or not strip.elements:
        return
    folder = absolute(strip.directory, scene.library)
    paths = [f"{folder}/{element.filename}" for element in strip.elements]
    for path in paths:  # what Blender lists
        yield Need(user, path, is_read=False)
    some = next((path for path in paths if Path(path).is_file()), paths[0])
    if len(paths) == 1 or not frames:
        yield from _in_views(user, paths[0], is_read, _views(strip, scene, some), frames, shown)
        return
    elements = {frame: strip.strip_elem_from_frame(frame) for frame in shown}
    files = {frame: f"{folder}/{element.filename}" for frame, element in elements.items() if element}
    for place, any_frame in enumerate(_views(strip, scene, some)):
        views = {frame: _views(strip, scene, path) for frame, path in files.items()}
        of_view = {frame: each[min(place, len(each) - 1)] for frame, each in views.items()}
        yield Need(user, paths[0], is_read, frames=of_view, any_frame=any_frame)


def _in_views(
    user: str, path: str, is_read: bool, views: Sequence[str], frames: Sequence[int], shown: Sequence[int]
) -> Iterator[Need]:
    """Give the needs of a strip with one file a view: in the frames that show it, or always when these are unknown."""
    if not frames:
        yield Need(user, path, is_read, tuple(views))
        return
    for view in views:
        yield Need(user, path, is_read, frames=dict.fromkeys(shown, view), any_frame=view)


def _views(strip: Any, scene: bpy.types.Scene, path: str) -> tuple[str, ...]:
    has_views = strip.use_multiview and strip.views_format == "INDIVIDUAL"
    return view_files(path, scene) if has_views else (path,)


def _begin(strip: Any) -> int:
    return int(strip.left_handle if hasattr(strip, "left_handle") else strip.frame_final_start)


def _end(strip: Any) -> int:
    return int(strip.right_handle if hasattr(strip, "right_handle") else strip.frame_final_end)
