# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers that are not quite as documented: extra, missing, null and wrongly typed fields never break anything."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from renderjuice.api import parse
from renderjuice.api.errors import UnexpectedAnswer
from renderjuice.api.models import FailedReason, JobStatus

JOB_FIELDS = (
    *("status", "workspaceId", "createdAt", "updatedAt", "userId", "rootFolderId", "normalizedSeconds", "previewUrl"),
    *("failedReason", "requestedConfig", "finalConfig", "output", "isAnalysisSkipped", "analysisId", "analysis"),
    "sceneFile",
)
WRONG: list[Any] = [None, 17, -1, 1.5, True, "", "text", [], [1], {}, {"a": None}, 10**400, "\ud800"]


@pytest.mark.parametrize("field", JOB_FIELDS)
@pytest.mark.parametrize("value", WRONG, ids=repr)
def test_no_field_of_a_job_can_break_it(field: str, value: Any) -> None:
    job = parse.job({"id": "j", "unheard": "of", field: value})
    assert job.id == "j"
    for text in (job.status, job.workspace_id, job.user_id, job.root_folder_id, job.preview_url, job.analysis_id):
        assert text is None or text.encode("utf-8") is not None
    assert job.normalized_seconds is None or isinstance(job.normalized_seconds, float)


def test_a_job_of_which_only_the_id_is_known() -> None:
    job = parse.job({"id": "j"})
    assert (job.status, job.workspace_id, job.created_at, job.failed_reason) == ("unknown", "", None, None)
    assert (job.output_deleted, job.is_analysis_skipped, job.normalized_seconds) == (False, False, None)


@pytest.mark.parametrize("wrapped", [{"id": 7}, {"data": {"id": 7}}, {"data": {"data": {"id": 7}}, "ok": True}])
def test_a_job_is_found_under_data(wrapped: Any) -> None:
    assert parse.job(wrapped).id == "7"


def test_a_field_named_data_is_no_wrapper() -> None:
    assert parse.job({"id": "outer", "data": {"id": "inner"}}).id == "outer"


@pytest.mark.parametrize(
    ("status", "finished"),
    [
        *((status, True) for status in ("completed", "failed", "canceled")),
        *((status, False) for status in ("created", "validating", "validated", "debugging", "booting", "rendering")),
        *((status, False) for status in ("finalizing", "suspended", "defragmenting", "Completed", "")),
    ],
)
def test_an_unknown_status_is_kept_and_runs(status: str, finished: bool) -> None:
    job = parse.job({"id": "j", "status": status})
    assert job.status == (status or "unknown")
    assert job.is_finished is finished


def test_the_documented_statuses() -> None:
    names = {value for name, value in vars(JobStatus).items() if isinstance(value, str) and name.isupper()}
    assert names == {
        *("created", "validating", "validated", "debugging", "booting", "rendering", "finalizing"),
        *("completed", "failed", "canceled", "suspended"),
    }


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2023-11-07T05:31:56Z", datetime(2023, 11, 7, 5, 31, 56, tzinfo=UTC)),
        ("2023-11-07T05:31:56.789Z", datetime(2023, 11, 7, 5, 31, 56, 789000, tzinfo=UTC)),
        ("2023-11-07T07:31:56+02:00", datetime(2023, 11, 7, 5, 31, 56, tzinfo=UTC)),
        ("2023-11-07T05:31:56", datetime(2023, 11, 7, 5, 31, 56, tzinfo=UTC)),
        *((wrong, None) for wrong in ("", "yesterday", "2023-13-45T99:00:00Z", None, 1699335116, {}, [])),
    ],
)
def test_times(text: Any, time: datetime | None) -> None:
    assert parse.as_time(text) == time


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"name": "n", "type": "t"}, FailedReason("n", "t")),
        ({"name": "n"}, FailedReason("n", "")),
        ({"name": None, "type": "t", "more": 1}, FailedReason("", "t")),
        ("out of memory", FailedReason("out of memory", "")),
        ({}, None),
        (None, None),
        ([], None),
    ],
)
def test_failed_reason(value: Any, reason: FailedReason | None) -> None:
    assert parse.job({"id": "j", "failedReason": value}).failed_reason == reason


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (
            {"jobs": [{"id": "a"}], "pagination": {"page": 3, "pageSize": 5, "total": 11, "totalPages": 3}},
            (3, 5, 11, 3),
        ),
        ({"data": {"jobs": [{"id": "a"}], "pagination": {"page": 3, "total": 11}}}, (3, 2, 11, 6)),
        ({"data": [{"id": "a"}], "pagination": {"page": "3", "totalPages": "4"}}, (3, 2, 5, 4)),
        ({"jobs": [{"data": {"id": "a"}}], "pagination": None}, (2, 2, 3, 2)),
        ({"jobs": [{"id": "a"}], "pagination": {"page": None, "pageSize": -1, "total": "x"}}, (2, 2, 3, 2)),
        ([{"id": "a"}], (2, 2, 3, 2)),
        ({"jobs": [{"id": "a"}, {"status": "no id"}, None, 3]}, (2, 2, 6, 3)),
    ],
)
def test_job_pages(value: Any, expected: tuple[int, ...]) -> None:
    page = parse.job_page(value, 2, 2)
    assert [job.id for job in page.jobs] == ["a"]
    assert (page.page, page.page_size, page.total, page.total_pages) == expected


def test_an_empty_page() -> None:
    page = parse.job_page({"jobs": [], "pagination": {"page": 1, "pageSize": 50, "total": 0, "totalPages": 0}}, 1, 50)
    assert (page.jobs, page.total, page.total_pages) == ((), 0, 0)


@pytest.mark.parametrize("value", [None, 3, "jobs", {}, {"jobs": None}, {"jobs": {"id": "a"}}, {"error": "no"}])
def test_no_list_of_jobs_is_not_an_empty_list(value: Any) -> None:
    with pytest.raises(UnexpectedAnswer):
        parse.job_page(value, 1, 50)


def test_the_newer_lists_of_downloads() -> None:
    found = parse.downloads(
        {
            "frames": ["https://s.example/download/legacy.png?token=t"],
            "compositeNodes": [],
            "frameOutputs": [
                {
                    "url": "https://s.example/download/0001.png?token=t",
                    "fileName": "shot_0001.png",
                    "view": "left",
                    "legacy": False,
                    "relativePath": "left/shot_0001.png",
                    "compositeNodeName": None,
                }
            ],
            "compositeNodeOutputs": [
                {
                    "url": "https://s.example/m",
                    "fileName": "mist.exr",
                    "relativePath": "mist",
                    "compositeNodeName": "Mist",
                }
            ],
            "transforms": {"framesZip": "https://s.example/f.zip", "compositeNodesZip": None, "video": {"a": 1}},
        }
    )
    (frame,) = found.frames
    assert (frame.file_name, frame.view, frame.legacy) == ("shot_0001.png", "left", False)
    assert frame.relative_path == "left/shot_0001.png"
    assert "token" not in repr(found)
    assert [(node.composite_node_name, node.file_name) for node in found.composite_nodes] == [("Mist", "mist.exr")]
    assert (found.frames_zip, found.composite_nodes_zip) == ("https://s.example/f.zip", None)


@pytest.mark.parametrize("newer", [{}, {"frameOutputs": []}, {"frameOutputs": None}, {"frameOutputs": "none"}])
def test_the_legacy_lists_fill_in(newer: dict[str, Any]) -> None:
    legacy = ["https://s.example/download/shot%200001.png?token=t", None, 3, "", "https://s.example/"]
    found = parse.downloads({"data": {"frames": legacy, "compositeNodes": ["https://s.example/m.exr"], **newer}})
    assert [(file.file_name, file.legacy) for file in found.frames] == [("shot 0001.png", True), (None, True)]
    assert [file.file_name for file in found.composite_nodes] == ["m.exr"]


@pytest.mark.parametrize("transforms", [None, [], "zip", {"framesZip": 1.5}, {"framesZipOutputs": None}, {}])
def test_odd_transforms(transforms: Any) -> None:
    assert parse.downloads({"transforms": transforms}).frames_zip is None


@pytest.mark.parametrize("outputs", [[{"url": "https://s.example/z.zip"}], {"url": "https://s.example/z.zip"}])
def test_a_zip_that_is_listed_only_among_the_outputs(outputs: Any) -> None:
    found = parse.downloads({"transforms": {"framesZip": None, "framesZipOutputs": outputs}})
    assert found.frames_zip == "https://s.example/z.zip"


def test_outputs_without_url_are_left_out() -> None:
    listed = [
        None,
        3,
        {},
        {"url": None},
        {"fileName": "a"},
        "https://s.example/b.png",
        {"url": "https://s.example/c.png"},
    ]
    found = parse.downloads({"frameOutputs": listed})
    assert [file.file_name for file in found.frames] == ["b.png", "c.png"]


@pytest.mark.parametrize("value", [None, [], {}, "", 3, {"data": []}, {"frames": [], "compositeNodes": []}])
def test_nothing_to_download_yet(value: Any) -> None:
    found = parse.downloads(value)
    assert (found.frames, found.composite_nodes, found.frames_zip) == ((), (), None)
