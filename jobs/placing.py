# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a file lies while it arrives, and how it gets its name: never over a file that is there."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path

from . import outputs
from .records import JobRecord, OutputRecord


def own_folder(job: JobRecord) -> Path:
    """A folder inside the output folder that no other job uses."""
    return job.output_dir / f"{outputs.safe_name(job.name)}-{job.id[:8]}"


def part_of(target: Path, job_id: str) -> Path:
    """The unfinished file: beside its place, hidden, and named so that no other job's can be meant."""
    return target.with_name(f".{target.name}.{job_id[:8]}.part")


def place_file(part: Path, target: Path) -> None:
    """Give a finished part its name. Never over a file that is there: raises `FileExistsError` when there is one."""
    if os.name == "posix":
        # a hard link is refused when the name is taken, without a moment between looking and acting
        try:
            os.link(part, target)
        except FileExistsError:
            raise
        except OSError:
            pass  # a file system without hard links
        else:
            with suppress(OSError):
                part.unlink()
            return
    if os.path.lexists(target):
        raise FileExistsError(errno.EEXIST, "there is a file of this name that this job did not write", str(target))
    part.replace(target)


def recover(record: OutputRecord) -> bool:
    """End the placing of a file that another worker was killed at. False when it has to be fetched again."""
    part = part_of(record.path, record.job_id)
    if not os.path.lexists(part):
        return True
    if outputs.is_ours(record.path, record):
        part.unlink(missing_ok=True)
        return True
    try:
        if part.stat().st_size != record.size:
            return False
        place_file(part, record.path)
    except OSError:
        return False
    return True
