# SPDX-License-Identifier: GPL-3.0-or-later
"""Add-ons in this Blender process."""

from __future__ import annotations

import time
from typing import Any

import bpy  # noqa: F401, TID251

# isort: split
# Blender's own scripts can be imported only once `bpy` was.
import addon_utils


def enable(module: str) -> None:
    """Enable an add-on as its checkbox does. Ends this program when that fails."""
    if addon_utils.enable(module, default_set=True) is None:
        raise SystemExit(f"{module} could not be enabled")


def disable(module: str) -> None:
    """Disable it: with what it registered still there, some versions hang or crash at their end."""
    addon_utils.disable(module, default_set=True)


def clock_blenders_share() -> list[float]:
    """A list that gets the seconds of each time that Blender checks all extensions, as it does when one is enabled.

    The first check of a process imports Blender's own package manager, whichever extension it is for.
    """
    seconds: list[float] = []
    refresh = addon_utils.extensions_refresh

    def timed(*arguments: Any, **options: Any) -> Any:
        began = time.perf_counter()
        try:
            return refresh(*arguments, **options)
        finally:
            seconds.append(time.perf_counter() - began)

    addon_utils.extensions_refresh = timed
    return seconds
