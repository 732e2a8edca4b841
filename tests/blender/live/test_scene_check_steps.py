# SPDX-License-Identifier: GPL-3.0-or-later
"""The check that nobody asks for: in steps, after a rest, and thrown away as soon as anything changes."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

from renderjuice.tests.blender.scene.dependencies.needed_files import add_image, vast_file

Load = Callable[[str], ModuleType]


@pytest.fixture
def check(load: Load, scene: bpy.types.Scene) -> Iterator[ModuleType]:
    """The check, which needs no rest here and takes the smallest steps that there are."""
    module = load("live.scene_check")
    before = module.QUIET_TIME, module.STEP_TIME, module.PAUSE_FACTOR
    module.QUIET_TIME, module.STEP_TIME, module.PAUSE_FACTOR = 0.0, 0.0, 0
    module.forget()
    yield module
    module.forget()
    module.QUIET_TIME, module.STEP_TIME, module.PAUSE_FACTOR = before


def many_objects(count: int) -> None:
    for _ in range(count):
        bpy.context.collection.objects.link(bpy.data.objects.new("Many", bpy.data.meshes["Cube"]))


def walk_to_the_end(check: ModuleType) -> list[bool]:
    news = []
    while check.is_due():
        news.append(check.look(bpy.context))
    return news


def begin(check: ModuleType, steps: int = 3) -> weakref.ref[Any]:
    """Begin to look; gives what tells whether the look is still held by anybody."""
    check.note_change()
    for _ in range(steps):
        assert not check.look(bpy.context)
    assert check.is_under_way()
    return weakref.ref(check._state.walk)


def test_a_scene_is_looked_at_in_steps(check: ModuleType, scene: bpy.types.Scene) -> None:
    check.note_change()
    few = walk_to_the_end(check)
    assert check.findings(scene) == ()
    assert few == [False] * (len(few) - 1) + [True]
    many_objects(2000)
    check.note_change()
    assert len(walk_to_the_end(check)) > len(few) + 10
    assert not check.is_under_way()


def test_news_is_told_once(check: ModuleType, scene: bpy.types.Scene) -> None:
    check.note_change()
    walk_to_the_end(check)
    check.note_change()
    assert not any(walk_to_the_end(check))
    scene.camera = None
    check.note_change()
    assert walk_to_the_end(check)[-1]
    assert [found.remedy for found in check.findings(scene)] == ["use_camera"]


def test_all_of_the_check_is_in_the_steps(check: ModuleType, scene: bpy.types.Scene, load: Load) -> None:
    """What the panel finds by itself is what a submission finds."""
    scene.camera = None
    scene.render.resolution_percentage = 10
    bpy.data.objects["Cube"].modifiers.new("flag", "CLOTH")
    check.note_change()
    walk_to_the_end(check)
    dependencies = load("scene.dependencies.scan").find_dependencies(scene, (1, 2, 3))
    assert check.findings(scene) == load("scene.preflight.check").check_scene(scene, dependencies)
    assert [found.severity for found in check.findings(scene)] == ["error", "warning", "warning"]


def test_more_than_a_package_holds_is_found(check: ModuleType, scene: bpy.types.Scene, load: Load) -> None:
    vast_file(Path(bpy.data.filepath).parent / "vast.exr", 6 * 1024**3)
    add_image("//vast.exr")
    check.note_change()
    walk_to_the_end(check)
    dependencies = load("scene.dependencies.scan").find_dependencies(scene, (1,))
    for findings in (check.findings(scene), load("live.submission").check(scene, dependencies, (1,), {})):
        assert any("takes packages below 5 GiB" in found.what for found in findings)


def test_to_check_a_scene_keeps_what_is_known_of_others(check: ModuleType, scene: bpy.types.Scene) -> None:
    second = bpy.data.scenes.new("Second")
    scene.camera = None
    check.check({scene, second})
    known = check.findings(second)
    assert known
    scene.camera = bpy.data.objects["Camera"]
    check.note_change()
    check.check({scene})
    assert check.findings(scene) == ()
    assert check.findings(second) == known


def test_the_pause_after_a_long_check_ends_with_its_file(check: ModuleType) -> None:
    check.PAUSE_FACTOR = 1e6
    check.note_change()
    walk_to_the_end(check)
    check.note_change()
    assert not check.look(bpy.context)
    assert not check.is_under_way()
    check.forget()
    check.note_change()
    check.look(bpy.context)
    assert check.is_under_way()


def test_a_change_throws_away_what_was_begun(check: ModuleType) -> None:
    walk = begin(check)
    check.note_change()
    assert walk() is None
    assert check.is_due()


def test_nothing_is_held_when_undo_frees_it(check: ModuleType, load: Load) -> None:
    handlers = load("live.handlers")
    held: list[Any] = []
    bpy.ops.ed.undo_push(message="before")
    bpy.data.objects["Cube"].location.x = 3
    bpy.ops.ed.undo_push(message="after")
    walk = begin(check)

    def note(*_: Any) -> None:
        held.append(walk())

    # what listens in a window only
    for name, handler in handlers.HANDLERS:
        getattr(bpy.app.handlers, name).append(handler)
    bpy.app.handlers.undo_pre.append(note)
    try:
        bpy.ops.ed.undo()
    finally:
        bpy.app.handlers.undo_pre.remove(note)
        handlers.unregister()
    assert held == [None]


def test_nothing_is_held_when_another_file_is_opened(check: ModuleType, load: Load) -> None:
    handlers = load("live.handlers")
    held: list[Any] = []
    walk = begin(check)

    def note(*_: Any) -> None:
        held.append(walk())

    for name, handler in handlers.HANDLERS:
        getattr(bpy.app.handlers, name).append(handler)
    bpy.app.handlers.load_pre.append(note)
    try:
        bpy.ops.wm.open_mainfile(filepath=bpy.data.filepath)
    finally:
        if note in bpy.app.handlers.load_pre:
            bpy.app.handlers.load_pre.remove(note)
        handlers.unregister()
    assert held == [None]
    assert check.findings(bpy.context.scene) is None


def test_what_is_removed_without_a_word_is_noticed(check: ModuleType) -> None:
    many_objects(500)
    walk = begin(check)
    bpy.data.objects.remove(bpy.data.objects["Light"])
    assert not check.look(bpy.context)
    assert walk() is None
    walk_to_the_end(check)
    assert check.findings(bpy.context.scene) == ()


def test_a_check_that_is_asked_for_ends_the_one_under_way(check: ModuleType) -> None:
    walk = begin(check)
    bpy.ops.renderjuice.check()
    assert walk() is None
    assert not check.is_due()


def test_the_timer_comes_back_soon_between_two_steps(check: ModuleType, jobs: ModuleType, load: Load) -> None:
    # nothing is looked at before the key was tried
    load("properties.connection_check").require(False)
    # nor is a job waited for
    jobs.look_again()
    check.note_change()
    timer = load("live.timer")
    assert timer.tick() == check.STEP_INTERVAL
    assert check.is_under_way()
    walk_to_the_end(check)
    assert timer.tick() != check.STEP_INTERVAL


def test_nothing_is_begun_before_a_rest(check: ModuleType) -> None:
    check.QUIET_TIME = 1000.0
    check.note_change()
    assert not check.look(bpy.context)
    assert not check.is_under_way()


def test_a_long_look_is_followed_by_a_longer_pause(check: ModuleType) -> None:
    check.PAUSE_FACTOR = 1_000_000
    check.note_change()
    check.look(bpy.context)
    check.note_change()
    assert not check.look(bpy.context)
    assert not check.is_under_way()
