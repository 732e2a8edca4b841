# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers of bytes in words."""

from __future__ import annotations

GIB = 1024**3


def size(count: float) -> str:
    """A number of bytes as people write it, in powers of ten."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit in ("B", "kB") else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.2f} TB"


def in_gib(count: float, decimals: int = 1) -> str:
    """A number of bytes in GiB, as the service gives its limits; the unit stands in the text around it."""
    return f"{count / GIB:.{decimals}f}"
