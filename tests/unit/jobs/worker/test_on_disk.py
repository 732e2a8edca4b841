# SPDX-License-Identifier: GPL-3.0-or-later
"""What is left of a job on this computer is found out by the worker, and a drive that never answers stops nobody."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from renderjuice.jobs.records import JobRecord, OnDisk, OutputRecord, Stage, Wish
from renderjuice.jobs.worker.context import Context
from renderjuice.jobs.worker.loop import Worker
from renderjuice.tests.support.waiting import PATIENCE, until
from renderjuice.tests.unit.jobs.artist import Artist, Farm

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


def test_nothing_waits_for_a_drive_that_never_answers(
    context: Context, scenes: Path, artists: Artists, monkeypatch: pytest.MonkeyPatch
) -> None:
    artist = artists(context.session_url, home=context.home.path)
    journal = context.journal
    job = journal.add(artist.submission(scenes / "shot.blend"))
    dead = artist.folder / "dead" / "0001.png"
    journal.add_output(OutputRecord(job.id, dead.name, dead, 1, 1, "frame"))
    job = journal.update(job.id, stage=Stage.FAILED, frames_downloaded=1)
    asked, answers = threading.Event(), threading.Event()
    listdir = os.listdir

    def wait(folder: Any) -> list[str]:
        if folder == dead.parent:
            asked.set()
            answers.wait()
        return listdir(folder)

    monkeypatch.setattr(os, "listdir", wait)
    journal.wish(Wish.LOOK, job.id)
    journal.wish(Wish.LOOK, job.id)
    journal.wish(Wish.CANCEL, job.id)
    working = threading.Thread(target=Worker(context).run)
    working.start()
    assert asked.wait(PATIENCE)
    until(lambda: [wish.kind for wish in journal.wishes()] == [Wish.LOOK] * 2, "the cancel was seen to")
    context.quitting.set()
    working.join(PATIENCE)
    assert not working.is_alive()
    answers.set()
    until(lambda: journal.job(job.id).on_disk == OnDisk(frames=0, can_go_on=True), "the look has ended")
