# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the worker stand on: a real farm with a real Blender, and an artist with a home and a worker."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from renderjuice.api.render_config import RenderConfig
from renderjuice.jobs import credentials
from renderjuice.jobs.client.session import Session
from renderjuice.jobs.home import Home
from renderjuice.jobs.records import FINAL_STAGES, JobRecord, Setting, Stage, Submission, Wish
from renderjuice.package_layout.file_states import state_of
from renderjuice.package_layout.manifest import Manifest, write_manifest
from renderjuice.package_layout.path_use import PathForm, PathUse
from renderjuice.tests.support import farm
from renderjuice.tests.support.farm import PACE
from renderjuice.tests.support.waiting import PATIENCE, until

ROOT = Path(__file__).resolve().parents[3]
KEY = "RJ-test-key-of-the-jobs"


@dataclass(frozen=True)
class Farm:
    """A running farm. `home` holds its request log."""

    api_url: str
    storage_url: str
    pid: int
    home: Path

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """A call of another client with the same key."""
        headers = {"Authorization": f"Bearer {KEY}"}
        return requests.request(method, self.api_url + path, headers=headers, timeout=PATIENCE, **options)

    def job(self, remote_id: str | None) -> dict[str, Any]:
        """The job as the farm has it."""
        answer: dict[str, Any] = self.call("GET", f"/jobs/{remote_id}").json()
        return dict(answer["data"])

    def log(self) -> list[dict[str, Any]]:
        """All requests that were answered so far."""
        return [json.loads(line) for line in (self.home / "requests.jsonl").read_text().splitlines()]

    def violations(self) -> str:
        """The rules that clients broke; empty in a good life."""
        return (self.home / "violations.jsonl").read_text()

    def jobs_of(self, file_name: str) -> list[dict[str, Any]]:
        """The jobs that were made of uploads of that name."""
        listed = self.call("GET", "/jobs", params={"pageSize": 100}).json()["jobs"]
        return [job for job in listed if job["sceneFile"]["fileName"] == file_name]

    def renders_of(self, file_name: str) -> int:
        """How often Blender was started to render uploads of that name: each time leaves a log in a job's folder."""
        folders = (self.home / "jobs" / str(job["id"]) for job in self.jobs_of(file_name))
        return sum((folder / "render" / "blender.log").exists() for folder in folders)

    def blender_pids(self) -> list[int]:
        """The Blenders at work, children of the farm's process."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return [int(pid) for pid in children]


@contextlib.contextmanager
def running_farm() -> Iterator[Farm]:
    """Run a farm with one Blender, the newest there is."""
    version, program = next(iter(farm.blenders().items()))
    with farm.running_farm({version: program}, api_key=KEY) as running:
        yield Farm(running.api_url, running.storage_url, running.pid, running.home)


def is_running(pid: int) -> bool:
    """True while a process is there; one that only waits for its parent to notice its end is not."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    # the first thread may have ended before the others, which still hold the files
    return "\nState:\tZ" not in status or "\nThreads:\t1\n" not in status


class Artist:
    """Somebody with a Blender: a folder for projects, the extension's home in it, and a session at its journal."""

    def __init__(self, folder: Path, api_url: str, *, key: str = KEY, pace: float = PACE, home: Path | None = None):
        self.folder = folder
        self.right_key = KEY
        self.api_url = api_url
        self.pace = pace
        self.home = Home(home or folder / "home")
        self.session = Session(self.home, python=sys.executable, pace=pace)
        if key:
            credentials.store_key(self.home.credentials, api_url, key)
        self._known_pids: set[int] = set()

    def restart(self, on_quit: str = "KEEP") -> None:
        """Quit Blender and start it again."""
        self.session.close(on_quit)
        self.reopen()

    def reopen(self) -> None:
        """Start Blender again."""
        self.session = Session(self.home, python=sys.executable, pace=self.pace)

    def submission(
        self,
        blend: Path,
        *,
        files: Sequence[Path] = (),
        frames: Sequence[int] = (1,),
        output_dir: Path | None = None,
        config: RenderConfig | None = None,
        api_url: str | None = None,
    ) -> Submission:
        """A submission of a .blend, with snapshot and manifest where the operator puts them.

        `files` are reached by relative paths.
        """
        job_id = uuid.uuid4().hex
        snapshot = self.home.create_submission(job_id) / "snapshot" / blend.name
        snapshot.parent.mkdir()
        shutil.copyfile(blend, snapshot)
        uses = (
            PathUse(blend, f"//{os.path.relpath(file, blend.parent)}", file, (file,), PathForm.RELATIVE)
            for file in files
        )
        states = {file: state_of(file) for file in files}
        write_manifest(self.home.submission(job_id), Manifest(tuple(uses), states=states))
        ranges = tuple(str(frame) for frame in frames)
        return Submission(
            job_id=job_id,
            name=blend.stem,
            scene="Scene",
            blend=blend,
            snapshot=snapshot,
            frames=tuple(frames),
            config=config or RenderConfig(frame_ranges=ranges, render_engine="CYCLES", sample_count=1),
            output_dir=output_dir or self.folder / f"frames-{job_id[:8]}",
            api_url=api_url or self.api_url,
        )

    def submit(self, blend: Path, **options: Any) -> str:
        """Hand a .blend to the worker; gives the job's id."""
        submission = self.submission(blend, **options)
        self.session.journal.add(submission)
        self.session.ensure_worker(submission.api_url)
        return submission.job_id

    def wish(self, kind: Wish, job_id: str = "", argument: str = "") -> None:
        """Ask the worker for something."""
        self.session.wish(kind, self.api_url, job_id, argument)

    def job(self, job_id: str) -> JobRecord:
        """The job as the journal has it."""
        return self.session.journal.job(job_id)

    def until(self, job_id: str, *stages: Stage, where: Callable[[JobRecord], bool] | None = None) -> JobRecord:
        """Wait for a stage, and for what `where` says; an end that nobody waits for fails the test."""

        def look() -> JobRecord | None:
            self.session.keep_worker(self.api_url)
            # in this order: a wish is struck off together with the change that it brings
            wishes = [wish for wish in self.session.journal.wishes() if wish.job_id == job_id]
            job = self.job(job_id)
            if any(wish.kind is not Wish.CANCEL for wish in wishes):
                return None
            if (not stages or job.stage in stages) and (where is None or where(job)):
                return job
            assert wishes or job.stage not in FINAL_STAGES, (job.stage, job.failure, self.log())
            return None

        return until(look, f"the job {job_id} is {stages}, and not {self.job(job_id)}")

    def ends(self, job_id: str, stage: Stage = Stage.DONE) -> JobRecord:
        """Wait until a job has ended in that stage."""
        return self.until(job_id, stage)

    def fails(self, job_id: str, kind: str) -> JobRecord:
        """Wait until a job has failed for that reason."""
        job = self.until(job_id, Stage.FAILED)
        assert job.failure is not None
        assert job.failure.kind == kind, job.failure
        return job

    def frames(self, job_id: str) -> list[str]:
        """The names of all files in the job's output folder and below, without hidden ones."""
        folder = self.job(job_id).output_dir
        files = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
        return sorted(path.as_posix() for path in files if not path.name.startswith("."))

    def worker_pid(self) -> int:
        """The process id that the worker wrote down, 0 when there is none or it has gone."""
        text = self.session.journal.setting(Setting.WORKER)
        pid = int(text) if text.isdigit() else 0
        self._known_pids.add(pid)
        return pid if pid and is_running(pid) else 0

    def running_worker(self) -> int:
        """The worker's process id, once it is there."""
        return until(self.worker_pid, "the worker is there")

    def kill_worker(self) -> None:
        """End the worker as `kill -9` does, and wait until it has gone."""
        pid = self.running_worker()
        os.kill(pid, signal.SIGKILL)
        until(lambda: not is_running(pid), "the worker is dead")

    def log(self) -> str:
        """The worker's log and what it said before."""
        files = (self.home.worker_log, self.home.worker_errors)
        return "\n".join(path.read_text() for path in files if path.exists())

    @staticmethod
    def put(url: str, path: Path) -> None:
        """Upload a file as another client does."""
        with path.open("rb") as body:
            assert requests.put(url, data=body, timeout=PATIENCE).status_code == 200

    def close(self) -> None:
        """Quit Blender with everything stopped, and see to it that no worker stays behind."""
        pid = self.worker_pid()
        with contextlib.suppress(Exception):
            self.session.close("STOP")
        if pid:
            os.kill(pid, signal.SIGTERM)
            deadline = time.monotonic() + 5
            while is_running(pid) and time.monotonic() < deadline:
                time.sleep(0.02)
            if is_running(pid):
                os.kill(pid, signal.SIGKILL)
