# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the disk has room for what packing writes, asked before the first byte."""

from __future__ import annotations

import shutil
from pathlib import Path

from ...package_layout.package_error import PackageError


def check_room(folder: Path, size: int) -> None:
    """Raise `PackageError` unless so many bytes fit on the disk of `folder`."""
    free = shutil.disk_usage(folder).free
    if free < size:
        raise PackageError(
            f"Packing needs up to {size / 1024**3:.2f} GiB on the disk of {folder}, "
            f"and {free / 1024**3:.2f} GiB are free. "
            "Make room there, and retry."
        )
