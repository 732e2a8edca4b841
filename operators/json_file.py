# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of JSON in which scripts find what the panel shows to people."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import bpy


def write_json(written: str, value: Any) -> None:
    """Write a value to a path as an artist writes it. Raises `OSError`, and `ValueError` when // leads nowhere."""
    if written.startswith("//") and not bpy.data.filepath:
        raise ValueError("The file was never saved, so // leads nowhere. Give a whole path.")
    Path(bpy.path.abspath(written)).write_text(json.dumps(value, indent=1), encoding="utf-8")
