# SPDX-License-Identifier: GPL-3.0-or-later
"""Movie clips, fonts and sounds."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator

import bpy

from ...blender_versions import all_strips
from ...rendered.frames_read import FramesRead
from ..dependency import DependencyKind
from ..disk import Disk
from ..numbered_files import sequence_of
from ..path_setting import PathSetting, Places
from ..resolve import Found, Resolve, numbers, single

BUILT_IN_FONT = "<builtin>"


def clip_places() -> Places:
    """The paths of movie clips, which are movies or sequences of pictures."""
    # a strip has a time of its own, and does not tell in all versions which clip it shows
    are_in_strips = any(strip.type == "MOVIECLIP" for scene in bpy.data.scenes for strip in all_strips(scene))
    for clip in bpy.data.movieclips:
        if clip.users and clip.filepath:
            timing = clip.frame_start, clip.frame_offset, clip.frame_duration
            resolve: Resolve = single
            if clip.source == "SEQUENCE":
                yield None
                is_known = not are_in_strips and not clip.animation_data
                resolve = functools.partial(_clip_frames, timing) if is_known else _whole_clip
            yield PathSetting(DependencyKind.MOVIE_CLIP, clip, clip, "filepath", resolve)


def _whole_clip(path: str, _frames_read: FramesRead, disk: Disk) -> Found:
    return numbers(path, None, disk)


def _clip_frames(timing: tuple[int, int, int], path: str, frames_read: FramesRead, disk: Disk) -> Found:
    """Pictures of a clip at the scene's frames. The file that it names is that of its first frame.

    A clip lasts up to the first gap in its numbers, but what comes after it is read where it is there (4.2, 5.2).
    """
    start, offset, duration = timing
    sequence, around = sequence_of(path), frames_read.around
    if sequence is None or frames_read.frames is None or around is None:
        return numbers(path, None, disk)
    first = sequence.number

    def of(frames: Iterable[int]) -> set[int]:
        # there is no number below 0 (`BLI_path_sequence_encode`)
        return {max(first + frame - start + offset, 0) for frame in frames}

    wanted = of(frame for frame in frames_read.frames if 0 <= frame - start < duration)
    # the first one is read in any case: it tells the size
    return numbers(path, wanted | {first}, disk, of(around))


def font_places() -> Iterator[PathSetting]:
    """The paths of fonts."""
    for font in bpy.data.fonts:
        if font.users and font.filepath != BUILT_IN_FONT and not font.packed_file:
            yield PathSetting(DependencyKind.FONT, font, font, "filepath")


def sound_places() -> Iterator[PathSetting]:
    """The paths of sounds."""
    for sound in bpy.data.sounds:
        if sound.users and sound.filepath and not sound.packed_file:
            yield PathSetting(DependencyKind.SOUND, sound, sound, "filepath")
