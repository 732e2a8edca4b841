# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of the video sequencer's strips; sounds have datablocks of their own."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import bpy

from .needs import Need, absolute
from .render_reach import Reach


def strip_files(reach: Reach, frames: Sequence[int]) -> Iterator[Need]:
    """Give the needs of all image and movie strips; `frames` are those whose pictures of a sequence are wanted."""
    read = _read_scenes(reach)
    for scene in bpy.data.scenes:
        if scene.sequence_editor:
            effects = [strip for strip in _all_strips(scene) if strip.type == "SPEED"]
            sped_up = {effect.input_1.name for effect in effects if effect.input_1}
            for strip, is_muted in _with_muting(scene):
                is_read = scene in read and not is_muted
                yield from _needs(strip, scene, is_read, frames if scene == reach.scene else (), sped_up)


def _read_scenes(reach: Reach) -> set[bpy.types.Scene]:
    """Give the scenes whose sequencer the render plays: its own, and those that it plays as strips."""
    read: set[bpy.types.Scene] = set()
    waiting = [reach.scene] if reach.scene.render.use_sequencer else []
    while waiting:
        scene = waiting.pop()
        read.add(scene)
        if scene.sequence_editor:
            for strip in _all_strips(scene):
                if strip.type == "SCENE" and strip.scene_input == "SEQUENCER" and strip.scene not in {None, *read}:
                    waiting.append(strip.scene)
    return read


def _all_strips(scene: bpy.types.Scene) -> tuple[Any, ...]:
    editor = scene.sequence_editor
    # `sequences_all` became `strips_all` in 4.4 and went in 5.0
    return tuple(editor.strips_all if hasattr(editor, "strips_all") else editor.sequences_all)


def _with_muting(scene: bpy.types.Scene) -> Iterator[tuple[Any, bool]]:
    """Give each strip, and whether it, its channel or a meta strip around it is muted."""
    editor = scene.sequence_editor

    def walk(holder: Any, is_muted: bool) -> Iterator[tuple[Any, bool]]:
        for strip in holder.strips if hasattr(holder, "strips") else holder.sequences:
            is_silent = is_muted or strip.mute or holder.channels[strip.channel].mute
            yield strip, is_silent
            if strip.type == "META":
                yield from walk(strip, is_silent)

    yield from walk(editor, False)


def _needs(
    strip: Any, scene: bpy.types.Scene, is_read: bool, frames: Sequence[int], sped_up: set[str]
) -> Iterator[Need]:
    user = f"Strip {strip.name!r}"
    if strip.type == "MOVIE":
        path = absolute(strip.filepath, scene.library)
        yield Need(user, path, is_read and bool(strip.filepath), (path,))
    if strip.type != "IMAGE" or not strip.elements:
        return
    folder = absolute(strip.directory, scene.library)
    paths = [f"{folder}/{element.filename}" for element in strip.elements]
    for path in paths:  # what Blender lists
        yield Need(user, path, is_read=False)
    some = next((path for path in paths if Path(path).is_file()), paths[0])
    if len(paths) == 1 or not frames or strip.name in sped_up:
        yield Need(user, paths[0], is_read, (some,))
    else:
        shown = {frame: strip.strip_elem_from_frame(frame) for frame in frames if _begin(strip) <= frame < _end(strip)}
        files = {frame: f"{folder}/{element.filename}" for frame, element in shown.items() if element}
        yield Need(user, paths[0], is_read, frames=files, any_frame=some)


def _begin(strip: Any) -> int:
    return int(strip.left_handle if hasattr(strip, "left_handle") else strip.frame_final_start)


def _end(strip: Any) -> int:
    return int(strip.right_handle if hasattr(strip, "right_handle") else strip.frame_final_end)
