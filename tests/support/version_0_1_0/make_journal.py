# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes `journal.sqlite`, and what is in it as `journal.json`, with the code of version 0.1.0: see README.md."""

from __future__ import annotations

import dataclasses
import errno
import json
import sys
import types
from pathlib import Path
from typing import Any

FOLDER, VERSION = Path(__file__).parent, Path(sys.argv[1])
package = types.ModuleType("renderjuice")
package.__path__ = [str(VERSION)]
sys.modules["renderjuice"] = package

from renderjuice.api import errors  # noqa: E402
from renderjuice.api.models import FailedReason, Job, OutputFile  # noqa: E402
from renderjuice.api.render_config import RenderConfig  # noqa: E402
from renderjuice.jobs.cancel import cancel_here  # noqa: E402
from renderjuice.jobs.failures import DamagedFile, failure_of, failure_on_the_farm  # noqa: E402
from renderjuice.jobs.journal import Journal  # noqa: E402
from renderjuice.jobs.outputs import source_of  # noqa: E402
from renderjuice.jobs.packaging.package import NothingLeft  # noqa: E402
from renderjuice.jobs.packaging.package_error import PackageError  # noqa: E402
from renderjuice.jobs.records import Failure, OutputRecord, Setting, Stage, Submission, Wish  # noqa: E402

FRAMES = (OutputFile("https://x", "shot_0001.png", "left"), OutputFile("https://x", "shot_0002.png", "left"))
PASS = OutputFile("https://x", "depth0001.exr", None, False, "passes/depth0001.exr", "File Output")
FAILURES = (
    *(kind(detail="raw") for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)),
    errors.Refused(words="denoiserType: Invalid enum value", status=422, field_names=("denoiserType",)),
    DamagedFile("0001.png", "it is empty"),
    NothingLeft(),
    PackageError("The name of the file /project/a\\b.png holds a backslash. Rename it.", detail="the log's end"),
    *(OSError(number, "words", "/project/frames/0001.png") for number in (errno.ENOSPC, errno.EEXIST, errno.EACCES)),
    OSError(errno.EIO, "Input/output error"),
    RuntimeError("{} unforeseen"),
)


def add(journal: Journal, job_id: str, **changes: Any) -> None:
    """Write a job that was changed since it was submitted."""
    config = RenderConfig(
        color_management_preset="aces", frame_ranges=("-3", "1-2"), resolution=(32, 16), exr_codec="ZIP", fps=23.976
    )
    journal.add(
        Submission(
            job_id=job_id,
            name="shot “7” {}",
            scene="Scène 木",
            blend=Path("/project/shot.blend"),
            snapshot=Path(f"/home/submissions/{job_id}/snapshot/shot.blend"),
            frames=(-3, 1, 2),
            config=config,
            output_dir=Path("/project/frames"),
            api_url="https://api.example.com/v1",
            notes=("Motion blur is off: {} is used.", "two"),
        )
    )
    journal.update(job_id, created=1_700_000_000.25, **changes)


def fill(journal: Journal) -> None:
    """Write one of everything."""
    add(journal, "waiting")
    trouble = "The storage behind Renderjuice refused the transfer: {} is “full”."
    add(journal, "uploading", stage=Stage.UPLOADING, package=Path("/home/p.zip"), bytes_done=5, bytes_total=2**40)
    add(journal, "creating", stage=Stage.CREATING, slug="s-1", create_intent=1_700_000_001.5, trouble=trouble)
    add(journal, "validating", stage=Stage.VALIDATING, slug="s-2", remote_id="r-2", status="validating")
    counts = {"frames_rendered": 2, "frames_listed": 2, "frames_downloaded": 1, "bytes_done": 77}
    add(journal, "rendering", stage=Stage.RENDERING, remote_id="r-3", status="rendering", trouble="Wait.", **counts)
    add(journal, "downloading", stage=Stage.DOWNLOADING, remote_id="r-4", former_remote_ids=("r-0",), **counts)
    final = {"fps": 24, "outputSettings": {"colorDepth": "16"}}
    preview = Path("/home/previews/done-1.png")
    add(journal, "done", stage=Stage.DONE, remote_id="r-5", status="completed", final_config=final, preview=preview)
    journal.add_note("done", "The frames' names do not tell their numbers; 3 files arrived, as many as were asked for.")
    canceled = Failure("canceled", "The job was canceled.", "Retry to render it after all.", "", Stage.UPLOADING)
    add(journal, "canceled", stage=Stage.CANCELED, failure=canceled)
    add(journal, "rendered", stage=Stage.DOWNLOADING, status="completed", remote_id="r-6")
    context: Any = types.SimpleNamespace(journal=journal)
    cancel_here(context, journal.job("rendered"))
    reason = FailedReason("OUT_OF_MEMORY", "render")
    for status, stage in (("failed", Stage.VALIDATING), ("failed", Stage.RENDERING), ("canceled", Stage.RENDERING)):
        remote = Job(id="r-7", status=status, failed_reason=reason, raw={"id": "r-7"})
        add(journal, f"{status}-{stage}", stage=Stage.FAILED, failure=failure_on_the_farm(remote, stage))
    missing = "Renderjuice delivered 1 of 3 frames; missing: 1, 2."
    kept = Failure("frames_missing", missing, "Retry to render the missing ones.", "", Stage.DOWNLOADING)
    add(journal, "missing", stage=Stage.FAILED, failure=kept)
    for number, error in enumerate(FAILURES):
        add(journal, f"failed-{number:02}", stage=Stage.FAILED, failure=failure_of(error, Stage.STARTING))
    for kind, file in (*(("frame", frame) for frame in FRAMES), ("node", PASS)):
        path = Path("/project/frames", file.relative_path or file.file_name or "")
        name = file.relative_path or file.file_name or ""
        journal.add_output(OutputRecord("done", name, path, 2**33, 2**60, source_of(kind, file)))
    journal.set_part_etag("downloading", "shot_0002.png", '"etag"')
    journal.set_part_etag("downloading", "shot_0003.png", None)
    journal.wish(Wish.CANCEL, "rendering")
    journal.wish(Wish.DOWNLOAD, "done", "/other folder")
    journal.wish(Wish.TEST_CONNECTION, argument="https://api.example.com/v1")
    answer = {"wish": 9, "ok": False, "message": "Renderjuice does not accept the API key. Copy the key again."}
    journal.set_setting(Setting.CONNECTION, json.dumps(answer))
    journal.set_setting(Setting.WORKER, "4711")
    journal.set_setting(Setting.ON_QUIT, "UPLOADS")
    journal.open_session("a-session", 4712)
    journal.tell_online_access("a-session", False)


def contents(journal: Journal) -> dict[str, Any]:
    """Everything that the journal tells."""
    jobs = journal.jobs()
    return {
        "jobs": {job.id: {**dataclasses.asdict(job), "config": job.config.to_json()} for job in jobs},
        "outputs": {
            job.id: [dataclasses.asdict(output) for output in journal.outputs(job.id).values()] for job in jobs
        },
        "etags": {name: journal.part_etag("downloading", name) for name in ("shot_0002.png", "shot_0003.png")},
        "wishes": [dataclasses.asdict(wish) for wish in journal.wishes()],
        "settings": {name: journal.setting(name) for name in Setting},
        "sessions": journal.sessions(),
        "has_online_access": journal.has_online_access(),
    }


if __name__ == "__main__":
    path = FOLDER / "journal.sqlite"
    path.unlink(missing_ok=True)
    with Journal(path) as journal:
        fill(journal)
        told = contents(journal)
    (FOLDER / "journal.json").write_text(json.dumps(told, default=str) + "\n", "ascii")
