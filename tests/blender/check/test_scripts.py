# SPDX-License-Identifier: GPL-3.0-or-later
"""The check of Python in the file: drivers, and scripts that change frames."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import bpy
import pytest

from renderjuice.tests.blender.check.rig import nodes_of

Find = Callable[[], list[Any]]


def drive(owner: Any, path: str, expression: str, index: int = -1) -> None:
    curve = owner.driver_add(path, index) if index >= 0 else owner.driver_add(path)
    curve.driver.expression = expression


def test_a_driver_that_only_python_works_out(scene: bpy.types.Scene, find: Find) -> None:
    cube = bpy.data.objects["Cube"]
    drive(cube, "location", "frame * 2 + sin(frame)", 0)
    assert find() == []
    drive(cube, "location", "noise.random()", 1)
    (found,) = find()
    assert (found.severity, found.datablock, found.collection) == ("warning", "Cube", "objects")
    assert "A driver of “Cube” runs Python, which a farm may not allow: “noise.random()”." in found.what
    cube.animation_data.drivers[1].mute = True
    assert find() == []


@pytest.mark.parametrize("owner", ["material", "mesh", "shape keys", "world", "group", "scene"])
def test_drivers_of_all_kinds_of_datablocks(scene: bpy.types.Scene, find: Find, owner: str) -> None:
    expression = "len(str(frame))"
    match owner:
        case "material":
            tree = nodes_of(bpy.data.materials.new("Driven"))
            drive(tree, f'nodes["{tree.nodes.new("ShaderNodeValue").name}"].outputs[0].default_value', expression)
        case "mesh":
            drive(bpy.data.meshes["Cube"], "texspace_location", expression, 0)
        case "shape keys":
            cube = bpy.data.objects["Cube"]
            cube.shape_key_add(name="Basis")
            cube.shape_key_add(name="Key")
            drive(cube.data.shape_keys, 'key_blocks["Key"].value', expression)
        case "world":
            drive(scene.world, "color", expression, 0)
        case "group":
            tree = bpy.data.node_groups.new("Driven", "ShaderNodeTree")
            drive(tree, f'nodes["{tree.nodes.new("ShaderNodeValue").name}"].outputs[0].default_value', expression)
        case "scene":
            drive(scene, "gravity", expression, 0)
    assert [expression in found.what for found in find()] == [True]


def test_many_drivers_are_one_finding(scene: bpy.types.Scene, find: Find) -> None:
    for index in range(3):
        drive(bpy.data.objects["Cube"], "location", "noise.random()", index)
    (found,) = find()
    assert found.what.startswith("3 drivers run Python, which a farm may not allow. One of “Cube”")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import bpy\nbpy.app.handlers.frame_change_pre.append(print)\n", 1),
        ("import bpy\nbpy.app.driver_namespace['wave'] = abs\n", 1),
        ("import bpy\nclass RigPanel(bpy.types.Panel):\n    pass\n", 0),
    ],
)
def test_a_script_that_runs_with_the_file(scene: bpy.types.Scene, find: Find, source: str, expected: int) -> None:
    text = bpy.data.texts.new("wave.py")
    text.write(source)
    assert find() == []
    text.use_module = True
    found = find()
    assert ["“wave.py” runs when the file is opened" in finding.what for finding in found] == [True] * expected


@pytest.fixture
def handlers() -> Iterator[list[Any]]:
    """The handlers of frames, as they were before afterwards."""
    before = list(bpy.app.handlers.frame_change_pre)
    yield bpy.app.handlers.frame_change_pre
    bpy.app.handlers.frame_change_pre[:] = before


def test_a_script_that_was_run_by_hand(scene: bpy.types.Scene, find: Find, handlers: list[Any]) -> None:
    text = bpy.data.texts.new("wave.py")
    text.write("import bpy\ndef wave(*_):\n    pass\nbpy.app.handlers.frame_change_pre.append(wave)\n")
    with bpy.context.temp_override(edit_text=text):
        bpy.ops.text.run_script()
    assert len(handlers) == 1
    (found,) = find()
    assert "“wave.py” was run here and changes frames" in found.what
    text.use_module = True
    (found,) = find()
    assert "“wave.py” runs when the file is opened" in found.what


def test_handlers_of_add_ons_are_nothing_to_say(scene: bpy.types.Scene, find: Find, handlers: list[Any]) -> None:
    handlers.append(test_handlers_of_add_ons_are_nothing_to_say)
    bpy.data.texts.new("test_scripts.py")
    assert find() == []
