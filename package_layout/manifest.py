# SPDX-License-Identifier: GPL-3.0-or-later
"""What belongs into a job's package: written by Blender beside the snapshot, read by the worker.

It may name tens of thousands of files, which is why it is no part of the journal that Blender reads all the time.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from .path_use import PathUse

NAME = "manifest.json"


@dataclass(frozen=True)
class Manifest:
    """The paths that the render reads, and how a Blender is started that can rewrite them.

    `blender` is a command up to the place of a script's path. `is_remapped` says that the snapshot's relative paths
    count from where it lies, and not from the artist's folder: then it has to be rewritten in any case.
    """

    uses: tuple[PathUse, ...] = ()
    blender: tuple[str, ...] = ()
    is_remapped: bool = False


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Put it into a submission's folder. Raises `OSError`."""
    value = {
        "uses": [
            [str(use.blend), use.written, str(use.path), [str(file) for file in use.files]] for use in manifest.uses
        ],
        "blender": manifest.blender,
        "is_remapped": manifest.is_remapped,
    }
    # names on disk may be no Unicode text, which JSON can carry all the same
    (folder / NAME).write_text(json.dumps(value), encoding="ascii")


def read_manifest(folder: Path) -> Manifest:
    """The manifest in a submission's folder. Raises `OSError`, and `ValueError` when it is damaged."""
    try:
        value = json.loads((folder / NAME).read_text(encoding="ascii"))
        uses = tuple(
            PathUse(Path(blend), str(written), Path(path), tuple(Path(file) for file in files))
            for blend, written, path, files in value["uses"]
        )
        return Manifest(uses, tuple(map(str, value["blender"])), bool(value["is_remapped"]))
    except (KeyError, TypeError) as error:
        raise ValueError(f"{folder / NAME} is damaged") from error
