# SPDX-License-Identifier: GPL-3.0-or-later
"""A job's frames as a movie clip, for tracking and masking."""

from __future__ import annotations

import bpy

from . import color, image
from .files import Footage, ImageSequence, Opened, image_sequence
from .image import TAG


def load(rendered: bpy.types.Scene, footage: Footage, window: bpy.types.Window | None) -> Opened:
    """Load the frames as a movie clip; the one that is there already is brought up to date.

    A Movie Clip Editor that shows none, or another job's, gets it. Raises `FootageError`.
    """
    sequence = image_sequence(footage)
    clip = image.find(bpy.data.movieclips, footage.job_id) or _new_clip(sequence, footage)
    update(clip, sequence)
    color.read_in(clip, color.space_of(rendered, sequence.first))
    warnings = image.left_out(footage, sequence)
    for area in window.screen.areas if window is not None else ():
        if area.type != "CLIP_EDITOR":
            continue
        space = area.spaces.active
        if space.clip is None or TAG in space.clip:
            space.clip = clip
            area.tag_redraw()
            return Opened(f"The Movie Clip Editor shows {footage.count} of “{footage.name}”.", warnings)
    # nothing else keeps it from being lost when the file is saved
    clip.use_fake_user = True
    message = f"{footage.count} of “{footage.name}” are loaded as the movie clip “{clip.name}”"
    return Opened(f"{message}. Choose it in a Movie Clip Editor to see them.", warnings)


def update(clip: bpy.types.MovieClip, sequence: ImageSequence) -> None:
    """Have a clip read its files again: at scene frame `start` it shows the first."""
    # this is what makes Blender look for the files again
    clip.filepath = str(sequence.first)
    clip.frame_start = sequence.start
    clip.frame_offset = 0


def _new_clip(sequence: ImageSequence, footage: Footage) -> bpy.types.MovieClip:
    image.check(sequence.first, footage)
    clip = bpy.data.movieclips.load(str(sequence.first))
    clip.name = footage.name
    clip[TAG] = footage.job_id
    return clip
