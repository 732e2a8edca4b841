# SPDX-License-Identifier: GPL-3.0-or-later
"""Functions that Blender calls with each frame: those of add-ons and scripts are told, Blender's own are not."""

from __future__ import annotations

import functools
import importlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

Find = Callable[[], list[Any]]
Load = Callable[[str], ModuleType]

MOVER = """
bl_info = {"name": "Mover of Planes", "blender": (4, 2, 0), "category": "Animation"}
def move(*_):
    pass
class Mover:
    def move(self, *_):
        pass
    def __call__(self, *_):
        pass
class Stubborn:
    def __getattribute__(self, name):
        raise ZeroDivisionError(name)
    def __call__(self, *_):
        pass
def fail(*_):
    raise RuntimeError("this handler is broken")
def register():
    pass
def unregister():
    pass
"""
ALL_ENABLED = """
import os, sys, types
import bpy, addon_utils
package = types.ModuleType("ours")
package.__path__ = [sys.argv[1]]
sys.modules["ours"] = package
from ours.scene.preflight.handlers import HANDLERS, foreign_handlers
names = [module.__name__ for module in addon_utils.modules()]
for name in names:
    addon_utils.enable(name, default_set=True)
bpy.ops.wm.read_homefile(use_factory_startup=False)
getattr(bpy.app.handlers, HANDLERS[0]).append(foreign_handlers)
print("enabled:", sum(addon_utils.check(name)[1] for name in names))
print("foreign:", list(foreign_handlers()), flush=True)
os._exit(0)
"""
IN_ALL_VERSIONS = (
    *("frame_change_pre", "frame_change_post", "depsgraph_update_pre", "depsgraph_update_post"),
    *("render_init", "render_pre", "render_post", "render_write", "composite_pre", "composite_post"),
)


@pytest.fixture(autouse=True)
def handlers() -> Iterator[Any]:
    """Blender's lists of handlers, as they were before afterwards."""
    lists = {name: getattr(bpy.app.handlers, name) for name in dir(bpy.app.handlers)}
    before = {name: list(found) for name, found in lists.items() if isinstance(found, list)}
    yield bpy.app.handlers
    for name, functions in before.items():
        lists[name][:] = functions


@pytest.fixture
def mover(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The module of an add-on, in a folder of its own."""
    (tmp_path / "add-ons").mkdir()
    (tmp_path / "add-ons" / "mover.py").write_text(MOVER)
    monkeypatch.syspath_prepend(str(tmp_path / "add-ons"))
    yield importlib.import_module("mover")
    del sys.modules["mover"]


@pytest.mark.parametrize("name", IN_ALL_VERSIONS)
def test_a_handler_of_an_add_on_is_told(
    scene: bpy.types.Scene, find: Find, mover: Any, handlers: Any, name: str
) -> None:
    getattr(handlers, name).append(mover.move)
    (found,) = find()
    assert found.severity == "warning"
    assert found.what == f"The add-on “Mover of Planes” may change each frame ({name}), and a farm does not have it."


def test_an_add_on_is_told_once(scene: bpy.types.Scene, find: Find, mover: Any, handlers: Any) -> None:
    handlers.frame_change_pre.append(mover.move)
    handlers.frame_change_pre.append(mover.fail)
    handlers.render_pre.append(mover.move)
    (found,) = find()
    assert "(frame_change_pre, render_pre)" in found.what


@pytest.mark.parametrize("how", ["method", "object", "partial", "object that raises"])
def test_whatever_can_be_called_is_told(
    scene: bpy.types.Scene, find: Find, mover: Any, handlers: Any, how: str
) -> None:
    mover_of = mover.Mover()
    handler = {
        "method": mover_of.move,
        "object": mover_of,
        "partial": functools.partial(functools.partial(mover_of.move, 1), 2),
        "object that raises": mover.Stubborn(),
    }[how]
    handlers.render_init.append(handler)
    (found,) = find()
    assert "“Mover of Planes”" in found.what


def test_an_extension_is_told_by_its_name(scene: bpy.types.Scene, find: Find, handlers: Any) -> None:
    module = ModuleType("bl_ext.somewhere.wind.handlers")
    sys.modules["bl_ext.somewhere.wind"] = ModuleType("bl_ext.somewhere.wind")
    exec("def blow(*_): pass", module.__dict__)  # noqa: S102
    try:
        handlers.depsgraph_update_post.append(module.__dict__["blow"])
        (found,) = find()
    finally:
        del sys.modules["bl_ext.somewhere.wind"]
    assert found.what.startswith("The add-on “wind” may change each frame")


def test_what_is_called_when_a_render_is_over_changes_no_frame(
    scene: bpy.types.Scene, find: Find, mover: Any, handlers: Any
) -> None:
    for name in ("render_complete", "render_cancel", "render_stats", "load_post", "save_pre", "undo_post"):
        getattr(handlers, name).append(mover.move)
    assert find() == []


def test_nothing_of_blenders_own_and_of_ours_is_told(load: Load, tmp_path: Path) -> None:
    """With all add-ons enabled that come with Blender, in a Blender of its own: not all can be disabled again."""
    extension = str(Path(load("scene.preflight.handlers").__file__).parents[2])
    command = [sys.executable, "-I", "-c", ALL_ENABLED, extension]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    lines = done.stdout.splitlines()
    assert "foreign: []" in lines, done.stdout + done.stderr
    assert int(next(line.split()[1] for line in lines if line.startswith("enabled: "))) > 10


def test_a_script_that_was_run_by_hand(scene: bpy.types.Scene, find: Find, handlers: Any) -> None:
    text = bpy.data.texts.new("wave.py")
    text.write("import bpy\ndef wave(*_):\n    pass\nbpy.app.handlers.frame_change_pre.append(wave)\n")
    with bpy.context.temp_override(edit_text=text):
        bpy.ops.text.run_script()
    (found,) = find()
    assert "“wave.py” was run here and changes frames" in found.what
    assert found.datablock == "wave.py"
    text.use_module = True
    (found,) = find()
    assert "“wave.py” runs when the file is opened" in found.what


def test_a_registered_script_is_told_by_what_it_does(scene: bpy.types.Scene, find: Find, handlers: Any) -> None:
    """Not by its words alone: its handlers may be put in place in a way that nobody can read."""
    text = bpy.data.texts.new("wave.py")
    text.write(
        "import bpy\ndef wave(*_):\n    pass\ngetattr(bpy.app.handlers, 'frame_' + 'change_post').append(wave)\n"
    )
    text.use_module = True
    assert find() == []
    bpy.ops.wm.save_mainfile()
    bpy.ops.wm.open_mainfile(filepath=bpy.data.filepath, use_scripts=True)
    assert len(handlers.frame_change_post) == 1
    (found,) = find()
    assert "“wave.py” runs when the file is opened" in found.what


def test_a_script_from_outside_the_file(scene: bpy.types.Scene, find: Find, handlers: Any, tmp_path: Path) -> None:
    names = {"__name__": "__main__"}
    exec(compile("def wave(*_): pass", str(tmp_path / "startup wave.py"), "exec"), names)  # noqa: S102
    handlers.frame_change_post.append(names["wave"])
    (found,) = find()
    assert "The script “startup wave.py” was run here and changes frames" in found.what
    assert found.datablock == ""


def test_handlers_that_raise_hinder_no_submission(
    project: Path, find: Find, mover: Any, handlers: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    for name in ("frame_change_pre", "depsgraph_update_post", "save_pre", "save_post", "render_pre"):
        getattr(handlers, name).append(mover.fail)
    (found,) = find()
    assert "“Mover of Planes”" in found.what
    folder = project / "farm"
    assert bpy.ops.renderjuice.submit(frames="1", output_dir=str(folder), wait=True) == {"FINISHED"}
    assert [path.name for path in folder.iterdir()] == ["0001.png"]
    assert "Warning: The add-on “Mover of Planes” may change each frame" in capfd.readouterr().out
