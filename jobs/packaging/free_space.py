# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a disk has enough free bytes for what packing writes, asked before the first one is written."""

from __future__ import annotations

import shutil
from pathlib import Path

from ...messages.byte_size import in_gib
from ...messages.message import Message
from ...package_layout.package_error import PackageError


def check_free_bytes(folder: Path, needed: int) -> None:
    """Raise `PackageError` unless so many bytes are free on the disk of `folder`. Raises `OSError`."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise PackageError(
            Message(
                "Packing needs up to {} GiB on the disk of {}, and {} GiB are free. Make room there, and retry.",
                in_gib(needed, 2),
                folder,
                in_gib(free, 2),
            )
        )
