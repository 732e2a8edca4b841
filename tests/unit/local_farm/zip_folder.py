# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes zips as an artist would send them."""

from __future__ import annotations

import zipfile
from collections.abc import Collection
from pathlib import Path


def zip_folder(source: Path, target: Path, without: Collection[str] = ()) -> Path:
    """Zip a folder's files with their relative paths, but for those in `without`."""
    target.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(source.rglob("*")):
            name = path.relative_to(source).as_posix()
            if path.is_file() and name not in without:
                archive.write(path, name)
    return target
