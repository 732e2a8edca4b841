# SPDX-License-Identifier: GPL-3.0-or-later
"""The farm takes what the reference describes and refuses everything else, with a reason."""

import uuid
from pathlib import Path
from typing import Any

import pytest
import requests

from renderjuice.tests.support.waiting import PATIENCE
from renderjuice.tests.unit.local_farm.driver import KEY, FarmDriver


def refusal(answer: requests.Response, status: int = 400) -> str:
    """Check that it is a refusal in JSON; gives its message."""
    assert answer.status_code == status, answer.text
    return str(answer.json()["error"]["message"])


@pytest.fixture(scope="module")
def validated(farm: FarmDriver, scenes: Path) -> str:
    """A job that waits for its render."""
    return str(farm.analyzed(scenes / "shot.blend")["id"])


@pytest.mark.parametrize("key", [None, "", "RJ-another", KEY + "x", KEY[:-1]])
def test_every_call_needs_the_key(farm: FarmDriver, key: str | None) -> None:
    job = uuid.uuid4()
    calls = [
        ("POST", "/uploads"),
        ("POST", "/jobs"),
        ("GET", "/jobs"),
        ("GET", "/jobs/progress"),
        ("GET", f"/jobs/{job}"),
    ]
    calls += [("POST", f"/jobs/{job}/{action}") for action in ("validate", "render", "cancel")]
    calls += [("GET", f"/jobs/{job}/{part}") for part in ("progress", "downloads")]
    for method, path in calls:
        refusal(farm.call(method, path, key=key, data="no JSON at all"), 401)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "fileName"),
        ({"fileName": "", "fileType": "blend"}, "fileName"),
        ({"fileName": "a.blend"}, "fileType"),
        ({"fileName": "a.blend", "fileType": "zip"}, "fileType"),
        ({"fileName": "a.zip", "fileType": "blend"}, "fileType"),
        ({"fileName": ".blend", "fileType": "blend"}, "fileName"),
        ({"fileName": "a.obj", "fileType": "obj"}, "fileType"),
        ({"fileName": "../a.blend", "fileType": "blend"}, "fileName"),
        ({"fileName": "a.blend", "fileType": "blend", "size": 1}, "size"),
        ({"fileName": 7, "fileType": "blend"}, "fileName"),
        ([], ""),
    ],
)
def test_uploads(farm: FarmDriver, body: Any, field: str) -> None:
    assert field in refusal(farm.call("POST", "/uploads", json=body))


@pytest.mark.parametrize(
    "body", [b"", b"{", b"null", b'"slug"', b'{"slug": ""}', b'{"slug": 1}', b'{"slug": "x", "y": 1}']
)
def test_jobs(farm: FarmDriver, body: bytes) -> None:
    refusal(farm.call("POST", "/jobs", data=body, headers={"Content-Type": "application/json"}))


def test_a_body_has_to_say_that_it_is_json(farm: FarmDriver) -> None:
    refusal(farm.call("POST", "/uploads", data='{"fileName": "a.blend", "fileType": "blend"}'))


def test_a_job_needs_a_complete_upload(farm: FarmDriver) -> None:
    target = farm.upload_target("late.blend")
    assert set(target) == {"uploadUrl", "slug", "expiresAt"}
    assert "not complete" in refusal(farm.call("POST", "/jobs", json={"slug": target["slug"]}))
    assert "slug" in refusal(farm.call("POST", "/jobs", json={"slug": "unheard-of"}))


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({}, "colorManagementPreset"),
        ({"colorManagementPreset": "ACES"}, "colorManagementPreset"),
        ({"frameRanges": []}, "frameRanges"),
        ({"frameRanges": "1-2"}, "frameRanges"),
        *[
            ({"frameRanges": [text]}, "frameRanges[0]")
            for text in ("-5--1", "1-10x2", "1,2", "5-1", "", " 1", "1-", "1.5", "-")
        ],
        ({"frameRanges": [1]}, "frameRanges[0]"),
        ({"notes": None}, "notes"),
        ({"renderEngine": "EEVEE"}, "renderEngine"),
        ({"compositorDevice": "OPTIX"}, "compositorDevice"),
        ({"computeDeviceType": "cuda"}, "computeDeviceType"),
        ({"gpuCount": 0}, "gpuCount"),
        ({"sampleCount": 1.0}, "sampleCount"),
        ({"sampleCount": "64"}, "sampleCount"),
        ({"sampleCount": True}, "sampleCount"),
        ({"denoisingEnabled": 1}, "denoisingEnabled"),
        ({"denoiserType": ""}, "denoiserType"),
        ({"resolution": [1920]}, "resolution"),
        ({"resolution": [1920, 0]}, "resolution[1]"),
        ({"resolutionPercentage": 32768}, "resolutionPercentage"),
        ({"outputFormat": "FFMPEG"}, "outputFormat"),
        ({"fps": 0.5}, "fps"),
        ({"fps": "24"}, "fps"),
        ({"fps": True}, "fps"),
        ({"useTiling": "true"}, "useTiling"),
        ({"tileSize": 0}, "tileSize"),
        ({"outputSettings": {"colorDepth": 8}}, "outputSettings.colorDepth"),
        ({"outputSettings": {"colorMode": "RGBX"}}, "outputSettings.colorMode"),
        ({"outputSettings": {"exrCodec": "zip"}}, "outputSettings.exrCodec"),
        ({"outputSettings": {"compression": 101}}, "outputSettings.compression"),
        ({"outputSettings": {"quality": "90"}}, "outputSettings.quality"),
        ({"outputSettings": {"color_mode": "BW"}}, "outputSettings.color_mode"),
        ({"minimumRam": 0}, "minimumRam"),
        ({"frame_ranges": ["1"]}, "frame_ranges"),
        ({"camera": "Camera"}, "camera"),
    ],
)
def test_render_config(farm: FarmDriver, validated: str, config: dict[str, Any], field: str) -> None:
    whole = {"colorManagementPreset": "default", **config} if config else {}
    answer = farm.call("POST", f"/jobs/{validated}/render", json={"requestedRenderConfig": whole})
    assert f"requestedRenderConfig.{field}" in refusal(answer)
    assert answer.json()["error"]["field"] == f"requestedRenderConfig.{field}"


@pytest.mark.parametrize("body", [{}, {"requestedRenderConfig": None}, {"colorManagementPreset": "default"}])
def test_render_needs_a_config(farm: FarmDriver, validated: str, body: Any) -> None:
    assert "requestedRenderConfig" in refusal(farm.call("POST", f"/jobs/{validated}/render", json=body))
    assert farm.wait(validated, "validated")["status"] == "validated"


def test_calls_in_the_wrong_order(farm: FarmDriver, scenes: Path) -> None:
    job_id = farm.created(scenes / "shot.blend")
    assert farm.downloads(job_id)["frames"] == []
    assert "validated" in refusal(farm.start_render(job_id))
    assert farm.call("POST", f"/jobs/{job_id}/validate").json()["status"] == "validating"
    assert "once" in refusal(farm.call("POST", f"/jobs/{job_id}/validate"))
    farm.wait(job_id, "validated")
    refusal(farm.call("POST", f"/jobs/{job_id}/validate"))
    refusal(farm.call("POST", f"/jobs/{job_id}/cancel", json={"why": "no body belongs here"}))
    first = farm.start_render(job_id, frameRanges=["1"])
    assert (first.status_code, first.headers.get("X-Idempotent-Replay")) == (200, None)
    again = farm.start_render(job_id, frameRanges=["1"])
    assert (again.status_code, again.headers.get("X-Idempotent-Replay")) == (200, "true")
    assert "another" in refusal(farm.start_render(job_id, frameRanges=["2"]))
    farm.wait(job_id, "completed")
    later = farm.start_render(job_id, frameRanges=["1"])
    assert (later.json()["status"], later.headers.get("X-Idempotent-Replay")) == ("completed", "true")
    assert "completed" in refusal(farm.call("POST", f"/jobs/{job_id}/cancel"))
    renders = [entry for entry in farm.log() if entry["path"].endswith(f"{job_id}/render")]
    assert [entry["status"] for entry in renders] == [400, 200, 200, 400, 200]


def test_cancel_before_anything_ran(farm: FarmDriver, scenes: Path) -> None:
    job_id = farm.created(scenes / "shot.blend")
    assert farm.call("POST", f"/jobs/{job_id}/cancel").json()["status"] == "canceled"
    refusal(farm.call("POST", f"/jobs/{job_id}/validate"))
    refusal(farm.start_render(job_id))


def test_list_is_paged_and_filtered(farm: FarmDriver, scenes: Path) -> None:
    made = [farm.created(scenes / "shot.blend") for _ in range(3)]
    page = farm.call("GET", "/jobs", params={"page": 1, "pageSize": 2, "status": "created"}).json()
    assert [job["id"] for job in page["jobs"]] == made[:0:-1]
    total = page["pagination"]["total"]
    assert page["pagination"] == {"page": 1, "pageSize": 2, "total": total, "totalPages": -(-total // 2)}
    second = farm.call("GET", "/jobs", params={"page": 2, "pageSize": 2, "status": "created"}).json()
    assert second["jobs"][0]["id"] == made[0]
    beyond = farm.call("GET", "/jobs", params={"page": 1000}).json()
    assert beyond["jobs"] == [] and beyond["pagination"]["page"] == 1000
    for wrong in ({"page": 0}, {"pageSize": 1000}, {"status": "waiting"}, {"sort": "id"}, {"page": "one"}):
        assert next(iter(wrong)) in refusal(farm.call("GET", "/jobs", params=wrong))


def test_job_has_the_documented_fields(farm: FarmDriver, validated: str) -> None:
    job = farm.call("GET", f"/jobs/{validated}").json()["data"]
    documented = {
        "id", "status", "workspaceId", "createdAt", "updatedAt", "userId", "rootFolderId", "normalizedSeconds",
        "previewUrl", "failedReason", "requestedConfig", "finalConfig", "output", "isAnalysisSkipped", "analysisId",
        "analysis", "sceneFile",
    }  # fmt: skip
    assert {"id", "status", "workspaceId", "createdAt", "updatedAt", "analysis"} <= set(job) <= documented
    assert job["analysis"]["renderEngine"] == "CYCLES"
    assert job["analysis"]["resolution"] == [32, 16]


def test_unknown_jobs_and_paths(farm: FarmDriver) -> None:
    assert "no job" in refusal(farm.call("GET", f"/jobs/{uuid.uuid4()}"), 404)
    refusal(farm.call("GET", "/jobs/not-a-uuid"))
    refusal(farm.call("GET", "/renders"), 404)
    refusal(farm.call("DELETE", "/jobs"), 405)


def test_description_needs_no_network(farm: FarmDriver) -> None:
    root = farm.api_url.removesuffix("/api/external/v1")
    schema = requests.get(f"{root}/openapi.json", timeout=PATIENCE).json()
    assert "/api/external/v1/jobs/{id}/render" in schema["paths"]
    calls = [call for methods in schema["paths"].values() for call in methods.values()]
    assert len(calls) == 10
    assert all("400" in call["responses"] and "422" not in call["responses"] for call in calls)
    page = requests.get(f"{root}/docs", timeout=PATIENCE).text
    assert "/api/external/v1/jobs/{id}/downloads" in page
    assert "http:" not in page and "https:" not in page


def test_log_has_every_request_and_never_the_key(farm: FarmDriver) -> None:
    before = len(farm.log())
    farm.call("POST", "/uploads", json={"fileName": "a.blend", "fileType": "zip"})
    farm.call("GET", "/jobs")
    wrong, right = farm.log()[before:]
    assert (wrong["method"], wrong["path"], wrong["status"]) == ("POST", "/api/external/v1/uploads", 400)
    assert "fileType" in wrong["violation"]
    assert (right["status"], right["violation"]) == (200, None)
    assert farm.api_url.startswith(f"http://{right['host']}/")
    assert KEY not in (farm.home / "requests.jsonl").read_text()
