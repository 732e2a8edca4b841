# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel "Renderjuice": what is missing before a render can be sent, or what would be sent and its buttons."""

from __future__ import annotations

import bpy

from ..jobs import credentials
from ..live import jobs as live_jobs
from ..live import readiness, scene_check
from ..messages.message import Message, message_of
from ..properties import connection_check, preferences
from ..scene.preflight.finding import Severity
from ..translations import translate
from .layout import RenderPropertiesPanel, draw_text
from .running import draw_progress_in_header, draw_running

WEBSITE = "https://www.renderjuice.com"


class RENDERJUICE_PT_main(RenderPropertiesPanel, bpy.types.Panel):
    """What is missing, or the receipt and the buttons."""

    bl_label = "Renderjuice"

    def draw_header_preset(self, context: bpy.types.Context) -> None:
        """Draw how far the running job is; changes nothing."""
        draw_progress_in_header(self.layout, context)

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the panel; changes nothing."""
        layout = self.layout
        if live_jobs.trouble():
            draw_text(layout, context, live_jobs.trouble(), icon="ERROR")
        if readiness.is_ready(context):
            draw_receipt(layout.column(align=True), context)
            draw_buttons(layout.column(), context)
            draw_running(layout, context)
            draw_check_summary(layout, context)
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
        preferences.draw_service(column, preferences.get(context))
        return
    if readiness.key_problem(context):
        host = "" if _is_public(context) else preferences.api_host(context)
        text = Message("Enter the API key for {}.", host) if host else Message("Enter your API key.")
        draw_text(column, context, text, icon="KEYINGSET")
        preferences.draw_key(column, preferences.get(context))
        if not host:
            column.operator("wm.url_open", text="Get an API Key...", icon="URL").url = WEBSITE
        return
    _draw_connection(column, context)


def _is_public(context: bpy.types.Context) -> bool:
    return preferences.api_url(context) == credentials.DEFAULT_API_URL


def _draw_connection(column: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """Draw the last step: whether server and key are right."""
    if connection_check.is_running():
        column.label(text="Testing...", icon="TIME")
        return
    found = connection_check.answer()
    if found is None:
        draw_text(column, context, Message("See whether Renderjuice takes the key."), icon="LINKED")
    else:
        draw_text(column, context, found[1], icon="ERROR")
        preferences.draw_key(column, preferences.get(context))
    column.operator("renderjuice.test_connection", text="Test Connection")


def draw_receipt(column: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """Draw what would be rendered, and what about it is unusual."""
    # loaded when it is first needed, because every start of Blender waits for what is loaded before
    from ..scene.config.overrides import overrides_from_settings
    from ..scene.config.receipt import make_receipt

    scene = context.scene
    try:
        receipt = make_receipt(scene, overrides_from_settings(scene.renderjuice))
    except ValueError as error:
        draw_text(column, context, message_of(error), icon="ERROR")
        return
    for line in receipt.lines:
        draw_text(column, context, line)
    for remark in receipt.remarks:
        draw_text(column, context, remark, icon="INFO")


def draw_buttons(column: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """Draw the two buttons that submit."""
    column.scale_y = 1.2
    animation = column.operator("renderjuice.submit", text="Render Animation", icon="RENDER_ANIMATION")
    animation.still = False
    column.operator("renderjuice.submit", text="Render Frame", icon="RENDER_STILL").still = True


def draw_check_summary(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """Draw how many problems the check found, because the panel "Check" may be closed."""
    found = scene_check.findings(context.scene) or ()
    errors = sum(finding.severity is Severity.ERROR for finding in found)
    warnings = len(found) - errors
    if errors:
        text = Message("{} problems to solve", str(errors)) if errors > 1 else Message("One problem to solve")
        layout.label(text=translate(text), icon="CANCEL", translate=False)
    if warnings:
        text = Message("{} warnings", str(warnings)) if warnings > 1 else Message("One warning")
        layout.label(text=translate(text), icon="ERROR", translate=False)


classes = (RENDERJUICE_PT_main,)
