# SPDX-License-Identifier: GPL-3.0-or-later
"""The sequencer's image and movie strips; its sounds are datablocks of their own."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator
from typing import Any

import bpy

from .disk import Disk
from .path_place import PathPlace
from .reach import Found, look_for
from .span import Span

WITH_FILES = frozenset({"IMAGE", "MOVIE"})


def strips(scene: bpy.types.Scene) -> tuple[Any, ...]:
    """All strips of a scene's sequencer, those inside meta strips included."""
    editor = scene.sequence_editor
    if editor is None:
        return ()
    # `sequences_all` became `strips_all` in 4.4 and went in 5.0
    return tuple(editor.strips_all if hasattr(editor, "strips_all") else editor.sequences_all)


def strips_with_files() -> Iterator[tuple[bpy.types.Scene, Any]]:
    """The image and movie strips of all scenes."""
    for scene in bpy.data.scenes:
        yield from ((scene, strip) for strip in strips(scene) if strip.type in WITH_FILES)


def strip_files(strip: Any) -> tuple[str, ...]:
    """The files of an image or movie strip as written."""
    if strip.type == "MOVIE":
        return (strip.filepath,)
    return tuple(os.path.join(strip.directory, element.filename) for element in strip.elements)  # noqa: PTH118


def is_read(scene: bpy.types.Scene, strip: Any) -> bool:
    """False for muted strips, and those of scenes that render without sequencer."""
    return bool(scene.render.use_sequencer and not strip.mute)


def unread_strips() -> tuple[Any, ...]:
    """The strips with files that no render reads."""
    return tuple(strip for scene, strip in strips_with_files() if not is_read(scene, strip))


def strip_places() -> Iterator[PathPlace]:
    """The paths of the strips: of a movie its file, of pictures their folder."""
    for scene, strip in strips_with_files():
        if not is_read(scene, strip):
            continue
        if strip.type == "MOVIE":
            yield PathPlace("Sequencer strip", scene, strip, "filepath")
        else:
            reach = functools.partial(_pictures, scene, strip)
            yield PathPlace("Sequencer strip", scene, strip, "directory", reach)


def _pictures(scene: bpy.types.Scene, strip: Any, folder: str, span: Span, disk: Disk) -> Found:
    names = [element.filename for element in strip.elements]
    wanted, around = span.frames, span.around()
    if wanted is None or around is None or len(names) == 1 or not _keeps_time(scene, strip):
        return look_for(_paths(folder, names), disk)
    found = look_for(_paths(folder, [names[index] for index in _shown(strip, wanted, len(names))]), disk)
    more = look_for(_paths(folder, [names[index] for index in _shown(strip, around, len(names))]), disk)
    return Found(tuple(dict.fromkeys((*found.files, *more.files))), found.missing)


def _paths(folder: str, names: list[str]) -> list[str]:
    return [os.path.normpath(os.path.join(folder, name)) for name in names]  # noqa: PTH118


def _shown(strip: Any, frames: frozenset[int], count: int) -> list[int]:
    """The places of the pictures that are shown.

    Where a strip is longer than what is left of its content, the first and the last picture of that stay on screen.
    """
    if hasattr(strip, "content_start"):  # 5.2
        begin, end, content = strip.left_handle, strip.right_handle, strip.content_start
        trimmed, length = strip.content_trim_start, strip.content_duration
    else:
        begin, end, content = strip.frame_final_start, strip.frame_final_end, strip.frame_start
        trimmed, length = strip.animation_offset_start, strip.frame_duration
    first = round(content) - trimmed
    last = min(trimmed + length, count) - 1
    return sorted({min(max(frame - first, trimmed), last) for frame in frames if begin <= frame < end})


def _keeps_time(scene: bpy.types.Scene, strip: Any) -> bool:
    """True when a frame shows the picture of its place. Speed, retiming and meta strips may show others."""
    is_changed = strip.use_reverse_frames or strip.strobe > 1.0 or len(getattr(strip, "retiming_keys", ()))
    return not is_changed and not any(each.type in {"SPEED", "META", "MULTICAM"} for each in strips(scene))
