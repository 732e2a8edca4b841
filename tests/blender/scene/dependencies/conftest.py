# SPDX-License-Identifier: GPL-3.0-or-later
"""The room under test, and a saved file with the default scene in a folder of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import bpy
import pytest

from renderjuice.tests.blender.scene.dependencies.needed_files import Find, Found


@pytest.fixture
def folder(extension_name: str, tmp_path: Path) -> Path:
    """A new project's folder with the open file `shot.blend` in it."""
    bpy.ops.wm.read_homefile(use_factory_startup=False)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "shot.blend"))
    return tmp_path


@pytest.fixture
def find(load: Callable[[str], ModuleType], folder: Path) -> Find:
    """Finds what frames of the open scene need; files are named from the project's folder on."""
    find_dependencies = load("scene.dependencies.scan").find_dependencies

    def found(*frames: int) -> Found:
        return Found(find_dependencies(bpy.context.scene, frames or (1,)), folder)

    return found
