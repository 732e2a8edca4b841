# SPDX-License-Identifier: GPL-3.0-or-later
"""The folder that a job's frames go into, tried before anything is sent."""

from __future__ import annotations

import tempfile
from pathlib import Path


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
            f"The output folder {folder} cannot be written: {error.strerror or error}. "
            "Choose another output folder, or change its permissions."
        ) from error
