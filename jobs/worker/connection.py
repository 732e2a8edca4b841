# SPDX-License-Identifier: GPL-3.0-or-later
"""Tries whether address and key are right, for the preferences."""

from __future__ import annotations

import json

from ...api.errors import RenderjuiceError
from ...messages.message import Message, to_json
from ..records import Setting, WishRecord
from .context import Context

OFFLINE = Message("Blender does not allow online access, so nothing was sent. Allow it in the System preferences.")


def test_connection(context: Context, wish: WishRecord) -> None:
    """Ask the service for its list of jobs, and write down whether address and key are right."""
    if not context.is_online:
        _answer(context, wish, ok=False, message=OFFLINE)
        return
    try:
        with context.client(wish.argument) as client:
            client.list_jobs(page=1, page_size=1)
    except RenderjuiceError as error:
        _answer(context, wish, ok=False, message=error.sentence)
    except Exception as error:
        _answer(context, wish, ok=False, message=Message("Something unforeseen happened: {}.", repr(error)))
        raise
    else:
        _answer(context, wish, ok=True, message=Message("Renderjuice answers, and the key is right."))


def _answer(context: Context, wish: WishRecord, *, ok: bool, message: str) -> None:
    context.journal.set_setting(
        Setting.CONNECTION, json.dumps({"wish": wish.id, "ok": ok, "message": to_json(message)})
    )
