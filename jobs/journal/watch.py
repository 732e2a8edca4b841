# SPDX-License-Identifier: GPL-3.0-or-later
"""All jobs in Blender's memory, kept up to date at next to no cost."""

from __future__ import annotations

from ..records import JobRecord
from .journal import Journal

MAX_JOBS_A_LOOK = 4
"""Jobs that one look takes in. A poll may change a hundred at once, and a look has to stay below a millisecond."""


class JournalWatch:
    """All jobs of a journal, read again only where something changed.

    While the journal cannot be read, the jobs stay as they were seen last.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._generation = journal.generation
        self._data_version = -1
        self._revision = 0
        self.is_behind = False
        self.jobs: dict[str, JobRecord] = {}

    def look(self) -> tuple[JobRecord, ...]:
        """Jobs that changed since the last look; `is_behind` says that more of them wait for the next.

        Raises `JournalError`.
        """
        version = self._version()
        if version == self._data_version:
            return ()
        return self._read(version, MAX_JOBS_A_LOOK)

    def look_again(self) -> tuple[JobRecord, ...]:
        """As `look`, but all changed jobs, also those that were written through the same journal object."""
        return self._read(self._version(), -1)

    def forget(self, job_id: str) -> None:
        """Leave out a job that was removed from the journal."""
        self.jobs.pop(job_id, None)

    @property
    def has_live_jobs(self) -> bool:
        """True while the worker has something to do."""
        return any(job.is_live for job in self.jobs.values())

    def _version(self) -> int:
        """The journal's data version. In a journal that was opened anew, everything is new."""
        version = self._journal.data_version()
        if self._generation != self._journal.generation:
            self._generation, self._data_version, self._revision = self._journal.generation, -1, 0
        return version

    def _read(self, version: int, limit: int) -> tuple[JobRecord, ...]:
        changed = self._journal.changed_since(self._revision, limit)
        self.is_behind = len(changed) == limit
        if not self.is_behind:
            self._data_version = version
            for job_id in self.jobs.keys() - self._journal.job_ids():
                self.forget(job_id)
        for job in changed:
            self._revision = max(self._revision, job.revision)
            self.jobs[job.id] = job
        return changed
