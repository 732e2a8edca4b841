# SPDX-License-Identifier: GPL-3.0-or-later
"""Blender's side: waiting for a job, noticing a worker that cannot live, and Blenders that are gone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from renderjuice.jobs.client import destination
from renderjuice.jobs.client.errors import OtherKey, WorkerFailed
from renderjuice.jobs.client.session import Session
from renderjuice.jobs.client.waiting import wait_for_job
from renderjuice.jobs.client.worker_keeper import FAILED_WORKERS
from renderjuice.jobs.credentials import KEY_VARIABLE
from renderjuice.jobs.home import Home
from renderjuice.jobs.journal.errors import JournalError
from renderjuice.jobs.journal.journal import Journal
from renderjuice.jobs.records import JobRecord, Setting, Stage, Wish
from renderjuice.tests.support.waiting import until
from renderjuice.tests.unit.jobs.submissions import submission

URL = "http://127.0.0.1:9/"


@pytest.fixture
def session(home: Home) -> Iterator[Session]:
    """A Blender whose worker is a program that ends at once with an error."""
    program = "import sys; print('no air here', file=sys.stderr); sys.exit(3)"
    session = Session(home, python=sys.executable, python_args=("-c", program))
    yield session
    session.close()


def test_a_worker_that_cannot_live_is_told(session: Session) -> None:
    with pytest.raises(WorkerFailed, match=r"could not be started \(no air here\)\. Restart Blender"):
        until(lambda: session.ensure_worker(URL), "somebody gives up")
    with pytest.raises(WorkerFailed):
        session.ensure_worker(URL)
    assert FAILED_WORKERS > 1


def test_a_worker_that_cannot_live_is_told_at_every_look(session: Session) -> None:
    with pytest.raises(WorkerFailed):
        until(lambda: session.ensure_worker(URL), "somebody gives up")
    for _ in range(3):
        with pytest.raises(WorkerFailed):
            session.keep_worker(URL)


def test_a_worker_with_another_key_is_not_used(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "RJ-of-a-script")
    first = Session(home, python=sys.executable)
    first.ensure_worker(URL)
    until(lambda: first.journal.setting(Setting.WORKER).isdigit(), "the worker has come")
    second = Session(home, python=sys.executable)
    try:
        second.ensure_worker(URL)
        for other in ("RJ-of-another", ""):
            monkeypatch.setenv(KEY_VARIABLE, other)
            with pytest.raises(OtherKey, match="works with another RENDERJUICE_API_KEY"):
                second.ensure_worker(URL)
        assert b"RJ-of-a-script" not in home.journal.read_bytes()
    finally:
        os.kill(int(first.journal.setting(Setting.WORKER)), signal.SIGTERM)
        first.close()
        second.close()


def test_one_blender_without_online_access_does_not_stop_the_others(home: Home) -> None:
    first, second = Session(home), Session(home)
    first.tell_online_access(True)
    second.tell_online_access(False)
    assert first.journal.has_online_access()
    first.tell_online_access(False)
    assert not first.journal.has_online_access()
    first.tell_online_access(True)
    second.close()
    assert second.home.journal.exists()
    first.close()
    with Journal(home.journal) as journal:
        assert journal.has_online_access()


def test_a_python_that_is_not_there_is_told(home: Home) -> None:
    session = Session(home, python="/no/such/python")
    with pytest.raises(WorkerFailed, match="could not be started"):
        session.ensure_worker(URL)
    session.close()


def test_waiting_tells_each_change_and_ends_with_the_job(home: Home) -> None:
    session = Session(home, python=sys.executable, python_args=("-c", "import time; time.sleep(30)", "--"))
    job = session.journal.add(submission())
    told: list[JobRecord] = []

    def go_on(job: JobRecord) -> None:
        told.append(job)
        with Journal(home.journal) as other:
            if job.stage is Stage.PACKAGING:
                other.update(job.id, stage=Stage.UPLOADING)
            elif job.stage is Stage.UPLOADING:
                # asked for and not granted yet: the end that is seen is not the last word
                other.wish(Wish.RETRY, job.id)
                other.update(job.id, stage=Stage.FAILED)
                threading.Timer(0.5, grant).start()

    def grant() -> None:
        with Journal(home.journal) as other, other.together():
            other.update(job.id, stage=Stage.DONE)
            other.fulfil(other.wishes()[0])

    assert wait_for_job(session, job.id, URL, go_on).stage is Stage.DONE
    assert [seen.stage for seen in told] == [Stage.PACKAGING, Stage.UPLOADING, Stage.FAILED, Stage.DONE]
    with pytest.raises(JournalError, match="removed"):
        added = session.journal.add(submission())
        wait_for_job(session, added.id, URL, lambda job: session.journal.remove(job.id))
    session.close()


def test_the_last_blender_says_what_quitting_means(home: Home) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait(30)
    with Journal(home.journal) as journal:
        first, second = Session(home), Session(home)
        # one that crashed said no word
        journal.open_session("crashed", dead.pid)
        first.close("STOP")
        assert journal.setting(Setting.ON_QUIT) == ""
        second.close("UPLOADS")
        assert journal.setting(Setting.ON_QUIT) == "UPLOADS"
        assert journal.sessions() == {}
        third = Session(home)
        assert journal.setting(Setting.ON_QUIT) == ""
        assert len(journal.sessions()) == 1
        third.close()


def test_a_destination_is_made_and_tried(tmp_path: Path) -> None:
    destination.prepare(tmp_path / "a" / "b")
    assert list((tmp_path / "a" / "b").iterdir()) == []
    (tmp_path / "file").touch()
    with pytest.raises(destination.DestinationError, match=r"cannot be written: .*\. Choose another"):
        destination.prepare(tmp_path / "file" / "frames")
