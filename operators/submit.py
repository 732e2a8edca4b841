# SPDX-License-Identifier: GPL-3.0-or-later
"""Submits the open scene: checks it, reads it, saves a snapshot, and hands it to the worker."""

from __future__ import annotations

import os
import sys
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Any

import bpy

from ..jobs import destination
from ..jobs.control import Session, WorkerError
from ..jobs.journal import JournalError
from ..jobs.packaging.aliases import leads_twice
from ..jobs.packaging.manifest import Manifest, write_manifest
from ..jobs.packaging.path_use import PathUse, is_blend
from ..jobs.records import JobRecord, Stage, Submission
from ..properties import live_jobs, preferences, readiness, scene_check
from ..properties.overrides import overrides_from_operator, overrides_from_settings
from ..properties.package_findings import package_findings
from ..properties.render_settings import PROPERTIES
from ..scene.dependencies import Dependencies, find_dependencies
from ..scene.frames import describe, parse_frames
from ..scene.preflight import Finding, Severity, check_scene, errors_first
from ..scene.render_config import SceneReading, read_scene
from ..scene.second_blender import second_blender
from ..scene.snapshot import SnapshotError, is_for_the_packer, save_snapshot
from ..scene.steps import result_of
from ..translations import translate

NEVER_SAVED = "untitled.blend"


class RENDERJUICE_OT_submit(bpy.types.Operator):
    """Send the scene as it is now to Renderjuice, and fetch the frames when they are rendered"""

    bl_idname = "renderjuice.submit"
    bl_label = "Render on Renderjuice"

    __annotations__ = {
        "frames": bpy.props.StringProperty(
            name="Frames",
            description="Frames to render, such as 1-100, 1-100x2 or 5, 9, 20-30; the scene's range if empty",
            options={"SKIP_SAVE"},
        ),
        "still": bpy.props.BoolProperty(
            name="Still", description="Render the current frame only", default=False, options={"SKIP_SAVE"}
        ),
        "output_dir": bpy.props.StringProperty(
            name="Output Folder",
            description="Folder that the frames are put into; a folder of the job's own beside the .blend if empty",
            subtype="DIR_PATH",
            options={"SKIP_SAVE", *preferences.BLEND_RELATIVE},
        ),
        "wait": bpy.props.BoolProperty(
            name="Wait",
            description="Return when every frame is in the output folder; for scripts",
            default=False,
            options={"SKIP_SAVE"},
        ),
        **PROPERTIES,
    }

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Available with online access and a key."""
        return readiness.poll(cls, context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Submit; with `wait` also follow the job to its end. Every reason why not is an ERROR report."""
        try:
            reading = self._read(context)
            dependencies = find_dependencies(context.scene, reading.frames)
            findings = check(context.scene, dependencies, reading.frames, self._asked_for(context, reading))
            session = live_jobs.session()
            session.ensure_worker(preferences.api_url(context))
            job = hand_over(session, self._snapshot(context, reading, dependencies))
        except (ValueError, SnapshotError, JournalError, WorkerError, OSError) as error:
            scene_check.note_change()
            live_jobs.follow()
            self.report({"ERROR"}, translate(_sentence(error)))
            return {"CANCELLED"}
        # some of what the reading noticed is a finding, too
        for line in dict.fromkeys((*reading.notices, *(finding.sentence for finding in findings))):
            self.report({"WARNING"}, translate(line))
        # the job is on its way, whatever keeps the list from showing it now: the timer says so
        with suppress(JournalError):
            live_jobs.look_again()
        live_jobs.follow()
        if not self.wait:
            message = f"Submitted “{job.name}”: {describe(reading.frames)}, to {job.output_dir}"
            self.report({"INFO"}, translate(message))
            return {"FINISHED"}
        return self._wait(job)

    def _read(self, context: bpy.types.Context) -> SceneReading:
        """What to render. Raises `ValueError` with the reason why it cannot be."""
        if context.window is not None and context.window.scene != context.scene:
            raise ValueError(
                f"The window shows another scene than “{context.scene.name}”, and the farm renders what is shown. "
                f"Switch the window to “{context.scene.name}” and submit again."
            )
        frames = parse_frames(self.frames) if self.frames.strip() else None
        return read_scene(context.scene, frames=frames, still=self.still, overrides=self._overrides(context))

    def _overrides(self, context: bpy.types.Context) -> dict[str, Any]:
        """What is asked for instead of the scene's settings. Raises `ValueError`."""
        settings = overrides_from_settings(context.scene.renderjuice)
        return {**settings, **overrides_from_operator(self.properties)}

    def _asked_for(self, context: bpy.types.Context, reading: SceneReading) -> dict[str, Any]:
        """The overrides, and the frames if these were named here: then a single one is no oversight."""
        is_named = bool(self.still or self.frames.strip())
        return {**self._overrides(context), **({"frame_ranges": reading.frames} if is_named else {})}

    def _snapshot(self, context: bpy.types.Context, reading: SceneReading, dependencies: Dependencies) -> Submission:
        """Save the scene into the job's folder. Raises `SnapshotError`, `OSError` or `ValueError`."""
        job_id = uuid.uuid4().hex
        blend = Path(bpy.data.filepath or NEVER_SAVED)
        output_dir = self._output_dir(context, job_id, blend.stem)
        destination.prepare(output_dir)
        home = preferences.home().create()
        folder = home.create_submission(job_id)
        snapshot = folder / "snapshot" / blend.name
        blend = blend if bpy.data.filepath else snapshot
        check_is_text(blend, output_dir)
        manifest = make_manifest(blend, dependencies)
        try:
            save_snapshot(snapshot, dependencies.unread, is_remapped=manifest.is_remapped)
            write_manifest(folder, manifest)
        except BaseException:
            home.discard_submission(job_id)
            raise
        return Submission(
            job_id=job_id,
            name=blend.stem,
            scene=context.scene.name,
            blend=blend,
            snapshot=snapshot,
            frames=reading.frames,
            config=reading.config,
            output_dir=output_dir,
            api_url=preferences.api_url(context),
            notes=reading.notices,
        )

    def _output_dir(self, context: bpy.types.Context, job_id: str, stem: str) -> Path:
        """Where the frames go: the folder that was asked for, or one of the job's own in the scene's folder."""
        written = self.output_dir.strip() or preferences.output_folder(context)
        if written.startswith("//") and not bpy.data.filepath:
            raise ValueError(
                "The file was never saved, so there is no folder beside it for the frames. "
                "Save the file first, or give an output folder."
            )
        folder = Path(os.path.abspath(bpy.path.abspath(written)))  # noqa: PTH100
        return folder if self.output_dir.strip() else folder / f"{stem}-{job_id[:8]}"

    def _wait(self, job: JobRecord) -> set[str]:
        wanted_dir, known_notes = job.output_dir, job.notes
        session = live_jobs.session()
        try:
            job = session.wait(job.id, job.api_url, tell_progress)
            outputs = session.journal.outputs(job.id)
        except (JournalError, WorkerError) as error:
            self.report({"ERROR"}, translate(_sentence(error)))
            return {"CANCELLED"}
        except KeyboardInterrupt:
            self.report({"ERROR"}, translate(f"Stopped waiting for “{job.name}”; it goes on without this script."))
            return {"CANCELLED"}
        for note in job.notes[len(known_notes) :]:
            self.report({"WARNING"}, translate(note))
        if job.stage is not Stage.DONE:
            reason = job.failure.sentence if job.failure else "It ended without a reason."
            self.report({"ERROR"}, translate(f"“{job.name}”: {reason}"))
            return {"CANCELLED"}
        elsewhere = [output.path for name, output in outputs.items() if output.path != wanted_dir / name]
        if elsewhere:
            message = f"“{job.name}” is rendered, and its frames are in {elsewhere[0].parent}."
            reason = f"{wanted_dir} holds files of these names that are not this job's."
            self.report({"ERROR"}, translate(f"{message} {reason}"))
            return {"CANCELLED"}
        self.report({"INFO"}, translate(f"“{job.name}”: {len(job.frames)} frames are in {job.output_dir}"))
        return {"FINISHED"}


def check(
    scene: bpy.types.Scene, dependencies: Dependencies, frames: tuple[int, ...], overrides: dict[str, Any]
) -> tuple[Finding, ...]:
    """The warnings about a scene. Raises `ValueError` with the first reason why it cannot be sent."""
    package = result_of(package_findings(dependencies))
    findings = errors_first((*package, *check_scene(scene, dependencies, frames, overrides)))
    errors = [finding.sentence for finding in findings if finding.severity is Severity.ERROR]
    if errors:
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        raise ValueError(errors[0] + more)
    return findings


def make_manifest(blend: Path, dependencies: Dependencies) -> Manifest:
    """What the worker has to know of the files that the scene needs; `blend` is where the artist's file lies."""
    uses = tuple(
        PathUse(
            Path(dependency.blend or blend),
            dependency.written,
            Path(dependency.path),
            tuple(Path(path) for path in dependency.files),
        )
        for dependency in dependencies.used
        if dependency.files
    )
    own = [use for use in uses if use.blend == blend]
    # a pattern or a folder goes another way as a whole or not at all, so that its first file tells
    first = {use.path: str(use.files[0]) for use in own if not is_blend(use.path)}
    is_remapped = (
        not all(use.is_plain for use in own)
        or leads_twice(first.values())
        or any(map(is_for_the_packer, dependencies.unread))
    )
    return Manifest(uses, second_blender(), is_remapped)


def check_is_text(*paths: Path) -> None:
    """Raise `ValueError` for a path that nobody could write down."""
    for path in paths:
        try:
            str(path).encode()
        except UnicodeEncodeError as error:
            shown = str(path).encode(errors="replace").decode()
            raise ValueError(f"The name of the folder {shown} is no Unicode text. Choose another folder.") from error


def hand_over(session: Session, submission: Submission) -> JobRecord:
    """Write the job down and see to it that a worker takes it. Nothing of it is left when that fails."""
    try:
        job = session.journal.add(submission)
        # the one that was there before the snapshot may have found nothing to do meanwhile
        session.ensure_worker(submission.api_url)
    except BaseException:
        with suppress(JournalError):
            session.journal.remove(submission.job_id)
        session.home.discard_submission(submission.job_id)
        raise
    return job


def tell_progress(job: JobRecord) -> None:
    """Write a line about a job to the standard output, where the caller of a script looks."""
    done = {
        Stage.RENDERING: f" {job.frames_ready} of {len(job.frames)} rendered, {job.frames_downloaded} here",
        Stage.DOWNLOADING: f" {job.frames_downloaded} of {len(job.frames)} here",
    }.get(job.stage, "")
    share = f" {job.fraction:.0%}" if job.fraction is not None and not done else ""
    status = f" ({job.status})" if job.status and job.is_live else ""
    trouble = f" - {job.trouble}" if job.trouble else ""
    sys.stdout.write(f"renderjuice: {job.name}: {job.stage}{status}{done}{share}{trouble}\n")
    sys.stdout.flush()


def _sentence(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        where = f" {error.filename}" if error.filename else ""
        return f"The folder or file{where} cannot be written: {error.strerror}. Choose another output folder."
    return str(error)


classes = (RENDERJUICE_OT_submit,)
