# SPDX-License-Identifier: GPL-3.0-or-later
"""A farm that is stopped, or killed, and started again in the same home: it goes on where it was."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from renderjuice.tests.support.farm import blenders
from renderjuice.tests.support.waiting import PATIENCE, until
from renderjuice.tests.unit.local_farm.driver import KEY, ROOT, FarmDriver, running_farm

KILLED = -signal.SIGKILL
RUNNING = ("booting", "rendering", "finalizing")


def kill(farm: FarmDriver) -> list[int]:
    """End the farm as `kill -9` does; gives the Blenders that it had, once they are gone as well."""
    children = Path(f"/proc/{farm.pid}/task/{farm.pid}/children").read_text().split()
    os.kill(farm.pid, signal.SIGKILL)
    for pid in children:
        until(lambda pid=pid: not is_running(pid), f"Blender {pid} has ended with its farm")
    return [int(pid) for pid in children]


def is_running(pid: str) -> bool:
    """Tell whether a process is there and has not ended."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def frames_done(farm: FarmDriver, job_id: str) -> int:
    """Give how many frames of the job are rendered; 0 when it does not run."""
    progress: Any = farm.call("GET", f"/jobs/{job_id}/progress").json()
    return int(progress["framesCompleted"]) if progress else 0


def everything(farm: FarmDriver, job_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give the job and its downloads without what signs the URLs."""

    def unsigned(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: unsigned(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [unsigned(inner) for inner in value]
        return value.partition("?token=")[0] if isinstance(value, str) else value

    job = farm.call("GET", f"/jobs/{job_id}").json()["data"]
    return unsigned(job), unsigned(farm.downloads(job_id))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The farm's folder."""
    return tmp_path_factory.mktemp("kept")


def test_what_was_done_is_still_there(scenes: Path, folder: Path) -> None:
    """Also for clients: their URLs hold, and so does the order of the list."""
    with running_farm(folder=folder) as farm:
        done = farm.rendered(scenes / "zips" / "shot.zip")["id"]
        refused = farm.analyzed(scenes / "no_camera.blend")["id"]
        waiting = farm.analyzed(scenes / "shot.blend")["id"]
        canceled = farm.created(scenes / "shot.blend")
        farm.call("POST", f"/jobs/{canceled}/cancel")
        jobs = (done, refused, waiting, canceled)
        before = [everything(farm, job) for job in jobs]
        listed = [job["id"] for job in farm.call("GET", "/jobs").json()["jobs"]]
        arrived, coming = farm.upload_target("arrived.blend"), farm.upload_target("coming.blend")
        put = requests.put(arrived["uploadUrl"], data=b"here", timeout=PATIENCE)
        assert put.status_code == 200
        frame = farm.downloads(done)["frames"][0]
        picture = requests.get(frame, timeout=PATIENCE).content
        kept_storage = farm.storage_url
    with running_farm(folder=folder, port=0) as farm:
        assert [everything(farm, job) for job in jobs] == before
        assert [job["id"] for job in farm.call("GET", "/jobs").json()["jobs"]] == listed == [*reversed(jobs)]
        assert farm.storage_url == kept_storage
        assert requests.get(frame, timeout=PATIENCE).content == picture
        assert farm.call("POST", "/jobs", json={"slug": arrived["slug"]}).status_code == 200
        assert farm.call("POST", "/jobs", json={"slug": coming["slug"]}).status_code == 400
        assert requests.put(coming["uploadUrl"], data=b"now", timeout=PATIENCE).status_code == 200
        again = farm.start_render(done)
        assert (again.status_code, again.headers.get("X-Idempotent-Replay")) == (200, "true")
        assert farm.call("POST", f"/jobs/{refused}/validate").status_code == 400
        assert farm.start_render(waiting, frameRanges=["2"]).status_code == 200
        assert farm.wait(waiting, "completed")["finalConfig"]["frameRanges"] == ["2"]


@pytest.mark.parametrize("end", [kill, lambda farm: os.kill(farm.pid, signal.SIGTERM)], ids=["killed", "stopped"])
def test_a_render_goes_on_with_the_frames_that_are_missing(
    scenes: Path, tmp_path: Path, end: Callable[[FarmDriver], object]
) -> None:
    frames = [f"shot_{number:04}.png" for number in range(1, 13)]
    with running_farm(folder=tmp_path, ends_with=KILLED if end is kill else 0) as farm:
        job_id = farm.analyzed(scenes / "zips" / "shot.zip")["id"]
        farm.start_render(job_id, frameRanges=["1-12"], resolution=[320, 160], sampleCount=16)
        until(lambda: frames_done(farm, job_id) >= 2, "two frames are there")
        preview = farm.call("GET", f"/jobs/{job_id}").json()["data"]["previewUrl"]
        end(farm)
    made = {path: path.stat().st_mtime_ns for path in farm.home.glob(f"jobs/{job_id}/outputs/frames/*")}
    assert 2 <= len(made) < 24, "two views a frame"
    with running_farm(folder=tmp_path) as farm:
        job = farm.call("GET", f"/jobs/{job_id}").json()["data"]
        assert job["status"] in RUNNING
        assert job["previewUrl"].partition("?")[0] >= preview.partition("?")[0]
        assert frames_done(farm, job_id) >= 2 or job["status"] != "rendering"
        job = farm.wait(job_id, "completed")
        outputs = farm.downloads(job_id)["frameOutputs"]
        assert {path: path.stat().st_mtime_ns for path in made} == made
        assert [begun for begun in (2, 3) if (farm.home / f"jobs/{job_id}/render-{begun}").exists()] == [2]
        log = (farm.home / f"jobs/{job_id}/render-2/events.jsonl").read_text()
        assert '"begins", "frame": 1}' not in log and '"begins", "frame": 12}' in log
        assert {output["fileName"] for output in outputs} == {
            name.replace(".png", f"{view}.png") for name in frames for view in ("_L", "_R")
        }
        nodes = farm.downloads(job_id)["compositeNodeOutputs"]
        assert len(nodes) == len(outputs) == 24
        assert all(requests.get(output["url"], timeout=PATIENCE).status_code == 200 for output in (*outputs, *nodes))
        assert job["finalConfig"]["frameRanges"] == ["1-12"]


def test_a_frame_that_was_lost_meanwhile_is_rendered_again(scenes: Path, tmp_path: Path) -> None:
    with running_farm(folder=tmp_path, ends_with=KILLED) as farm:
        job_id = farm.analyzed(scenes / "shot.blend")["id"]
        farm.start_render(job_id, frameRanges=["1-400"])
        until(lambda: frames_done(farm, job_id) >= 3, "three frames are there")
        kill(farm)
    (farm.home / f"jobs/{job_id}/outputs/frames/shot_0002.png").unlink()
    with running_farm(folder=tmp_path) as farm:
        events = farm.home / f"jobs/{job_id}/render-2/events.jsonl"
        until(lambda: events.exists() and '"event": "frame", "frame": 2,' in events.read_text(), "it is there again")
        assert '"event": "frame", "frame": 1,' not in events.read_text()
        assert '"event": "frame", "frame": 3,' not in events.read_text()


def test_a_validation_begins_again(scenes: Path, tmp_path: Path) -> None:
    with running_farm(folder=tmp_path, ends_with=KILLED) as farm:
        job_id = farm.created(scenes / "zips" / "shot.zip")
        farm.call("POST", f"/jobs/{job_id}/validate")
        kill(farm)
    with running_farm(folder=tmp_path) as farm:
        assert farm.wait(job_id, "validated")["analysis"]["scene"] == "Scene"
        assert farm.start_render(job_id, frameRanges=["1"]).status_code == 200
        farm.wait(job_id, "completed")


def test_the_key_of_a_home_is_kept(tmp_path: Path) -> None:
    with running_farm(folder=tmp_path) as farm:
        assert (farm.home / "farm.sqlite").stat().st_mode & 0o077 == 0
    with running_farm(folder=tmp_path, api_key="") as farm:
        assert farm.call("GET", "/jobs").status_code == 200
        assert farm.call("GET", "/jobs", key="RJ-local-farm").status_code == 401
    with running_farm(folder=tmp_path, api_key="RJ-changed") as farm:
        assert farm.call("GET", "/jobs").status_code == 401
    with running_farm(folder=tmp_path, api_key="") as farm:
        assert farm.call("GET", "/jobs", key="RJ-changed").status_code == 200


@pytest.fixture(scope="module")
def sound_home(tmp_path_factory: pytest.TempPathFactory, scenes: Path) -> Path:
    """A home with a job in it."""
    folder = tmp_path_factory.mktemp("sound")
    with running_farm(folder=folder) as farm:
        farm.created(scenes / "shot.blend")
    return folder / "home"


@pytest.fixture
def home(sound_home: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return shutil.copytree(sound_home, tmp_path / "home")


def test_a_copy_of_a_home_goes_on(home: Path) -> None:
    with running_farm(folder=home.parent) as farm:
        assert len(farm.call("GET", "/jobs").json()["jobs"]) == 1


def cut(store: Path) -> None:
    """A disk that was full, or a copy that broke off."""
    store.write_bytes(store.read_bytes()[:9000])


def overwrite(store: Path) -> None:
    """Bytes in the middle that are not the store's."""
    content = bytearray(store.read_bytes())
    content[4096:12288] = b"\xff" * 8192
    store.write_bytes(content)


def empty(store: Path) -> None:
    """Nothing is left of it."""
    store.write_bytes(b"")


def change(sentence: str) -> Callable[[Path], None]:
    """Something that is sound for SQLite, and makes no sense for the farm."""

    def in_sqlite(store: Path) -> None:
        connection = sqlite3.connect(store)
        with connection:
            connection.execute(sentence)
        connection.close()

    return in_sqlite


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (cut, "is damaged and was left as it is"),
        (overwrite, "is damaged and was left as it is"),
        (empty, "is damaged and was left as it is"),
        (lambda store: store.write_text("no store at all " * 100), "is damaged and was left as it is"),
        (change("UPDATE job SET state = '{\"status\": \"dreaming\"}'"), "is damaged and was left as it is"),
        (change("UPDATE job SET state = 'rendering'"), "is damaged and was left as it is"),
        (change("DELETE FROM upload"), "is damaged and was left as it is"),
        (change("DROP TABLE output"), "is damaged and was left as it is"),
        (change("PRAGMA application_id = 7"), "is damaged and was left as it is"),
        (change("PRAGMA user_version = 1000"), "was written by a newer local farm"),
    ],
)  # fmt: skip
def test_a_damaged_store_is_told_and_left_alone(home: Path, damage: Callable[[Path], Any], words: str) -> None:
    store = home / "farm.sqlite"
    damage(store)
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    done = try_to_run(home)
    assert done.returncode == 2
    assert str(store) in done.stderr and words in done.stderr and "--home" in done.stderr
    assert "Traceback" not in done.stderr
    assert {path: path.read_bytes() for path in home.rglob("*") if path.is_file()} == before


def test_one_home_is_of_one_farm(tmp_path: Path) -> None:
    with running_farm(folder=tmp_path) as farm:
        done = try_to_run(farm.home)
        assert (done.returncode, "Another farm uses" in done.stderr) == (2, True), done.stderr
        assert farm.call("GET", "/jobs").status_code == 200


def try_to_run(home: Path) -> subprocess.CompletedProcess[str]:
    """Start a farm that has to say why it does not run."""
    version, program = next(iter(blenders().items()))
    command = [sys.executable, "-m", "local_farm", "--port", "0", "--home", home, "--api-key", KEY]
    command += ["--blender", f"{version}={program}"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
