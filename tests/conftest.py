# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the repository importable as the package `renderjuice`, without running the extension's own `__init__`."""

from __future__ import annotations

import sys
import types
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def pytest_configure() -> None:
    """Put a stand-in package in place: its modules load with their relative imports, and Blender is not needed."""
    package = types.ModuleType("renderjuice")
    package.__path__ = [str(ROOT)]
    sys.modules.setdefault("renderjuice", package)
