# SPDX-License-Identifier: GPL-3.0-or-later
"""How the last test of the connection went, for the preferences to show."""

from __future__ import annotations

import time

PATIENCE = 60.0
"""Seconds until the artist is told that no answer came."""

_begun = 0.0
_answer: tuple[bool, str] | None = None
_is_running = False
_is_required = False


def begin() -> None:
    """Note that an answer is awaited."""
    global _begun, _answer, _is_running
    _begun, _answer, _is_running = time.monotonic(), None, True


def take_in(answer: tuple[bool, str] | None) -> bool:
    """Take in whether address and key are right, and a sentence; None while nobody knows. True when that is news."""
    global _answer, _is_running, _is_required
    if _is_running and answer is None and time.monotonic() - _begun > PATIENCE:
        answer = False, "No answer came. See the worker's log in the extension's user folder."
    if not _is_running or answer is None:
        return False
    _answer, _is_running, _is_required = answer, False, not answer[0]
    return True


def is_running() -> bool:
    """True while an answer is awaited."""
    return _is_running


def answer() -> tuple[bool, str] | None:
    """The last answer, or None."""
    return _answer


def is_required() -> bool:
    """True while the key or the server is new, or was found wrong: the artist should test it before anything else."""
    return _is_required


def require(is_required: bool) -> None:
    """Forget the last answer, which was about another key or server, and ask for a test of this one."""
    global _answer, _is_running, _is_required
    _answer, _is_running, _is_required = None, False, is_required
