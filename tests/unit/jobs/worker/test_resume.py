# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a retry and a download begin, by what is left of a job here and on the farm; and when the service is asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderjuice.api.errors import RateLimited, ServiceDown, StorageRefused, Unreachable
from renderjuice.api.frame_ranges import frame_ranges
from renderjuice.jobs.home import Home
from renderjuice.jobs.journal.journal import Journal
from renderjuice.jobs.records import Failure, FailureKind, JobRecord, OutputRecord, Stage
from renderjuice.jobs.worker.patience import LONGEST_PAUSE, SHORTEST_PAUSE, Pace
from renderjuice.jobs.worker.resume import fetch_again, retry
from renderjuice.jobs.worker.sender import is_worth_waiting
from renderjuice.tests.unit.jobs.submissions import submission


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal(Home(tmp_path / "home").create().journal) as journal:
        yield journal


def stopped(journal: Journal, kind: str, stage: Stage, **columns: Any) -> JobRecord:
    """A job that failed at a stage."""
    job = journal.add(submission())
    return journal.update(
        job.id, stage=Stage.FAILED, failure=Failure(FailureKind(kind), "What.", stage=stage), **columns
    )


def after_retry(journal: Journal, job: JobRecord) -> JobRecord:
    """The job once its retry was granted."""
    retry(journal, job)
    return journal.job(job.id)


@given(st.sets(st.integers(-20, 200)))
def test_runs_say_exactly_the_frames(frames: set[int]) -> None:
    said: list[int] = []
    for text in frame_ranges(frames):
        first, _, last = text[1:].partition("-")
        first = text[0] + first
        assert not last or int(first) >= 0
        said += range(int(first), int(last or first) + 1)
    assert said == sorted(frames)


def test_runs_are_short() -> None:
    assert frame_ranges([3, 1, 2, 7, -1, -2, 0, 9, 10]) == ("-2", "-1", "0-3", "7", "9-10")


def test_sending_begins_with_what_is_left(journal: Journal, tmp_path: Path) -> None:
    package = tmp_path / "shot.zip"
    job = stopped(journal, "unreachable", Stage.UPLOADING, package=package)
    assert after_retry(journal, job).stage is Stage.PACKAGING
    package.touch()
    job = stopped(journal, "unreachable", Stage.UPLOADING, package=package)
    assert job.can_go_on
    assert after_retry(journal, job).stage is Stage.UPLOADING
    job = stopped(journal, "unreachable", Stage.CREATING, package=package, slug="slug", create_intent=1.0)
    job = after_retry(journal, job)
    # the intent stays: the job may have been made
    assert (job.stage, job.slug, job.create_intent, job.failure) == (Stage.CREATING, "slug", 1.0, None)
    package.unlink()
    assert not stopped(journal, "unreachable", Stage.UPLOADING, package=package).can_go_on


@pytest.mark.parametrize("stage", [Stage.VALIDATING, Stage.STARTING, Stage.RENDERING, Stage.DOWNLOADING])
def test_a_job_that_the_farm_still_has_goes_on(journal: Journal, stage: Stage) -> None:
    job = stopped(journal, "wrong_key", stage, slug="slug", remote_id="remote", status="rendering")
    job = after_retry(journal, job)
    assert (job.stage, job.remote_id, job.former_remote_ids) == (stage, "remote", ())


def test_a_job_that_ended_there_is_made_anew_with_the_frames_that_are_not_here(
    journal: Journal, tmp_path: Path
) -> None:
    columns = {"slug": "slug", "remote_id": "old", "create_intent": 1.0, "frames_rendered": 2}
    for kind, status in (("render_failed", "failed"), ("not_found", "rendering"), ("frames_missing", "completed")):
        job = stopped(journal, kind, Stage.RENDERING, status=status, **columns)
        for frame in (1, 2):
            path = tmp_path / f"{frame}.png"
            path.touch()
            journal.add_output(OutputRecord(job.id, path.name, path, 0, path.stat().st_mtime_ns))
        (tmp_path / "2.png").unlink()
        again = after_retry(journal, job)
        assert (again.stage, again.remote_id, again.former_remote_ids) == (Stage.CREATING, None, ("old",))
        assert (again.create_intent, again.frames_rendered, again.status) == (None, None, "")
        assert again.config.frame_ranges == ("-3", "2")
        assert again.config.resolution == job.config.resolution
    job = stopped(journal, "render_failed", Stage.RENDERING, status="failed", **columns)
    assert after_retry(journal, job).config == job.config


def test_only_what_stopped_is_retried(journal: Journal) -> None:
    job = journal.add(submission())
    assert after_retry(journal, job) == job


@pytest.mark.parametrize(
    ("stage", "status", "expected"),
    [
        (Stage.DONE, "completed", Stage.DOWNLOADING),
        (Stage.FAILED, "failed", Stage.DOWNLOADING),
        (Stage.FAILED, "rendering", Stage.RENDERING),
        (Stage.FAILED, "of the future", Stage.RENDERING),
        (Stage.FAILED, "validated", Stage.FAILED),
        (Stage.RENDERING, "rendering", Stage.RENDERING),
    ],
)
def test_a_download_follows_the_farm_while_it_works(
    journal: Journal, stage: Stage, status: str, expected: Stage
) -> None:
    job = journal.add(submission())
    job = journal.update(job.id, stage=stage, status=status, remote_id="remote")
    fetch_again(journal, job, "")
    assert journal.job(job.id).stage is expected


def test_what_passes_is_waited_for_where_the_service_was_seen_before(journal: Journal) -> None:
    job = journal.add(submission())
    away, busy, down, refused = Unreachable(), RateLimited(), ServiceDown(), StorageRefused()
    uploading = journal.update(job.id, stage=Stage.UPLOADING)
    assert [is_worth_waiting(uploading, error) for error in (away, busy, down, refused)] == [False, True, True, False]
    assert is_worth_waiting(uploading, away, has_answered=True)
    assert not is_worth_waiting(uploading, refused, has_answered=True)
    sent = journal.update(job.id, bytes_done=1)
    assert is_worth_waiting(sent, away)
    created = journal.update(job.id, stage=Stage.CREATING, slug="slug", bytes_done=0)
    assert is_worth_waiting(created, away)
    assert not is_worth_waiting(created, OSError())


def test_questions_get_rarer_until_something_changes() -> None:
    pace = Pace()
    pauses = [pace.after(changed=False) for _ in range(30)]
    assert all(SHORTEST_PAUSE * 0.85 <= pause <= LONGEST_PAUSE * 1.15 for pause in pauses)
    assert pauses[-1] > 5 * pauses[0]
    assert len(set(pauses)) == len(pauses)
    assert pace.after(changed=True) <= SHORTEST_PAUSE * 1.15
    assert pace.after_failure(RateLimited(wait=300.0)) == 300.0
    assert pace.after_failure(ServiceDown(wait=200.0)) == 200.0
    assert pace.after_failure(Unreachable()) <= LONGEST_PAUSE * 1.15
    assert pace.failed == 3
    pace.after(changed=False)
    assert pace.failed == 0


def test_byte_counts_are_of_what_comes_next(journal: Journal, tmp_path: Path) -> None:
    """Of the files that are here once they are fetched, of the package as long as it is sent."""
    counts = {"bytes_done": 999, "bytes_total": 999}
    job = stopped(journal, "unreachable", Stage.DOWNLOADING, remote_id="remote", status="completed", **counts)
    journal.add_output(OutputRecord(job.id, "0001.png", tmp_path / "0001.png", 30, 1))
    (tmp_path / "0001.png").touch()
    retried = after_retry(journal, job)
    assert (retried.stage, retried.bytes_done, retried.bytes_total) == (Stage.DOWNLOADING, 30, 0)
    journal.update(
        job.id, stage=Stage.FAILED, failure=Failure(FailureKind.FRAMES_MISSING, "What."), slug="slug", **counts
    )
    anew = after_retry(journal, journal.job(job.id))
    assert (anew.stage, anew.bytes_done, anew.bytes_total) == (Stage.CREATING, 0, 0)
    done = journal.update(job.id, stage=Stage.DONE, remote_id="remote", status="completed", **counts)
    fetch_again(journal, done, "")
    again = journal.job(job.id)
    # what is not as it was fetched counts no more
    assert (again.stage, again.bytes_done, again.bytes_total) == (Stage.DOWNLOADING, 0, 0)
