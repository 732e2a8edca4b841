# SPDX-License-Identifier: GPL-3.0-or-later
"""How often a job's files are listed, and what a job shows of files that are tried again; over HTTP."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from renderjuice.jobs import credentials
from renderjuice.jobs.home import Home
from renderjuice.jobs.journal.journal import Journal
from renderjuice.jobs.output_names import PNG_END, PNG_START
from renderjuice.jobs.records import JobRecord, Stage
from renderjuice.jobs.worker.context import Context
from renderjuice.jobs.worker.fetching.delivery import Deliverer
from renderjuice.tests.support.waiting import until
from renderjuice.tests.unit.jobs.artist import KEY
from renderjuice.tests.unit.jobs.proxy import Canned, Proxy
from renderjuice.tests.unit.jobs.submissions import submission

FOREVER = 1e9
FRAME = PNG_START + b"x" * 100 + PNG_END
LISTED = r"^GET .*/downloads$"


@pytest.fixture
def context(home: Home, proxy: Proxy) -> Iterator[Context]:
    """A worker's tools at a service whose answers the test chooses, with the pauses of the internet."""
    credentials.store_key(home.credentials, proxy.api_url, KEY)
    with Journal(home.journal) as journal:
        yield Context(home, journal, proxy.api_url)


@pytest.fixture
def make_job(context: Context, proxy: Proxy, tmp_path: Path) -> Callable[..., JobRecord]:
    """Makes a job of frames 1 and 2 whose files the service lists."""

    def make(**changes: object) -> JobRecord:
        urls = [f"{proxy.storage_url}/download/{number:04}.png?token=a" for number in (1, 2)]
        body = json.dumps({"frames": urls, "compositeNodes": [], "transforms": {}}).encode()
        proxy.rule(LISTED, FOREVER, canned=Canned(body=body))
        job = context.journal.add(submission())
        return context.journal.update(
            job.id,
            frames=(1, 2),
            remote_id="remote-1",
            api_url=proxy.api_url,
            output_dir=tmp_path / "frames",
            **changes,
        )

    return make


def work_for(seconds: float, deliverer: Deliverer, context: Context, job: JobRecord) -> None:
    """Let the loop go on for a while."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        deliverer.work([context.journal.job(job.id)])
        time.sleep(0.02)


def test_a_damaged_file_does_not_have_the_list_asked_for_all_the_time(
    deliverer: Deliverer, context: Context, proxy: Proxy, make_job: Callable[..., JobRecord]
) -> None:
    proxy.rule(r"^GET /download/0001", FOREVER, canned=Canned(body=FRAME, kind="image/png"))
    proxy.rule(r"^GET /download/0002", FOREVER, canned=Canned(body=b"no image", kind="image/png"))
    job = make_job(stage=Stage.RENDERING, status="rendering", frames_rendered=0)
    context.journal.update(job.id, frames_rendered=1)
    work_for(3.0, deliverer, context, job)
    # each new listing waits for a pause of two seconds or so
    assert 2 <= proxy.count(LISTED) <= 3
    assert context.journal.job(job.id).stage is Stage.RENDERING


def test_a_trouble_is_shown_until_a_file_comes_again(
    deliverer: Deliverer, context: Context, proxy: Proxy, make_job: Callable[..., JobRecord]
) -> None:
    held = proxy.rule(r"^GET /download/0001", hold=True, canned=Canned(body=FRAME, kind="image/png"))
    proxy.rule(r"^GET /download/0001", FOREVER, canned=Canned(body=FRAME, kind="image/png"))
    proxy.rule(r"^GET /download/0002", canned=Canned(503, b""))
    second = proxy.rule(r"^GET /download/0002", hold=True, canned=Canned(body=FRAME, kind="image/png"))
    proxy.rule(r"^GET /download/0002", FOREVER, canned=Canned(body=FRAME, kind="image/png"))
    job = make_job(stage=Stage.DOWNLOADING, status="completed")

    def trouble() -> str:
        deliverer.work([context.journal.job(job.id)])
        return str(context.journal.job(job.id).trouble)

    until(lambda: "problem of its own" in trouble(), "the refusal is shown")
    held.release()
    until(lambda: not trouble(), "a file has come, and the trouble is over")
    second.release()
    until(lambda: trouble() or context.journal.job(job.id).stage is Stage.DONE, "both frames are here")
    assert context.journal.job(job.id).stage is Stage.DONE
