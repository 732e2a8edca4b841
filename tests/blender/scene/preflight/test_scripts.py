# SPDX-License-Identifier: GPL-3.0-or-later
"""The check of Python in the file: drivers, and scripts that change frames."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

from renderjuice.tests.blender.scene_parts import nodes_of

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
            material = bpy.data.materials.new("Driven")
            bpy.data.objects["Cube"].data.materials.append(material)
            tree = nodes_of(material)
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
            tree = bpy.data.node_groups.new("Driven", "GeometryNodeTree")
            bpy.data.objects["Cube"].modifiers.new("nodes", "NODES").node_group = tree
            drive(tree, f'nodes["{tree.nodes.new("ShaderNodeValue").name}"].outputs[0].default_value', expression)
        case "scene":
            drive(scene, "gravity", expression, 0)
    assert [expression in found.what for found in find()] == [True]


def test_drivers_of_what_the_scene_does_not_use(scene: bpy.types.Scene, find: Find) -> None:
    material = bpy.data.materials.new("Kept")
    drive(material, "roughness", "noise.random()")
    assert find() == []
    material.use_fake_user = True
    assert find() == []
    thing = bpy.data.objects.new("Elsewhere", None)
    bpy.data.scenes.new("Other").collection.objects.link(thing)
    drive(thing, "location", "noise.random()", 0)
    assert find() == []
    bpy.data.objects["Cube"].data.materials.append(material)
    assert [found.datablock for found in find()] == ["Kept"]


def test_a_rig_with_many_drivers(scene: bpy.types.Scene, find: Find, load: Callable[[str], ModuleType]) -> None:
    """It is looked at in steps, to its last driver."""
    module = load("scene.scripts")
    rig, count = bpy.data.objects["Cube"], 2 * module.DRIVERS_A_STEP
    for index in range(count):
        rig[f"p{index}"] = 0.0
        drive(rig, f'["p{index}"]', "frame * 2")
    assert [len(curves) for curves in module._drivers(rig, has_nodes=False)] == [count // 2] * 2
    rig.animation_data.drivers[count - 1].driver.expression = "noise.random()"
    assert [found.datablock for found in find()] == ["Cube"]


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


DRIVEN = """
import json, os, sys, types
import bpy
package = types.ModuleType("ours")
package.__path__ = [sys.argv[1]]
sys.modules["ours"] = package
from ours.scene.preflight.checked_scene import CheckedScene
from ours.scene.preflight.scripts import check_drivers
def drive(expression, index):
    cube.driver_add("location", index).driver.expression = expression
def look():
    scene = bpy.context.scene
    findings = check_drivers(CheckedScene(scene=scene, dependencies=None, frames=(1,), overrides={}))
    told.append([str(finding.what) for finding in findings if finding])
told, cube = [], bpy.data.objects["Cube"]
text = bpy.data.texts.new("wave.py")
text.write("import bpy\\ndef wave(frame):\\n    return frame\\nbpy.app.driver_namespace['wave'] = wave\\n")
with bpy.context.temp_override(edit_text=text):
    bpy.ops.text.run_script()
look()
drive("wave(frame)", 0)
drive("noise.random() + tau", 1)
look()
variable = cube.animation_data.drivers[0].driver.variables.new()
variable.name = "wave"
look()
variable.name = "other"
text.use_module = True
look()
bpy.app.driver_namespace["speed"] = 7
drive("speed * frame * len('a')", 2)
look()
print("told:", json.dumps(told), flush=True)
os._exit(0)
"""


def test_a_driver_that_uses_what_a_script_has_added(load: Callable[[str], ModuleType], tmp_path: Path) -> None:
    """In a Blender of its own, because bpy 4.2 crashes at its end, and 4.5 hangs, after these names were used."""
    extension = str(Path(load("scene.preflight.scripts").__file__).parents[2])
    command = [sys.executable, "-I", "-c", DRIVEN, extension]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    told = [line for line in done.stdout.splitlines() if line.startswith("told: ")]
    assert told, done.stdout + done.stderr
    before, used, shadowed, registered, constant = json.loads(told[0].removeprefix("told: "))
    assert before == []
    wave = "A driver of “Cube” uses “wave”, which a farm does not have: it comes from the script “wave.py”."
    noise = "A driver of “Cube” runs Python, which a farm may not allow: “noise.random() + tau”."
    assert used == [wave, noise]
    # a variable of the driver's own has the name first
    assert len(shadowed) == 1 and "2 drivers run Python" in shadowed[0]
    # it is run with the file, wherever that is opened with scripts
    assert len(registered) == 1 and "2 drivers run Python" in registered[0]
    assert "uses “speed”, which a farm does not have: it comes from an add-on or a script." in constant[0]
