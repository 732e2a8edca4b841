# SPDX-License-Identifier: GPL-3.0-or-later
"""What is left of jobs on this computer: their frames, which anybody may have deleted, and what was sent.

A folder may be on a drive that answers late or never. So each look has a thread of its own, which keeps neither
another look waiting nor the process from ending.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from .. import frame_names
from ..journal.errors import JournalError
from ..journal.journal import Journal
from ..records import JobRecord, OnDisk, OutputRecord, WishRecord

logger = logging.getLogger(__name__)


class Looks:
    """The looks that are wished for. Its methods are called by one thread."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._running: dict[int, threading.Thread] = {}

    def begin(self, wish: WishRecord) -> None:
        """Have a wish granted. To be called for as long as the wish is there."""
        self._running = {id_: thread for id_, thread in self._running.items() if thread.is_alive()}
        if wish.id not in self._running:
            # a pool's threads are waited for when the process ends
            thread = threading.Thread(target=self._grant, args=(wish,), name=f"look {wish.id}", daemon=True)
            self._running[wish.id] = thread
            thread.start()

    def _grant(self, wish: WishRecord) -> None:
        """Look, and write down what was found. A wish that stays is begun again: here, or by the next worker."""
        # while the journal is held, or after it was closed because the worker ends
        with suppress(JournalError, sqlite3.ProgrammingError):
            job = self._journal.find(wish.job_id)
            found = None if job is None or job.is_live else self._look(job)
            with self._journal.together():
                if self._journal.find(wish.job_id) != job:
                    # files may have come or gone with what changed
                    return
                if job is not None and found not in (None, job.on_disk):
                    self._journal.update(job.id, on_disk=found)
                self._journal.fulfil(wish)

    def _look(self, job: JobRecord) -> OnDisk | None:
        """What was found; None when the look failed, which another one would, too."""
        try:
            return look_on_disk(job, self._journal.outputs(job.id).values())
        except Exception:
            logger.exception("a look at job %s failed", job.id)
            return None


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
