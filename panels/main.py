# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel "Renderjuice": what is missing before a render can be sent, or what would be sent and its buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from ..live import jobs as live_jobs
from ..live import readiness, scene_check
from ..messages.message import Message, message_of
from ..properties import connection_check, preferences
from . import check
from .layout import RenderPropertiesPanel, draw_text
from .running import draw_progress_in_header, draw_running

if TYPE_CHECKING:
    from ..scene.config.receipt import Receipt


class RENDERJUICE_PT_main(RenderPropertiesPanel, bpy.types.Panel):
    """What is missing, or the receipt and the buttons."""

    bl_label = "Renderjuice"

    def draw_header_preset(self, context: bpy.types.Context) -> None:
        """Draw how far the running job is, and the ways to the dashboard and to the preferences; changes nothing."""
        row = self.layout.row(align=True)
        draw_progress_in_header(row, context)
        row.operator("renderjuice.open_dashboard", text="", icon="URL", emboss=False)
        row.operator("renderjuice.show_preferences", text="", icon="PREFERENCES", emboss=False)

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the panel; changes nothing."""
        layout = self.layout
        if live_jobs.trouble():
            draw_text(layout, context, live_jobs.trouble(), icon="ERROR")
        if readiness.is_ready(context) and readiness.saving_problem(context):
            draw_saving(layout.column(), context)
        elif readiness.is_ready(context):
            receipt = read_receipt(context.scene)
            draw_lines(layout.column(align=True), context, receipt)
            draw_buttons(layout.column(), context)
            draw_running(layout, context)
            draw_remarks(layout.column(align=True), context, receipt)
            check.draw_summary(layout, context)
        else:
            draw_missing(layout.column(), context)


def draw_missing(column: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """Draw the one thing that is missing next, with the button that solves it."""
    if readiness.online_access_problem():
        draw_text(column, context, Message("Renderjuice is a service on the internet."), icon="INTERNET_OFFLINE")
        if bpy.app.online_access_override:
            draw_text(column, context, Message("Launch Blender without --offline-mode to use it."))
        else:
            column.operator("extensions.userpref_allow_online", text="Allow Online Access", icon="CHECKMARK")
        return
    address_problem = readiness.address_problem(context)
    if address_problem:
        draw_text(column, context, address_problem, icon="ERROR")
        preferences.draw_server(column, preferences.get(context))
        return
    draw_key(column, context)


def draw_key(column: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """Draw the field for the key, and above it how its test goes. It stays until the key is found right."""
    own = preferences.get(context)
    found = connection_check.answer()
    if connection_check.is_running():
        draw_text(column, context, Message("Testing..."), icon="TIME")
    elif found is not None:
        draw_text(column, context, found[1], icon="ERROR")
    elif readiness.key_problem(context):
        draw_text(column, context, preferences.key_wanted(own), icon="KEYINGSET")
    else:
        draw_text(column, context, Message("See whether Renderjuice takes the key."), icon="LINKED")
    preferences.draw_key(column, own)
    row = column.row()
    row.enabled = not connection_check.is_running()
    if not readiness.key_problem(context):
        row.operator("renderjuice.test_connection")
    if preferences.is_public(own):
        row.operator("wm.url_open", text="Get an API Key...", icon="URL").url = preferences.WEBSITE


def draw_saving(column: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """Draw the last step of a new file: without a folder there is no place beside it for frames."""
    draw_text(column, context, readiness.saving_problem(context), icon="FILE_BLEND")
    column.operator("wm.save_as_mainfile", text="Save As...", icon="FILE_TICK")


def read_receipt(scene: bpy.types.Scene) -> Receipt:
    """What would be rendered. What cannot be is told by a receipt, too, with as many lines."""
    # loaded when it is first needed, because every start of Blender waits for what is loaded before
    from ..scene.config.overrides import overrides_from_settings
    from ..scene.config.receipt import Receipt, Remark, make_receipt

    try:
        return make_receipt(scene, overrides_from_settings(scene.renderjuice))
    except ValueError as error:
        lines = Message("This cannot be rendered yet."), Message("The reason is below the buttons.")
        return Receipt(lines, (Remark(message_of(error), is_error=True),))


def draw_lines(column: bpy.types.UILayout, context: bpy.types.Context, receipt: Receipt) -> None:
    """Draw what would be rendered, above the buttons."""
    for line in receipt.lines:
        draw_text(column, context, line)


def draw_remarks(column: bpy.types.UILayout, context: bpy.types.Context, receipt: Receipt) -> None:
    """Draw what is unusual, below the buttons, so that these stay in their place. The check may say it itself."""
    said = {finding.about for finding in scene_check.findings(context.scene) or ()}
    for remark in receipt.remarks:
        if not (remark.about and remark.about in said):
            draw_text(column, context, remark.text, icon="ERROR" if remark.is_error else "INFO")


def draw_buttons(column: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """Draw the two buttons that submit."""
    column.scale_y = 1.2
    animation = column.operator("renderjuice.submit", text="Render Animation", icon="RENDER_ANIMATION")
    animation.still = False
    column.operator("renderjuice.submit", text="Render Frame", icon="RENDER_STILL").still = True


classes = (RENDERJUICE_PT_main,)
