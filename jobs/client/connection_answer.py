# SPDX-License-Identifier: GPL-3.0-or-later
"""What a test of the connection found."""

from __future__ import annotations

from typing import NamedTuple

from ...messages.message import Message


class ConnectionTest(NamedTuple):
    """What a test of the connection found: whether address and key are right, and a sentence."""

    is_ok: bool
    message: Message
