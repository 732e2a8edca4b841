# SPDX-License-Identifier: GPL-3.0-or-later
"""The use case of submitting: checks what was read of a scene, saves a snapshot, and hands the job to the worker."""

from __future__ import annotations

import os
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Any

import bpy

from ..jobs.client import destination
from ..jobs.client.session import Session
from ..jobs.journal.journal import JournalError
from ..jobs.records import JobRecord, Submission
from ..package_layout.manifest import Manifest, write_manifest
from ..package_layout.path_use import PathUse, is_blend
from ..package_layout.same_files import leads_twice
from ..packer.second_blender import second_blender
from ..properties import preferences
from ..scene.config.render_config import SceneReading
from ..scene.dependencies.scan import Dependencies
from ..scene.preflight import Finding, Severity, check_scene, errors_first, package_findings
from ..scene.snapshot import is_for_the_packer, save_snapshot
from ..scene.steps import result_of

NEVER_SAVED = "untitled.blend"


def check(
    scene: bpy.types.Scene, dependencies: Dependencies, frames: tuple[int, ...], overrides: dict[str, Any]
) -> tuple[Finding, ...]:
    """The warnings about a scene. Raises `ValueError` with the first reason why it cannot be sent."""
    package = result_of(package_findings(dependencies, preferences.free_bytes()))
    findings = errors_first((*package, *check_scene(scene, dependencies, frames, overrides)))
    errors = [finding.sentence for finding in findings if finding.severity is Severity.ERROR]
    if errors:
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        raise ValueError(errors[0] + more)
    return findings


def save(context: bpy.types.Context, reading: SceneReading, dependencies: Dependencies, output_dir: str) -> Submission:
    """Save the scene and what the worker has to know of it into a new job's folder.

    `output_dir` is where the frames go, as it was asked for; "" means a folder of the job's own in the scene's folder.
    Raises `SnapshotError`, `OSError` or `ValueError`.
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
        output_dir=folder_of_frames,
        api_url=preferences.api_url(context),
        notes=reading.notices,
    )


def _output_dir(context: bpy.types.Context, asked: str, own: str) -> Path:
    """Where the frames go: the folder that was asked for, or the folder `own` in the scene's folder of frames."""
    written = asked or preferences.output_folder(context)
    if written.startswith("//") and not bpy.data.filepath:
        raise ValueError(
            "The file was never saved, so there is no folder beside it for the frames. "
            "Save the file first, or give an output folder."
        )
    folder = Path(os.path.abspath(bpy.path.abspath(written)))  # noqa: PTH100
    return folder if asked else folder / own


def make_manifest(blend: Path, dependencies: Dependencies) -> Manifest:
    """What the worker has to know of the files that the scene needs; `blend` is where the artist's file lies."""
    uses = tuple(
        PathUse(
            blend=Path(dependency.blend or blend),
            written=dependency.written,
            path=Path(dependency.path),
            files=tuple(Path(path) for path in dependency.files),
            form=dependency.form,
            is_packed=dependency.is_packed,
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
