# SPDX-License-Identifier: GPL-3.0-or-later
"""A worker that is killed, and answers that are lost: the next worker goes on, and nothing happens twice."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

from renderjuice.jobs.records import Stage, Wish
from renderjuice.package_layout.manifest import Manifest, write_manifest
from renderjuice.package_layout.path_use import PathForm, PathUse
from renderjuice.tests.support.waiting import until
from renderjuice.tests.unit.jobs.artist import Artist, Farm
from renderjuice.tests.unit.jobs.packaging.packer_programs import COPY, program
from renderjuice.tests.unit.jobs.proxy import Proxy

Artists = Callable[..., Artist]
BALLAST = 600 * 1024**2
"""Bytes of a sparse file that takes a second or two to pack, and next to nothing to send."""


def project(scenes: Path, folder: Path, name: str) -> tuple[Path, list[Path]]:
    """A project of its own with a texture and a heavy file: its .blend and its files."""
    blend = folder / name / f"{name}.blend"
    texture, heavy = blend.with_name("textures") / "wood.png", blend.with_name("heavy.txt")
    texture.parent.mkdir(parents=True)
    blend.write_bytes((scenes / "project/shot.blend").read_bytes())
    texture.write_bytes((scenes / "project/textures/wood.png").read_bytes())
    with heavy.open("wb") as file:
        file.truncate(BALLAST)
    return blend, [texture, heavy]


def test_killed_in_every_stage(farm: Farm, proxy: Proxy, scenes: Path, artists: Artists, tmp_path: Path) -> None:
    artist = artists(proxy.api_url)
    blend, files = project(scenes, tmp_path, "killed")
    job_id = artist.submit(blend, files=files, frames=(1, 2, 3))
    artist.until(job_id, Stage.PACKAGING, where=lambda job: job.bytes_done > 0)
    artist.kill_worker()
    assert artist.job(job_id).stage is Stage.PACKAGING
    folder = artist.home.submission(job_id)
    assert {path.name for path in folder.iterdir()} == {"snapshot", "manifest.json", "package.part"}

    held = {
        Stage.UPLOADING: r"^PUT /upload/",
        Stage.CREATING: r"^POST .*/jobs$",
        Stage.VALIDATING: r"^POST .*/validate$",
        Stage.STARTING: r"^POST .*/render$",
        Stage.RENDERING: r"^GET .*/jobs/progress$",
        Stage.DOWNLOADING: r"^GET /download/0002",
    }
    for stage, pattern in held.items():
        # what was held goes to the farm after its sender's death, as what is on its way does
        rule = proxy.rule(pattern, hold=True)
        artist.restart()
        artist.session.ensure_worker(artist.api_url)
        rule.wait()
        artist.kill_worker()
        assert artist.job(job_id).stage in (stage, Stage.RENDERING)
        rule.release()
    artist.restart()
    artist.session.ensure_worker(artist.api_url)
    job = artist.ends(job_id)

    assert artist.frames(job_id) == ["0001.png", "0002.png", "0003.png"]
    assert not list(job.output_dir.glob(".*"))
    assert [made["id"] for made in farm.jobs_of("killed.zip")] == [job.remote_id]
    assert farm.renders_of("killed.zip") == 1
    assert artist.log().count(" begins,") == 8
    assert job.notes == ()


def test_killed_while_paths_are_rewritten(farm: Farm, scenes: Path, artists: Artists, tmp_path: Path) -> None:
    artist = artists(farm.api_url)
    blend, _files = project(scenes, tmp_path, "rewritten")
    texture = blend.parent / "textures" / "wood.png"
    submission = artist.submission(blend)
    folder = artist.home.submission(submission.job_id)
    # the first one hangs, and outlives the worker
    pid_file = tmp_path / "pid"
    first, second = program(hang_once(pid_file) + COPY), program("sys.exit(3)")
    uses = (PathUse(blend, str(texture), texture, (texture,), PathForm.ABSOLUTE),)
    write_manifest(folder, Manifest(uses, second, is_remapped=True))
    artist.session.journal.add(submission)
    artist.session.ensure_worker(submission.api_url)
    job = artist.fails(submission.job_id, "package_error")
    assert job.failure is not None and "ended (code 3) while it prepared" in job.failure.message
    assert job.snapshot.is_file()
    assert job.package is None

    write_manifest(folder, Manifest(uses, first, is_remapped=True))
    artist.wish(Wish.RETRY, submission.job_id)
    pid = int(until(lambda: pid_file.exists() and pid_file.read_text().strip(), "the first one hangs"))
    artist.kill_worker()
    os.kill(pid, signal.SIGKILL)
    assert artist.job(submission.job_id).stage is Stage.PACKAGING
    artist.restart()
    artist.session.ensure_worker(submission.api_url)
    job = artist.ends(submission.job_id)
    assert artist.frames(job.id) == ["0001.png"]
    assert farm.renders_of("rewritten.zip") == 1
    assert not folder.exists()


def hang_once(pid_file: Path) -> str:
    """Code that waits for its end the first time that it is run."""
    return f"""
if not Path({str(pid_file)!r}).exists():
    Path({str(pid_file)!r}).write_text(str(os.getpid()) + "\\n")
    time.sleep(600)
"""


def test_lost_answers(farm: Farm, proxy: Proxy, scenes: Path, artists: Artists) -> None:
    artist = artists(proxy.api_url)
    blend = scenes / "lost_answers.blend"
    blend.write_bytes((scenes / "shot.blend").read_bytes())
    rules = [
        proxy.rule(pattern, lose=True)
        for pattern in (r"^POST .*/uploads$", r"^PUT /upload/", r"^POST .*/jobs$", r"^POST .*/validate$")
    ]
    rules += [proxy.rule(r"^POST .*/render$", times=2, lose=True), proxy.rule(r"^GET /download/", times=2, lose=True)]
    job_id = artist.submit(blend, frames=(2, 4))
    job = artist.ends(job_id)
    assert all(rule.arrived.is_set() for rule in rules)
    assert artist.frames(job_id) == ["0002.png", "0004.png"]
    assert [made["id"] for made in farm.jobs_of("lost_answers.blend")] == [job.remote_id]
    assert proxy.count(r"^POST .*/jobs$") == 1
    assert proxy.count(r"^POST .*/validate$") == 1
    assert farm.renders_of("lost_answers.blend") == 1


def test_a_job_whose_making_was_lost_with_the_worker(farm: Farm, proxy: Proxy, scenes: Path, artists: Artists) -> None:
    """The farm made the job; neither its answer nor the worker is there any more. Another job is not taken for it."""
    artist = artists(proxy.api_url)
    blend = scenes / "orphan.blend"
    blend.write_bytes((scenes / "shot.blend").read_bytes())
    rule = proxy.rule(r"^POST .*/jobs$", lose=True)
    # so that it cannot look for the job before it is killed
    looking = proxy.rule(r"^GET .*/jobs\?", hold=True)
    job_id = artist.submit(blend)
    rule.wait()
    looking.wait()
    other = farm.call("POST", "/uploads", json={"fileName": "orphan.blend", "fileType": "blend"}).json()
    Artist.put(other["uploadUrl"], blend)
    foreign = farm.call("POST", "/jobs", json={"slug": other["slug"]}).json()["id"]
    artist.kill_worker()
    looking.release()
    artist.restart()
    job = artist.ends(job_id)
    assert job.remote_id != foreign
    assert {made["id"] for made in farm.jobs_of("orphan.blend")} == {job.remote_id, foreign}


def test_killed_between_writing_down_and_renaming(proxy: Proxy, scenes: Path, artists: Artists) -> None:
    """A frame that is written down and still a part is given its name by the next worker; one that is whole is not
    fetched again, and none is taken for somebody else's."""
    artist = artists(proxy.api_url)
    held = proxy.rule(r"^GET /download/0003", times=2, hold=True)
    job_id = artist.submit(scenes / "shot.blend", frames=(1, 2, 3))
    held.wait()
    job = artist.until(job_id, Stage.RENDERING, Stage.DOWNLOADING, where=lambda job: job.frames_downloaded == 2)
    artist.kill_worker()
    half, whole = job.output_dir / "0001.png", job.output_dir / "0002.png"
    half.rename(half.with_name(f".0001.png.{job_id[:8]}.part"))
    whole.with_name(f".0002.png.{job_id[:8]}.part").hardlink_to(whole)
    held.release()
    artist.restart()
    artist.ends(job_id)
    assert artist.frames(job_id) == ["0001.png", "0002.png", "0003.png"]
    assert not list(job.output_dir.glob(".*"))
    assert proxy.count(r"^GET /download/0001") == proxy.count(r"^GET /download/0002") == 1
    assert artist.job(job_id).notes == ()
