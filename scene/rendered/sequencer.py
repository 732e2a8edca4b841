# SPDX-License-Identifier: GPL-3.0-or-later
"""When a render gives the strips of the sequencer instead of the scene, and which of them show frames of ours."""

from __future__ import annotations

from typing import Any

import bpy

from ..blender_versions import all_strips, top_strips
from .timeline import has_animated_mute, is_muted, timeline_of

JOB_TAG = "renderjuice_job"
"""The custom property with the id of the job whose frames a datablock, a node or a strip shows."""
FRAMES_OF = "renderjuice_frames_of"
"""The custom property of a scene that was made for frames, with the name of the scene that they are of."""
COUNTS_MUTED_STRIPS = bpy.app.version < (4, 4)
"""Before 4.4 a sequencer whose strips are all muted is rendered, too, and gives empty frames."""


def renders_sequencer(scene: bpy.types.Scene) -> bool:
    """True when the images of a scene come from its sequencer.

    Blender asks only whether there is a strip that it does not take for muted, wherever it lies in time and whatever
    it shows: an empty meta strip, and one with a lost scene, are enough. Sounds are not, unless they are in a meta
    strip (`RE_seq_render_active`; 4.2 to 5.2).
    """
    return bool(scene.render.use_sequencer) and has_strips_to_render(scene)


def has_strips_to_render(scene: bpy.types.Scene) -> bool:
    """True when the strips of the sequencer would be rendered instead of the scene, were the sequencer switched on."""
    editor = scene.sequence_editor
    if editor is None:
        return False
    counts_muted = COUNTS_MUTED_STRIPS or has_animated_mute(scene)
    return any(
        strip.type != "SOUND" and (counts_muted or not is_muted(strip, editor.channels)) for strip in top_strips(editor)
    )


def scenes_in_sequencer(scene: bpy.types.Scene) -> list[bpy.types.Scene]:
    """The scenes whose strips are in the images of a scene: its own, and those whose sequencer a strip shows."""
    found = [scene] if renders_sequencer(scene) else []
    # it grows meanwhile
    for each in found:
        shown = [strip for strip in all_strips(each) if strip.type == "SCENE" and strip.scene_input == "SEQUENCER"]
        playing = timeline_of(each).shown if shown else frozenset()
        for strip in shown:
            if strip.name in playing and strip.scene not in (None, *found):
                found.append(strip.scene)
    return found


def strips_of_ours(scene: bpy.types.Scene) -> list[Any]:
    """The strips with frames of Renderjuice's jobs that are in the images of a scene.

    What is muted is not, unless an effect takes it.
    """
    found: list[Any] = []
    # few files have any; to look at everything takes 10 ms for 2,000 strips (4.2, 5.2)
    if any(JOB_TAG in strip for each in bpy.data.scenes for strip in all_strips(each)):
        for each in scenes_in_sequencer(scene):
            playing = timeline_of(each).shown
            found += [strip for strip in all_strips(each) if JOB_TAG in strip and strip.name in playing]
    return found
