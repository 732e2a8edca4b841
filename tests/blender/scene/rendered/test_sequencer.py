# SPDX-License-Identifier: GPL-3.0-or-later
"""When Blender renders the sequencer's strips instead of the scene: what we say is what its renders give."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import numpy
import pytest
from PIL import Image

from renderjuice.tests.blender.scene_parts import red_strip, strips_of

Load = Callable[[str], ModuleType]


def pixels(scene: bpy.types.Scene, folder: Path) -> numpy.ndarray:
    scene.render.filepath = str(folder / "rendered.png")
    bpy.ops.render.render(write_still=True)
    return numpy.asarray(Image.open(folder / "rendered.png").convert("RGBA")).copy()


def in_meta(scene: bpy.types.Scene) -> tuple[Any, Any]:
    """A meta strip with a red strip in it; both."""
    meta, strip = strips_of(scene).new_meta("meta", channel=3, frame_start=1), red_strip(scene)
    strip.move_to_meta(meta)
    return meta, strip


def of_other_scene(scene: bpy.types.Scene) -> Any:
    return strips_of(scene).new_scene("other", bpy.data.scenes.new("Other"), channel=1, frame_start=1)


def make(case: str, scene: bpy.types.Scene) -> None:
    match case:
        case "empty":
            strips_of(scene)
        case "strip":
            red_strip(scene)
        case "switched off":
            red_strip(scene)
            scene.render.use_sequencer = False
        case "muted":
            red_strip(scene).mute = True
        case "muted channel":
            strip = red_strip(scene)
            scene.sequence_editor.channels[strip.channel].mute = True
        case "one of two muted":
            red_strip(scene).mute = True
            red_strip(scene)
        case "later":
            # the only strip begins long after the rendered frame
            strip = red_strip(scene)
            setattr(strip, "content_start" if hasattr(strip, "content_start") else "frame_start", 500)
        case "invisible":
            red_strip(scene).blend_alpha = 0.0
        case "meta":
            in_meta(scene)
        case "empty meta":
            strips_of(scene).new_meta("meta", channel=1, frame_start=1)
        case "muted meta":
            in_meta(scene)[0].mute = True
        case "muted in a meta":
            in_meta(scene)[1].mute = True
        case "meta in a muted channel":
            scene.sequence_editor_create().channels[in_meta(scene)[0].channel].mute = True
        case "no scene":
            of_other_scene(scene).scene = None
        case "scene without camera":
            of_other_scene(scene)
        case "mute animated":
            strip = red_strip(scene)
            strip.mute = True
            strip.keyframe_insert("mute", frame=30)
            strip.mute = False
            strip.keyframe_insert("mute", frame=1)
        case _:
            raise ValueError(case)


CASES = (
    "empty",
    "strip",
    "switched off",
    "muted",
    "muted channel",
    "one of two muted",
    "later",
    "invisible",
    "meta",
    "empty meta",
    "muted meta",
    "muted in a meta",
    "meta in a muted channel",
    "no scene",
    "scene without camera",
    "mute animated",
)


@pytest.mark.parametrize("case", CASES)
def test_we_say_what_blender_renders(scene: bpy.types.Scene, load: Load, tmp_path: Path, case: str) -> None:
    module = load("scene.rendered.sequencer")
    assert not module.renders_sequencer(scene)
    of_scene = pixels(scene, tmp_path)
    make(case, scene)
    is_of_scene = numpy.array_equal(pixels(scene, tmp_path), of_scene)
    assert module.renders_sequencer(scene) == (not is_of_scene)


# the module of 4.2 is built without sound
if bpy.app.build_options.audaspace:

    @pytest.mark.parametrize("is_in_meta", [False, True])
    def test_sounds_alone_leave_the_scene(scene: bpy.types.Scene, load: Load, tmp_path: Path, is_in_meta: bool) -> None:
        of_scene = pixels(scene, tmp_path)
        strip = strips_of(scene).new_sound("sound", "//gone.wav", channel=1, frame_start=1)
        if is_in_meta:
            strip.move_to_meta(strips_of(scene).new_meta("meta", channel=3, frame_start=1))
        is_of_scene = numpy.array_equal(pixels(scene, tmp_path), of_scene)
        assert load("scene.rendered.sequencer").renders_sequencer(scene) == (not is_of_scene) == is_in_meta


def tagged(scene: bpy.types.Scene) -> Any:
    strip = red_strip(scene)
    strip["renderjuice_job"] = "job"
    return strip


def names_of_ours(load: Load) -> list[str]:
    return [strip.name for strip in load("scene.rendered.sequencer").strips_of_ours(bpy.context.scene)]


def test_strips_of_ours_are_found_where_they_are_rendered(scene: bpy.types.Scene, load: Load) -> None:
    red_strip(scene)
    assert names_of_ours(load) == []
    strip = tagged(scene)
    strip.name = "ours"
    assert names_of_ours(load) == ["ours"]
    scene.render.use_sequencer = False
    assert names_of_ours(load) == []
    scene.render.use_sequencer, strip.mute = True, True
    assert names_of_ours(load) == []
    # an effect shows what it takes, muted or not
    length = {"length": 3} if bpy.app.version >= (5, 0) else {"frame_end": 4}
    taken = {"input1" if bpy.app.version >= (4, 4) else "seq1": strip}
    strips_of(scene).new_effect(name="blur", type="GAUSSIAN_BLUR", channel=9, frame_start=1, **length, **taken)
    assert names_of_ours(load) == ["ours"]


@pytest.mark.parametrize("hidden", ["", "muted meta", "muted channel of the meta"])
def test_strips_of_ours_in_a_meta_strip(scene: bpy.types.Scene, load: Load, hidden: str) -> None:
    red_strip(scene)
    meta = strips_of(scene).new_meta("meta", channel=3, frame_start=1)
    tagged(scene).move_to_meta(meta)
    meta.mute = hidden == "muted meta"
    scene.sequence_editor.channels[meta.channel].mute = hidden == "muted channel of the meta"
    assert bool(names_of_ours(load)) == (not hidden)


def test_strips_of_ours_in_a_scene_that_a_strip_shows(scene: bpy.types.Scene, load: Load) -> None:
    strip = of_other_scene(scene)
    other = strip.scene
    other.render.use_sequencer = False
    tagged(other).name = "theirs"
    assert names_of_ours(load) == []
    strip.scene_input = "SEQUENCER"
    assert names_of_ours(load) == ["theirs"]
    strip.mute = True
    assert names_of_ours(load) == []
