# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests the connection that the preferences describe, and shows the preferences."""

from __future__ import annotations

import bpy

from .. import __package__ as base_package
from ..jobs.client.errors import WorkerError
from ..jobs.client.waiting import wait_for_connection_test
from ..jobs.journal.errors import JournalError
from ..jobs.records import Setting, Wish
from ..live import jobs as live_jobs
from ..live import readiness, timer
from ..messages.message import message_of
from ..properties import connection_check, preferences
from ..translations import translate


class RENDERJUICE_OT_test_connection(bpy.types.Operator):
    """Ask the server whether it is there and takes the API key"""

    bl_idname = "renderjuice.test_connection"
    bl_label = "Test Connection to Renderjuice"

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
        api_url = preferences.api_url(context)
        try:
            session = live_jobs.session()
            session.journal.set_setting(Setting.CONNECTION, "")
            session.wish(Wish.TEST_CONNECTION, api_url, argument=api_url)
        except (JournalError, WorkerError, OSError) as error:
            self.report({"ERROR"}, translate(message_of(error)))
            return {"CANCELLED"}
        connection_check.begin()
        timer.start()
        return {"FINISHED"}


class RENDERJUICE_OT_show_preferences(bpy.types.Operator):
    """Show the preferences of the extension: server, API key, output folder, and what quitting means"""

    bl_idname = "renderjuice.show_preferences"
    bl_label = "Renderjuice Preferences..."

    def execute(self, _context: bpy.types.Context) -> set[str]:
        """Open Blender's preferences at the extension."""
        return set(bpy.ops.preferences.addon_show(module=base_package))


classes = (RENDERJUICE_OT_test_connection, RENDERJUICE_OT_show_preferences)
