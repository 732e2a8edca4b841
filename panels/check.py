# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel "Check": what was found in the scene, with buttons that select it or solve it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import bpy

from ..live import scene_check
from ..messages.message import Message
from ..scene.preflight.finding import LABELS, Finding, Remedy, Severity
from ..translations import translate
from .layout import SendingPanel, draw_text

MAX_FINDINGS = 20
MAX_SHOWN_AT_ONCE = 2
"""Findings that are shown below the buttons, and not in a panel of their own that has to be opened first."""
ICONS: dict[Severity, Any] = {Severity.ERROR: "CANCEL", Severity.WARNING: "ERROR"}


class RENDERJUICE_PT_check(SendingPanel, bpy.types.Panel):
    """The findings of the last check."""

    bl_label = "Check"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Shown but when all that was found is shown already."""
        return super().poll(context) and not _are_few(scene_check.findings(context.scene))

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
            draw_finding(layout.box().column(), context, finding)
        if found and len(found) > MAX_FINDINGS:
            draw_text(layout, context, Message("And {} more.", str(len(found) - MAX_FINDINGS)))


def draw_summary(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """Draw one or two findings themselves; of more, how many there are: the panel "Check" may be closed."""
    found = scene_check.findings(context.scene) or ()
    if _are_few(found):
        for finding in found:
            draw_finding(layout.box().column(), context, finding)
        return
    errors = sum(finding.severity is Severity.ERROR for finding in found)
    warnings = len(found) - errors
    if errors:
        text = Message("{} problems to solve", str(errors)) if errors > 1 else Message("One problem to solve")
        layout.label(text=translate(text), icon="CANCEL", translate=False)
    if warnings:
        text = Message("{} warnings", str(warnings)) if warnings > 1 else Message("One warning")
        layout.label(text=translate(text), icon="ERROR", translate=False)


def _are_few(found: Sequence[Finding] | None) -> bool:
    return bool(found) and len(found or ()) <= MAX_SHOWN_AT_ONCE


def draw_finding(column: bpy.types.UILayout, context: bpy.types.Context, finding: Finding) -> None:
    """Draw what was found, and how to mend it: with a button where there is one, else in words."""
    draw_text(column, context, finding.what, icon=ICONS[finding.severity], is_boxed=True)
    if finding.remedy is None:
        draw_text(column, context, finding.fix, icon="BLANK1", is_boxed=True)
    row = column.row()
    # the scene in front of the artist needs no showing, and the other button its room
    if finding.collection and (finding.collection, finding.datablock) != ("scenes", context.scene.name):
        select = row.operator("renderjuice.select_datablock", text="Select", icon="RESTRICT_SELECT_OFF")
        select.collection, select.name = finding.collection, finding.datablock
    if finding.remedy is not None:
        _draw_remedy(row, finding, finding.remedy)
    if finding.alternative is not None:
        # three buttons beside one another would be cut off
        _draw_remedy(column, finding, finding.alternative)


def _draw_remedy(layout: bpy.types.UILayout, finding: Finding, remedy: Remedy) -> None:
    fix = layout.operator("renderjuice.fix", text=LABELS[remedy])
    fix.remedy, fix.name = remedy.value, finding.datablock


classes = (RENDERJUICE_PT_check,)
