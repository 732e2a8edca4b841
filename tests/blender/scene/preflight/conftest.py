# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the check share: the button beside a finding."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import bpy
import pytest


@pytest.fixture
def press(extension_name: str) -> Callable[[Any], None]:
    """Presses the button beside a finding."""

    def press_button(finding: Any) -> None:
        assert bpy.ops.renderjuice.fix(remedy=finding.remedy, name=finding.datablock) == {"FINISHED"}

    return press_button
