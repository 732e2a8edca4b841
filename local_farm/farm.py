# SPDX-License-Identifier: GPL-3.0-or-later
"""The farm behind the API: keeps uploads and jobs, and lets Blender validate and render them, one at a time."""

import asyncio
import logging
import re
import secrets
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
from .jobs import Failure, Job, JobStatus, Output, Upload, begin_cancel, begin_render, begin_validation, new_job
from .packages import BadPackage, Package, unpack
from .settings import Settings
from .signed_urls import URLSigner

logger = logging.getLogger(__name__)


class Farm:
    """All uploads and jobs of one run. Everything here happens on one event loop, so that nothing needs a lock."""

    def __init__(self, settings: Settings, home: Path, blenders: list[Blender], signer: URLSigner) -> None:
        self.settings = settings
        self.home = home.resolve()
        self.blenders = blenders
        self.signer = signer
        self.uploads: dict[str, Upload] = {}
        self.jobs: dict[str, Job] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._validating = asyncio.Lock()
        self._rendering = asyncio.Lock()
        for name in ("uploads", "jobs"):
            (self.home / name).mkdir(parents=True, exist_ok=True)

    def create_upload(self, file_name: str, file_type: str) -> Upload:
        """Make an upload target for a file that is still to come."""
        stem = re.sub(r"[^a-z0-9]+", "-", PurePosixPath(file_name).stem.lower()).strip("-")[:40] or "file"
        slug = f"{stem}-{secrets.token_hex(6)}"
        upload = Upload(slug, file_name, file_type, self.home / "uploads" / f"{slug}.{file_type}")
        self.uploads[slug] = upload
        return upload

    def create_job(self, upload: Upload) -> Job:
        """Make a job of a complete upload. Raises WrongOrder."""
        job = new_job(upload, self.home / "jobs")
        self.jobs[job.id] = job
        return job

    def validate(self, job: Job) -> None:
        """Start the validation. Raises WrongOrder."""
        begin_validation(job)
        self._start(job, self._validate(job))

    def render(self, job: Job, config: dict[str, Any]) -> bool:
        """Start the render; True when it was started before. Raises WrongOrder."""
        is_replay = begin_render(job, config)
        if not is_replay:
            self._start(job, self._render(job))
        return is_replay

    def cancel(self, job: Job) -> None:
        """Cancel the job and kill its Blender. Raises WrongOrder."""
        begin_cancel(job)
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

        task = asyncio.create_task(guarded())
        self._tasks[job.id] = task
        task.add_done_callback(lambda done: self._forget(job, done))

    def _forget(self, job: Job, task: asyncio.Task[None]) -> None:
        if self._tasks.get(job.id) is task:
            del self._tasks[job.id]

    async def _validate(self, job: Job) -> None:
        async with self._validating:
            package = await asyncio.to_thread(unpack, job.upload.path, job.upload.file_name, job.folder / "package")
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
            config = job.requested_config or {}
            request = {
                "config": config,
                "frames": frames_of(config.get("frameRanges", [])),
                "outputs": str(job.folder / "outputs"),
            }
            package = Package(job.folder / "package", Path((job.folder / "scene").read_text(encoding="utf-8")))
            begun = time.monotonic()
            try:
                await self._run(job, "render", package, request, lambda event: _on_render_event(job, event))
            finally:
                job.render_seconds = round(time.monotonic() - begun, 3)
            job.move_to(JobStatus.FINALIZING)
            for name, outputs in (("frames", job.frames), ("compositeNodes", job.node_files)):
                if outputs:
                    target = job.folder / f"{name}.zip"
                    await asyncio.to_thread(_write_zip, target, list(outputs.values()))
                    job.zips[name] = target
            job.move_to(JobStatus.COMPLETED)

    async def _run(
        self, job: Job, command: str, package: Package, request: dict[str, Any], on_event: Callable[[Event], None]
    ) -> None:
        version = file_version(package.blend)
        if version is None:
            raise BadPackage(f"{package.blend.name} is not a .blend file")
        (job.folder / "scene").write_text(str(package.blend), encoding="utf-8")
        blender = choose_blender(self.blenders, version)
        await blender_process.run(
            blender,
            command,
            request | {"blend": str(package.blend), "root": str(package.root)},
            job.folder / command,
            self.settings.blender_timeout,
            on_event,
        )


def _log_lacks(job: Job, event: Event) -> None:
    for sentence in event["missing"]:
        logger.warning("job %s lacks %s", job.id, sentence)
    for sentence in event["doubtful"]:
        logger.warning("job %s may lack %s", job.id, sentence)


def _on_render_event(job: Job, event: Event) -> None:
    if event["event"] == "lacks":
        _log_lacks(job, event)
    elif event["event"] == "started":
        job.frames_total = len(event["frames"])
        job.final_config = _final_config(job.requested_config or {}, event["config"], event["frames"])
        job.move_to(JobStatus.RENDERING)
    elif event["event"] == "frame":
        for known, files in ((job.frames, event["files"]), (job.node_files, event["nodes"])):
            for output in map(_output, files):
                known[output.path] = output
        if event["preview"]:
            job.preview = Path(event["preview"])
        job.frames_done += 1
        job.move_to(JobStatus.RENDERING)


def _final_config(requested: dict[str, Any], used: dict[str, Any], frames: list[int]) -> dict[str, Any]:
    """Give what was really used; the farm renders on the CPU and does not count memory."""
    echoed = {name: requested[name] for name in ("notes", "minimumRam") if name in requested}
    return echoed | used | {"frameRanges": ranges_of(frames), "computeDeviceType": "NONE", "gpuCount": 0}


def _output(file: dict[str, Any]) -> Output:
    return Output(
        path=Path(file["path"]),
        file_name=file["fileName"],
        view=file["view"],
        relative_path=file.get("relativePath"),
        node=file.get("compositeNodeName"),
    )


def _write_zip(target: Path, outputs: Iterable[Output]) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for output in outputs:
            inside = f"{output.node}/{output.relative_path}" if output.node else output.file_name
            archive.write(output.path, inside)
