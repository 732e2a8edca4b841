# SPDX-License-Identifier: GPL-3.0-or-later
"""What the API answers with, as plain frozen data. `parse` makes them; signed URLs stay out of every repr."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .status import JobStatus as JobStatus


@dataclass(frozen=True)
class UploadTarget:
    """Where to PUT the scene. `upload_url` is a presigned URL: opaque, secret, and valid until `expires_at`."""

    upload_url: str = field(repr=False)
    slug: str
    expires_at: datetime | None = None


@dataclass(frozen=True)
class FailedReason:
    """Why a job failed, in the service's terms; either may be empty."""

    name: str
    type: str


@dataclass(frozen=True)
class Job:
    """One job of the farm. Everything but `id` may be missing from the answer.

    `normalized_seconds` is the render time in seconds, adjusted for GPU performance. `final_config` may differ
    from `requested_config`; the shapes of both, of `analysis` and of `scene_file` are documented nowhere.
    Times without a zone are taken as UTC. `raw` is the whole answer.
    """

    id: str
    status: str
    workspace_id: str = ""
    created_at: datetime | None = None
    updated_at: datetime | None = None
    user_id: str | None = None
    root_folder_id: str | None = None
    normalized_seconds: float | None = None
    preview_url: str | None = field(default=None, repr=False)
    failed_reason: FailedReason | None = None
    requested_config: Any = None
    final_config: Any = None
    output_deleted: bool = False
    is_analysis_skipped: bool = False
    analysis_id: str | None = None
    analysis: Any = field(default=None, repr=False)
    scene_file: Any = field(default=None, repr=False)
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def is_finished(self) -> bool:
        """Whether nothing will change any more. Unknown statuses count as running."""
        return self.status in JobStatus.FINISHED


@dataclass(frozen=True)
class JobPage:
    """One page of the list of jobs; `page` counts from 1."""

    jobs: tuple[Job, ...]
    page: int
    page_size: int
    total: int
    total_pages: int


@dataclass(frozen=True)
class RenderStart:
    """The answer to a start of the render. `replayed`: it had been started before, nothing new was begun."""

    job: Job
    replayed: bool


@dataclass(frozen=True)
class Progress:
    """The counters of a running job, as far as they can be recognised: their names are documented nowhere.

    `fraction` is 0 to 1. All None means: running, but nobody knows how far.
    """

    job_id: str | None
    frames_done: int | None
    frames_total: int | None
    fraction: float | None
    raw: Any = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class OutputFile:
    """One file to download. `file_name` and `relative_path` come from outside: never use them as paths unchecked.

    `url` is signed and expires. `view` is the stereo or multi-view view, `composite_node_name` the File Output node.
    `legacy`: as the service says, and True where only the list without names was there.
    """

    url: str = field(repr=False)
    file_name: str | None = None
    view: str | None = None
    legacy: bool = False
    relative_path: str | None = None
    composite_node_name: str | None = None


@dataclass(frozen=True)
class Downloads:
    """What a job has to download so far; empty lists while there is nothing. The zips are signed URLs."""

    frames: tuple[OutputFile, ...] = ()
    composite_nodes: tuple[OutputFile, ...] = ()
    frames_zip: str | None = field(default=None, repr=False)
    composite_nodes_zip: str | None = field(default=None, repr=False)
    raw: Any = field(default=None, repr=False, compare=False)
