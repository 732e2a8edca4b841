# SPDX-License-Identifier: GPL-3.0-or-later
"""What a poll asks, and what it makes of the answers; over HTTP, with answers that the farm would not give."""

from __future__ import annotations

import json
import time
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from renderjuice.api.errors import Unreachable
from renderjuice.jobs.records import JobRecord, Stage
from renderjuice.jobs.worker.context import Context
from renderjuice.jobs.worker.follow import PAGES_A_POLL, SINGLE_JOBS_A_POLL, Follower, next_stage, poll
from renderjuice.jobs.worker.patience import POLL_FAILURES
from renderjuice.jobs.worker.pipeline import find_lost_job
from renderjuice.tests.unit.jobs.proxy import Canned, Proxy
from renderjuice.tests.unit.jobs.submissions import submission

FOREVER = 1e9


def rendering(context: Context, remote_id: str) -> JobRecord:
    """A job that the farm renders."""
    job = context.journal.add(submission())
    return context.journal.update(job.id, stage=Stage.RENDERING, status="rendering", remote_id=remote_id)


def answer(proxy: Proxy, pattern: str, value: object, times: float = 1) -> None:
    """What the service answers."""
    proxy.rule(pattern, times, canned=Canned(body=json.dumps(value).encode()))


@pytest.mark.parametrize(
    ("stage", "status", "expected"),
    [
        (Stage.VALIDATING, "created", Stage.VALIDATING),
        (Stage.VALIDATING, "validating", Stage.VALIDATING),
        (Stage.VALIDATING, "validated", Stage.STARTING),
        (Stage.VALIDATING, "booting", Stage.RENDERING),
        (Stage.VALIDATING, "failed", Stage.FAILED),
        (Stage.VALIDATING, "canceled", Stage.CANCELED),
        (Stage.VALIDATING, "of the future", Stage.VALIDATING),
        (Stage.RENDERING, "debugging", Stage.RENDERING),
        (Stage.RENDERING, "suspended", Stage.RENDERING),
        (Stage.RENDERING, "of the future", Stage.RENDERING),
        (Stage.RENDERING, "completed", Stage.DOWNLOADING),
        (Stage.RENDERING, "failed", Stage.DOWNLOADING),
        (Stage.RENDERING, "canceled", Stage.DOWNLOADING),
    ],
)
def test_where_a_status_brings_a_job(stage: Stage, status: str, expected: Stage) -> None:
    assert next_stage(stage, status) is expected


def test_only_news_counts_as_news(proxy: Proxy, context: Context) -> None:
    """A status that nobody knows is shown as it is; a new token of the same preview is nothing new."""
    job = rendering(context, "remote-1")
    answer(proxy, r"/jobs/progress", [{"id": "remote-1", "rendered": 1}], FOREVER)
    for token in ("a", "b"):
        preview = f"https://storage.example/0001.png?token={token}"
        answer(proxy, r"/jobs/remote-1$", {"data": {"id": "remote-1", "status": "dreaming", "previewUrl": preview}})
    assert poll(context, proxy.api_url, [job], {})
    now = context.journal.job(job.id)
    assert (now.status, now.stage, now.frames_rendered) == ("dreaming", Stage.RENDERING, 1)
    assert not poll(context, proxy.api_url, [now], {})
    assert context.journal.job(job.id).revision == now.revision


def test_the_requests_do_not_grow_with_the_jobs(proxy: Proxy, context: Context) -> None:
    """Even of jobs that no page of the list shows, a poll asks for a few by themselves, and then for others."""
    jobs = [rendering(context, f"remote-{number}") for number in range(40)]
    answer(proxy, r"/jobs/progress", [], FOREVER)
    answer(proxy, r"/jobs\?", {"jobs": [], "pagination": {"page": 1, "totalPages": 50}}, FOREVER)
    for number in range(40):
        answer(proxy, rf"/jobs/remote-{number}$", {"data": {"id": f"remote-{number}", "status": "booting"}}, FOREVER)
    asked: dict[str, float] = {}
    poll(context, proxy.api_url, jobs, asked)
    assert len(proxy.seen) == 1 + PAGES_A_POLL + SINGLE_JOBS_A_POLL
    for _ in range(7):
        poll(context, proxy.api_url, jobs, asked)
    assert {job.status for job in context.journal.jobs()} == {"booting"}


def test_a_job_that_is_gone_there_is_given_up(proxy: Proxy, context: Context) -> None:
    """The others go on. What happened to it meanwhile here is not overwritten."""
    gone, there = rendering(context, "remote-gone"), rendering(context, "remote-there")
    answer(proxy, r"/jobs/progress", [], FOREVER)
    proxy.rule(r"/jobs/remote-gone$", FOREVER, canned=Canned(404))
    answer(proxy, r"/jobs/remote-there$", {"data": {"id": "remote-there", "status": "finalizing"}}, FOREVER)
    poll(context, proxy.api_url, [gone, there], {})
    assert context.journal.job(there.id).status == "finalizing"
    failure = context.journal.job(gone.id).failure
    assert failure is not None and failure.kind == "not_found"
    done = context.journal.update(gone.id, stage=Stage.DONE, failure=None)
    poll(context, proxy.api_url, [gone, there], {})
    assert context.journal.job(gone.id) == done


def test_no_signed_address_in_what_is_kept_of_a_failure(proxy: Proxy, context: Context) -> None:
    job = rendering(context, "remote-1")
    answer(proxy, r"/jobs/progress", [], FOREVER)
    failed = {
        "id": "remote-1",
        "status": "failed",
        "failedReason": {"name": "Out of memory", "type": "oom"},
        "previewUrl": "https://storage.example/0001.png?token=SECRET",
    }
    answer(proxy, r"/jobs/remote-1$", {"data": failed})
    poll(context, proxy.api_url, [job], {})
    failure = context.journal.job(job.id).failure
    assert failure is not None
    assert "oom: Out of memory" in failure.message
    assert "storage.example" in failure.detail
    assert "SECRET" not in failure.detail


def test_another_computers_job_is_never_taken_for_a_lost_one(proxy: Proxy, context: Context) -> None:
    """Only the slug tells: a job that was made at the same time with the same key may be anybody's."""
    job = context.journal.add(submission())
    job = context.journal.update(job.id, stage=Stage.CREATING, slug="our-slug", create_intent=time.time())
    theirs = {"id": "remote-theirs", "status": "created"}
    ours = {"id": "remote-ours", "status": "created", "sceneFile": {"upload": "our-slug"}}
    with context.client(proxy.api_url) as client:
        answer(proxy, r"/jobs\?", {"jobs": [theirs]})
        assert find_lost_job(context, client, job) is None
        answer(proxy, r"/jobs\?", {"jobs": [theirs, ours]})
        found = find_lost_job(context, client, job)
    assert found is not None
    assert found.id == "remote-ours"


def test_a_job_after_one_that_was_given_up_has_all_the_patience(context: Context) -> None:
    """The row of failures ends with the jobs that it ended."""
    failed: Future[bool] = Future()
    failed.set_exception(Unreachable())
    with ThreadPoolExecutor(1) as callers:
        follower = Follower(context, callers, lambda *_: None)
        first = rendering(context, "remote-1")
        for _ in range(POLL_FAILURES):
            assert context.journal.job(first.id).stage is Stage.RENDERING
            follower._take_in(failed, first.api_url, [context.journal.job(first.id)])
        assert context.journal.job(first.id).stage is Stage.FAILED
        second = rendering(context, "remote-2")
        follower._take_in(failed, second.api_url, [second])
        assert context.journal.job(second.id).stage is Stage.RENDERING
        assert context.journal.job(second.id).trouble
