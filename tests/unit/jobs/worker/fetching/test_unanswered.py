# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of a host that has never answered: the network may be gone, or the way to that host may be barred for ever."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from renderjuice.jobs.output_names import PNG_END, PNG_START
from renderjuice.jobs.records import FailureKind, JobRecord, Stage
from renderjuice.jobs.worker.context import Context
from renderjuice.jobs.worker.fetching.delivery import Deliverer
from renderjuice.jobs.worker.patience import LISTING_FAILURES, UNANSWERED_FILE_TRIES, UNANSWERED_LISTINGS
from renderjuice.tests.support.waiting import until
from renderjuice.tests.unit.jobs.proxy import Canned, Proxy
from renderjuice.tests.unit.jobs.submissions import submission

FOREVER = 1e9
FRAME = PNG_START + b"x" * 100 + PNG_END
LISTED = r"^GET .*/downloads$"
FETCHED = r"^GET /download/"


def listing(proxy: Proxy) -> Canned:
    """An answer that names one frame."""
    url = f"{proxy.storage_url}/download/0001.png?token=a"
    return Canned(body=json.dumps({"frames": [url], "compositeNodes": [], "transforms": {}}).encode())


@pytest.fixture
def job(context: Context, proxy: Proxy, tmp_path: Path) -> JobRecord:
    """A job whose frame is listed, with a service that answers once so far."""
    proxy.rule(LISTED, canned=listing(proxy))
    job = context.journal.add(submission())
    columns = {"remote_id": "remote-1", "api_url": proxy.api_url, "output_dir": tmp_path / "frames"}
    return context.journal.update(job.id, stage=Stage.DOWNLOADING, status="completed", frames=(1,), **columns)


def test_while_the_service_is_silent_as_well_nothing_is_given_up(
    deliverer: Deliverer, context: Context, proxy: Proxy, job: JobRecord
) -> None:
    no_service, no_storage = proxy.rule(LISTED, FOREVER, cut=True), proxy.rule(FETCHED, FOREVER, cut=True)
    proxy.rule(FETCHED, FOREVER, canned=Canned(body=FRAME, kind="image/png"))

    def stage() -> Stage:
        deliverer.work([context.journal.job(job.id)])
        return context.journal.job(job.id).stage

    until(lambda: stage() is not Stage.DOWNLOADING or proxy.count(LISTED) > 2 * LISTING_FAILURES, "it was asked often")
    assert stage() is Stage.DOWNLOADING
    assert context.journal.job(job.id).trouble
    no_storage.release()
    proxy.rule(LISTED, FOREVER, canned=listing(proxy))
    no_service.release()
    until(lambda: stage() is Stage.DONE, "the frame has come")


def test_a_host_that_is_silent_while_the_service_answers_is_given_up(
    deliverer: Deliverer, context: Context, proxy: Proxy, job: JobRecord
) -> None:
    proxy.rule(LISTED, FOREVER, canned=listing(proxy))
    proxy.rule(FETCHED, FOREVER, cut=True)

    def failed() -> bool:
        deliverer.work([now for now in [context.journal.job(job.id)] if now.is_live])
        return context.journal.job(job.id).stage is Stage.FAILED

    until(failed, "the job is given up")
    failure = context.journal.job(job.id).failure
    assert failure is not None and failure.kind is FailureKind.UNREACHABLE
    assert proxy.count(LISTED) == UNANSWERED_LISTINGS
    assert proxy.count(FETCHED) == UNANSWERED_LISTINGS * UNANSWERED_FILE_TRIES
