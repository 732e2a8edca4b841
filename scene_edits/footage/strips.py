# SPDX-License-Identifier: GPL-3.0-or-later
"""A job's frames as image strips in the video sequencer: a strip for each stretch of frames, on a free channel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import bpy

from ...messages.message import Message, sentences
from ...scene.blender_versions import all_strips, end_frame, first_frame, sequencer_scene, top_strips
from ...scene.rendered.sequencer import JOB_TAG
from . import color, frames_scene
from .files import Footage, FootageError, Opened, Stretch, frames_in_words, stretches
from .image import check
from .paths import leads_to, written_path

FIRST_FRAME = "renderjuice_first_frame"
"""The custom property with the first frame of the stretch that a strip shows."""
KNOWN_FRAMES = "renderjuice_known"
"""The custom property with the first frames of all stretches that got a strip. A deleted strip stays deleted."""
MAX_CHANNELS = 128


def add(scene: bpy.types.Scene, footage: Footage, rendered: bpy.types.Scene, window: bpy.types.Window | None) -> Opened:
    """Add the frames to the sequencer of a scene of ours, and bring strips that are there up to date.

    `rendered` is the scene that the frames are of. Raises `FootageError` when there is no free channel.
    """
    editor = scene.sequence_editor_create()
    wanted = stretches(footage)
    mine = update(editor, footage)
    missing = [stretch for stretch in wanted if stretch.start not in {strip[FIRST_FRAME] for strip in mine}]
    channel = None
    if missing:
        channel = _free_channel(editor, missing)
        _add_strips(editor, footage, missing, channel, color.space_of(rendered, footage.first))
        frames_scene.include(scene, footage)
    _remember(editor, footage, wanted)
    frames_scene.show(scene, window)
    sentence = _added_in_words(scene, footage, channel)
    if window is not None and sequencer_scene(window) != scene:
        sentence = sentences(sentence, Message("Choose this scene there to see them."))
    return Opened(sentence, (*_repeated_frames(footage), *color.view_applied_twice(scene, footage.first)))


def refresh(scene: bpy.types.Scene, footage: Footage) -> None:
    """Bring the job's strips up to date, and add strips for new stretches of frames.

    Strips that the artist took to another scene stay alone there, and one that was deleted does not come back. Raises
    `FootageError` when there is no free channel.
    """
    editor = scene.sequence_editor
    mine = update(editor, footage)
    if not mine or not frames_scene.is_ours(scene):
        return
    known = {start for strip in mine for start in strip.get(KNOWN_FRAMES, ())}
    wanted = stretches(footage)
    new = [stretch for stretch in wanted if stretch.start not in known]
    if new:
        check(new[0].files[0], footage)
        channel = _free_channel(editor, new, mine[0].channel)
        _add_strips(editor, footage, new, channel, mine[0].colorspace_settings.name)
    _remember(editor, footage, wanted)


def update(editor: Any, footage: Footage) -> list[Any]:
    """Set the files of the job's strips to those that are here now, and give the strips. Nothing else changes."""
    files = {stretch.start: stretch.files for stretch in stretches(footage)}
    mine = [strip for strip in all_strips(editor.id_data) if strip.get(JOB_TAG) == footage.job_id]
    for strip in mine:
        paths = files.get(strip[FIRST_FRAME], ())
        if paths and not leads_to(strip.directory, paths[0].parent):
            strip.directory = written_path(paths[0].parent)
        for element, path in zip(strip.elements, paths, strict=False):
            # until a frame has come, its element shows the file of another
            if element.filename != path.name:
                element.filename = path.name
    return mine


def _add_strips(editor: Any, footage: Footage, found: Sequence[Stretch], channel: int, space: str) -> None:
    for stretch in found:
        strip = top_strips(editor).new_image(
            name=footage.name,
            filepath=written_path(stretch.files[0]),
            channel=channel,
            frame_start=stretch.start,
            fit_method="FIT",
        )
        for path in stretch.files[1:]:
            strip.elements.append(path.name)
        strip[JOB_TAG], strip[FIRST_FRAME] = footage.job_id, stretch.start
        color.read_in(strip, space)


def _remember(editor: Any, footage: Footage, wanted: Sequence[Stretch]) -> None:
    for strip in all_strips(editor.id_data):
        if strip.get(JOB_TAG) == footage.job_id:
            strip[KNOWN_FRAMES] = [stretch.start for stretch in wanted]


def _free_channel(editor: Any, found: Sequence[Stretch], first: int = 1) -> int:
    """The lowest channel that is free from the first to the last stretch, and neither muted nor locked."""
    start, end = found[0].start, found[-1].end
    taken = {strip.channel for strip in top_strips(editor) if first_frame(strip) < end and end_frame(strip) > start}
    for channel in range(first, MAX_CHANNELS + 1):
        settings = editor.channels[channel] if channel < len(editor.channels) else None
        if channel not in taken and not (settings is not None and (settings.mute or settings.lock)):
            return channel
    raise FootageError(
        Message(
            "All channels of the Video Sequencer are in use from frame {} to {}. Clear one, and try again.",
            start,
            end - 1,
        )
    )


def _added_in_words(scene: bpy.types.Scene, footage: Footage, channel: int | None) -> Message:
    """Where the frames are. `channel` None means that no strip was added."""
    if channel is None:
        return Message("{} of “{}” are in the Video Sequencer of “{}”.", footage.count, footage.name, scene.name)
    return Message(
        "{} of “{}” are in the Video Sequencer of “{}” on channel {}.",
        footage.count,
        footage.name,
        scene.name,
        channel,
    )


def _repeated_frames(footage: Footage) -> tuple[Message, ...]:
    """A warning about frames that are not here yet."""
    missing = len(set(footage.wanted) - footage.frames.keys())
    if not missing:
        return ()
    count = frames_in_words(missing)
    return (Message("{} of “{}” not here yet: the frame before is shown instead.", count, footage.name),)
