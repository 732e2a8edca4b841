# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be there before any operator can reach the service, and how to say what is not."""

from __future__ import annotations

from typing import Any

import bpy

from ..api.address import check_address
from ..api.errors import InsecureAddress
from ..messages.message import NO_MESSAGE, Message, sentences
from ..properties import connection_check, preferences
from ..scene.written_paths import leads_nowhere
from ..translations import translate


def online_access_problem() -> Message | None:
    """How to allow online access; None when it is allowed. Worded as Blender's own extensions do."""
    if bpy.app.online_access:
        return None
    if bpy.app.online_access_override:
        return Message("Online access required to reach Renderjuice: launch Blender without --offline-mode")
    return Message("Online access required to reach Renderjuice: enable online access in System preferences")


def problem(context: bpy.types.Context) -> Message | None:
    """Why the service cannot be reached from here yet; None when it can be."""
    return online_access_problem() or address_problem(context) or key_problem(context)


def is_ready(context: bpy.types.Context) -> bool:
    """True when nothing is missing: the panels for sending are shown."""
    return not (problem(context) or connection_check.is_required())


def key_problem(context: bpy.types.Context) -> Message | None:
    """How to give a key; None when there is one."""
    if preferences.has_key(context):
        return None
    host = preferences.api_host(context)
    if bpy.app.background:
        return Message(
            "There is no API key for {}: enter it in the add-on's preferences, or set RENDERJUICE_API_KEY", host
        )
    return Message("There is no API key for {}: enter it in the panel Renderjuice", host)


def saving_problem(context: bpy.types.Context) -> Message:
    """Asks to save a file that was never saved, where its frames go beside it; empty where that is no problem."""
    if not leads_nowhere(preferences.output_folder(context)):
        return NO_MESSAGE
    return Message("Save the file first: the frames go beside it.")


def address_problem(context: bpy.types.Context) -> Message | None:
    """Why the server's address may not be used; None when it may be."""
    try:
        check_address(preferences.api_url(context))
    except InsecureAddress as error:
        return sentences(error.message, error.next_step)
    return None


def poll(cls: Any, context: bpy.types.Context) -> bool:
    """The `poll` of every operator that needs the service."""
    found = problem(context)
    if found:
        # as Blender's own reasons, without a full stop
        cls.poll_message_set(translate(found).rstrip(".。"))
    return not found
