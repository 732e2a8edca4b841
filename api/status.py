# SPDX-License-Identifier: GPL-3.0-or-later
"""What the service says of where a job is."""

from __future__ import annotations


class JobStatus:
    """The documented statuses. An unknown one is kept as it is and means that the job is still running."""

    CREATED = "created"
    VALIDATING = "validating"
    VALIDATED = "validated"
    DEBUGGING = "debugging"
    BOOTING = "booting"
    RENDERING = "rendering"
    FINALIZING = "finalizing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELED = "canceled"
    SUSPENDED = "suspended"

    FINISHED = frozenset({COMPLETED, FAILED, CANCELED})
