# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside Blender (`blender -b --python fluid_in_blender.py -- FOLDER SERVER KEY`): bakes a liquid and sends it.

FOLDER/result.json says how that went.
"""

from __future__ import annotations

import json
import sys
import types
from importlib import import_module
from pathlib import Path
from typing import Any

import bpy

ROOT = Path(__file__).resolve().parent.parent.parent
EXTENSION = "bl_ext.user_default.renderjuice"


def main(folder: Path, server: str, key: str) -> None:
    """Make the scene of the fluid, render it with and without its cache, and have the farm render it."""
    package = types.ModuleType("renderjuice")
    package.__path__ = [str(ROOT)]
    sys.modules["renderjuice"] = package
    travel = "renderjuice.tests.blender.travel"
    scenes, journeys = import_module(f"{travel}.scenes"), import_module(f"{travel}.journeys")
    bpy.context.preferences.system.use_online_access = True
    preferences = bpy.context.preferences.addons[EXTENSION].preferences
    preferences.server, preferences.api_key = server, key
    fluid = import_module(f"{travel}.simulations").fluid
    made = scenes.make_scene(scenes.Places(folder / "files", folder / "mount"), "liquid", [fluid])
    with scenes.out_of_reach(made.files["fluid"]):
        gone = scenes.render(made.blend, made.frames, folder / "gone")
    session = import_module(f"{EXTENSION}.live.jobs").session()
    journey = journeys.travel({"liquid": made}, folder / "farm", session)["liquid"]
    result = {
        "unseen": scenes.same(made.here, gone),
        "trouble": journey.trouble,
        "same": journey.is_same,
        "missed": missed(scenes, made),
    }
    (folder / "result.json").write_text(json.dumps(result))


def missed(scenes: Any, made: Any) -> list[list[str]]:
    """The files of the fluid that are missed: while all are there, without one, and without any."""
    scan = import_module(f"{EXTENSION}.scene.dependencies.scan")
    bpy.ops.wm.open_mainfile(filepath=str(made.blend))
    (cache,) = made.files["fluid"]
    told = []
    for gone in ([], [cache / "mesh" / "fluid_mesh_0002.bobj.gz"], [cache]):
        with scenes.out_of_reach(gone):
            found = scan.find_dependencies(bpy.context.scene, made.frames)
            paths = (Path(path) for dependency in found.missing for path in dependency.missing)
            told.append([path.relative_to(cache).as_posix() for path in paths])
    return told


if __name__ == "__main__":
    place, *account = sys.argv[sys.argv.index("--") + 1 :]
    main(Path(place), *account)
