# SPDX-License-Identifier: GPL-3.0-or-later
"""Which strips of the sequencers a render shows, and when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import bpy

from ..animation import animated_paths
from ..blender_versions import all_strips, end_frame, first_frame, top_strips
from .views import view_suffixes

EFFECT_INPUTS = ("input_1", "input_2", "input_3")
WITHOUT_INPUTS = frozenset({"IMAGE", "MOVIE", "SOUND", "SCENE", "META", "MOVIECLIP", "MASK", "COLOR", "TEXT"})
"""The most usual strips: to ask thousands of them for inputs takes some 20 ms (5.2)."""
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


@dataclass(frozen=True)
class Timeline:
    """A scene's strips, as far as one tells how another is read.

    `shown` are the names of the strips that are not muted, or that another one shows all the same. `inputs` are those
    that effects take, or modifiers as their masks. `animated` are the data paths in the scene that change over time.
    Where nothing `shifts_time`, a strip shows the picture of the frame.
    """

    scene: bpy.types.Scene
    shown: frozenset[str]
    inputs: frozenset[str]
    animated: frozenset[str]
    shifts_time: bool

    def is_animated(self, strip: Any, settings: Iterable[str]) -> bool:
        """True when one of a strip's settings changes over time."""
        return _is_animated(strip, settings, self.animated)

    def keeps_time(self, strip: Any) -> bool:
        """True when `strip_elem_from_frame` tells which picture a frame shows."""
        return not self.shifts_time and not self.is_animated(strip, TIMING)

    def is_shown(self, strip: Any, frames: frozenset[int] | None) -> bool:
        """False for a strip that none of these frames shows: it is muted, or stands at another time. None means all."""
        if strip.name not in self.shown:
            return False
        if frames is None or strip.name in self.inputs or not self.keeps_time(strip):
            return True
        return bool(on_screen(strip, frames))

    def views_of(self, strip: Any) -> tuple[str, ...]:
        """The ends of the names of the strip's files when it has one for each view, else none."""
        has_views = self.scene.render.use_multiview and strip.use_multiview and strip.views_format == "INDIVIDUAL"
        return view_suffixes(self.scene) if has_views else ()


def timeline_of(scene: bpy.types.Scene) -> Timeline:
    """The strips of a scene."""
    strips, animated = all_strips(scene), frozenset(animated_paths(scene))
    inputs = {strip.name: _inputs(strip) for strip in strips}
    return Timeline(
        scene,
        _shown(scene, inputs),
        frozenset().union(*inputs.values()),
        animated,
        any(strip.type in SHIFT_TIME for strip in strips),
    )


def on_screen(strip: Any, frames: frozenset[int]) -> frozenset[int]:
    """Those of the frames that lie between a strip's handles."""
    begin, end = first_frame(strip), end_frame(strip)
    return frozenset(frame for frame in frames if begin <= frame < end)


def has_animated_mute(scene: bpy.types.Scene) -> bool:
    """True when strips or channels of a scene's sequencer are muted at some times only, or may be."""
    return any(path.startswith("sequence_editor.") and path.endswith(".mute") for path in animated_paths(scene))


def is_muted(strip: Any, channels: Any) -> bool:
    """True for a strip that is muted now, by itself or by its channel."""
    return bool(strip.mute or (strip.channel < len(channels) and channels[strip.channel].mute))


def _shown(scene: bpy.types.Scene, inputs: dict[str, frozenset[str]]) -> frozenset[str]:
    """The names of the strips that are not muted, and of all that these take: an effect also reads a muted strip.

    A strip is muted by itself, by its channel, or by the meta strip that holds it (4.2, 5.2).
    """
    if scene.sequence_editor is None or has_animated_mute(scene):
        return frozenset(inputs)
    ahead = list(_unmuted(scene.sequence_editor))
    shown = set(ahead)
    while ahead:
        new = inputs[ahead.pop()] - shown
        shown |= new
        ahead += new
    return frozenset(shown)


def _unmuted(holder: Any) -> Iterator[str]:
    """The names of the strips of a sequencer or a meta strip, and of those in meta strips among them."""
    for strip in top_strips(holder):
        if not is_muted(strip, holder.channels):
            yield strip.name
            if strip.type == "META":
                yield from _unmuted(strip)


def _inputs(strip: Any) -> frozenset[str]:
    """The names of the strips that a strip shows, or has as masks."""
    names = () if strip.type in WITHOUT_INPUTS else EFFECT_INPUTS
    taken = [getattr(strip, name, None) for name in names]
    taken += [modifier.input_mask_strip for modifier in getattr(strip, "modifiers", ())]
    return frozenset(each.name for each in taken if each is not None)


def _is_animated(strip: Any, settings: Iterable[str], animated: frozenset[str]) -> bool:
    path = strip.path_from_id() if animated else ""
    return any(f"{path}.{setting}" in animated for setting in settings)
