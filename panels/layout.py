# SPDX-License-Identifier: GPL-3.0-or-later
"""What all panels of the extension share: where they are, and how they write sentences."""

from __future__ import annotations

import functools
from typing import Any

import blf
import bpy

from ..live import readiness
from ..translations import translate
from ..translations.wrapping import text_width, wrap

INTERFACE_FONT = 0
MARGIN, ICON, BOX = 48, 22, 14
"""Pixels at scale 1 that a label loses to the panel's margins, to an icon, and to a box around it (seen in 5.2)."""
MIN_LINE_LETTERS = 12
"""Letters that a line holds at least, however narrow the region is."""

_wrap = functools.lru_cache(512)(wrap)


class RenderPropertiesPanel:
    """A panel in the Render properties, for every render engine."""

    bl_space_type = "PROPERTIES"
    bl_region_type = "WINDOW"
    bl_context = "render"


class SubPanel(RenderPropertiesPanel):
    """A panel inside the panel "Renderjuice"."""

    bl_parent_id = "RENDERJUICE_PT_main"


class SendingPanel(SubPanel):
    """A panel about what will be sent, closed at first."""

    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Shown once renders can be sent."""
        return readiness.is_ready(context)


def draw_text(
    column: bpy.types.UILayout, context: bpy.types.Context, text: str, icon: Any = "NONE", is_boxed: bool = False
) -> None:
    """Draw a text in as many lines as the region's width asks for: Blender cuts off a longer label.

    A message is translated here with its values, and any other text as a whole if it is one of our words.
    """
    text = translate(text)
    scale = context.preferences.system.ui_scale
    points = context.preferences.ui_styles[0].widget.points
    width = context.region.width - scale * (MARGIN + (ICON if icon != "NONE" else 0) + (BOX if is_boxed else 0))
    lines = column.column(align=True)
    lines.scale_y = 0.8 if icon == "NONE" else 1.0
    for line in _wrap(text, max(MIN_LINE_LETTERS, int(width / _letter_width(text, points * scale)))):
        lines.label(text=line, icon=icon, translate=False)
        icon = "NONE" if icon == "NONE" else "BLANK1"


@functools.lru_cache(512)
def _letter_width(text: str, points: float) -> float:
    """Pixels that a letter of a text takes on average, in the interface's font."""
    blf.size(INTERFACE_FONT, points)
    return max(1.0, blf.dimensions(INTERFACE_FONT, text)[0] / max(1, text_width(text)))
