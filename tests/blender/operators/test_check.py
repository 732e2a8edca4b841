# SPDX-License-Identifier: GPL-3.0-or-later
"""The operator that checks the scene, as scripts use it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy
import pytest

Find = Callable[[], list[Any]]


def test_scripts_get_the_findings_as_json(scene: bpy.types.Scene, find: Find, project: Path) -> None:
    scene.camera = None
    scene.render.resolution_percentage = 10
    assert bpy.ops.renderjuice.check(filepath="//found.json") == {"FINISHED"}
    written = json.loads((project / "found.json").read_text(encoding="utf-8"))
    assert (written["errors"], written["warnings"]) == (1, 1)
    error, warning = written["findings"]
    assert (error["severity"], error["remedy"], error["datablock"], error["collection"]) == (
        "error",
        "use_camera",
        scene.name,
        "scenes",
    )
    assert error["what"].startswith("The scene")
    assert warning["severity"] == "warning"
    with pytest.raises(RuntimeError, match="nowhere"):
        bpy.ops.renderjuice.check(filepath="//nowhere/found.json")
