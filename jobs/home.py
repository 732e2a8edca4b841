# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the extension keeps what outlives Blender: one folder, given by Blender, laid out here."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Home:
    """The extension's own user folder (`bpy.utils.extension_path_user`), readable by its owner only."""

    path: Path

    @property
    def journal(self) -> Path:
        """The SQLite file in which all state lives."""
        return self.path / "journal.sqlite"

    @property
    def worker_lock(self) -> Path:
        """The SQLite file whose exclusive lock the one worker holds."""
        return self.path / "worker.lock"

    @property
    def worker_log(self) -> Path:
        """What the worker has to say for the support bundle."""
        return self.path / "worker.log"

    @property
    def worker_errors(self) -> Path:
        """What the worker said before its log was open; empty in a good life."""
        return self.path / "worker-errors.log"

    @property
    def credentials(self) -> Path:
        """The API keys, one for each service address."""
        return self.path / "credentials.json"

    def submission(self, job_id: str) -> Path:
        """The folder with the snapshot and the package of one job."""
        return self.path / "submissions" / job_id

    def submissions(self) -> tuple[Path, ...]:
        """The folders of all jobs that have one."""
        return _files_in(self.path / "submissions")

    @property
    def previews(self) -> Path:
        """The folder with the thumbnails of all jobs."""
        return self.path / "previews"

    def previews_of(self, job_id: str) -> tuple[Path, ...]:
        """The thumbnails of one job: the one that its record names, and what is left of earlier ones."""
        return tuple(path for path in _files_in(self.previews) if path.name.rpartition("-")[0] == job_id)

    def free_bytes(self) -> int:
        """Bytes that are free on the disk where the folder is, or would be made. Raises `OSError`."""
        existing = next(folder for folder in (self.path, *self.path.parents) if folder.is_dir())
        return shutil.disk_usage(existing).free

    def create(self) -> Home:
        """Make the folder, closed to other users of this machine. Raises `OSError`."""
        self.path.mkdir(parents=True, exist_ok=True)
        if os.name == "posix":
            self.path.chmod(0o700)
        return self

    def create_submission(self, job_id: str) -> Path:
        """Make and give the folder of one job. Raises `OSError`."""
        folder = self.submission(job_id)
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def discard_submission(self, job_id: str) -> None:
        """Remove the snapshot and the package of one job; frames lie elsewhere and stay."""
        shutil.rmtree(self.submission(job_id), ignore_errors=True)

    def discard_previews(self, keep: Collection[str]) -> None:
        """Remove all thumbnails but those of these names. What cannot be removed now is removed another time."""
        for path in _files_in(self.previews):
            if path.name not in keep:
                with suppress(OSError):
                    path.unlink()

    def discard(self, job_id: str) -> None:
        """Remove all that is kept of one job: snapshot, package and thumbnails. Frames lie elsewhere and stay."""
        self.discard_submission(job_id)
        for path in self.previews_of(job_id):
            with suppress(OSError):
                path.unlink()


def _files_in(folder: Path) -> tuple[Path, ...]:
    return tuple(folder.iterdir()) if folder.is_dir() else ()
