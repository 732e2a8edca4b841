# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a file lies while it arrives, and how it gets its name: never over a file that is there."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path

from ....package_layout.file_names import safe_name
from ...output_names import is_ours
from ...records import JobRecord, OutputRecord


def own_folder(job: JobRecord) -> Path:
    """A folder inside the output folder that no other job uses."""
    return job.output_dir / f"{safe_name(job.name)}-{job.id[:8]}"


def would_mix(job: JobRecord, other: JobRecord) -> bool:
    """True when both jobs render a frame of the same number into the same folder."""
    folder, other_folder = (os.path.normcase(os.path.normpath(each.output_dir)) for each in (job, other))
    return folder == other_folder and not set(job.frames).isdisjoint(other.frames)


def part_of(target: Path, job_id: str) -> Path:
    """The unfinished file: beside its place, hidden, and named so that no other job's can be meant."""
    return target.with_name(f".{target.name}.{job_id[:8]}.part")


def place_file(part: Path, target: Path) -> None:
    """Give a finished part its name. Never over a file that is there: raises `FileExistsError` when there is one."""
    if os.name == "nt":
        # refused by Windows itself when the name is taken
        part.rename(target)
        return
    try:
        # so is a hard link, without a moment between looking and acting
        os.link(part, target)
    except FileExistsError:
        raise
    except OSError:
        # a file system without hard links
        if os.path.lexists(target):
            message = "there is a file of this name that this job did not write"
            raise FileExistsError(errno.EEXIST, message, str(target)) from None
        part.rename(target)
    else:
        with suppress(OSError):
            part.unlink()


def recover(record: OutputRecord) -> bool:
    """End the placing of a file that another worker was killed at. False when it has to be fetched again."""
    part = part_of(record.path, record.job_id)
    if not os.path.lexists(part):
        return True
    if is_ours(record.path, record):
        part.unlink(missing_ok=True)
        return True
    try:
        if part.stat().st_size != record.size:
            return False
        place_file(part, record.path)
    except OSError:
        return False
    return True
