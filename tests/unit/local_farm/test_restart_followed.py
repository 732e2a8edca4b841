# SPDX-License-Identifier: GPL-3.0-or-later
"""A job of the extension, followed by its worker, while the farm is killed and started again."""

import os
import shutil
import signal
import socket
from contextlib import closing
from pathlib import Path

from renderjuice.api.render_config import RenderConfig
from renderjuice.jobs.records import Stage
from renderjuice.tests.support.waiting import until
from renderjuice.tests.unit.jobs.artist import Artist
from renderjuice.tests.unit.local_farm.driver import KEY, FarmDriver, running_farm

KILLED = -signal.SIGKILL
FRAMES = tuple(range(1, 13))
CONFIG = RenderConfig(frame_ranges=("1-12",), render_engine="CYCLES", sample_count=16, resolution=(320, 160))


def test_the_worker_follows_a_job_over_two_ends_of_the_farm(scenes: Path, tmp_path: Path) -> None:
    """Once while it is validated, once while it is rendered. Nothing is sent or rendered twice."""
    blend, folder = tmp_path / "followed.blend", tmp_path / "farm"
    shutil.copyfile(scenes / "shot.blend", blend)
    folder.mkdir()
    port = free_port()
    with closing(Artist(tmp_path, f"http://127.0.0.1:{port}/api/external/v1", key=KEY)) as artist:
        with running_farm(folder=folder, port=port, ends_with=KILLED) as farm:
            job_id = artist.submit(blend, frames=FRAMES, config=CONFIG)
            remote_id = artist.until(job_id, Stage.VALIDATING).remote_id
            assert remote_id is not None
            until(lambda: status(farm, remote_id) == "validating", "it is validated")
            os.kill(farm.pid, signal.SIGKILL)
            artist.until(job_id, Stage.VALIDATING, where=lambda job: bool(job.trouble))
        with running_farm(folder=folder, port=port, ends_with=KILLED) as farm:
            artist.until(job_id, Stage.RENDERING, Stage.DOWNLOADING, where=lambda job: not job.trouble)
            until(lambda: len(artist.frames(job_id)) >= 2, "two frames are here")
            os.kill(farm.pid, signal.SIGKILL)
            output_dir = artist.until(job_id, where=lambda job: bool(job.trouble)).output_dir
        here = {path: path.stat().st_mtime_ns for path in output_dir.glob("*.png")}
        assert 2 <= len(here) < len(FRAMES)
        with running_farm(folder=folder, port=port) as farm:
            job = artist.ends(job_id)
            assert artist.frames(job_id) == [f"shot_{frame:04}.png" for frame in FRAMES]
            assert {path: path.stat().st_mtime_ns for path in here} == here
            assert (job.remote_id, job.former_remote_ids, job.notes) == (remote_id, (), ())
            assert [made["id"] for made in farm.call("GET", "/jobs").json()["jobs"]] == [remote_id]
            assert len(list((farm.home / "uploads").iterdir())) == 1
            logs = (farm.home / "jobs" / remote_id).glob("render*/events.jsonl")
            begun = sum(log.read_text().count('"begins"') for log in logs)
            assert begun - len(FRAMES) in (0, 1), "only a frame that was not done is rendered again"


def status(farm: FarmDriver, remote_id: str) -> str:
    """Give the job's status on the farm."""
    return str(farm.call("GET", f"/jobs/{remote_id}").json()["data"]["status"])


def free_port() -> int:
    """Give a port that nobody has."""
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
