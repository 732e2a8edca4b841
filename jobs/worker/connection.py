# SPDX-License-Identifier: GPL-3.0-or-later
"""Tries whether address and key are right, for the preferences."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable

from ...api.errors import RenderjuiceError
from ...messages.message import Message, to_json
from ..records import Setting, Wish, WishRecord
from .context import Context

logger = logging.getLogger(__name__)

OFFLINE = Message("Blender does not allow online access, so nothing was sent. Allow it in the System preferences.")


def test_connection(context: Context, wish: WishRecord, is_newest: Callable[[], bool]) -> None:
    """Ask the service for its list of jobs, and write down whether address and key are right.

    `is_newest` turns False when another test begins: what it asks for counts, for the key may be another one by now.
    """

    def answer(*, ok: bool, message: str) -> None:
        # in one transaction with the wish, so that no answer comes between a new wish and the look at it
        with context.journal.together():
            is_asked_again = any(each.kind is Wish.TEST_CONNECTION for each in context.journal.wishes())
            if is_newest() and not is_asked_again:
                found = {"wish": wish.id, "ok": ok, "message": to_json(message)}
                context.journal.set_setting(Setting.CONNECTION, json.dumps(found))
        logger.info("test %s of the connection has ended", wish.id)

    if not context.is_online:
        answer(ok=False, message=OFFLINE)
        return
    try:
        with context.client(wish.argument) as client:
            client.list_jobs(page=1, page_size=1)
    except RenderjuiceError as error:
        answer(ok=False, message=error.sentence)
    except Exception as error:
        answer(ok=False, message=Message("Something unforeseen happened: {}.", repr(error)))
        raise
    else:
        answer(ok=True, message=Message("Renderjuice answers, and the key is right."))
