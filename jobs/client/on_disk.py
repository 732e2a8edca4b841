# SPDX-License-Identifier: GPL-3.0-or-later
"""What is left of a job on this computer: its frames, which anybody may have deleted, and what was sent."""

from __future__ import annotations

import os
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from .. import frame_names
from ..records import JobRecord, OutputRecord


@dataclass(frozen=True)
class OnDisk:
    """What was found at a look: how many frames are here, and whether a retry has anything to go on with."""

    frames: int
    can_go_on: bool


def look_on_disk(job: JobRecord, outputs: Collection[OutputRecord]) -> OnDisk:
    """Look once. Each folder is listed once: 2,000 frames take about 5 ms."""
    folders: dict[Path, frozenset[str]] = {}
    here = []
    for output in outputs:
        folder = output.path.parent
        if folder not in folders:
            folders[folder] = _names_in(folder)
        if output.path.name in folders[folder]:
            here.append(output)
    are_all_here = len(here) == len(outputs) >= job.frames_downloaded
    frames = job.frames_downloaded if are_all_here else frame_names.count_frames(job.frames, here)
    return OnDisk(frames, job.can_go_on)


def _names_in(folder: Path) -> frozenset[str]:
    with suppress(OSError):
        return frozenset(os.listdir(folder))  # noqa: PTH208 - names only, and fast
    return frozenset()
