# SPDX-License-Identifier: GPL-3.0-or-later
"""Enabling and disabling the extension: nothing is left behind, and nothing is lost."""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType

import addon_utils
import bpy

ENABLE_IN_A_NEW_BLENDER = """
import sys
import bpy, addon_utils
before = set(sys.modules)
addon_utils.enable("{name}")
new = sorted(name for name in set(sys.modules) - before)
print("LOADED", " ".join(new))
addon_utils.disable("{name}")
"""
HANDLERS = ("depsgraph_update_post", "undo_post", "redo_post", "load_post", "save_post", "exit_pre")


def traces() -> dict[str, object]:
    """Where an add-on can leave something of itself in Blender."""
    return {
        "types": sorted(name for name in dir(bpy.types) if "RENDERJUICE" in name),
        "scene": hasattr(bpy.types.Scene, "renderjuice"),
        "operators": sorted(name for name in dir(bpy.ops.renderjuice)),
        "menu": [draw.__module__ for draw in bpy.types.TOPBAR_MT_render._dyn_ui_initialize()],
        "status bar": [draw.__module__ for draw in bpy.types.STATUSBAR_HT_header._dyn_ui_initialize()],
        "window manager": hasattr(bpy.types.WindowManager, "renderjuice"),
        "handlers": sorted(handler.__module__ for name in HANDLERS for handler in getattr(bpy.app.handlers, name, ())),
    }


def test_disabling_takes_everything_back_and_enabling_gives_it_again(extension_name: str, jobs: ModuleType) -> None:
    before = traces()
    assert before["types"]
    assert f"{extension_name}.panels" in str(before["menu"])
    assert f"{extension_name}.panels" in str(before["status bar"])
    known = {job.id for job in jobs.session().journal.jobs()}
    for _ in range(2):
        addon_utils.disable(extension_name)
        nothing = traces()
        assert (nothing["types"], nothing["scene"], nothing["operators"]) == ([], False, [])
        assert nothing["window manager"] is False
        assert "renderjuice" not in str(nothing)
        addon_utils.enable(extension_name)
    assert traces() == before
    fresh = sys.modules[f"{extension_name}.live.jobs"]
    assert {job.id for job in fresh.session().journal.jobs()} == known


def loaded_by_enabling(extension_name: str) -> list[str]:
    """The modules that a new Blender loads for the extension alone."""
    # `import bpy` of 5.2 loads `requests` for itself, so what counts is what the extension adds
    program = "import sys\nfor name in ('requests', 'urllib3', 'zstandard'): sys.modules.pop(name, None)\n"
    program = "import bpy\n" + program + ENABLE_IN_A_NEW_BLENDER.format(name=extension_name)
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=True)
    return next(line for line in ended.stdout.splitlines() if line.startswith("LOADED")).split()[1:]


def test_enabling_loads_nothing_that_only_a_check_or_a_submission_needs(extension_name: str) -> None:
    loaded = {name.removeprefix(f"{extension_name}.") for name in loaded_by_enabling(extension_name)}
    assert "live.scene_check" in loaded
    late = ("live.scene_reading", "live.submission", "live.opening", "package_layout", "packer", "jobs.client.session")
    assert not loaded & {
        *late,
        "scene.config.render_config",
        "scene.dependencies",
        "scene.preflight.check",
        "scene_edits.remedies",
    }


def test_enabling_loads_no_network_library(extension_name: str) -> None:
    loaded = loaded_by_enabling(extension_name)
    assert f"{extension_name}.operators.submit" in loaded
    assert not [name for name in loaded if name.partition(".")[0] in {"requests", "urllib3", "zstandard"}]
