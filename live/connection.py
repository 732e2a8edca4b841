# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks whether server and key are right: when the artist wants to know, and by itself when one of them is new."""

from __future__ import annotations

import bpy

from ..jobs.client.errors import WorkerError
from ..jobs.journal.errors import JournalError
from ..messages.message import message_of
from ..properties import connection_check, preferences
from . import jobs, timer


def begin_test(context: bpy.types.Context) -> None:
    """Ask without waiting: the timer takes in the answer. Raises `JournalError`, `WorkerError` and `OSError`."""
    api_url = preferences.api_url(context)
    jobs.session().begin_connection_test(api_url)
    connection_check.begin()
    timer.start()


def _test_by_itself() -> None:
    """Test a new key or server, where somebody sees the answer. What keeps it from being asked is the answer."""
    if bpy.app.background or not bpy.app.online_access:
        return
    try:
        begin_test(bpy.context)
    except (JournalError, WorkerError, OSError) as error:
        connection_check.begin()
        connection_check.take_in((False, message_of(error)))


def register() -> None:
    """Begin to test by itself."""
    connection_check.observers.append(_test_by_itself)


def unregister() -> None:
    """Undo `register`."""
    connection_check.observers.remove(_test_by_itself)
