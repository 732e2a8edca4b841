# SPDX-License-Identifier: GPL-3.0-or-later
"""The sequencer's image and movie strips; its sounds are datablocks of their own."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import bpy

from ...blender_versions import all_strips, end_frame, first_frame
from ...sequencer import JOB_TAG, strips_taken_by
from ..animation import animated_paths
from ..dependency import DependencyKind
from ..disk import Disk
from ..frames_read import FramesRead
from ..path_setting import PathSetting, Places
from ..resolve import Found, look_for
from ..views import view_paths, view_suffixes

WITH_FILES = frozenset({"IMAGE", "MOVIE"})
SHIFT_TIME = frozenset({"SPEED", "META", "MULTICAM"})
"""Strips that show others at another time, or that may."""
TIMING = (
    "strobe",
    "use_reverse_frames",
    "frame_offset_start",
    "frame_offset_end",
    "left_handle_offset",
    "right_handle_offset",
)
"""What can be animated of a strip and tells which picture it shows (4.2 to 5.2)."""


def strips_with_files() -> Iterator[tuple[bpy.types.Scene, Any]]:
    """The image and movie strips of all scenes."""
    for scene in bpy.data.scenes:
        yield from ((scene, strip) for strip in all_strips(scene) if strip.type in WITH_FILES)


def strip_files(strip: Any) -> tuple[str, ...]:
    """The files of an image or movie strip as written."""
    if strip.type == "MOVIE":
        return (strip.filepath,)
    return tuple(os.path.join(strip.directory, element.filename) for element in strip.elements)  # noqa: PTH118


def strip_places() -> Places:
    """The paths of the strips that are read: of a movie its file, of pictures their folder."""
    for timeline, strip in _read_strips():
        yield None
        if strip.type == "MOVIE":
            resolve = functools.partial(_movie, timeline.views_of(strip))
            yield PathSetting(DependencyKind.STRIP, timeline.scene, strip, "filepath", resolve)
        else:
            resolve = functools.partial(_pictures, timeline, strip)
            yield PathSetting(DependencyKind.STRIP, timeline.scene, strip, "directory", resolve)


def unread_strips() -> tuple[Any, ...]:
    """The strips with files that no render reads.

    These are muted ones that are nobody's input, those of scenes that render without sequencer and whose sequencer
    no other scene shows, and the frames of earlier jobs.
    """
    read = {(timeline.scene, strip.name) for timeline, strip in _read_strips()}
    return tuple(strip for scene, strip in strips_with_files() if (scene, strip.name) not in read)


@dataclass(frozen=True)
class Timeline:
    """A scene's strips, as far as one tells how another is read.

    `inputs` are the names of the strips that effects take, or modifiers as their masks, and `animated` are the data
    paths in the scene that change over time. Where nothing `shifts_time`, a strip shows the picture of the frame.
    """

    scene: bpy.types.Scene
    inputs: frozenset[str]
    animated: frozenset[str]
    shifts_time: bool

    def is_animated(self, strip: Any, settings: Iterable[str]) -> bool:
        """True when one of a strip's settings changes over time."""
        path = strip.path_from_id() if self.animated else ""
        return any(f"{path}.{setting}" in self.animated for setting in settings)

    def is_read(self, strip: Any) -> bool:
        """True unless the strip is muted and nobody's input: an effect also reads a muted one (4.2, 5.2)."""
        return not strip.mute or strip.name in self.inputs or self.is_animated(strip, ("mute",))

    def keeps_time(self, strip: Any) -> bool:
        """True when `strip_elem_from_frame` tells which picture a frame shows."""
        return not self.shifts_time and not self.is_animated(strip, TIMING)

    def views_of(self, strip: Any) -> tuple[str, ...]:
        """The ends of the names of the strip's files when it has one for each view, else none."""
        has_views = self.scene.render.use_multiview and strip.use_multiview and strip.views_format == "INDIVIDUAL"
        return view_suffixes(self.scene) if has_views else ()


def _timeline(scene: bpy.types.Scene) -> Timeline:
    strips = all_strips(scene)
    return Timeline(
        scene,
        strips_taken_by(strips),
        frozenset(animated_paths(scene)),
        any(strip.type in SHIFT_TIME for strip in strips),
    )


def _read_strips() -> Iterator[tuple[Timeline, Any]]:
    for scene in _played_scenes():
        timeline = _timeline(scene)
        for strip in all_strips(scene):
            # whoever renders frames of an earlier job is not sent
            if strip.type in WITH_FILES and JOB_TAG not in strip and timeline.is_read(strip):
                yield timeline, strip


def _played_scenes() -> tuple[bpy.types.Scene, ...]:
    """The scenes that render with their sequencer, and those that these show as they are in theirs."""
    played = [scene for scene in bpy.data.scenes if scene.render.use_sequencer]
    # it grows meanwhile
    for scene in played:
        for strip in all_strips(scene):
            if strip.type == "SCENE" and strip.scene_input == "SEQUENCER" and strip.scene not in (None, *played):
                played.append(strip.scene)
    return tuple(played)


def _movie(views: tuple[str, ...], path: str, _frames_read: FramesRead, disk: Disk) -> Found:
    return look_for(view_paths(path, views), disk)


def _pictures(timeline: Timeline, strip: Any, folder: str, frames_read: FramesRead, disk: Disk) -> Found:
    names = [element.filename for element in strip.elements]
    views = timeline.views_of(strip)
    wanted, around = frames_read.frames, frames_read.around()
    if wanted is None or around is None or len(names) == 1 or not timeline.keeps_time(strip):
        return look_for(_paths(folder, names, views), disk)
    certain = _on_screen(strip, wanted)
    # an effect may show its input before and after its time (CROSS across a gap in 4.2 and 5.2)
    around = (around if strip.name in timeline.inputs else _on_screen(strip, around)) - certain
    found = look_for(_paths(folder, _shown(strip, certain), views), disk)
    more = look_for(_paths(folder, _shown(strip, around), views), disk)
    return Found(tuple(dict.fromkeys((*found.files, *more.files))), found.missing)


def _paths(folder: str, names: Iterable[str], views: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        path = os.path.normpath(os.path.join(folder, name))  # noqa: PTH118
        yield from view_paths(path, views) if views else (path,)


def _on_screen(strip: Any, frames: frozenset[int]) -> frozenset[int]:
    begin, end = first_frame(strip), end_frame(strip)
    return frozenset(frame for frame in frames if begin <= frame < end)


def _shown(strip: Any, frames: frozenset[int]) -> list[str]:
    elements = (strip.strip_elem_from_frame(frame) for frame in sorted(frames))
    return list(dict.fromkeys(element.filename for element in elements if element is not None))
