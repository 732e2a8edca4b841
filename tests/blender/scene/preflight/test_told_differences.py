# SPDX-License-Identifier: GPL-3.0-or-later
"""What F12 shows here and a farm cannot: metadata of this computer, a single view layer, the time between frames."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

Find = Callable[[], list[Any]]
Load = Callable[[str], ModuleType]

STAMPS = ("date", "time", "render_time", "frame", "frame_range", "memory", "hostname", "camera", "lens", "scene",
          "marker", "filename", "sequencer_strip", "note")  # fmt: skip


@pytest.fixture
def stamps(scene: bpy.types.Scene) -> Any:
    """The render settings, with nothing burnt in but what a test chooses."""
    for name in STAMPS:
        setattr(scene.render, f"use_stamp_{name}", False)
    scene.render.use_stamp = True
    return scene.render


@pytest.mark.parametrize("name", STAMPS)
def test_what_is_burnt_in_of_this_computer_is_told(stamps: Any, find: Find, name: str) -> None:
    setattr(stamps, f"use_stamp_{name}", True)
    is_told = name in ("date", "render_time", "memory", "hostname", "filename")
    assert ["burnt into the pictures will be that of the farm" in found.what for found in find()] == [True] * is_told
    stamps.use_stamp = False
    assert find() == []


def test_all_that_is_burnt_in_is_one_finding(stamps: Any, find: Find) -> None:
    for name in STAMPS:
        setattr(stamps, f"use_stamp_{name}", True)
    (found,) = find()
    assert "File Name, Hostname, Date, Render Time, Memory" in found.what


def test_a_single_layer_is_told_where_others_are_rendered_on_a_farm(scene: bpy.types.Scene, find: Find) -> None:
    scene.render.use_single_layer = True
    assert find() == []
    second = scene.view_layers.new("Second")
    (found,) = find()
    assert (found.severity, "Render Single Layer is on" in found.what) == ("warning", True)
    scene.render.use_single_layer = False
    assert find() == []
    scene.render.use_single_layer, second.use = True, False
    assert find() == []
    # the one that the window shows is not the one that is used
    bpy.context.window.view_layer = second
    assert len(find()) == 1
    bpy.context.window.view_layer = scene.view_layers[0]


def test_a_still_between_two_frames_is_told(
    scene: bpy.types.Scene, find: Find, project: Path, jobs: ModuleType, capfd: pytest.CaptureFixture[str]
) -> None:
    scene.frame_set(2, subframe=0.5)
    (found,) = find()
    assert found.what == "The playhead stands between two frames, at 2.50, and a farm renders frame 2."
    # a range is rendered at whole frames, here as there
    capfd.readouterr()
    bpy.ops.renderjuice.submit(frames="1", output_dir=str(project / "range"), wait=True)
    bpy.ops.renderjuice.submit(output_dir=str(project / "animation"), wait=True)
    assert "between two frames" not in capfd.readouterr().out
    bpy.ops.renderjuice.submit(still=True, output_dir=str(project / "still"), wait=True)
    assert "Warning: The playhead stands between two frames, at 2.50" in capfd.readouterr().out
    assert [note for note in jobs.session().journal.jobs()[0].notes if "between two frames" in note]
    scene.frame_set(2)
    assert find() == []


def test_the_most_important_error_is_told_first(
    scene: bpy.types.Scene, find: Find, load: Load, project: Path, jobs: ModuleType
) -> None:
    finding, check = load("scene.preflight.finding"), load("scene.preflight.check")
    message = load("messages.message").Message

    def made(collection: str, severity: str) -> Any:
        return finding.Finding(
            severity=finding.Severity(severity), what=message(collection), fix=message(""), collection=collection
        )

    mixed = [("sounds", "error"), ("images", "warning"), ("images", "error"), ("", "error"), ("sounds", "warning"),
             ("libraries", "error"), ("scenes", "warning"), ("scenes", "error")]  # fmt: skip
    ordered = check.errors_first(made(*each) for each in mixed)
    assert [(str(each.severity), each.collection) for each in ordered] == [
        ("error", "scenes"),
        ("error", "libraries"),
        ("error", "images"),
        ("error", ""),
        ("error", "sounds"),
        ("warning", "scenes"),
        ("warning", "images"),
        ("warning", "sounds"),
    ]
