# SPDX-License-Identifier: GPL-3.0-or-later
"""The folder that a job's frames go into, tried before anything is sent."""

from __future__ import annotations

import tempfile
from pathlib import Path

from ...messages.message import Message


class DestinationError(ValueError):
    """Frames cannot be put there; the text says why and what to do."""


def prepare(folder: Path) -> None:
    """Make the folder, and try whether a file can be written there. Raises `DestinationError`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder, prefix=".renderjuice-") as file:
            file.write(b"\0")
    except OSError as error:
        raise DestinationError(
            Message(
                "The output folder {} cannot be written: {}. Choose another output folder, or change its permissions.",
                folder,
                error.strerror or error,
            )
        ) from error
