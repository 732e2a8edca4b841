# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole way of a job through the farm, with real Blender at its end."""

import io
import os
import signal
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import requests
from PIL import Image

from renderjuice.tests.support.waiting import PATIENCE, until
from renderjuice.tests.unit.local_farm.driver import ROOT, FarmDriver, running_farm


def fetch(url: str) -> bytes:
    """Download a signed URL."""
    answer = requests.get(url, timeout=PATIENCE)
    assert answer.status_code == 200, answer.text
    return answer.content


def pixels(data: bytes) -> tuple[tuple[int, int], bytes]:
    """Give a picture's size and its pixels as RGBA."""
    image = Image.open(io.BytesIO(data)).convert("RGBA")
    return image.size, image.tobytes()


@pytest.mark.parametrize("which", ["scenes", "oldest_scenes"])
def test_a_frame_is_the_one_that_blender_renders_itself(
    farm: FarmDriver, which: str, request: pytest.FixtureRequest
) -> None:
    folder: Path = request.getfixturevalue(which)
    job = farm.rendered(folder / "shot.blend", frameRanges=["2"])
    assert job["status"] == "completed", job
    downloads = farm.downloads(job["id"])
    assert [output["fileName"] for output in downloads["frameOutputs"]] == ["shot_0002.png"]
    rendered = pixels(fetch(downloads["frameOutputs"][0]["url"]))
    assert rendered == pixels((folder / "direct.png").read_bytes())
    assert len(set(rendered[1])) > 10, "the reference itself shows nothing"


@pytest.mark.parametrize("which", ["scenes", "oldest_scenes"])
def test_a_project_with_library_views_markers_and_file_output(
    farm: FarmDriver, which: str, request: pytest.FixtureRequest
) -> None:
    folder: Path = request.getfixturevalue(which)
    job = farm.rendered(folder / "zips" / "shot.zip")
    assert job["status"] == "completed", job
    assert job["finalConfig"]["frameRanges"] == ["1", "3"], "the file's own frames and step"
    assert "failedReason" not in job
    downloads = farm.downloads(job["id"])

    frames = {(output["fileName"], output["view"]) for output in downloads["frameOutputs"]}
    assert frames == {(f"shot_{n:04}_{side[0].upper()}.png", side) for n in (1, 3) for side in ("left", "right")}
    assert downloads["frames"] and len(downloads["frames"]) == 4

    nodes = downloads["compositeNodeOutputs"]
    assert {output["compositeNodeName"] for output in nodes} == {"Passes"}
    assert {(output["relativePath"], output["view"]) for output in nodes} == {
        (f"passes/deep/shot_beauty{n:04}_{side[0].upper()}.png", side) for n in (1, 3) for side in ("left", "right")
    }
    assert all(output["relativePath"].endswith(output["fileName"]) for output in nodes)

    by_name = {output["fileName"]: output["url"] for output in downloads["frameOutputs"]}
    near, away = (pixels(fetch(by_name[f"shot_{n:04}_L.png"]))[1] for n in (1, 3))
    assert near != away, "the marker at frame 3 turns to another camera"

    archive = zipfile.ZipFile(io.BytesIO(fetch(downloads["transforms"]["framesZip"])))
    assert set(archive.namelist()) == set(by_name)
    assert archive.read("shot_0001_L.png") == fetch(by_name["shot_0001_L.png"])
    archive = zipfile.ZipFile(io.BytesIO(fetch(downloads["transforms"]["compositeNodesZip"])))
    assert "Passes/passes/deep/shot_beauty0001_L.png" in archive.namelist()
    assert downloads["transforms"]["framesZipOutputs"]["fileName"] == "frames.zip"


def test_the_file_keeps_what_was_not_requested_and_gets_what_was(farm: FarmDriver, scenes: Path) -> None:
    requested = {
        "frameRanges": ["-2", "1-2"],
        "notes": "please",
        "renderEngine": "CYCLES",
        "compositorDevice": "CPU",
        "computeDeviceType": "OPTIX",
        "gpuCount": 2,
        "sampleCount": 2,
        "denoisingEnabled": True,
        "denoiserType": "OPTIX",
        "resolution": [24, 12],
        "resolutionPercentage": 50,
        "outputFormat": "OPEN_EXR",
        "fps": 23.976,
        "useTiling": False,
        "tileSize": 64,
        "outputSettings": {"colorMode": "RGB", "colorDepth": "16", "exrCodec": "PIZ"},
        "minimumRam": 4,
    }
    job = farm.rendered(scenes / "shot.blend", **requested)
    assert job["status"] == "completed", job
    assert job["requestedConfig"] == {"colorManagementPreset": "default", **requested}
    final = job["finalConfig"]
    changed = {"computeDeviceType": "NONE", "gpuCount": 0, "denoiserType": "OPENIMAGEDENOISE"}
    for name, value in (requested | changed).items():
        if name != "outputSettings":
            assert final[name] == value, name
    assert final["outputSettings"] | requested["outputSettings"] == final["outputSettings"]
    names = [output["fileName"] for output in farm.downloads(job["id"])["frameOutputs"]]
    assert names == ["shot_-0002.exr", "shot_0001.exr", "shot_0002.exr"]


@pytest.mark.parametrize("which", ["scenes", "oldest_scenes"])
def test_the_preview_is_a_small_picture_of_the_newest_frame(
    farm: FarmDriver, which: str, request: pytest.FixtureRequest
) -> None:
    """And leaves the frames as they are; of two views it shows one."""
    folder: Path = request.getfixturevalue(which)
    job_id = farm.analyzed(folder / "shot.blend")["id"]
    assert "previewUrl" not in farm.call("GET", f"/jobs/{job_id}").json()["data"]
    assert farm.start_render(job_id, frameRanges=["1-3"], resolution=[512, 256]).status_code == 200
    seen = set()

    def see() -> bool:
        job = farm.call("GET", f"/jobs/{job_id}").json()["data"]
        seen.add(job.get("previewUrl", "").partition("?")[0].rpartition("/")[2])
        return bool(job["status"] == "completed")

    until(see, "the job is done")
    assert "preview-0003.jpg" in seen
    assert seen <= {"", "preview-0001.jpg", "preview-0002.jpg", "preview-0003.jpg"}
    last = fetch(farm.wait(job_id, "completed")["previewUrl"])
    assert Image.open(io.BytesIO(last)).size == (256, 128)
    frames = farm.downloads(job_id)["frameOutputs"]
    assert [frame["fileName"] for frame in frames] == [f"shot_{number:04}.png" for number in (1, 2, 3)]
    assert all(pixels(fetch(frame["url"]))[0] == (512, 256) for frame in frames)
    views = farm.rendered(folder / "zips" / "shot.zip")
    assert Image.open(io.BytesIO(fetch(views["previewUrl"]))).size == (32, 16)


@pytest.mark.parametrize("which", ["scenes", "oldest_scenes"])
def test_the_scene_that_was_open_is_rendered(farm: FarmDriver, which: str, request: pytest.FixtureRequest) -> None:
    job = farm.rendered(request.getfixturevalue(which) / "second.blend")
    assert job["analysis"]["scene"] == "Second"
    assert [output["fileName"] for output in farm.downloads(job["id"])["frameOutputs"]] == ["shot_0005.png"]


def test_a_movie_format_becomes_png(farm: FarmDriver, scenes: Path) -> None:
    job = farm.rendered(scenes / "movie.blend", frameRanges=["1"])
    assert job["analysis"]["outputFormat"] == "FFMPEG"
    assert job["finalConfig"]["outputFormat"] == "PNG"
    assert [output["fileName"] for output in farm.downloads(job["id"])["frameOutputs"]] == ["0001.png"]


def test_a_value_that_blender_does_not_take_fails_the_job_by_name(farm: FarmDriver, scenes: Path) -> None:
    job = farm.rendered(scenes / "shot.blend", outputFormat="JPEG", outputSettings={"colorDepth": "32"})
    assert job["status"] == "failed"
    assert job["failedReason"]["type"] == "invalid_render_config"
    assert "outputSettings.colorDepth" in job["failedReason"]["name"]


@pytest.mark.parametrize(
    ("which", "output_format", "settings", "name"),
    [
        ("oldest_scenes", "OPEN_EXR_MULTILAYER", {"colorDepth": "32", "exrCodec": "ZIPS"}, "shot_0001.exr"),
        ("scenes", "OPEN_EXR_MULTILAYER", {"colorDepth": "32", "exrCodec": "ZIPS"}, "shot_0001.exr"),
        ("scenes", "JPEG", {"colorMode": "RGB", "quality": 51.4}, "shot_0001.jpg"),
        ("scenes", "TIFF", {"colorMode": "BW", "colorDepth": "16", "tiffCodec": "LZW"}, "shot_0001.tif"),
    ],
)
def test_output_formats(
    farm: FarmDriver,
    which: str,
    output_format: str,
    settings: dict[str, Any],
    name: str,
    request: pytest.FixtureRequest,
) -> None:
    file = request.getfixturevalue(which) / "shot.blend"
    job = farm.rendered(file, outputFormat=output_format, outputSettings=settings, frameRanges=["1"])
    final = job["finalConfig"]
    assert final["outputFormat"] == output_format
    used = {field: round(value) if isinstance(value, float) else value for field, value in settings.items()}
    assert final["outputSettings"] | used == final["outputSettings"]
    output = farm.downloads(job["id"])["frameOutputs"][0]
    assert output["fileName"] == name
    preview = Image.open(io.BytesIO(fetch(job["previewUrl"])))
    assert (preview.format, preview.size) == ("JPEG", (32, 16))
    assert len(preview.convert("L").getcolors() or ()) > 10, "it shows nothing"
    if output_format != "OPEN_EXR_MULTILAYER":
        assert Image.open(io.BytesIO(fetch(output["url"]))).format == output_format


@pytest.mark.parametrize(
    ("which", "engine", "used"),
    [
        ("scenes", "BLENDER_EEVEE_NEXT", "BLENDER_EEVEE"),
        ("oldest_scenes", "BLENDER_EEVEE", "BLENDER_EEVEE_NEXT"),
    ],
)
def test_eevee_goes_by_the_name_it_has_in_that_blender(
    farm: FarmDriver, which: str, engine: str, used: str, request: pytest.FixtureRequest
) -> None:
    job_id = farm.analyzed(request.getfixturevalue(which) / "shot.blend")["id"]
    farm.start_render(job_id, renderEngine=engine, sampleCount=3)
    final = farm.wait(job_id, "rendering")["finalConfig"]
    # Without a GPU the picture itself takes long, and shows nothing about the name.
    farm.call("POST", f"/jobs/{job_id}/cancel")
    assert (final["renderEngine"], final["sampleCount"]) == (used, 3)


def test_a_scene_without_camera_fails(farm: FarmDriver, scenes: Path) -> None:
    job = farm.analyzed(scenes / "no_camera.blend")
    assert (job["status"], job["failedReason"]["type"]) == ("failed", "no_camera")


def test_what_is_no_blend_file_fails(farm: FarmDriver, tmp_path: Path) -> None:
    (tmp_path / "text.blend").write_text("This is not a scene.")
    (tmp_path / "text.zip").write_text("This is not an archive.")
    for name in ("text.blend", "text.zip"):
        job = farm.analyzed(tmp_path / name)
        assert (job["status"], job["failedReason"]["type"]) == ("failed", "bad_package")


def test_a_broken_blend_file_fails(farm: FarmDriver, scenes: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.blend"
    broken.write_bytes((scenes / "project" / "shot.blend").read_bytes()[:3000])
    job = farm.analyzed(broken)
    assert (job["status"], job["failedReason"]["type"]) == ("failed", "unreadable_file")


def test_frames_are_listed_while_it_renders_and_cancel_kills_blender(farm: FarmDriver, scenes: Path) -> None:
    job_id = farm.analyzed(scenes / "shot.blend")["id"]
    assert farm.call("GET", "/jobs/progress").json() == []
    assert farm.call("GET", f"/jobs/{job_id}/progress").json() == []
    assert farm.start_render(job_id, frameRanges=["1-2000"]).json()["status"] == "booting"
    farm.wait(job_id, "rendering")
    frames = until(lambda: farm.downloads(job_id)["frames"], "the first frame is listed")
    assert pixels(fetch(frames[0]))[0] == (32, 16)
    progress = farm.call("GET", f"/jobs/{job_id}/progress").json()
    assert progress["framesTotal"] == 2000 and progress["framesCompleted"] >= 1 and progress["percent"] > 0
    assert [entry["jobId"] for entry in farm.call("GET", "/jobs/progress").json()] == [job_id]

    assert children(farm.pid)
    assert farm.call("POST", f"/jobs/{job_id}/cancel").json()["status"] == "canceled"
    next_job = farm.rendered(scenes / "shot.blend", frameRanges=["1"])
    assert next_job["status"] == "completed", "the canceled render is out of the way"
    assert farm.wait(job_id, "canceled")["status"] == "canceled"
    assert farm.call("GET", "/jobs/progress").json() == []
    assert farm.downloads(job_id)["frames"], "what was rendered stays"
    assert farm.call("POST", f"/jobs/{job_id}/cancel").status_code == 400
    assert farm.call("POST", f"/jobs/{next_job['id']}/cancel").status_code == 400


def test_the_end_of_the_farm_is_the_end_of_its_blenders(scenes: Path) -> None:
    with running_farm() as own:
        job_id = own.analyzed(scenes / "slow.blend")["id"]
        own.start_render(job_id)
        own.wait(job_id, "rendering")
        blenders = children(own.pid)
        assert blenders
    assert not any(Path(f"/proc/{pid}").exists() for pid in blenders)


def test_a_crash_is_told_with_its_frame(farm: FarmDriver, scenes: Path) -> None:
    """In the two words that the API has for it; the log stays on the farm."""
    job_id = farm.analyzed(scenes / "slow.blend")["id"]
    farm.start_render(job_id, frameRanges=["7-9"])
    farm.wait(job_id, "rendering")
    begun = farm.home / "jobs" / job_id / "render" / "events.jsonl"
    until(lambda: '"begins"' in begun.read_text(), "the first frame begins")
    (pid,) = children(farm.pid)
    os.kill(pid, signal.SIGSEGV)
    reason = farm.wait(job_id, "failed")["failedReason"]
    assert reason == {"name": "Blender crashed while it rendered frame 7", "type": "blender_crashed"}


def test_without_a_blender_it_says_so_and_ends() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "local_farm"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert "no Blender" in done.stderr
    done = subprocess.run(
        [sys.executable, "-m", "local_farm", "--blender", f"5.2={sys.executable}"],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "no bpy module" in done.stderr


def children(pid: int) -> list[int]:
    """Give the processes that a process has started and that still run."""
    tasks = Path(f"/proc/{pid}/task")
    return [int(child) for task in tasks.iterdir() for child in (task / "children").read_text().split()]
