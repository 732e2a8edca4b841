# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the check share: the tiny project, and asking for what is found in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

Find = Callable[[], list[Any]]


@pytest.fixture
def scene(project: Path) -> bpy.types.Scene:
    """The open scene of a new project."""
    return bpy.context.scene


@pytest.fixture
def find(load: Callable[[str], ModuleType]) -> Find:
    """Gives what the check finds in the open scene as it is when it is called."""

    def look() -> list[Any]:
        bpy.context.view_layer.update()
        bpy.ops.renderjuice.check()
        return list(load("live.scene_check").findings(bpy.context.scene))

    return look


@pytest.fixture
def press(extension_name: str) -> Callable[[Any], None]:
    """Presses the button beside a finding."""

    def press_button(finding: Any) -> None:
        assert bpy.ops.renderjuice.fix(remedy=finding.remedy, name=finding.datablock) == {"FINISHED"}

    return press_button
