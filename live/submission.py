# SPDX-License-Identifier: GPL-3.0-or-later
"""Submitting: reads the open scene, checks it, saves a snapshot, and hands the job to the worker.

Loaded when a scene is first submitted.
"""

from __future__ import annotations

import functools
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import bpy

from ..jobs.client import destination
from ..jobs.client.errors import WorkerError
from ..jobs.client.session import Session
from ..jobs.journal.errors import JournalError
from ..jobs.records import JobRecord, Submission
from ..messages.message import Message, message_of, sentences
from ..package_layout.file_states import state_of
from ..package_layout.manifest import Manifest, UnreadMovie, write_manifest
from ..package_layout.path_use import PathUse, is_blend
from ..package_layout.same_files import leads_twice
from ..packer.second_blender import second_blender
from ..properties import preferences
from ..scene.config.frames import parse_frames
from ..scene.config.overrides import overrides_from_settings
from ..scene.config.render_config import SceneReading, read_scene
from ..scene.dependencies.needed_files import find_needed_files
from ..scene.dependencies.scan import Dependencies
from ..scene.preflight.files import note_of_lack
from ..scene.preflight.finding import Finding, Severity
from ..scene.steps import result_of
from ..scene.written_paths import leads_nowhere, whole_path
from ..scene_edits.snapshot import SnapshotError, current_scene_of_copy, is_for_the_packer, save_snapshot
from . import jobs, scene_check, timer
from .scene_reading import all_findings

NEVER_SAVED = "untitled.blend"


class Asked(NamedTuple):
    """What is asked for beside the scene's own settings.

    `frames` as an artist writes them, "" for the scene's range; `is_still` means the current frame only. `output_dir`
    as `save` takes it. `overrides` win over those of the scene. `without_files`: although files are missing or broken.
    """

    frames: str
    is_still: bool
    output_dir: str
    overrides: dict[str, Any]
    without_files: bool = False


class Submitted(NamedTuple):
    """A job that is on its way, and what the artist should know about it."""

    job: JobRecord
    warnings: tuple[str, ...]


class NotSubmitted(ValueError):
    """Nothing was sent; the message says why."""


def submit(context: bpy.types.Context, asked: Asked) -> Submitted:
    """Submit the scene of the context. Raises `NotSubmitted`."""
    scene = context.scene
    try:
        frames = parse_frames(asked.frames) if asked.frames else None
        overrides = {**overrides_from_settings(scene.renderjuice), **asked.overrides}
        reading = read_scene(scene, frames=frames, still=asked.is_still, overrides=overrides)
        dependencies = find_needed_files(scene, reading.frames)
        if asked.is_still or asked.frames:
            # a single frame that was asked for is no oversight
            overrides["frame_ranges"] = reading.frames
        findings = check(scene, dependencies, reading.frames, overrides, without_files=asked.without_files)
        session = jobs.session()
        session.ensure_worker(preferences.api_url(context))
        job = hand_over(session, save(context, reading, dependencies, asked.output_dir))
    except (ValueError, SnapshotError, JournalError, WorkerError, OSError) as error:
        scene_check.note_change()
        timer.start()
        raise NotSubmitted(_reason(error)) from error
    # the job is on its way, whatever keeps the list from showing it now: the timer says so
    with suppress(JournalError):
        jobs.look_again()
    timer.start()
    warnings = (*reading.asked_notices, *(finding.sentence for finding in findings))
    return Submitted(job, tuple(warnings))


def _reason(error: BaseException) -> str:
    if not isinstance(error, OSError) or not error.strerror:
        return message_of(error)
    if error.filename:
        return Message(
            "The folder or file {} cannot be written: {}. Choose another output folder.",
            str(error.filename),
            error.strerror,
        )
    return Message("The folder or file cannot be written: {}. Choose another output folder.", error.strerror)


def check(
    scene: bpy.types.Scene,
    dependencies: Dependencies,
    frames: tuple[int, ...],
    overrides: dict[str, Any],
    *,
    without_files: bool = False,
) -> tuple[Finding, ...]:
    """The warnings about a scene. Raises `ValueError` with the first reason why it cannot be sent."""
    findings = result_of(all_findings(scene, dependencies, frames, overrides, without_files=without_files))
    errors = [finding.sentence for finding in findings if finding.severity is Severity.ERROR]
    if len(errors) > 1:
        raise ValueError(sentences(errors[0], Message("(and {} more)", str(len(errors) - 1))))
    if errors:
        raise ValueError(errors[0])
    return findings


def save(context: bpy.types.Context, reading: SceneReading, dependencies: Dependencies, output_dir: str) -> Submission:
    """Save the scene, and what the worker has to know of it, into the folder of a new job.

    `output_dir` is where the frames go, as it was asked for; "" means a folder of the job's own in the scene's folder.
    Raises `SnapshotError`, `OSError` and `ValueError`.
    """
    job_id = uuid.uuid4().hex
    blend = Path(bpy.data.filepath or NEVER_SAVED)
    folder_of_frames = _output_dir(context, output_dir, f"{blend.stem}-{job_id[:8]}")
    destination.prepare(folder_of_frames)
    home = preferences.home().create()
    folder = home.create_submission(job_id)
    snapshot = folder / "snapshot" / blend.name
    blend = blend if bpy.data.filepath else snapshot
    check_is_text(blend, folder_of_frames)
    manifest = make_manifest(blend, dependencies, context.scene)
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
        output_dir=folder_of_frames,
        api_url=preferences.api_url(context),
        notes=(*reading.notices, *filter(None, [note_of_lack(dependencies)])),
    )


def _output_dir(context: bpy.types.Context, asked: str, own: str) -> Path:
    """Where the frames go: the folder that was asked for, or the folder `own` in the scene's folder of frames."""
    written = asked or preferences.output_folder(context)
    if leads_nowhere(written):
        raise ValueError(
            Message(
                "The file was never saved, so there is no folder beside it for the frames. "
                "Save the file first, or give an output folder."
            )
        )
    folder = whole_path(written)
    return folder if asked else folder / own


def make_manifest(blend: Path, dependencies: Dependencies, scene: bpy.types.Scene | None = None) -> Manifest:
    """What the worker has to know of the files that the scene needs, as they are now.

    `blend` is the path of the artist's file, `scene` the one to render; None means the one that a copy has as its
    current one. No window of the artist's is switched for another one: the packer does so in its copy.
    """
    # most paths are those of their files, and thousands of `Path`s are what takes longest here
    path_of = functools.cache(Path)
    uses = tuple(
        PathUse(
            blend=path_of(dependency.blend) if dependency.blend else blend,
            written=dependency.written,
            path=path_of(dependency.path),
            files=tuple(map(path_of, dependency.files)),
            form=dependency.form,
            is_packed=dependency.is_packed,
        )
        for dependency in dependencies.used
        if dependency.files
    )
    own = [use for use in uses if use.blend == blend]
    # all files of a pattern or a folder go the same way, so that the first one tells
    first = {use.path: str(use.files[0]) for use in own if not is_blend(use.path)}
    is_another = scene is not None and scene != current_scene_of_copy()
    unread = tuple(map(_unread_movie, filter(is_for_the_packer, dependencies.unread)))
    is_remapped = is_another or bool(unread) or not all(use.is_plain for use in own) or leads_twice(first.values())
    # of the artist's own file, which a library may link, the snapshot is sent
    files = {file for use in uses for file in use.files if file != blend}
    return Manifest(
        uses,
        second_blender(),
        is_remapped,
        states={file: state_of(file) for file in files},
        scene=scene.name_full if scene is not None and is_another else "",
        unread=unread,
    )


def _unread_movie(thing: Any) -> UnreadMovie:
    is_clip = isinstance(thing, bpy.types.MovieClip)
    return UnreadMovie(thing.name) if is_clip else UnreadMovie(thing.id_data.name, thing.name)


def check_is_text(*paths: Path) -> None:
    """Raise `ValueError` for a path that is no Unicode text."""
    for path in paths:
        try:
            str(path).encode()
        except UnicodeEncodeError as error:
            shown = str(path).encode(errors="replace").decode()
            reason = Message("The name of the folder {} is no Unicode text. Choose another folder.", shown)
            raise ValueError(reason) from error


def hand_over(session: Session, submission: Submission) -> JobRecord:
    """Add the job to the journal and see to it that a worker takes it. Nothing of it is left when that fails."""
    try:
        job = session.journal.add(submission)
        # the worker that was there before the snapshot may have ended meanwhile, having nothing to do
        session.ensure_worker(submission.api_url)
    except BaseException:
        with suppress(JournalError):
            session.journal.remove(submission.job_id)
        session.home.discard_submission(submission.job_id)
        raise
    return job
