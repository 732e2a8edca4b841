# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers of bytes in words."""

from __future__ import annotations


def size(count: float) -> str:
    """A number of bytes as people write it, in powers of ten."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit in ("B", "kB") else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.2f} TB"
