# SPDX-License-Identifier: GPL-3.0-or-later
"""How the path of a frame is written in the open file: relative to it, so that both can be moved together."""

from __future__ import annotations

import os
from pathlib import Path

import bpy


def written_path(path: Path) -> str:
    """A path as it is written in the open file. Absolute in a file that is not saved yet, and on another drive."""
    if not bpy.data.filepath:
        return str(path)
    try:
        return str(bpy.path.relpath(str(path)))
    except ValueError:
        return str(path)


def leads_to(written: str, path: Path) -> bool:
    """True when a path that is written in the open file leads to a file or folder."""
    return os.path.normpath(bpy.path.abspath(written)) == os.path.normpath(path)
