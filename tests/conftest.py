# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the repository importable as the package `renderjuice`, without running the extension's own `__init__`.

Its modules then load with their relative imports, and Blender is not needed. This is done when the file is loaded,
because the other conftest files import from that package.
"""

from __future__ import annotations

import sys
import types
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

_package = types.ModuleType("renderjuice")
_package.__path__ = [str(ROOT)]
sys.modules.setdefault("renderjuice", _package)
