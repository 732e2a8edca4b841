# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for what another process does."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

PATIENCE = 90.0
"""Seconds until a test gives up waiting."""

Found = TypeVar("Found")


def until(check: Callable[[], Found | None], what: str, pause: float = 0.02) -> Found:
    """Ask again and again; gives the first answer that is something. Fails when the patience is over."""
    deadline = time.monotonic() + PATIENCE
    while not (found := check()):
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(pause)
    return found
