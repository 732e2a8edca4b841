# SPDX-License-Identifier: GPL-3.0-or-later
"""What the worker's parts have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ..records import JobRecord


class Part(Protocol):
    """One kind of work for all jobs: sending, following, delivering, previews.

    The worker's loop calls a part often. No call waits for the network, or for what takes long on a disk: threads do
    that, and the next calls take in their results.
    """

    def work(self, jobs: Sequence[JobRecord]) -> None:
        """Take in what has ended of the live jobs, and begin what is due."""

    def hurry(self) -> None:
        """Forget all pauses and failures: the artist wants it tried now."""
