# SPDX-License-Identifier: GPL-3.0-or-later
"""What the journal keeps of the service's own words about a job that failed."""

from __future__ import annotations

import pytest

from renderjuice.api.models import FailedReason, Job, JobStatus
from renderjuice.jobs.records import Stage
from renderjuice.jobs.worker.failures import failure_on_the_farm

NAME = "cannot fetch https://files.example.com/a.zip?X-Signature=abcdef with Bearer RJ-0123456789abcdef0123456789"


@pytest.mark.parametrize("stage", [Stage.VALIDATING, Stage.RENDERING])
def test_no_key_and_no_signed_address_is_told(stage: Stage) -> None:
    remote = Job("1", JobStatus.FAILED, failed_reason=FailedReason(NAME, "fetch_failed"), raw={"failedReason": NAME})
    failure = failure_on_the_farm(remote, stage)
    for text in (str(failure.message), failure.detail):
        assert "cannot fetch https://files.example.com/a.zip" in text
        assert "abcdef" not in text
