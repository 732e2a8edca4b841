# SPDX-License-Identifier: GPL-3.0-or-later
"""An empty scene, and the folder of a project, for each test of the packer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import bpy
import pytest


@pytest.fixture(autouse=True)
def empty_scene() -> Iterator[None]:
    """Begin and end with nothing open that another test made."""
    bpy.ops.wm.read_homefile(use_factory_startup=False, use_empty=True)
    yield
    bpy.ops.wm.read_homefile(use_factory_startup=False, use_empty=True)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The folder of the artist's scenes."""
    folder = tmp_path / "work" / "film" / "scenes"
    folder.mkdir(parents=True)
    return folder
