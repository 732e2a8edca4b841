# SPDX-License-Identifier: GPL-3.0-or-later
"""A job's frames as a movie clip, for tracking and masking."""

from __future__ import annotations

import bpy

from ...messages.message import Message
from ...scene.rendered.sequencer import JOB_TAG
from . import color, image
from .files import Footage, ImageSequence, Opened, image_sequence
from .paths import written_path


def load(rendered: bpy.types.Scene, footage: Footage, window: bpy.types.Window | None) -> Opened:
    """Load the frames as a movie clip, or bring the job's clip up to date.

    It is shown in a Movie Clip Editor that is empty or shows a job's clip. Once an editor has shown it, it is saved
    with the file, so that no tracks are lost. Raises `FootageError`.
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
        if space.clip is None or JOB_TAG in space.clip:
            space.clip = clip
            area.tag_redraw()
            shown = Message("The Movie Clip Editor shows {} of “{}”.", footage.count, footage.name)
            return Opened(shown, warnings)
    loaded = Message("{} of “{}” are loaded as the movie clip “{}”", footage.count, footage.name, clip.name)
    return Opened(Message("{}. Choose it in a Movie Clip Editor to see them.", loaded), warnings)


def update(clip: bpy.types.MovieClip, sequence: ImageSequence) -> None:
    """Have a clip read its files again, so that scene frame `start` shows the first."""
    # setting the path has Blender look for the files again
    clip.filepath = written_path(sequence.first)
    clip.frame_start = sequence.start
    clip.frame_offset = 0


def _new_clip(sequence: ImageSequence, footage: Footage) -> bpy.types.MovieClip:
    image.check(sequence.first, footage)
    clip = bpy.data.movieclips.load(written_path(sequence.first))
    clip.name = footage.name
    clip[JOB_TAG] = footage.job_id
    return clip
