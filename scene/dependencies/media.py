# SPDX-License-Identifier: GPL-3.0-or-later
"""Movie clips, fonts and sounds."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import bpy

from .disk import Disk
from .path_place import PathPlace
from .reach import Found, numbers, sequence_of, single
from .span import Span

BUILT_IN_FONT = "<builtin>"


def clip_places() -> Iterator[PathPlace]:
    """The paths of movie clips, which are movies or sequences of pictures."""
    for clip in bpy.data.movieclips:
        if clip.users and clip.filepath:
            timing = clip.frame_start, clip.frame_offset, clip.frame_duration
            reach = functools.partial(_clip_frames, timing) if clip.source == "SEQUENCE" else single
            yield PathPlace("Movie clip", clip, clip, "filepath", reach)


def _clip_frames(timing: tuple[int, int, int], path: str, span: Span, disk: Disk) -> Found:
    """Pictures of a clip: the file that it names is its first one (`get_sequence_fname` in Blender's sources)."""
    start, offset, duration = timing
    sequence, around = sequence_of(path), span.around()
    if sequence is None or span.frames is None or around is None:
        return numbers(path, None, disk)
    first = sequence.number

    def of(frames: frozenset[int]) -> set[int]:
        return {first + frame - start + offset for frame in frames if 0 <= frame - start < duration}

    # the first one is read in any case: it tells the size
    return numbers(path, of(span.frames) | {first}, disk, of(around))


def font_places() -> Iterator[PathPlace]:
    """The paths of fonts."""
    for font in bpy.data.fonts:
        if font.users and font.filepath != BUILT_IN_FONT and not font.packed_file:
            yield PathPlace("Font", font, font, "filepath")


def sound_places() -> Iterator[PathPlace]:
    """The paths of sounds."""
    for sound in bpy.data.sounds:
        if sound.users and sound.filepath and not sound.packed_file:
            yield PathPlace("Sound", sound, sound, "filepath")
