# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts a real farm process and talks to it, in the plainest way: what the tests say is what goes over the wire."""

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from renderjuice.tests.support import farm
from renderjuice.tests.support.waiting import PATIENCE, until

ROOT = Path(__file__).resolve().parents[3]
KEY = "RJ-test-key"


@dataclass(frozen=True)
class FarmDriver:
    """A running farm."""

    api_url: str
    storage_url: str
    pid: int
    home: Path

    def call(self, method: str, path: str, *, key: str | None = KEY, **options: Any) -> requests.Response:
        """Make one call below the base path, or at `path` when that is a whole URL."""
        headers = {"Authorization": f"Bearer {key}"} if key is not None else {}
        headers |= options.pop("headers", {})
        url = path if path.startswith("http") else self.api_url + path
        return requests.request(method, url, headers=headers, timeout=PATIENCE, **options)

    def upload_target(self, name: str) -> dict[str, Any]:
        """Make an upload target for a file of that name."""
        answer = self.call("POST", "/uploads", json={"fileName": name, "fileType": name.rpartition(".")[2]})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def created(self, file: Path) -> str:
        """Upload the file and make a job of it; gives the job's id."""
        target = self.upload_target(file.name)
        with file.open("rb") as body:
            answer = requests.put(target["uploadUrl"], data=body, timeout=PATIENCE)
        assert answer.status_code == 200, answer.text
        answer = self.call("POST", "/jobs", json={"slug": target["slug"]})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    def analyzed(self, file: Path) -> dict[str, Any]:
        """Upload, create and validate; gives the job once it is validated or has failed."""
        job_id = self.created(file)
        assert self.call("POST", f"/jobs/{job_id}/validate").status_code == 200
        return self.wait(job_id, "validated", "failed")

    def start_render(self, job_id: str, **config: Any) -> requests.Response:
        """Start the render with the documented fields given."""
        body = {"requestedRenderConfig": {"colorManagementPreset": "default", **config}}
        return self.call("POST", f"/jobs/{job_id}/render", json=body)

    def rendered(self, file: Path, **config: Any) -> dict[str, Any]:
        """Do all of it; gives the job once it has completed or failed."""
        job = self.analyzed(file)
        assert job["status"] == "validated", job
        assert self.start_render(job["id"], **config).status_code == 200
        return self.wait(job["id"], "completed", "failed")

    def wait(self, job_id: str, *statuses: str) -> dict[str, Any]:
        """Ask for the job until it has one of the statuses."""

        def job_in_status() -> dict[str, Any] | None:
            job: dict[str, Any] = self.call("GET", f"/jobs/{job_id}").json()["data"]
            assert job["status"] in statuses or job["status"] not in {"failed", "canceled"}, job
            return job if job["status"] in statuses else None

        return until(job_in_status, f"job {job_id} is {' or '.join(statuses)}")

    def downloads(self, job_id: str) -> dict[str, Any]:
        """Give the job's downloads."""
        answer = self.call("GET", f"/jobs/{job_id}/downloads")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def lacks(self, job_id: str) -> list[str]:
        """Give what the farm's own log says about files that this job lacks."""
        lines = (self.home.parent / "output.log").read_text(encoding="utf-8").splitlines()
        return [line.partition(f" job {job_id} ")[2] for line in lines if f" job {job_id} " in line]

    def log(self) -> list[dict[str, Any]]:
        """Give the request log's entries."""
        return [json.loads(line) for line in (self.home / "requests.jsonl").read_text().splitlines()]


@contextlib.contextmanager
def running_farm(*options: str, **settings: Any) -> Iterator[FarmDriver]:
    """Run a farm with every Blender of this machine; `settings` as for the other tests' farm."""
    with farm.running_farm(farm.blenders(), *options, **{"api_key": KEY, **settings}) as running:
        yield FarmDriver(running.api_url, running.storage_url, running.pid, running.home)
