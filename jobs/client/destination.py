# SPDX-License-Identifier: GPL-3.0-or-later
"""The output folder of a job: tried before anything is sent."""

from __future__ import annotations

import tempfile
from pathlib import Path

from ...messages.message import Message


class DestinationError(ValueError):
    """The output folder cannot be used; the text says why and what to do."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)


def prepare(folder: Path) -> None:
    """Make the folder, and write a file there to see whether that works. Raises `DestinationError`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder, prefix=".renderjuice-") as file:
            file.write(b"\0")
    except OSError as error:
        message = Message(
            "The output folder {} cannot be written: {}. Choose another output folder, or change its permissions.",
            folder,
            error.strerror or error,
        )
        raise DestinationError(message) from error
