# SPDX-License-Identifier: GPL-3.0-or-later
"""Uploads and jobs as the farm keeps them, and the order in which a job may go through its states."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any


class JobStatus(StrEnum):
    """The states that the API documents; this farm has no use for `debugging` and `suspended`."""

    CREATED = "created"
    VALIDATING = "validating"
    VALIDATED = "validated"
    DEBUGGING = "debugging"
    BOOTING = "booting"
    RENDERING = "rendering"
    FINALIZING = "finalizing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELED = "canceled"
    SUSPENDED = "suspended"


FINISHED = frozenset({JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELED})
RUNNING = frozenset({JobStatus.BOOTING, JobStatus.RENDERING, JobStatus.FINALIZING})


class WrongOrder(Exception):
    """A call that the job's state does not allow; the text says which state that is."""


@dataclass
class Upload:
    """An upload target; `size` in bytes is None until the file has arrived."""

    slug: str
    file_name: str
    file_type: str
    path: Path
    size: int | None = None
    is_used: bool = False


@dataclass(frozen=True)
class Output:
    """One file that Blender wrote for a frame: its path in the job's folder, and its names.

    `relative_path` and `node` are there for File Output nodes only.
    """

    path: str
    file_name: str
    frame: int
    view: str | None = None
    relative_path: str | None = None
    node: str | None = None


@dataclass(frozen=True)
class Failure:
    """Why a job failed: a sentence, and what kind of reason it is."""

    name: str
    type: str


@dataclass
class Job:
    """One job. Times are UTC; `frames_total` is None until Blender has said how many there are.

    `preview` is a small picture of the newest frame; it, the outputs and the zips are named from the job's folder.
    Outputs are known by their place: a file that Blender wrote anew takes the former one's.
    """

    upload: Upload
    folder: Path
    id: str
    status: JobStatus = JobStatus.CREATED
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    updated_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    failure: Failure | None = None
    analysis_id: str | None = None
    analysis: dict[str, Any] | None = None
    requested_config: dict[str, Any] | None = None
    final_config: dict[str, Any] | None = None
    frames_done: set[int] = field(default_factory=set)
    frames_total: int | None = None
    render_seconds: float | None = None
    frames: dict[str, Output] = field(default_factory=dict)
    node_files: dict[str, Output] = field(default_factory=dict)
    zips: dict[str, str] = field(default_factory=dict)
    preview: str | None = None

    def move_to(self, status: JobStatus) -> None:
        """Change the state; a finished job stays as it is."""
        if self.status in FINISHED:
            return
        self.status = status
        self.updated_at = datetime.now(UTC)

    def fail(self, failure: Failure) -> None:
        """End the job with a reason, unless it has ended already."""
        if self.status not in FINISHED:
            self.failure = failure
            self.move_to(JobStatus.FAILED)

    def forget_frames(self, frames: Collection[int]) -> None:
        """Take these frames for not rendered, and their files for not there."""
        self.frames_done.difference_update(frames)
        for known in (self.frames, self.node_files):
            for place in [place for place, output in known.items() if output.frame in frames]:
                del known[place]


def new_job(upload: Upload, folder: Path) -> Job:
    """Make a job in the state `created`. Raises WrongOrder when the upload has not arrived."""
    if upload.size is None:
        raise WrongOrder(f"the upload {upload.slug!r} is not complete: PUT the file first")
    upload.is_used = True
    job_id = str(uuid.uuid4())
    return Job(upload=upload, folder=folder / job_id, id=job_id)


def begin_validation(job: Job) -> None:
    """From `created` to `validating`. Raises WrongOrder."""
    if job.status != JobStatus.CREATED:
        raise WrongOrder(f"a job can be validated once, from the status 'created'; this one is {job.status.value!r}")
    job.move_to(JobStatus.VALIDATING)


def begin_render(job: Job, config: dict[str, Any]) -> bool:
    """From `validated` to `booting`; True when the same render was started before. Raises WrongOrder."""
    if job.requested_config is not None:
        if job.requested_config != config:
            raise WrongOrder("the render of this job was started with another requestedRenderConfig")
        return True
    if job.status != JobStatus.VALIDATED:
        raise WrongOrder(f"a job can be rendered once it is 'validated'; this one is {job.status.value!r}")
    job.requested_config = config
    job.move_to(JobStatus.BOOTING)
    return False


def begin_cancel(job: Job) -> None:
    """From any unfinished state to `canceled`. Raises WrongOrder."""
    if job.status in FINISHED:
        raise WrongOrder(f"a job that is {job.status.value!r} cannot be canceled")
    job.move_to(JobStatus.CANCELED)
