# SPDX-License-Identifier: GPL-3.0-or-later
"""Progress counters in every shape that somebody might have given them."""

from __future__ import annotations

from typing import Any

import pytest

from renderjuice.api.progress import all_progress, job_progress

JOB_ID = "123e4567-e89b-12d3-a456-426614174000"


@pytest.mark.parametrize(
    ("value", "done", "total", "fraction"),
    [
        ({"completed": 3, "total": 12}, 3, 12, 0.25),
        ({"framesDone": 3, "framesTotal": 12}, 3, 12, 0.25),
        ({"frames_rendered": "3", "total_frames": "12"}, 3, 12, 0.25),
        ({"finishedFrames": 3, "totalFrames": 12, "percent": 99}, 3, 12, 0.25),
        ({"data": {"rendered": 3, "frames": 12}}, 3, 12, 0.25),
        ([{"done": 3, "total": 12}], 3, 12, 0.25),
        ({"data": [{"jobId": JOB_ID, "done": 3, "total": 12}]}, 3, 12, 0.25),
        ({JOB_ID: {"done": 3, "total": 12}}, 3, 12, 0.25),
        ({"progress": {"completed": 3, "total": 12}}, 3, 12, 0.25),
        ({"workers": {"total": 4, "done": 1}, "frames": {"done": 3, "total": 12}}, 3, 12, 0.25),
        ({"completedFrames": [1, 2, 3], "frames": list(range(12))}, 3, 12, 0.25),
        ({"id": "row-of-a-table", "completed": 3, "total": 12}, 3, 12, 0.25),
        ([{"jobId": "other", "done": 9, "total": 9}, {"job": {"id": JOB_ID}, "done": 3, "total": 12}], 3, 12, 0.25),
        ({"percent": 25}, None, None, 0.25),
        ({"percentage": "25"}, None, None, 0.25),
        ({"progress": 25}, None, None, 0.25),
        ({"progress": 0.25}, None, None, 0.25),
        ({"progress": 100}, None, None, 1.0),
        ({"completed": 15, "total": 12}, 15, 12, 1.0),
        ({"completed": 0, "total": 0}, 0, 0, None),
        ({"completed": 3}, 3, None, None),
        ({"total": 12}, None, 12, None),
        ({"completed": True, "total": None}, None, None, None),
        ({"completed": -3, "total": float("inf")}, None, None, None),
        ({"state": "warming up"}, None, None, None),
        ({"completed": {"completed": {"completed": {"completed": {"completed": {}}}}}}, None, None, None),
        ([{"frame": 1, "state": "done"}, {"frame": 2, "state": "running"}], None, None, None),
    ],
    ids=repr,
)
def test_one_job(value: Any, done: int | None, total: int | None, fraction: float | None) -> None:
    progress = job_progress(value, JOB_ID)
    assert progress is not None
    assert progress.job_id == JOB_ID
    assert (progress.frames_done, progress.frames_total, progress.fraction) == (done, total, fraction)


@pytest.mark.parametrize(
    "value",
    [None, [], {}, "", "idle", 3, True, [None, 3], {"data": []}, {"data": None}, {"data": {}}, [[]], {"jobs": []}],
    ids=repr,
)
def test_nothing_is_running(value: Any) -> None:
    assert job_progress(value, JOB_ID) is None
    assert all_progress(value) == ()


def test_only_other_jobs_are_running() -> None:
    assert job_progress([{"jobId": "a", "done": 1}, {"jobId": "b", "done": 1}], JOB_ID) is None


@pytest.mark.parametrize(
    "value",
    [
        [{"jobId": "a-1", "done": 1, "total": 2}, {"jobId": "b-2"}],
        {"data": [{"job_id": "a-1", "done": 1, "total": 2}, {"id": "b-2"}]},
        {"data": {"jobs": [{"jobId": "a-1", "done": 1, "total": 2}, {"jobId": "b-2"}]}},
        {"progress": [{"jobId": "a-1", "done": 1, "total": 2}, None, {"jobId": "b-2"}]},
        {"a-1": {"done": 1, "total": 2}, "b-2": {"queued": 4}},
    ],
    ids=repr,
)
def test_all_jobs(value: Any) -> None:
    found = [(progress.job_id, progress.fraction) for progress in all_progress(value)]
    assert found == [("a-1", 0.5), ("b-2", None)]
