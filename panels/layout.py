# SPDX-License-Identifier: GPL-3.0-or-later
"""What all panels of the extension share: where they are, and how they write sentences."""

from __future__ import annotations

import functools
import math
from pathlib import PurePath
from typing import Any

import blf
import bpy

from ..live import readiness
from ..translations import translate
from ..translations.wrapping import text_width, wrap

INTERFACE_FONT = 0
MARGIN, ICON, BOX = 48, 22, 14
"""Pixels at scale 1 that a label loses to the panel's margins, to an icon, and to a box around it (seen in 5.2)."""
UNIT = 20
"""Pixels at scale 1 of the height of a button."""
MIN_LINE_LETTERS = 12
"""Letters that a line holds at least, however narrow the region is."""
HEADER_LETTER = 5.7
"""Pixels at scale 1 that a letter takes in a header (seen in 4.3 and 5.2)."""

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
    column: bpy.types.UILayout,
    context: bpy.types.Context,
    text: str,
    icon: Any = "NONE",
    is_boxed: bool = False,
    max_lines: int = 0,
) -> float:
    """Draw a text in as many lines as the region's width asks for: Blender cuts off a longer label.

    Gives the height, counted in buttons.

    A message is translated here with its values, and any other text as a whole if it is one of our words. `max_lines`
    is for texts that somebody else wrote, which may be a whole log; 0 is for no limit.
    """
    text = translate(text)
    shown = _wrap(text, _letters_in_line(context, text, has_icon=icon != "NONE", is_boxed=is_boxed))
    if max_lines and len(shown) > max_lines:
        shown = [*shown[: max_lines - 1], f"{shown[max_lines - 1]} …"]
    lines = column.column(align=True)
    lines.scale_y = 0.8 if icon == "NONE" else 1.0
    for line in shown:
        lines.label(text=line, icon=icon, translate=False)
        icon = "NONE" if icon == "NONE" else "BLANK1"
    return len(shown) * lines.scale_y


def fitting(context: bpy.types.Context, text: str, shorter: str, *, has_icon: bool) -> str:
    """A text in the interface's language if a line has room for it, else the shorter one."""
    text = translate(text)
    return text if text_width(text) <= _letters_in_line(context, text, has_icon=has_icon) else translate(shorter)


def draw_path(column: bpy.types.UILayout, context: bpy.types.Context, path: PurePath | str, icon: Any = "NONE") -> None:
    """Draw a path in one line. A longer one lacks folders in its middle: no name of a folder is broken."""
    letters = _letters_in_line(context, str(path), has_icon=icon != "NONE")
    column.label(text=shortened_path(str(path), letters), icon=icon, translate=False)


@functools.lru_cache(512)
def shortened_path(path: str, letters: int) -> str:
    """A path of at most that many letters: its end, and as many folders from its begin as there is room for."""
    if text_width(path) <= letters:
        return path
    separator = "\\" if "\\" in path and "/" not in path else "/"
    first, *folders = path.split(separator)
    if first == "" and folders:
        # the begin of an absolute path, or of one that is relative to the file
        begin = separator * 2 if path.startswith("//") else separator
        folders = [name for name in folders if name]
    else:
        begin = first + separator
    ends = [f"{begin}…{separator}{separator.join(folders[start:])}" for start in range(1, len(folders))]
    fitting = [end for end in ends if text_width(end) <= letters]
    return fitting[0] if fitting else f"…{separator}{folders[-1] if folders else first}"


def scale_for_width(context: bpy.types.Context) -> float:
    """How often Blender's unit of a button's height goes into the width that a panel has in the region."""
    scale = context.preferences.system.ui_scale
    return max(1.0, (context.region.width - scale * (MARGIN + BOX)) / (scale * UNIT))


def letters_in_header(context: bpy.types.Context, taken: float) -> int:
    """How many letters a panel's header has room for; less than 0 where there is none.

    `taken` is what title, buttons and margins take, in pixels at scale 1.
    """
    return math.floor((context.region.width / context.preferences.system.ui_scale - taken) / HEADER_LETTER)


def _letters_in_line(context: bpy.types.Context, text: str, *, has_icon: bool, is_boxed: bool = False) -> int:
    """How many letters as wide as those of a text a line holds."""
    scale = context.preferences.system.ui_scale
    points = context.preferences.ui_styles[0].widget.points
    width = context.region.width - scale * (MARGIN + (ICON if has_icon else 0) + (BOX if is_boxed else 0))
    return max(MIN_LINE_LETTERS, int(width / _letter_width(text, points * scale)))


@functools.lru_cache(512)
def _letter_width(text: str, points: float) -> float:
    """Pixels that a letter of a text takes on average, in the interface's font."""
    blf.size(INTERFACE_FONT, points)
    return max(1.0, blf.dimensions(INTERFACE_FONT, text)[0] / max(1, text_width(text)))
