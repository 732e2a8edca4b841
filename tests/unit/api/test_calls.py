# SPDX-License-Identifier: GPL-3.0-or-later
"""Every documented call: what is sent, and what is made of the answer."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any

import pytest

from renderjuice.api.client import Client
from renderjuice.api.errors import NotFound, RateLimited, UnexpectedAnswer, WrongKey
from renderjuice.api.models import FailedReason, JobStatus
from renderjuice.api.render_config import RenderConfig

JOB_ID = "123e4567-e89b-12d3-a456-426614174000"
JOB: dict[str, Any] = {
    "id": JOB_ID,
    "status": "created",
    "workspaceId": "3c90c3cc-0d44-4b50-8888-8dd25736052a",
    "createdAt": "2023-11-07T05:31:56Z",
    "updatedAt": "2023-11-07T05:31:57Z",
    "userId": "u",
    "rootFolderId": "f",
    "normalizedSeconds": 123,
    "previewUrl": "https://storage.example/p.png?token=t",
    "failedReason": {"name": "OutOfMemory", "type": "gpu"},
    "requestedConfig": {"fps": 1},
    "finalConfig": ["any"],
    "output": {"isDeletedForClient": True},
    "isAnalysisSkipped": True,
    "analysisId": "a",
    "analysis": {"frames": 3},
    "sceneFile": "scene.blend",
}


def test_create_upload(server: Any, reply: Any, client: Any, key: str) -> None:
    url = "https://storage.example/put?token=t"
    answer = {"uploadUrl": url, "slug": "s-1", "expiresAt": "2030-01-01T00:00:00+02:00"}
    server.on("POST", "/uploads", reply(answer))
    target = client.create_upload("shot 010.blend", "blend")
    assert (target.upload_url, target.slug) == (url, "s-1")
    assert target.expires_at == datetime(2029, 12, 31, 22, tzinfo=UTC)
    assert "token" not in repr(target)
    (seen,) = server.seen
    assert seen.json == {"fileName": "shot 010.blend", "fileType": "blend"}
    assert seen.headers["authorization"] == f"Bearer {key}"
    assert seen.headers["content-type"] == "application/json"
    assert seen.headers["user-agent"] == "renderjuice-blender"


def test_create_job(server: Any, reply: Any, client: Any) -> None:
    server.on("POST", "/jobs", reply(JOB))
    job = client.create_job("s-1")
    assert server.seen[0].json == {"slug": "s-1"}
    assert (job.id, job.status, job.workspace_id) == (JOB_ID, JobStatus.CREATED, JOB["workspaceId"])
    assert job.created_at == datetime(2023, 11, 7, 5, 31, 56, tzinfo=UTC)
    assert job.updated_at == datetime(2023, 11, 7, 5, 31, 57, tzinfo=UTC)
    assert (job.user_id, job.root_folder_id, job.analysis_id) == ("u", "f", "a")
    assert job.normalized_seconds == 123.0
    assert job.preview_url == JOB["previewUrl"]
    assert job.failed_reason == FailedReason("OutOfMemory", "gpu")
    assert (job.requested_config, job.final_config) == ({"fps": 1}, ["any"])
    assert (job.analysis, job.scene_file) == ({"frames": 3}, "scene.blend")
    assert job.output_deleted
    assert job.is_analysis_skipped
    assert job.raw == JOB
    assert not job.is_finished


def test_get_job_is_wrapped(server: Any, reply: Any, client: Any) -> None:
    server.on("GET", f"/jobs/{JOB_ID}", reply({"data": JOB}))
    assert client.get_job(JOB_ID).raw == JOB


def test_list_jobs(server: Any, reply: Any, client: Any) -> None:
    pagination = {"page": 2, "pageSize": 1, "total": 7, "totalPages": 7}
    server.on("GET", "/jobs", reply({"jobs": [JOB], "pagination": pagination}))
    page = client.list_jobs(page=2, page_size=1, status="rendering")
    assert server.seen[0].query == {"page": "2", "pageSize": "1", "status": "rendering"}
    assert [job.id for job in page.jobs] == [JOB_ID]
    assert (page.page, page.page_size, page.total, page.total_pages) == (2, 1, 7, 7)
    client.list_jobs()
    assert server.seen[1].query == {"page": "1", "pageSize": "50"}


def test_validate_job(server: Any, reply: Any, client: Any) -> None:
    server.on("POST", f"/jobs/{JOB_ID}/validate", reply(JOB | {"status": "validating"}))
    assert client.validate_job(JOB_ID).status == JobStatus.VALIDATING
    assert server.seen[0].body == b""


@pytest.mark.parametrize(("header", "replayed"), [({}, False), ({"x-idempotent-replay": "true"}, True)])
def test_render_job(server: Any, reply: Any, client: Any, header: dict[str, str], replayed: bool) -> None:
    server.on("POST", f"/jobs/{JOB_ID}/render", reply(JOB | {"status": "booting"}, headers=header))
    start = client.render_job(JOB_ID, RenderConfig(frame_ranges=("1-3",), quality=90))
    assert (start.job.status, start.replayed) == ("booting", replayed)
    assert server.seen[0].json == {
        "requestedRenderConfig": {
            "colorManagementPreset": "default",
            "frameRanges": ["1-3"],
            "outputSettings": {"quality": 90},
        }
    }


@pytest.mark.parametrize(
    ("body", "status", "job_status"),
    [
        (JOB | {"status": "canceled"}, 200, "canceled"),
        ({"data": JOB | {"status": "canceled"}}, 200, "canceled"),
        ({"ok": True}, 200, None),
        (b"", 204, None),
        (b"OK", 202, None),
        (b"<html>done</html>", 200, None),
        ([], 200, None),
    ],
)
def test_cancel_job(server: Any, reply: Any, client: Any, body: Any, status: int, job_status: str | None) -> None:
    server.on("POST", f"/jobs/{JOB_ID}/cancel", reply(body, status))
    job = client.cancel_job(JOB_ID)
    assert (job.status if job else None) == job_status


def test_cancel_job_is_not_taken_for_done_when_it_is_redirected(server: Any, reply: Any, client: Any) -> None:
    server.on("POST", f"/jobs/{JOB_ID}/cancel", reply(b"", 302, {"Location": "/login"}))
    with pytest.raises(UnexpectedAnswer):
        client.cancel_job(JOB_ID)


def test_progress(server: Any, reply: Any, client: Any) -> None:
    server.on("GET", f"/jobs/{JOB_ID}/progress", reply({"completed": 3, "total": 12}))
    server.on("GET", "/jobs/progress", reply([{"jobId": "a", "done": 1, "total": 2}, {"jobId": "b"}]))
    progress = client.job_progress(JOB_ID)
    assert (progress.job_id, progress.frames_done, progress.frames_total, progress.fraction) == (JOB_ID, 3, 12, 0.25)
    assert [(one.job_id, one.fraction) for one in client.all_progress()] == [("a", 0.5), ("b", None)]


def test_downloads(server: Any, reply: Any, client: Any) -> None:
    output = {"url": "https://s.example/1?token=t", "fileName": "0001.png"}
    server.on("GET", f"/jobs/{JOB_ID}/downloads", reply({"frames": ["https://s.example/x"], "frameOutputs": [output]}))
    assert [file.file_name for file in client.downloads(JOB_ID).frames] == ["0001.png"]


@pytest.mark.parametrize(
    "body", [{}, {"status": "created"}, {"id": None}, {"id": ""}, {"data": None}, [], "id", 3, None]
)
def test_a_job_without_id_is_an_unexpected_answer(server: Any, reply: Any, client: Any, body: Any) -> None:
    server.on("POST", "/jobs", reply(body))
    with pytest.raises(UnexpectedAnswer):
        client.create_job("s")
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    "body", [{}, {"uploadUrl": "https://s.example"}, {"slug": "s"}, {"uploadUrl": 1.5, "slug": {}}]
)
def test_an_upload_without_address_or_slug_is_an_unexpected_answer(
    server: Any, reply: Any, client: Any, body: Any
) -> None:
    server.on("POST", "/uploads", reply(body))
    with pytest.raises(UnexpectedAnswer):
        client.create_upload("a.zip", "zip")


def test_an_id_from_outside_cannot_reach_another_path(server: Any, reply: Any, client: Any) -> None:
    server.on("GET", "/jobs/..%2Fkeys%3Fa", reply(JOB))
    client.get_job("../keys?a")
    assert [seen.path for seen in server.seen] == ["/jobs/..%2Fkeys%3Fa"]
    for job_id in ("", ".", ".."):
        with pytest.raises(NotFound):
            client.get_job(job_id)
    assert len(server.seen) == 1


@pytest.mark.parametrize("bad", ["", "RJ-a\n", "RJ-a\r\nX-Evil: 1", "RJ-ключ", "RJ-é", "RJ-a b", "RJ-\x00"])
def test_a_key_that_cannot_be_one_is_never_sent(server: Any, client_for: Any, bad: str) -> None:
    client = client_for(server.url, bad)
    with pytest.raises(WrongKey) as caught:
        client.get_job(JOB_ID)
    assert not bad or bad not in str(caught.value) + caught.value.detail
    assert server.seen == []


def test_the_base_url_may_have_a_path_and_a_slash(server: Any, reply: Any, client_for: Any) -> None:
    server.on("GET", f"/api/external/v1/jobs/{JOB_ID}", reply(JOB))
    assert client_for(server.url + "/api/external/v1/").get_job(JOB_ID).id == JOB_ID


def test_one_client_serves_several_threads(server: Any, reply: Any, client: Any) -> None:
    for number in range(8):
        server.on("GET", f"/jobs/{number}", reply(JOB | {"id": str(number)}))
    wrong: list[Any] = []

    def ask(number: int) -> None:
        for _ in range(10):
            found = client.get_job(str(number)).id
            if found != str(number):
                wrong.append(found)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert wrong == []
    assert len(server.seen) == 80


def test_a_sleep_that_raises_ends_the_call(server: Any, reply: Any, key: str) -> None:
    class Interrupted(Exception):
        pass

    def sleep(seconds: float) -> None:
        raise Interrupted

    server.on("GET", "/jobs/1", reply(b"", 429, {"Retry-After": "1"}))
    with Client(server.url, key, sleep=sleep) as client, pytest.raises(Interrupted):
        client.get_job("1")
    with Client(server.url, key, attempts=1, sleep=sleep) as client, pytest.raises(RateLimited):
        client.get_job("1")
