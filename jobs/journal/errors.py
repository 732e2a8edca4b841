# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong with the journal. Loads no database, so that Blender can name these errors at its start."""

from __future__ import annotations

from ...messages.message import Message


class JournalError(Exception):
    """The journal cannot be read or written; the text says so to the artist."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)


class JournalBusy(JournalError):
    """Another process held the journal for too long; the same may succeed in a moment."""


class JournalLost(JournalError):
    """The file that was opened is not the journal any more: it was deleted or replaced."""

    def __init__(self) -> None:
        super().__init__(Message("The list of jobs was deleted or replaced by another file."))


class Overtaken(Exception):
    """A job is not where it was when the work on it began: it was canceled, retried or removed meanwhile."""
