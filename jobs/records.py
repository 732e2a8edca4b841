# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows of the journal as plain data: a job, why it stopped, and what was asked of the worker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from ..api.frame_ranges import count_frames
from ..api.render_config import RenderConfig
from ..messages.message import NO_MESSAGE, Message, sentences


class Stage(StrEnum):
    """Where a job is. Each value before DONE is also the name of what the worker does next."""

    PACKAGING = "packaging"
    UPLOADING = "uploading"
    CREATING = "creating"
    VALIDATING = "validating"
    STARTING = "starting"
    RENDERING = "rendering"
    DOWNLOADING = "downloading"
    DONE = "done"
    FAILED = "failed"
    CANCELED = "canceled"

    @property
    def is_final(self) -> bool:
        """True when the worker has nothing left to do for the job."""
        return self in FINAL_STAGES

    @property
    def words(self) -> Message:
        """The stage inside a sentence for the artist."""
        return STAGE_WORDS[self]


STAGE_WORDS = {
    Stage.PACKAGING: Message("packaging"),
    Stage.UPLOADING: Message("uploading"),
    Stage.CREATING: Message("creating"),
    Stage.VALIDATING: Message("validating"),
    Stage.STARTING: Message("starting"),
    Stage.RENDERING: Message("rendering"),
    Stage.DOWNLOADING: Message("downloading"),
    Stage.DONE: Message("done"),
    Stage.FAILED: Message("failed"),
    Stage.CANCELED: Message("canceled"),
}
FINAL_STAGES = frozenset({Stage.DONE, Stage.FAILED, Stage.CANCELED})
SENDING_STAGES = frozenset({Stage.PACKAGING, Stage.UPLOADING, Stage.CREATING, Stage.VALIDATING, Stage.STARTING})
"""The stages after which the farm renders on its own, with or without this computer."""


class Wish(StrEnum):
    """What Blender asks of the worker. LOOK: find out what is left of a job on this computer."""

    CANCEL = "cancel"
    RETRY = "retry"
    DOWNLOAD = "download"
    REFRESH = "refresh"
    TEST_CONNECTION = "test_connection"
    LOOK = "look"


class Setting(StrEnum):
    """The names of the journal's settings."""

    WORKER = "worker"
    ON_QUIT = "on_quit"
    WORKER_KEY = "worker_key"
    ONLINE_ACCESS = "online_access"
    CONNECTION = "connection"
    ANSWERED = "answered"


WORKER_STARTING, WORKER_GONE = "starting", "gone"
"""What the setting WORKER says while there is no process id to tell."""


class FailureKind(StrEnum):
    """Why a job stopped, for whoever decides what a retry does. The values are in journals: never change one."""

    WRONG_KEY = "wrong_key"
    NO_KEY = "no_key"
    NOT_FOUND = "not_found"
    REFUSED = "refused"
    RATE_LIMITED = "rate_limited"
    SERVICE_DOWN = "service_down"
    UNREACHABLE = "unreachable"
    CERTIFICATE_REJECTED = "certificate_rejected"
    TIMED_OUT = "timed_out"
    UNEXPECTED_ANSWER = "unexpected_answer"
    UPLOAD_URL_EXPIRED = "upload_urlexpired"
    DOWNLOAD_URL_EXPIRED = "download_urlexpired"
    STORAGE_REFUSED = "storage_refused"
    INSECURE_ADDRESS = "insecure_address"
    CONTENT_CHANGED = "content_changed"
    SERVICE_TROUBLE = "renderjuice_error"
    DAMAGED_FILE = "damaged_file"
    PACKAGE_ERROR = "package_error"
    FILES_CHANGED = "files_changed"
    NOTHING_LEFT = "nothing_left"
    DISK_FULL = "disk_full"
    NAME_TAKEN = "name_taken"
    NOT_WRITABLE = "not_writable"
    DISK_ERROR = "disk_error"
    FRAMES_MISSING = "frames_missing"
    VALIDATION_FAILED = "validation_failed"
    RENDER_FAILED = "render_failed"
    CANCELED = "canceled"
    CANCELED_ELSEWHERE = "canceled_elsewhere"
    DOWNLOAD_CANCELED = "download_canceled"
    UNEXPECTED = "unexpected"
    UNKNOWN = "unknown"

    @classmethod
    def _missing_(cls, _value: object) -> FailureKind:
        """A kind that only another version of the extension knows."""
        return cls.UNKNOWN


@dataclass(frozen=True)
class Failure:
    """Why a job stopped: for the artist (`message`, `next_step`) and for the support bundle (`detail`).

    `stage` is where the job was, and where a retry goes on.
    """

    kind: FailureKind
    message: Message
    next_step: Message = NO_MESSAGE
    detail: str = ""
    stage: Stage = Stage.PACKAGING

    @property
    def sentence(self) -> Message:
        """What happened and what to do next, in one line."""
        return sentences(self.message, self.next_step)


NO_CONNECTION = frozenset({FailureKind.UNREACHABLE, FailureKind.TIMED_OUT})
"""What a job without a connection waits for."""
NOTHING_LEFT = Failure(
    FailureKind.NOTHING_LEFT,
    Message("What was sent is not on this computer any more."),
    Message("Submit the scene again."),
)


@dataclass(frozen=True)
class Submission:
    """What Blender hands over: the snapshot and what to render.

    `blend` is where the artist's file lies (or would lie): relative paths count from its folder. `snapshot` is the
    saved copy; what else belongs into the package is in the manifest beside it. `config` says what the farm is asked.
    """

    job_id: str
    name: str
    scene: str
    blend: Path
    snapshot: Path
    frames: tuple[int, ...]
    config: RenderConfig
    output_dir: Path
    api_url: str
    notes: tuple[Message, ...] = ()


@dataclass(frozen=True)
class OnDisk:
    """What was left of a job on this computer: how many frames, and whether a retry had anything to go on with."""

    frames: int
    can_go_on: bool


@dataclass(frozen=True)
class JobRecord:
    """One job as the journal has it.

    `bytes_done` and `bytes_total` are of the packing or the upload that `stage` names. Once the farm renders,
    `bytes_done` counts the bytes of its files that are here, also of unfinished parts, and `bytes_total` is unknown: 0.
    `preview` is the farm's thumbnail: a PNG, JPEG or WebP whose file name changes with the picture.
    `done` is when all frames were here for the first time: the job stays done from then on, and the `failure` of a job
    that is done is that of a later download. It is 0 where nobody noted the time.
    `render_seconds` is what each job on the farm took, adjusted for GPU performance, by its id there.
    `trouble_kind` says what kind of error `trouble` speaks of.
    `on_disk` is what the worker found when it looked, None when the job has changed since then.
    """

    id: str
    revision: int
    created: float
    name: str
    scene: str
    blend: Path
    snapshot: Path
    frames: tuple[int, ...]
    config: RenderConfig
    output_dir: Path
    api_url: str
    stage: Stage
    package: Path | None = None
    slug: str | None = None
    create_intent: float | None = None
    remote_id: str | None = None
    former_remote_ids: tuple[str, ...] = ()
    status: str = ""
    bytes_done: int = 0
    bytes_total: int = 0
    frames_rendered: int | None = None
    frames_listed: int = 0
    frames_downloaded: int = 0
    final_config: Any = None
    trouble: Message = NO_MESSAGE
    failure: Failure | None = None
    notes: tuple[Message, ...] = ()
    preview: Path | None = None
    done: float | None = None
    render_seconds: Mapping[str, float] = field(default_factory=dict)
    trouble_kind: FailureKind = FailureKind.UNKNOWN
    on_disk: OnDisk | None = None

    @property
    def is_live(self) -> bool:
        """True while the worker has something to do for this job."""
        return not self.stage.is_final

    @property
    def is_unconnected(self) -> bool:
        """True while the job waits for a connection to the service."""
        return self.is_live and bool(self.trouble) and self.trouble_kind in NO_CONNECTION

    @property
    def can_go_on(self) -> bool:
        """True while something is left of what was sent, on this computer or on the farm."""
        is_here = self.snapshot.is_file() or (self.package is not None and self.package.is_file())
        return bool(self.slug or self.remote_id or is_here)

    @property
    def frames_ready(self) -> int:
        """Rendered frames: what the service said last, after those of earlier orders; at least those that are here."""
        rendered = self.frames_before + self.frames_rendered if self.frames_rendered is not None else 0
        return min(len(self.frames), max(rendered, self.frames_downloaded))

    @property
    def frames_before(self) -> int:
        """Frames that were here when the rest was ordered again."""
        ordered = count_frames(self.config.frame_ranges) if self.config.frame_ranges else len(self.frames)
        return max(0, len(self.frames) - ordered)

    @property
    def fraction(self) -> float | None:
        """How much of the present stage is done, 0 to 1. None means that it is not known."""
        if self.stage in (Stage.PACKAGING, Stage.UPLOADING):
            return min(1.0, self.bytes_done / self.bytes_total) if self.bytes_total else None
        if self.stage is Stage.RENDERING and self.frames_rendered is not None:
            return min(1.0, self.frames_ready / max(1, len(self.frames)))
        if self.stage is Stage.DOWNLOADING and self.frames_listed:
            return min(1.0, self.frames_downloaded / self.frames_listed)
        return 1.0 if self.stage is Stage.DONE else None


@dataclass(frozen=True)
class WishRecord:
    """One wish, oldest first in the journal; `job_id` is empty when it concerns no single job."""

    id: int
    kind: Wish
    job_id: str
    argument: str


@dataclass(frozen=True)
class OutputRecord:
    """A file that a job wrote, with the size and time (ns) by which it is recognised.

    `name` is its place below the output folder, `source` the text of its `OutputSource`.
    """

    job_id: str
    name: str
    path: Path
    size: int
    modified_ns: int
    source: str = ""
