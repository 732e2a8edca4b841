# SPDX-License-Identifier: GPL-3.0-or-later
"""Submits the open scene, and waits for its frames where a script asks for that."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import Any

import bpy

from ..jobs.client.session import WorkerError
from ..jobs.journal.journal import JournalError
from ..jobs.records import JobRecord, Stage
from ..live import jobs as live_jobs
from ..live import readiness, scene_check, submission
from ..properties import preferences
from ..properties.render_settings import PROPERTIES
from ..scene.config.frames import describe, parse_frames
from ..scene.config.overrides import overrides_from_operator, overrides_from_settings
from ..scene.config.render_config import SceneReading, read_scene
from ..scene.dependencies.scan import find_dependencies
from ..scene.snapshot import SnapshotError
from ..translations import translate


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
            findings = submission.check(context.scene, dependencies, reading.frames, self._asked_for(context, reading))
            session = live_jobs.session()
            session.ensure_worker(preferences.api_url(context))
            job = submission.hand_over(
                session, submission.save(context, reading, dependencies, self.output_dir.strip())
            )
        except (ValueError, SnapshotError, JournalError, WorkerError, OSError) as error:
            scene_check.note_change()
            live_jobs.follow()
            self.report({"ERROR"}, translate(_sentence(error)))
            return {"CANCELLED"}
        for line in (*reading.override_notices, *(finding.sentence for finding in findings)):
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
