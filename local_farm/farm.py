# SPDX-License-Identifier: GPL-3.0-or-later
"""The farm behind the API: keeps uploads and jobs, and lets Blender validate and render them, one at a time."""

import asyncio
import itertools
import logging
import re
import secrets
import shutil
import time
import uuid
import zipfile
from collections.abc import Callable, Coroutine, Iterable
from pathlib import Path, PurePosixPath
from typing import Any

from . import blender_process
from .blender_process import BlenderFailed, Event
from .blender_versions import Blender, NoBlender, choose_blender, file_version
from .frame_ranges import frames_of, ranges_of
from .jobs import (
    RUNNING,
    Failure,
    Job,
    JobStatus,
    Output,
    Upload,
    begin_cancel,
    begin_render,
    begin_validation,
    new_job,
)
from .packages import BadPackage, Package, unpack
from .settings import Settings
from .signed_urls import URLSigner
from .store import Identity, Store

logger = logging.getLogger(__name__)

SCENE = "scene"
"""The file in a job's folder that says which .blend of the package is rendered."""


class Farm:
    """All uploads and jobs of one home. Everything here happens on one event loop, so that nothing needs a lock."""

    def __init__(
        self, settings: Settings, store: Store, identity: Identity, blenders: list[Blender], signer: URLSigner
    ) -> None:
        self.settings = settings
        self.identity = identity
        self.home = store.home
        self.blenders = blenders
        self.signer = signer
        self.store = store
        self.uploads = store.uploads
        self.jobs = store.jobs
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._validating = asyncio.Lock()
        self._rendering = asyncio.Lock()

    def go_on(self) -> None:
        """Start again what an earlier run of the farm left unfinished, oldest first."""
        for upload in self.uploads.values():
            if upload.size is not None and not upload.path.is_file():
                upload.size = None
        for part in (self.home / "uploads").glob("*.part"):
            part.unlink()
        for job in self.jobs.values():
            if job.status == JobStatus.VALIDATING:
                self._start(job, self._validate(job))
            elif job.status in RUNNING:
                job.forget_frames(_frames_without_files(job))
                logger.info("job %s goes on after %s frames", job.id, len(job.frames_done))
                self._start(job, self._render(job))

    def create_upload(self, file_name: str, file_type: str) -> Upload:
        """Make an upload target for a file that is still to come."""
        stem = re.sub(r"[^a-z0-9]+", "-", PurePosixPath(file_name).stem.lower()).strip("-")[:40] or "file"
        slug = f"{stem}-{secrets.token_hex(6)}"
        upload = Upload(slug, file_name, file_type, self.home / "uploads" / f"{slug}.{file_type}")
        self.uploads[slug] = upload
        self.store.keep_upload(upload)
        return upload

    def create_job(self, upload: Upload) -> Job:
        """Make a job of a complete upload. Raises WrongOrder."""
        job = new_job(upload, self.home / "jobs")
        self.jobs[job.id] = job
        self.store.keep_job(job)
        return job

    def validate(self, job: Job) -> None:
        """Start the validation. Raises WrongOrder."""
        begin_validation(job)
        self.store.keep_job(job)
        self._start(job, self._validate(job))

    def render(self, job: Job, config: dict[str, Any]) -> bool:
        """Start the render; True when it was started before. Raises WrongOrder."""
        is_replay = begin_render(job, config)
        if not is_replay:
            self.store.keep_job(job)
            self._start(job, self._render(job))
        return is_replay

    def cancel(self, job: Job) -> None:
        """Cancel the job and kill its Blender. Raises WrongOrder."""
        begin_cancel(job)
        self.store.keep_job(job)
        if task := self._tasks.get(job.id):
            task.cancel()

    async def close(self) -> None:
        """Kill every Blender and wait until they are gone."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _start(self, job: Job, work: Coroutine[Any, Any, None]) -> None:
        async def guarded() -> None:
            try:
                await work
            except BadPackage as error:
                job.fail(Failure(str(error), "bad_package"))
            except NoBlender as error:
                job.fail(Failure(str(error), "no_blender"))
            except BlenderFailed as error:
                job.fail(error.failure)
            except Exception as error:
                logger.exception("job %s", job.id)
                job.fail(Failure(f"{type(error).__name__}: {error}", "farm_error"))
            self.store.keep_job(job)

        task = asyncio.create_task(guarded())
        self._tasks[job.id] = task
        task.add_done_callback(lambda done: self._forget(job, done))

    def _forget(self, job: Job, task: asyncio.Task[None]) -> None:
        if self._tasks.get(job.id) is task:
            del self._tasks[job.id]

    async def _validate(self, job: Job) -> None:
        async with self._validating:
            package = await asyncio.to_thread(_unpack, job)
            job.analysis_id = str(uuid.uuid4())

            def on_event(event: Event) -> None:
                if event["event"] == "analysis":
                    job.analysis = event["analysis"]
                else:
                    _log_lacks(job, event)

            await self._run(job, "validate", package, {}, on_event)
            job.move_to(JobStatus.VALIDATED)

    async def _render(self, job: Job) -> None:
        async with self._rendering:
            if job.status != JobStatus.FINALIZING:
                await self._render_frames(job)
                job.move_to(JobStatus.FINALIZING)
                self.store.keep_job(job)
            for name, outputs in (("frames", job.frames), ("compositeNodes", job.node_files)):
                if outputs:
                    job.zips[name] = f"{name}.zip"
                    await asyncio.to_thread(_write_zip, job.folder, job.zips[name], list(outputs.values()))
            job.move_to(JobStatus.COMPLETED)

    async def _render_frames(self, job: Job) -> None:
        """Have Blender render the frames that are missing."""
        config = job.requested_config or {}
        outputs = _new_folder(job.folder, "outputs")
        request = {
            "config": config,
            "frames": frames_of(config.get("frameRanges", [])),
            "done": sorted(job.frames_done),
            "outputs": str(outputs),
        }
        begun = time.monotonic() - (job.render_seconds or 0.0)

        def on_event(event: Event) -> None:
            job.render_seconds = round(time.monotonic() - begun, 3)
            if event["event"] == "lacks":
                _log_lacks(job, event)
            elif event["event"] == "started":
                job.frames_total = len(event["frames"])
                job.final_config = _final_config(config, event["config"], event["frames"])
                job.move_to(JobStatus.RENDERING)
                self.store.keep_job(job)
            elif event["event"] == "frame":
                _take_frame(job, event, outputs)
                self.store.keep_frame(job, event["frame"])

        try:
            await self._run(job, "render", _unpacked(job), request, on_event)
        finally:
            job.render_seconds = round(time.monotonic() - begun, 3)

    async def _run(
        self, job: Job, command: str, package: Package, request: dict[str, Any], on_event: Callable[[Event], None]
    ) -> None:
        version = file_version(package.blend)
        if version is None:
            raise BadPackage(f"{package.blend.name} is not a .blend file")
        blender = choose_blender(self.blenders, version)
        common = {"blend": str(package.blend), "root": str(package.root), "strict": self.settings.strict}
        await blender_process.run(
            blender,
            command,
            request | common,
            _new_folder(job.folder, command),
            self.settings.blender_timeout,
            on_event,
        )


def _unpack(job: Job) -> Package:
    """Unpack the job's upload, anew when an earlier run of the farm was ended meanwhile, and note its scene."""
    folder = job.folder / "package"
    shutil.rmtree(folder, ignore_errors=True)
    package = unpack(job.upload.path, job.upload.file_name, folder)
    (job.folder / SCENE).write_text(package.blend.relative_to(folder).as_posix(), encoding="utf-8")
    return package


def _unpacked(job: Job) -> Package:
    folder = job.folder / "package"
    return Package(folder, folder / (job.folder / SCENE).read_text(encoding="utf-8"))


def _new_folder(parent: Path, name: str) -> Path:
    """Make a folder of this name, with a number when an earlier run of the farm has left one."""
    for number in itertools.count(1):
        folder = parent / (name if number == 1 else f"{name}-{number}")
        try:
            folder.mkdir()
        except FileExistsError:
            continue
        return folder
    raise AssertionError("numbers do not end")


def _frames_without_files(job: Job) -> set[int]:
    """Give the frames that have lost a file meanwhile."""
    outputs = (*job.frames.values(), *job.node_files.values())
    return {output.frame for output in outputs if not (job.folder / output.path).is_file()}


def _log_lacks(job: Job, event: Event) -> None:
    for sentence in event["missing"]:
        logger.warning("job %s lacks %s", job.id, sentence)
    for sentence in event["doubtful"]:
        logger.warning("job %s may lack %s", job.id, sentence)


def _take_frame(job: Job, event: Event, outputs: Path) -> None:
    """Put a frame's files into the job; what one of them replaces is known by its place among the outputs."""
    frame = event["frame"]
    for known, files in ((job.frames, event["files"]), (job.node_files, event["nodes"])):
        for file in files:
            path = Path(file["path"])
            known[path.relative_to(outputs).as_posix()] = Output(
                path=path.relative_to(job.folder).as_posix(),
                file_name=file["fileName"],
                frame=frame,
                view=file["view"],
                relative_path=file.get("relativePath"),
                node=file.get("compositeNodeName"),
            )
    if event["preview"]:
        job.preview = Path(event["preview"]).relative_to(job.folder).as_posix()
    job.frames_done.add(frame)
    job.move_to(JobStatus.RENDERING)


def _final_config(requested: dict[str, Any], used: dict[str, Any], frames: list[int]) -> dict[str, Any]:
    """Give what was really used; the farm renders on the CPU and does not count memory."""
    echoed = {name: requested[name] for name in ("notes", "minimumRam") if name in requested}
    return echoed | used | {"frameRanges": ranges_of(frames), "computeDeviceType": "NONE", "gpuCount": 0}


def _write_zip(folder: Path, name: str, outputs: Iterable[Output]) -> None:
    with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_STORED) as archive:
        for output in outputs:
            inside = f"{output.node}/{output.relative_path}" if output.node else output.file_name
            archive.write(folder / output.path, inside)
