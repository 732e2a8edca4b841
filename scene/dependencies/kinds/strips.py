# SPDX-License-Identifier: GPL-3.0-or-later
"""The sequencer's image and movie strips; its sounds are datablocks of their own."""

from __future__ import annotations

import functools
import os
from collections.abc import Collection, Generator, Iterable, Iterator
from typing import Any

import bpy

from ...blender_versions import all_strips
from ...rendered.frames_read import FramesRead, is_certain
from ...rendered.sequencer import JOB_TAG, scenes_in_sequencer
from ...rendered.timeline import Timeline, on_screen, timeline_of
from ...rendered.views import view_paths
from ..dependency import DependencyKind
from ..disk import Disk
from ..path_setting import PathSetting, Places
from ..resolve import Found, look_for

WITH_FILES = frozenset({"IMAGE", "MOVIE"})


def strips_with_files(scene: bpy.types.Scene) -> Iterator[Any]:
    """The image and movie strips of a scene."""
    return (strip for strip in all_strips(scene) if strip.type in WITH_FILES)


def strip_files(strip: Any) -> tuple[str, ...]:
    """The files of an image or movie strip as written."""
    if strip.type == "MOVIE":
        return (strip.filepath,)
    return tuple(os.path.join(strip.directory, element.filename) for element in strip.elements)  # noqa: PTH118


def strip_places(frames: FramesRead) -> Places:
    """The paths of the strips that are shown: of a movie its file, of pictures their folder."""
    for scene in scenes_in_sequencer(frames.scene):
        timeline = timeline_of(scene)
        for strip in strips_with_files(scene):
            yield None
            # whoever renders frames of an earlier job is not sent
            if JOB_TAG not in strip and timeline.is_shown(strip, frames.around):
                yield _setting(timeline, strip, frames)


def _setting(timeline: Timeline, strip: Any, frames: FramesRead) -> PathSetting:
    if strip.type == "MOVIE":
        attribute, resolve = "filepath", functools.partial(_movie, timeline, strip)
    else:
        attribute, resolve = "directory", functools.partial(_pictures, timeline, strip)
    is_sure = is_certain(timeline, strip, frames)
    return PathSetting(DependencyKind.STRIP, timeline.scene, strip, attribute, resolve, is_certain=is_sure)


def all_strip_places() -> Places:
    """The paths of all image and movie strips, shown or not."""
    for scene in bpy.data.scenes:
        for strip in strips_with_files(scene):
            yield PathSetting(DependencyKind.STRIP, scene, strip, "filepath" if strip.type == "MOVIE" else "directory")


def strips_but(shown: Collection[tuple[bpy.types.Scene, str]]) -> Generator[None, None, list[Any]]:
    """The strips with files but those that are shown, which are told by their scenes and names; in steps.

    No render reads these: muted ones that are nobody's input, those at other times, those of scenes that are not shown
    by their sequencers, and the frames of earlier jobs.
    """
    found: list[Any] = []
    for scene in [*bpy.data.scenes]:
        found += (strip for strip in strips_with_files(scene) if (scene, strip.name) not in shown)
        yield
    return found


def _movie(timeline: Timeline, strip: Any, path: str, frames_read: FramesRead, disk: Disk) -> Found:
    return _missed(look_for(view_paths(path, timeline.views_of(strip)), disk), timeline, strip, frames_read)


def _pictures(timeline: Timeline, strip: Any, folder: str, frames_read: FramesRead, disk: Disk) -> Found:
    names = [element.filename for element in strip.elements]
    views = timeline.views_of(strip)
    wanted, around = frames_read.frames, frames_read.around
    if wanted is None or around is None or len(names) == 1 or not timeline.keeps_time(strip):
        return _missed(look_for(_paths(folder, names, views), disk), timeline, strip, frames_read)
    certain = on_screen(strip, wanted)
    # an effect may show its input before and after its time (CROSS across a gap in 4.2 and 5.2)
    around = (around if strip.name in timeline.inputs else on_screen(strip, around)) - certain
    found = look_for(_paths(folder, _shown(strip, certain), views), disk)
    more = look_for(_paths(folder, _shown(strip, around), views), disk)
    return Found(tuple(dict.fromkeys((*found.files, *more.files))), found.missing)


def _missed(found: Found, timeline: Timeline, strip: Any, frames_read: FramesRead) -> Found:
    """Nothing is missed of a strip that begins right after the rendered frames, or has ended right before them."""
    is_told = frames_read.frames is not None and strip.name not in timeline.inputs and timeline.keeps_time(strip)
    return Found(found.files) if is_told and not on_screen(strip, frames_read.frames or frozenset()) else found


def _paths(folder: str, names: Iterable[str], views: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        path = os.path.normpath(os.path.join(folder, name))  # noqa: PTH118
        yield from view_paths(path, views) if views else (path,)


def _shown(strip: Any, frames: frozenset[int]) -> list[str]:
    elements = (strip.strip_elem_from_frame(frame) for frame in sorted(frames))
    return list(dict.fromkeys(element.filename for element in elements if element is not None))
