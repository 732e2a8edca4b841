# SPDX-License-Identifier: GPL-3.0-or-later
"""Painted images that the button packed: what Undo makes of them, in every mode."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

from renderjuice.tests.blender.scene_edits.buttons import MODES, active, fix
from renderjuice.tests.blender.scene_parts import library_with, paint, painted_image, shown_node

Find = Callable[[], list[Any]]
Load = Callable[[str], ModuleType]
UNDO_HANDLERS = ("undo_pre", "redo_pre", "undo_post", "redo_post")


@pytest.fixture
def handlers(load: Load) -> Iterator[None]:
    """What listens to Undo where there is a window."""
    ours = [(name, handler) for name, handler in load("live.handlers").HANDLERS if name in UNDO_HANDLERS]
    for name, handler in ours:
        getattr(bpy.app.handlers, name).append(handler)
    yield
    for name, handler in ours:
        getattr(bpy.app.handlers, name).remove(handler)


@pytest.mark.parametrize("is_from_file", [False, True])
def test_packed_paint_is_found_again_when_packing_is_undone(
    scene: bpy.types.Scene, find: Find, handlers: None, project: Path, is_from_file: bool
) -> None:
    name = painted_image(project if is_from_file else None).name
    bpy.ops.ed.undo_push(message="Painted")
    before = find()
    assert [found.remedy for found in before] == ["pack_image"]
    assert fix("pack_image", name) == {"FINISHED"}
    assert find() == []
    for _ in range(2):
        bpy.ops.ed.undo()
        assert bpy.data.images[name].packed_file is None
        assert bpy.data.images[name].pixels[0] == pytest.approx(0.5, abs=0.01)
        assert find() == before
        bpy.ops.ed.redo()
        assert bpy.data.images[name].packed_file is not None
        assert find() == []
    bpy.ops.ed.undo()
    assert fix("pack_image", name) == {"FINISHED"}
    assert find() == []
    bpy.ops.wm.save_mainfile()
    bpy.ops.wm.open_mainfile(filepath=bpy.data.filepath)
    assert bpy.data.images[name].pixels[0] == pytest.approx(0.5, abs=0.01)


def test_other_steps_of_undo_change_no_image(scene: bpy.types.Scene, find: Find, handlers: None, project: Path) -> None:
    image = painted_image(project)
    bpy.ops.ed.undo_push(message="Painted")
    fix("pack_image", image.name)
    bpy.ops.ed.undo()
    bpy.data.images["painted.png"].save()
    assert find() == []
    bpy.data.objects["Cube"].location.x = 3
    bpy.ops.ed.undo_push(message="Moved")
    bpy.ops.ed.undo()
    assert find() == []


def test_the_handlers_are_registered_together(load: Load) -> None:
    names = [name for name, handler in load("live.handlers").HANDLERS if handler.__name__.startswith("_undo_")]
    assert sorted(names) == sorted(UNDO_HANDLERS)


def test_a_painted_override_is_not_packed(scene: bpy.types.Scene, find: Find, project: Path) -> None:
    image = painted_image(project)
    image.save()
    material = bpy.data.materials["Shown"]
    library = library_with(project / "library.blend", image)
    bpy.data.images.remove(image)
    with bpy.data.libraries.load(str(library), link=True, relative=True) as (_, wanted):
        wanted.images = ["painted.png"]
    override = wanted.images[0].override_create(remap_local_usages=True)
    shown_node(material, "ShaderNodeTexImage").image = override
    paint(override)
    (found,) = find()
    assert (found.severity, found.remedy, found.collection) == ("error", None, "images")
    assert "Make the image local" in found.fix
    with pytest.raises(RuntimeError, match="is a library override"):
        fix("pack_image", override.name)
    assert override.packed_file is None
    override.make_local()
    (found,) = find()
    fix(found.remedy, found.datablock)
    assert find() == []


@pytest.mark.parametrize("mode", MODES)
def test_undo_takes_packing_back_in_every_mode(scene: bpy.types.Scene, find: Find, handlers: None, mode: str) -> None:
    name = painted_image().name
    active("Cube")
    bpy.ops.ed.undo_push(message="Start")
    if mode != "OBJECT":
        bpy.ops.object.mode_set("EXEC_DEFAULT", True, mode=mode)
    fix("pack_image", name)
    assert bpy.data.images[name].packed_file is not None
    bpy.ops.ed.undo()
    assert bpy.data.images[name].packed_file is None
    assert len(find()) == 1


def test_what_is_packed_already_is_said(scene: bpy.types.Scene) -> None:
    image = painted_image()
    assert fix("pack_image", image.name) == {"FINISHED"}
    assert fix("pack_image", image.name) == {"CANCELLED"}
