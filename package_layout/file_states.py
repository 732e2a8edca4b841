# SPDX-License-Identifier: GPL-3.0-or-later
"""What tells a file from a later version of itself, without reading it: its size and its time."""

from __future__ import annotations

import os
import stat

FileState = tuple[int, int]
"""A file's size in bytes and the time of its last change in nanoseconds."""

GONE: FileState = (-1, -1)
"""The state of what is not there, is no file, or cannot be looked at."""


def state_of(path: str | os.PathLike[str]) -> FileState:
    """The state of a file now, of what it leads to if it is a link."""
    try:
        status = os.stat(path)  # noqa: PTH116 (thousands of paths as text, in Blender's own process)
    except (OSError, ValueError):
        return GONE
    return (status.st_size, status.st_mtime_ns) if stat.S_ISREG(status.st_mode) else GONE
