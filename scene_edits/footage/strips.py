# SPDX-License-Identifier: GPL-3.0-or-later
"""A job's frames as image strips in the video sequencer: a strip for each stretch of frames, on a free channel."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import bpy

from ...scene.blender_versions import all_strips, end_frame, first_frame, sequencer_scene, top_strips
from . import color
from .files import Footage, FootageError, Opened, Stretch, frames_in_words, stretches
from .image import TAG, check

FIRST_FRAME = "renderjuice_first_frame"
"""The custom property that tells which stretch of its job a strip shows."""
KNOWN = "renderjuice_known"
"""The custom property with the first frames of all stretches that got a strip, so that deleted ones stay deleted."""
MOST_CHANNELS = 128


def add(scene: bpy.types.Scene, footage: Footage, rendered: bpy.types.Scene, window: bpy.types.Window | None) -> Opened:
    """Add the frames to a scene's sequencer; those that are there already are brought up to date.

    `rendered` is the scene that the frames are of. Raises `FootageError` when there is no free channel.
    """
    editor = scene.sequence_editor_create()
    was_empty = not top_strips(editor)
    wanted = stretches(footage)
    mine = update(editor, footage)
    missing = [stretch for stretch in wanted if stretch.start not in {strip[FIRST_FRAME] for strip in mine}]
    channel = 0
    if missing:
        channel = _free_channel(editor, missing)
        _add_strips(editor, footage, missing, channel, color.space_of(rendered, footage.first))
    _remember(editor, footage, wanted)
    warnings = [*_held_frames(footage), *_twice(scene, footage)]
    if missing:
        warnings += _changed_renders(scene, was_empty)
    where = f" on channel {channel}" if missing else ""
    sentence = f"{footage.count} of “{footage.name}” are in the Video Sequencer of “{scene.name}”{where}."
    if window is not None and sequencer_scene(window) != scene:
        sentence += " Choose this scene there to see them."
    return Opened(sentence, tuple(warnings))


def refresh(scene: bpy.types.Scene, footage: Footage) -> None:
    """Bring the job's strips up to date, and add those of stretches whose first frames have come.

    A strip that the artist deleted does not come back. Raises `FootageError` when there is no free channel.
    """
    editor = scene.sequence_editor
    mine = update(editor, footage)
    if not mine:
        return
    known = {start for strip in mine for start in strip.get(KNOWN, ())}
    wanted = stretches(footage)
    new = [stretch for stretch in wanted if stretch.start not in known]
    if new:
        channel = _free_channel(editor, new, mine[0].channel)
        _add_strips(editor, footage, new, channel, mine[0].colorspace_settings.name)
    _remember(editor, footage, wanted)


def update(editor: Any, footage: Footage) -> list[Any]:
    """Give the job's strips the files that are here now; gives the strips. Whatever else was done to them stays."""
    files = {stretch.start: stretch.files for stretch in stretches(footage)}
    mine = [strip for strip in all_strips(editor.id_data) if strip.get(TAG) == footage.job_id]
    for strip in mine:
        paths = files.get(strip[FIRST_FRAME], ())
        if paths and os.path.normpath(bpy.path.abspath(strip.directory)) != os.path.normpath(paths[0].parent):
            strip.directory = str(paths[0].parent)
        for element, path in zip(strip.elements, paths, strict=False):
            # another frame may have stood in for it
            if element.filename != path.name:
                element.filename = path.name
    return mine


def _add_strips(editor: Any, footage: Footage, found: Sequence[Stretch], channel: int, space: str) -> None:
    check(found[0].files[0], footage)
    for stretch in found:
        strip = top_strips(editor).new_image(
            name=footage.name,
            filepath=str(stretch.files[0]),
            channel=channel,
            frame_start=stretch.start,
            fit_method="FIT",
        )
        for path in stretch.files[1:]:
            strip.elements.append(path.name)
        strip[TAG], strip[FIRST_FRAME] = footage.job_id, stretch.start
        color.read_in(strip, space)


def _remember(editor: Any, footage: Footage, wanted: Sequence[Stretch]) -> None:
    for strip in all_strips(editor.id_data):
        if strip.get(TAG) == footage.job_id:
            strip[KNOWN] = [stretch.start for stretch in wanted]


def _free_channel(editor: Any, found: Sequence[Stretch], first: int = 1) -> int:
    """The lowest channel that has nothing where the stretches go, and is not muted or locked."""
    start, end = found[0].start, found[-1].end
    taken = {strip.channel for strip in top_strips(editor) if first_frame(strip) < end and end_frame(strip) > start}
    for channel in range(first, MOST_CHANNELS + 1):
        settings = editor.channels[channel] if channel < len(editor.channels) else None
        if channel not in taken and not (settings is not None and (settings.mute or settings.lock)):
            return channel
    raise FootageError(
        f"All channels of the Video Sequencer are in use from frame {start} to {end - 1}. Clear one, and try again."
    )


def _held_frames(footage: Footage) -> tuple[str, ...]:
    missing = len(set(footage.wanted) - footage.frames.keys())
    if not missing:
        return ()
    return (f"{frames_in_words(missing)} of “{footage.name}” not here yet: the frame before is shown instead.",)


def _changed_renders(scene: bpy.types.Scene, was_empty: bool) -> tuple[str, ...]:
    """A warning that from now on a render of the scene gives the strips; "" when its renders stay as they were."""
    if not scene.render.use_sequencer:
        return ()
    if was_empty:
        return (
            f"Renders of “{scene.name}” now give the sequencer's strips instead of the scene. "
            "Turn off Sequencer under Output Properties > Post Processing to render the scene.",
        )
    return (f"The strip is part of what “{scene.name}” renders, and may cover strips on lower channels.",)


def _twice(scene: bpy.types.Scene, footage: Footage) -> tuple[str, ...]:
    warning = color.view_applied_twice(scene, footage.first)
    return (warning,) if warning else ()
