# SPDX-License-Identifier: GPL-3.0-or-later
"""The folders that the tools read and write."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""The clone: the folder that holds build.py and the extension's own `__init__.py`."""


def cache_folder() -> Path:
    """Folder for environments, shared by all clones of one user; not created here. `RENDERJUICE_CACHE` moves it."""
    if chosen := os.environ.get("RENDERJUICE_CACHE"):
        return Path(chosen).expanduser().absolute()
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return (Path(local) if local else Path.home() / "AppData" / "Local") / "renderjuice"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "renderjuice"
    # The XDG base directory specification says that a relative path in this variable is to be ignored.
    shared = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (shared if shared.is_absolute() else Path.home() / ".cache") / "renderjuice"
