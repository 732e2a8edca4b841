# SPDX-License-Identifier: GPL-3.0-or-later
"""What a scene asks for that no farm can give.

The reading of the scene and the checks before sending both tell the artist of it: this is the one place that decides
when, and in which words.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

import bpy

from ...messages.message import Message, sentences
from . import color_management
from .consistency import ENGINE_FIELDS


@dataclass(frozen=True)
class Notice:
    """What is the matter, and what to do about it: full sentences."""

    what: Message
    fix: Message

    @property
    def sentence(self) -> Message:
        """Both in one line."""
        return sentences(self.what, self.fix)


MOVIE = Notice(
    Message(
        "The scene's output is a movie, and a farm renders single frames: they come back as PNG images, without sound."
    ),
    Message("Make the movie from them in the Video Sequencer."),
)


def movie_notice(scene: bpy.types.Scene, overridden: Container[str]) -> Notice | None:
    """Told when the output is a movie. `overridden` are the fields with an override."""
    return MOVIE if scene.render.is_movie_format and "output_format" not in overridden else None


def subframe_notice(scene: bpy.types.Scene) -> Notice | None:
    """Told when the playhead stands between two frames: there F12 renders that moment, and a farm a whole frame."""
    if not scene.frame_subframe:
        return None
    return Notice(
        Message(
            "The playhead stands between two frames, at {}, and a farm renders frame {}.",
            f"{scene.frame_current + scene.frame_subframe:.2f}",
            scene.frame_current,
        ),
        Message("Move it to a whole frame, or move the animation so that what is wanted falls on one."),
    )


def color_notice(overridden: Container[str]) -> Notice | None:
    """Told when an OpenColorIO config of one's own is set, which only the environment of this computer names."""
    variable = color_management.own_config()
    if variable is None or "color_management_preset" in overridden:
        return None
    return Notice(
        Message(
            "Blender's color management comes from the environment variable {}, which a farm cannot see.", variable
        ),
        Message("ACES is taken for it; override the color management preset if that is wrong."),
    )


def engine_notice(scene: bpy.types.Scene, overridden: Container[str]) -> Notice | None:
    """Told when the render engine is none that a farm can know."""
    engine = scene.render.engine
    if engine in ENGINE_FIELDS or "render_engine" in overridden:
        return None
    named = (
        Message("the render engine “{}”", engine)
        if engine
        else Message("the scene's render engine, whose add-on is not enabled")
    )
    return Notice(
        Message("A farm cannot know {}.", named),
        Message("Choose Cycles, EEVEE or Workbench in the Render properties."),
    )
