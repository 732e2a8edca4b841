# SPDX-License-Identifier: GPL-3.0-or-later
"""Paths as an artist writes them, which may begin with // for the folder of the open file."""

from __future__ import annotations

import os
from pathlib import Path

import bpy

from ..messages.message import Message


def leads_nowhere(written: str) -> bool:
    """True for a path that counts from the folder of the open file, when that was never saved."""
    return written.startswith("//") and not bpy.data.filepath


def whole_path(written: str) -> Path:
    """The whole path. Raises `ValueError` when it `leads_nowhere`."""
    if leads_nowhere(written):
        raise ValueError(Message("The file was never saved, so // leads nowhere. Give a whole path."))
    return Path(os.path.abspath(bpy.path.abspath(written)))  # noqa: PTH100
