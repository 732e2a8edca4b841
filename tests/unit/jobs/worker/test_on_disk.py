# SPDX-License-Identifier: GPL-3.0-or-later
"""What is left of a job on this computer is found out by the worker, and a drive that never answers stops nobody."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from renderjuice.jobs.client.worker_keeper import WORKER_PROGRAM
from renderjuice.jobs.home import Home
from renderjuice.jobs.journal.journal import Journal
from renderjuice.jobs.records import JobRecord, OnDisk, OutputRecord, Stage, Wish
from renderjuice.jobs.worker.context import Context
from renderjuice.jobs.worker.loop import Worker
from renderjuice.tests.support.waiting import PATIENCE, until
from renderjuice.tests.unit.jobs.artist import Artist, Farm
from renderjuice.tests.unit.jobs.submissions import submission

Artists = Callable[..., Artist]


def looked_at(artist: Artist, job_id: str) -> JobRecord:
    """The job after the worker was asked to look, and has looked."""
    artist.session.ask_for_look(job_id, artist.api_url)
    return artist.until(job_id)


def test_deleted_frames_are_counted_until_the_job_changes(farm: Farm, scenes: Path, artists: Artists) -> None:
    artist = artists(farm.api_url)
    job_id = artist.submit(scenes / "shot.blend", frames=(1, 2))
    job = artist.ends(job_id)
    assert job.on_disk is None
    assert looked_at(artist, job_id).on_disk == OnDisk(frames=2, can_go_on=True)
    (job.output_dir / "0002.png").unlink()
    assert looked_at(artist, job_id).on_disk == OnDisk(frames=1, can_go_on=True)
    artist.wish(Wish.DOWNLOAD, job_id)
    job = artist.ends(job_id)
    assert (job.on_disk, len(artist.frames(job_id))) == (None, 2)


@dataclass
class DeadDrive:
    """A folder that does not answer until it is told to."""

    folder: Path
    asked: threading.Event = field(default_factory=threading.Event)
    answers: threading.Event = field(default_factory=threading.Event)


def job_of(journal: Journal, folder: Path) -> JobRecord:
    """A job that is over, whose frame was put into a folder."""
    job = journal.add(submission())
    journal.add_output(OutputRecord(job.id, "0001.png", folder / "0001.png", 1, 1, "frame"))
    return journal.update(job.id, stage=Stage.FAILED, frames=(1,), frames_downloaded=1)


@pytest.fixture
def dead_drive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DeadDrive]:
    """Such a folder, for this process. It answers in the end."""
    drive, listdir = DeadDrive(tmp_path / "dead"), os.listdir

    def wait(folder: Any) -> list[str]:
        if folder == drive.folder:
            found = os.path.isfile(drive.folder / "0001.png")  # noqa: PTH113 - as it is now
            drive.asked.set()
            drive.answers.wait()
            return ["0001.png"] if found else []
        return listdir(folder)

    monkeypatch.setattr(os, "listdir", wait)
    yield drive
    drive.answers.set()


@contextmanager
def at_work(context: Context) -> Iterator[threading.Thread]:
    """A worker in this process; it is told to quit in the end."""
    thread = threading.Thread(target=Worker(context).run)
    thread.start()
    try:
        yield thread
    finally:
        context.quitting.set()
        thread.join(PATIENCE)
    assert not thread.is_alive()


def test_nothing_waits_for_a_drive_that_never_answers(context: Context, dead_drive: DeadDrive) -> None:
    journal = context.journal
    journal.open_session("a Blender", os.getpid())
    job = job_of(journal, dead_drive.folder)
    for kind in (Wish.LOOK, Wish.LOOK, Wish.CANCEL):
        journal.wish(kind, job.id)
    with at_work(context):
        assert dead_drive.asked.wait(PATIENCE)
        until(lambda: [wish.kind for wish in journal.wishes()] == [Wish.LOOK] * 2, "the cancel was seen to")
    dead_drive.answers.set()
    until(lambda: journal.job(job.id).on_disk == OnDisk(frames=0, can_go_on=False), "the look has ended")


def test_other_jobs_are_looked_at_meanwhile(context: Context, dead_drive: DeadDrive, tmp_path: Path) -> None:
    journal = context.journal
    journal.open_session("a Blender", os.getpid())
    dead, near = job_of(journal, dead_drive.folder), job_of(journal, tmp_path / "near")
    journal.wish(Wish.LOOK, dead.id)
    journal.wish(Wish.LOOK, near.id)
    with at_work(context):
        until(lambda: journal.job(near.id).on_disk, "the other job was looked at")
    assert journal.job(dead.id).on_disk is None


def test_a_look_keeps_no_worker_for_a_blender_that_has_gone(context: Context, dead_drive: DeadDrive) -> None:
    journal = context.journal
    journal.wish(Wish.LOOK, job_of(journal, dead_drive.folder).id)
    with at_work(context) as worker:
        until(lambda: not worker.is_alive(), "the worker has nothing to do")
    assert [wish.kind for wish in journal.wishes()] == [Wish.LOOK]


def test_what_was_found_before_a_job_changed_is_not_taken_for_now(context: Context, dead_drive: DeadDrive) -> None:
    journal = context.journal
    journal.open_session("a Blender", os.getpid())
    job = job_of(journal, dead_drive.folder)
    journal.wish(Wish.LOOK, job.id)
    with at_work(context):
        assert dead_drive.asked.wait(PATIENCE)
        # fetched again meanwhile, and over again
        dead_drive.folder.mkdir()
        (dead_drive.folder / "0001.png").touch()
        journal.update(job.id, failure=None)
        dead_drive.answers.set()
        until(lambda: not journal.wishes(), "it was looked again")
    assert journal.job(job.id).on_disk == OnDisk(frames=1, can_go_on=False)


def test_the_process_ends_while_a_drive_does_not_answer(home: Home) -> None:
    with Journal(home.journal) as journal:
        journal.open_session("a Blender", os.getpid())
        journal.wish(Wish.LOOK, job_of(journal, home.path / "dead").id)
    program = (
        "import os, signal, sys, threading\n"
        "def never(_folder):\n"
        "    os.kill(os.getpid(), signal.SIGTERM)\n"
        "    threading.Event().wait()\n"
        "os.listdir = never\n"
        "import runpy; runpy.run_path(sys.argv.pop(1), run_name='__main__')\n"
    )
    command = [sys.executable, "-c", program, WORKER_PROGRAM, "--home", home.path, "--api-url", "http://127.0.0.1:9"]
    assert subprocess.run(command, timeout=PATIENCE, check=False).returncode == 0
    with Journal(home.journal) as journal:
        assert [wish.kind for wish in journal.wishes()] == [Wish.LOOK]
