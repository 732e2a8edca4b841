# SPDX-License-Identifier: GPL-3.0-or-later
"""From a snapshot to a rendering job on the farm: one function a stage.

Each stage writes its intent before it acts and its result after, so that it can be run again after its process died,
without a second upload being rendered or a second job being made.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ...api import storage
from ...api.address import authority_of
from ...api.client import Client
from ...api.errors import NotFound, RateLimited, Refused, RenderjuiceError, UploadURLExpired
from ...api.models import Job, JobStatus
from ...api.render_config import FIELD_OF_JSON, FIELDS, json_name
from ...messages.message import Message
from ...package_layout.layout import plan_layout
from ...package_layout.manifest import read_manifest
from ..packaging.changed_files import (
    FilesChanged,
    accepted_states,
    check_unchanged,
    note_of_accepted,
    note_told,
)
from ..packaging.package import NothingLeft, Package, make_package
from ..packaging.run_packer import discard_copies, rewrite_paths
from ..records import JobRecord, Stage
from .context import Context
from .patience import EXPIRED_UPLOAD_URLS

CLOCK_TOLERANCE = timedelta(minutes=2)
"""How far this computer's clock may be from the service's when a lost job is looked for."""
NOT_STARTED = frozenset({JobStatus.CREATED, JobStatus.VALIDATING, JobStatus.VALIDATED})


def package(context: Context, job: JobRecord) -> None:
    """Make the file to upload."""
    if job.package is None or not job.package.is_file():
        if not job.snapshot.is_file():
            raise NothingLeft()
        made, accepted = _make_package(context, job)
        with context.journal.together():
            job = context.journal.move(job, package=made.path, bytes_done=made.size, bytes_total=made.size)
            if accepted:
                # the packing has added notes that `job` did not have
                job = context.journal.add_note(job.id, note_of_accepted(accepted))
    job.snapshot.unlink(missing_ok=True)
    context.journal.move(job, stage=Stage.UPLOADING, bytes_done=0)


def _make_package(context: Context, job: JobRecord) -> tuple[Package, Collection[Path]]:
    """The package of a job's snapshot and of what its manifest names, with paths rewritten that would not hold.

    Also gives the files whose later version the artist wanted.
    """
    folder = context.home.create_submission(job.id)
    try:
        manifest = read_manifest(folder)
    except (OSError, ValueError) as error:
        raise NothingLeft() from error
    accepted = accepted_states(folder)
    states = {Path(file): state for file, state in manifest.states.items()} | accepted
    layout = plan_layout(job.blend, manifest.uses, is_remapped=manifest.is_remapped)
    copies: Mapping[Path, Path] = {}
    try:
        if layout.rewritten:
            check_unchanged(states)
            copies = rewrite_paths(
                layout,
                job.snapshot,
                manifest.blender,
                folder,
                lambda: context.check_here(job.id),
                unread=manifest.unread,
                scene=manifest.scene,
                note=lambda note: context.journal.add_note(job.id, note),
            )
        files = {Path(file) for use in manifest.uses for file in use.files}
        made = make_package(
            job.blend, job.snapshot, files, folder, context.packing_progress(job), layout, copies, states
        )
    except FilesChanged as error:
        note_told(folder, error.states)
        raise
    discard_copies(copies.values())
    return made, accepted.keys()


def upload(context: Context, job: JobRecord) -> None:
    """Send the package. The upload that counts is the one whose slug is written down."""
    package_path = job.package
    if package_path is None or not package_path.is_file():
        context.journal.move(job, stage=Stage.PACKAGING, package=None)
        return
    size = package_path.stat().st_size
    progress = context.progress(job)
    with context.client(job.api_url, job_id=job.id) as client:
        for attempt in range(1, EXPIRED_UPLOAD_URLS + 1):
            context.check(job.id)
            target = client.create_upload(package_path.name, "zip" if package_path.suffix == ".zip" else "blend")
            try:
                if context.is_host_closed(target.upload_url):
                    raise RateLimited(wait=context.hosts.seconds_left(authority_of(target.upload_url)))
                with context.transfer(target.upload_url):
                    storage.upload(target.upload_url, package_path, progress=lambda sent: progress(sent, size))
                break
            except UploadURLExpired:
                if attempt == EXPIRED_UPLOAD_URLS:
                    raise
    context.journal.move(job, stage=Stage.CREATING, slug=target.slug, create_intent=None, trouble="")


def create(context: Context, job: JobRecord) -> None:
    """Make the job on the farm, once: `POST /jobs` may not be repeated, so a lost answer is looked for first."""
    if job.slug is None:
        context.journal.move(job, stage=Stage.UPLOADING)
        return
    with context.client(job.api_url, job_id=job.id) as client:
        remote = find_lost_job(context, client, job) if job.create_intent is not None else None
        if remote is None:
            job = context.journal.move(job, create_intent=time.time())
            try:
                remote = client.create_job(job.slug or "")
            except (Refused, NotFound):
                if not job.former_remote_ids:
                    raise
                # the farm may take a slug only once: send the same package again
                context.journal.move(job, stage=Stage.UPLOADING, slug=None, create_intent=None, bytes_done=0)
                return
            except RenderjuiceError as error:
                remote = find_lost_job(context, client, job) if error.may_have_arrived else None
                if remote is None:
                    raise
    context.journal.move(job, stage=Stage.VALIDATING, remote_id=remote.id, status=remote.status, trouble="")


def find_lost_job(context: Context, client: Client, job: JobRecord) -> Job | None:
    """The farm's job that was made by a call whose answer never came, or None.

    It was created after the intent, nobody in this journal has it, and it speaks of our slug. Nothing less will do:
    another computer with the same key may be making a job at the same time, and a job too many in status "created"
    costs nothing, while another's job would bring another's frames.
    """
    intent = datetime.fromtimestamp(job.create_intent or job.created, UTC) - CLOCK_TOLERANCE
    known = {other.remote_id for other in context.journal.jobs()}
    known |= {remote_id for other in context.journal.jobs() for remote_id in other.former_remote_ids}
    for remote in client.list_jobs(page_size=100, status=JobStatus.CREATED).jobs:
        is_ours = job.slug is not None and job.slug in str(remote.raw)
        if is_ours and remote.id not in known and (remote.created_at is None or remote.created_at >= intent):
            return remote
    return None


def validate(context: Context, job: JobRecord) -> None:
    """Have the farm check the file; the poller sees the outcome."""
    with context.client(job.api_url, job_id=job.id) as client:
        remote = client.get_job(job.remote_id or "")
        if remote.status == JobStatus.CREATED:
            try:
                remote = client.validate_job(remote.id)
            except RenderjuiceError as error:
                if not (error.may_have_arrived or isinstance(error, Refused)):
                    raise
                # it may have been carried out: the status tells, and the poller asks again while it is "created"
                remote = client.get_job(remote.id)
    context.journal.move(job, status=remote.status, trouble="")


def start(context: Context, job: JobRecord) -> None:
    """Start the render. An optional value that the farm does not know is left out, and the receipt says so."""
    with context.client(job.api_url, job_id=job.id) as client:
        while True:
            context.check(job.id)
            try:
                remote = client.render_job(job.remote_id or "", job.config).job
                break
            except Refused as refusal:
                field_name = field_to_leave_out(job, refusal)
                if field_name is not None:
                    job = _leave_out(context, job, field_name)
                    continue
                remote = client.get_job(job.remote_id or "")
                if remote.status in NOT_STARTED:
                    raise
                break  # it renders already, or it has ended: the poller tells why
    fetching = context.journal.fetching(job.id)
    context.journal.move(job, stage=Stage.RENDERING, status=remote.status, trouble="", **fetching)


def field_to_leave_out(job: JobRecord, refusal: Refused) -> str | None:
    """The optional field of the job's config that a refusal names, if it may be left out."""
    for name in refusal.field_names:
        field_name = FIELD_OF_JSON.get(name)
        if field_name and not FIELDS[field_name].is_essential and getattr(job.config, field_name) is not None:
            return field_name
    return None


def _leave_out(context: Context, job: JobRecord, field_name: str) -> JobRecord:
    value = getattr(job.config, field_name)
    note = Message(
        "Renderjuice refused {} {}: the value that it finds in the file is used.", json_name(field_name), value
    )
    return context.journal.move(job, config=job.config.without(field_name), notes=[*job.notes, note])


STAGES: Mapping[Stage, Callable[[Context, JobRecord], None]] = {
    Stage.PACKAGING: package,
    Stage.UPLOADING: upload,
    Stage.CREATING: create,
    Stage.VALIDATING: validate,
    Stage.STARTING: start,
}
"""What brings a job from one stage to the next, up to the point where the farm renders."""
