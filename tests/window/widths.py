# SPDX-License-Identifier: GPL-3.0-or-later
"""The widths of the Properties editor at which the panel is tried."""

from __future__ import annotations

import os

DEFAULT_WIDTH = 285
"""Pixels, as new files open with it."""
USUAL_WIDTH = 450
"""Pixels, as artists make it."""
OLDEST = "4.3"
"""The Blender whose windows are tried at the default width only: what is cut off there is not cut off elsewhere."""


def widths() -> tuple[int, ...]:
    """The widths for the Blender that is tried. All of them with RENDERJUICE_ALL_WIDTHS, which takes its time."""
    if os.environ.get("RENDERJUICE_GUI_VERSION") == OLDEST and not os.environ.get("RENDERJUICE_ALL_WIDTHS"):
        return (DEFAULT_WIDTH,)
    return (DEFAULT_WIDTH, USUAL_WIDTH)
