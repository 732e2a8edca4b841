# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests the connection, and leads to the preferences, to the dashboard and to the panel."""

from __future__ import annotations

import bpy

from .. import __package__ as base_package
from ..jobs.client.errors import WorkerError
from ..jobs.client.waiting import wait_for_connection_test
from ..jobs.journal.errors import JournalError
from ..live import connection, readiness
from ..live import jobs as live_jobs
from ..messages.message import Message, message_of
from ..properties import connection_check, preferences
from ..translations import translate


class RENDERJUICE_OT_test_connection(bpy.types.Operator):
    """Ask the server whether it is there and takes the API key"""

    bl_idname = "renderjuice.test_connection"
    bl_label = "Test Connection"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Available with online access and a key."""
        return readiness.poll(cls, context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Wait for the answer and report it: for scripts."""
        try:
            ok, message = wait_for_connection_test(
                live_jobs.session(), preferences.api_url(context), connection_check.ANSWER_TIMEOUT
            )
        except (JournalError, WorkerError, OSError) as error:
            ok, message = False, message_of(error)
        self.report({"INFO"} if ok else {"ERROR"}, translate(message))
        return {"FINISHED"} if ok else {"CANCELLED"}

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        """Ask without waiting: the timer shows the answer in the preferences."""
        if bpy.app.background:
            return self.execute(context)
        try:
            connection.begin_test(context)
        except (JournalError, WorkerError, OSError) as error:
            self.report({"ERROR"}, translate(message_of(error)))
            return {"CANCELLED"}
        return {"FINISHED"}


class RENDERJUICE_OT_show_preferences(bpy.types.Operator):
    """Show the preferences of the extension: API key, output folder, what quitting means, and server"""

    bl_idname = "renderjuice.show_preferences"
    bl_label = "Renderjuice Preferences..."

    def execute(self, _context: bpy.types.Context) -> set[str]:
        """Open Blender's preferences at the extension."""
        return set(bpy.ops.preferences.addon_show(module=base_package))


class RENDERJUICE_OT_open_dashboard(bpy.types.Operator):
    """Open Renderjuice in your web browser: the dashboard with your jobs and API keys"""

    bl_idname = "renderjuice.open_dashboard"
    bl_label = "Open Dashboard"

    def execute(self, _context: bpy.types.Context) -> set[str]:
        """Open the website."""
        return set(bpy.ops.wm.url_open(url=preferences.WEBSITE))


class RENDERJUICE_OT_show_panel(bpy.types.Operator):
    """Show the panel Renderjuice, in the Render properties"""

    bl_idname = "renderjuice.show_panel"
    bl_label = "Show Panel"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Available where a Properties editor is open."""
        if _properties_editors(context):
            return True
        cls.poll_message_set(translate(Message("No Properties editor is open in this window")))
        return False

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Show the Render properties in the largest Properties editor of the window."""
        area = max(_properties_editors(context), key=lambda each: each.width * each.height)
        area.spaces.active.context = "RENDER"
        return {"FINISHED"}


def _properties_editors(context: bpy.types.Context) -> list[bpy.types.Area]:
    screen = context.screen
    return [area for area in screen.areas if area.type == "PROPERTIES"] if screen is not None else []


classes = (
    RENDERJUICE_OT_test_connection,
    RENDERJUICE_OT_show_preferences,
    RENDERJUICE_OT_open_dashboard,
    RENDERJUICE_OT_show_panel,
)
