# SPDX-License-Identifier: GPL-3.0-or-later
"""The widths of the Properties editor at which the panel is tried."""

from __future__ import annotations

import os

DEFAULT_WIDTH = 285
"""Pixels, as new files open with it: what is cut off anywhere is cut off here."""
USUAL_WIDTH = 450
"""Pixels, as artists make it."""


def are_all_wanted() -> bool:
    """True when all widths are to be tried, and all states of the panel in every Blender."""
    return bool(os.environ.get("RENDERJUICE_ALL_WINDOWS"))


def widths() -> tuple[int, ...]:
    """The widths that are tried."""
    return (DEFAULT_WIDTH, USUAL_WIDTH) if are_all_wanted() else (DEFAULT_WIDTH,)
