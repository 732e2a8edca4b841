# SPDX-License-Identifier: GPL-3.0-or-later
"""The check and the receipt of a scene whose sequencer is rendered instead."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import bpy
import pytest

from renderjuice.tests.blender.scene_edits.buttons import fix
from renderjuice.tests.blender.scene_parts import red_strip

Find = Callable[[], list[Any]]
Press = Callable[[Any], None]
Load = Callable[[str], ModuleType]


def first_line(load: Load) -> str:
    line: str = load("scene.config.receipt").make_receipt(bpy.context.scene, {}).lines[0]
    return line


def test_strips_that_are_rendered_are_told(scene: bpy.types.Scene, find: Find, press: Press, load: Load) -> None:
    red_strip(scene)
    (found,) = find()
    assert (found.severity, found.remedy) == ("warning", "render_scene")
    assert found.what == "The sequencer's strips are rendered, not the scene."
    assert first_line(load) == "Sequencer · 48×32"
    press(found)
    assert not scene.render.use_sequencer
    assert find() == []
    assert first_line(load) == "Camera · Cycles · 48×32 · 2 samples"


def test_frames_of_an_earlier_job_are_no_picture(scene: bpy.types.Scene, find: Find, press: Press, load: Load) -> None:
    strip = red_strip(scene)
    strip["renderjuice_job"], strip.name = "job", "shot"
    (found,) = find()
    assert (found.severity, found.remedy) == ("error", "render_scene")
    assert "“shot”" in found.what
    # the button beside it is one of two ways out
    red_strip(scene)
    strip.mute = True
    assert [each.severity for each in find()] == ["warning"]
    strip.mute = False
    press(found)
    assert find() == []


def test_a_scene_of_ours_is_there_to_look_at(scene: bpy.types.Scene, find: Find) -> None:
    red_strip(scene)["renderjuice_job"] = "job"
    scene["renderjuice_frames_of"] = "shot"
    (found,) = find()
    assert (found.severity, found.remedy) == ("error", None)
    assert found.fix == "This scene is there to look at frames. Render “shot” instead."


def test_a_job_of_frames_of_an_earlier_job_is_not_sent(scene: bpy.types.Scene, jobs: ModuleType) -> None:
    red_strip(scene)["renderjuice_job"] = "job"
    before = len(jobs.session().journal.jobs())
    with pytest.raises(RuntimeError, match="frames of an earlier job"):
        bpy.ops.renderjuice.submit()
    assert len(jobs.session().journal.jobs()) == before


def test_undo_takes_the_button_back(scene: bpy.types.Scene, find: Find) -> None:
    red_strip(scene)
    bpy.ops.ed.undo_push(message="Start")
    assert fix("render_scene", scene.name) == {"FINISHED"}
    assert not bpy.context.scene.render.use_sequencer
    bpy.ops.ed.undo()
    assert bpy.context.scene.render.use_sequencer
    assert [found.remedy for found in find()] == ["render_scene"]
