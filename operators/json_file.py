# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON files in which scripts find what the panel shows."""

from __future__ import annotations

import json
from typing import Any

from ..scene.written_paths import whole_path


def write_json(written: str, value: Any) -> None:
    """Write a value to a path as a script gave it. Raises `OSError`, and `ValueError` when the path leads nowhere."""
    whole_path(written).write_text(json.dumps(value, indent=1), encoding="utf-8")
