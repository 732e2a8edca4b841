# SPDX-License-Identifier: GPL-3.0-or-later
"""The presets of overrides that come with the extension. The first two may be combined; the last takes all back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import bpy

from ..api.render_config import FIELDS
from ..messages.message import Message
from ..scene.config.choices import FARM_FIELDS


@dataclass(frozen=True)
class ShippedPreset:
    """A preset: what it is called, what it does as a tooltip, and the function that does it to a scene."""

    identifier: str
    label: Message
    description: Message
    apply: Callable[[bpy.types.Scene], None]


def _draft(scene: bpy.types.Scene) -> None:
    _override(scene, "resolution_percentage", 50)


def _every_tenth_frame(scene: bpy.types.Scene) -> None:
    _override(scene, "frame_ranges", f"{scene.frame_start}-{scene.frame_end}x10")


def _final(scene: bpy.types.Scene) -> None:
    for field in FIELDS:
        if field not in FARM_FIELDS:
            setattr(scene.renderjuice, f"use_{field}", False)


def _override(scene: bpy.types.Scene, field: str, value: Any) -> None:
    setattr(scene.renderjuice, field, value)
    setattr(scene.renderjuice, f"use_{field}", True)


SHIPPED = (
    ShippedPreset("DRAFT", Message("Draft 50 %"), Message("Render at half the width and height"), _draft),
    ShippedPreset(
        "EVERY_TENTH",
        Message("Every 10th Frame"),
        Message("Render every tenth frame of the scene's range"),
        _every_tenth_frame,
    ),
    ShippedPreset(
        "FINAL", Message("Final"), Message("Render as the scene says: nothing of it is overridden any more"), _final
    ),
)


def find(identifier: str) -> ShippedPreset:
    """The preset with this identifier. Raises `KeyError`."""
    return {preset.identifier: preset for preset in SHIPPED}[identifier]
