# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel "Check": what was found in the scene, with buttons that select it or solve it."""

from __future__ import annotations

from typing import Any

import bpy

from ..live import scene_check
from ..messages.message import Message
from ..scene.preflight.finding import LABELS, Finding, Severity
from .layout import SendingPanel, draw_text

MAX_FINDINGS = 20
ICONS: dict[Severity, Any] = {Severity.ERROR: "CANCEL", Severity.WARNING: "ERROR"}


class RENDERJUICE_PT_check(SendingPanel, bpy.types.Panel):
    """The findings of the last check."""

    bl_label = "Check"

    def draw_header_preset(self, _context: bpy.types.Context) -> None:
        """Draw the button that checks again; changes nothing."""
        self.layout.operator("renderjuice.check", text="", icon="FILE_REFRESH", emboss=False)

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the findings; changes nothing."""
        layout = self.layout
        found = scene_check.findings(context.scene)
        if found is None:
            layout.label(text="Not Checked Yet", icon="QUESTION")
        elif not found:
            layout.label(text="No Problems Found", icon="CHECKMARK")
        for finding in (found or ())[:MAX_FINDINGS]:
            _draw_finding(layout.box().column(), context, finding)
        if found and len(found) > MAX_FINDINGS:
            draw_text(layout, context, Message("And {} more.", str(len(found) - MAX_FINDINGS)))


def _draw_finding(column: bpy.types.UILayout, context: bpy.types.Context, finding: Finding) -> None:
    draw_text(column, context, finding.what, icon=ICONS[finding.severity], is_boxed=True)
    draw_text(column, context, finding.fix, icon="BLANK1", is_boxed=True)
    row = column.row()
    if finding.collection:
        select = row.operator("renderjuice.select_datablock", text="Select", icon="RESTRICT_SELECT_OFF")
        select.collection, select.name = finding.collection, finding.datablock
    for remedy in filter(None, (finding.remedy, finding.alternative)):
        fix = row.operator("renderjuice.fix", text=LABELS[remedy])
        fix.remedy, fix.name = remedy.value, finding.datablock


classes = (RENDERJUICE_PT_check,)
