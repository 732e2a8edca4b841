# SPDX-License-Identifier: GPL-3.0-or-later
"""The journal on a real file: what is new, all or nothing, several processes, and files that cannot be used."""

from __future__ import annotations

import shutil
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from renderjuice.jobs.home import Home
from renderjuice.jobs.journal.errors import JournalBusy, JournalError, Overtaken
from renderjuice.jobs.journal.journal import Journal
from renderjuice.jobs.journal.watch import JournalWatch
from renderjuice.jobs.records import Failure, FailureKind, OutputRecord, Stage, Wish
from renderjuice.tests.unit.jobs.submissions import OTHER_BLENDER, submission

FORMER_JOURNAL = Path(__file__).resolve().parents[3] / "support" / "version_0_1_0" / "journal.sqlite"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return Home(tmp_path / "home").create().journal


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    with Journal(path) as journal:
        yield journal


def test_a_job_comes_back_as_it_was_written(path: Path, journal: Journal) -> None:
    wanted = submission()
    failure = Failure(FailureKind.DISK_FULL, "What.", "Then.", "raw", Stage.UPLOADING)
    journal.add(wanted)
    journal.update(wanted.job_id, failure=failure, package=Path("/p.zip"), final_config={"fps": 24}, stage=Stage.FAILED)
    with Journal(path) as other:
        job = other.job(wanted.job_id)
    for name in ("name", "scene", "blend", "snapshot", "frames", "config", "output_dir", "api_url", "notes"):
        assert getattr(job, name) == getattr(wanted, name)
    assert (job.failure, job.package, job.final_config) == (failure, Path("/p.zip"), {"fps": 24})
    assert not job.is_live


def test_only_what_is_newer_is_read(journal: Journal) -> None:
    first, second = journal.add(submission()), journal.add(submission())
    assert [job.id for job in journal.changed_since(0)] == [first.id, second.id]
    assert journal.changed_since(second.revision) == ()
    first = journal.update(first.id, bytes_done=5)
    assert journal.changed_since(second.revision) == (first,)
    assert [job.id for job in journal.jobs()] == [second.id, first.id]
    journal.update(second.id, stage=Stage.DONE)
    assert [job.id for job in journal.live_jobs()] == [first.id]


def test_the_data_version_tells_of_others_and_the_version_of_everybody(path: Path, journal: Journal) -> None:
    with Journal(path) as other:
        data_version, version = journal.data_version(), journal.version()
        journal.add(submission())
        assert journal.data_version() == data_version
        assert journal.version() != version
        version = journal.version()
        assert journal.version() == version
        other.wish(Wish.REFRESH)
        assert journal.data_version() != data_version
        assert journal.version() != version


def test_together_is_all_or_nothing(path: Path, journal: Journal) -> None:
    kept = journal.add(submission())
    with pytest.raises(RuntimeError), journal.together():
        journal.update(kept.id, status="lost")
        journal.wish(Wish.CANCEL, kept.id)
        journal.add(submission("never"))
        raise RuntimeError
    with Journal(path) as other:
        assert other.jobs() == (kept,)
        assert other.wishes() == ()
        # nobody sees half of it
        with journal.together():
            journal.update(kept.id, status="new")
            assert other.job(kept.id).status == ""
        assert other.job(kept.id).status == "new"


def test_a_job_that_went_on_meanwhile_is_not_moved(journal: Journal) -> None:
    job = journal.add(submission())
    journal.update(job.id, stage=Stage.CANCELED)
    with pytest.raises(Overtaken):
        journal.move(job, stage=Stage.UPLOADING)
    assert journal.job(job.id).stage is Stage.CANCELED
    journal.remove(job.id)
    output = OutputRecord(job.id, "0001.png", Path("/0001.png"), 1, 2)
    for write in (
        lambda: journal.move(job, bytes_done=1),
        lambda: journal.add_output(output),
        lambda: journal.set_part_etag(job.id, "0001.png", "x"),
    ):
        with pytest.raises(Overtaken):
            write()
    with pytest.raises(KeyError):
        journal.update(job.id, bytes_done=1)
    assert journal.find(job.id) is None


def test_outputs_notes_wishes_and_settings(path: Path, journal: Journal) -> None:
    job = journal.add(submission())
    output = OutputRecord(job.id, "0001.png", Path("/x/0001.png"), 1, 2**60, "frame")
    journal.set_part_etag(job.id, "0001.png", '"e"')
    assert journal.part_etag(job.id, "0001.png") == '"e"'
    journal.add_output(output)
    assert journal.outputs(job.id) == {"0001.png": output}
    assert journal.part_etag(job.id, "0001.png") is None
    journal.forget_outputs(job.id, ["0001.png"])
    assert journal.outputs(job.id) == {}
    journal.add_output(output)
    for _ in range(2):
        assert journal.add_note(job.id, "two").notes == ("one", "two")
    journal.wish(Wish.CANCEL, job.id)
    journal.wish(Wish.DOWNLOAD, job.id, "/folder")
    cancel, download = journal.wishes()
    assert (cancel.kind, download.kind, download.argument) == (Wish.CANCEL, Wish.DOWNLOAD, "/folder")
    journal.fulfil(cancel)
    assert journal.wishes() == (download,)
    assert journal.setting("name", "none") == "none"
    journal.set_setting("name", "value")
    version = journal.version()
    journal.set_setting("name", "value")
    assert journal.version() == version
    journal.remove(job.id)
    with Journal(path) as other:
        assert other.outputs(job.id) == {}


def test_a_watch_knows_all_jobs_and_forgets_what_is_removed(path: Path, journal: Journal) -> None:
    watch = JournalWatch(journal)
    with Journal(path) as other:
        first, second = other.add(submission()), other.add(submission())
        assert watch.look() == (first, second)
        assert watch.look() == ()
        assert watch.has_live_jobs
        ended = other.update(first.id, stage=Stage.DONE)
        assert watch.look() == (ended,)
        other.remove(second.id)
        assert watch.look() == ()
        assert watch.jobs == {first.id: ended}
        assert not watch.has_live_jobs
    added = journal.add(submission())
    assert watch.look_again() == (added,)


def test_two_processes_write_at_once(path: Path) -> None:
    count = 300
    with Journal(path) as journal:
        journal.add(submission("shared"))
    command = [sys.executable, str(OTHER_BLENDER), "write", str(path.parent), str(count)]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(2)]
    assert [process.wait(60) for process in processes] == [0, 0]
    with Journal(path) as journal:
        assert journal.job("shared").bytes_done == 2 * count
        assert journal.job("shared").revision == 2 * count + 1


def race(folder: Path, count: int, processes: int) -> None:
    """Have as many processes open the same journals at the same moment, one journal after the other."""
    start = time.monotonic() + 1.0
    command = [sys.executable, str(OTHER_BLENDER), "race", str(folder), str(count), str(start)]
    racing = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(processes)]
    said = [process.communicate(timeout=60)[1] for process in racing]
    assert [process.returncode for process in racing] == [0] * processes, said


def test_a_new_journal_is_made_once_by_many_at_once(tmp_path: Path) -> None:
    count, processes = 200, 6
    race(tmp_path, count, processes)
    for number in range(count):
        with Journal(tmp_path / f"{number}.sqlite") as journal:
            assert sorted(job.revision for job in journal.jobs()) == list(range(1, processes + 1))


def test_many_processes_make_a_new_journal_at_once(path: Path) -> None:
    command = [sys.executable, str(OTHER_BLENDER), "start", str(path.parent), "http://127.0.0.1:9/", "0.01"]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(4)]
    said = [process.communicate(timeout=60)[1] for process in processes]
    assert [process.returncode for process in processes] == [0] * 4, said


def test_only_the_owner_can_read_it(path: Path, journal: Journal) -> None:
    journal.add(submission())
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert modes == {"journal.sqlite": 0o600, "journal.sqlite-wal": 0o600, "journal.sqlite-shm": 0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_broken_file_is_a_sentence(path: Path) -> None:
    path.write_bytes(b"this is no database, and it is long enough not to be taken for an empty one" * 20)
    with pytest.raises(JournalError, match=r"broken .* Move .*journal.* away"):
        Journal(path)


def test_a_file_that_breaks_later_is_a_sentence(path: Path, journal: Journal) -> None:
    job = journal.add(submission())
    with sqlite3.connect(path) as other:
        other.execute("UPDATE jobs SET stage = 'of the future'")
    other.close()
    with pytest.raises(JournalError, match="Update the extension"):
        journal.job(job.id)


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(JournalError, match="cannot be read or written"):
        Journal(tmp_path / "file" / "journal.sqlite")


def test_a_locked_file_is_a_sentence(path: Path, journal: Journal) -> None:
    journal.add(submission("shared"))
    command = [sys.executable, str(OTHER_BLENDER), "block", str(path.parent)]
    with Journal(path, patience=0.1) as hasty, subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert [other.stdout.readline() for _ in range(2)][1] == "blocked\n"
        with pytest.raises(JournalBusy, match=r"held by another program\. Try again"):
            hasty.update("shared", bytes_done=1)
        # whoever only reads is not kept waiting
        assert hasty.job("shared").bytes_done == 0
        other.kill()
        other.wait(30)
        assert hasty.update("shared", bytes_done=1).bytes_done == 1


def test_a_newer_journal_is_left_alone(path: Path) -> None:
    Journal(path).close()
    with sqlite3.connect(path) as other:
        other.execute("PRAGMA user_version = 99")
    other.close()
    with pytest.raises(JournalError, match="newer version of this extension"):
        Journal(path)


def test_a_wish_of_a_newer_version_is_left_alone(path: Path, journal: Journal) -> None:
    journal.wish(Wish.REFRESH)
    with sqlite3.connect(path) as other:
        other.execute("INSERT INTO wishes (kind, job_id, argument) VALUES ('dance', '', '')")
    other.close()
    assert [wish.kind for wish in journal.wishes()] == [Wish.REFRESH]


def test_a_journal_of_the_first_version_gets_what_it_lacks(path: Path) -> None:
    with Journal(path) as journal:
        job = journal.add(submission())
    with sqlite3.connect(path) as other:
        other.execute("ALTER TABLE jobs DROP COLUMN preview")
        other.execute("ALTER TABLE jobs ADD COLUMN files TEXT NOT NULL DEFAULT '[]'")
        other.execute("PRAGMA user_version = 1")
    other.close()
    with Journal(path) as journal, Journal(path) as second:
        assert journal.jobs() == (job,)
        preview = path.parent / "previews" / "one-1.png"
        assert second.update(job.id, preview=preview).preview == preview
        assert journal.job(job.id).preview == preview
        assert journal.previews() == {"one-1.png"}


def test_jobs_that_were_done_before_it_was_noted_when_stay_done(path: Path) -> None:
    with Journal(path) as journal:
        job = journal.add(submission())
        journal.update(job.id, stage=Stage.DONE)
    with sqlite3.connect(path) as other:
        for column in ("done", "render_seconds", "trouble_kind"):
            other.execute(f"ALTER TABLE jobs DROP COLUMN {column}")
        other.execute("PRAGMA user_version = 4")
    other.close()
    with Journal(path) as journal:
        job = journal.job(job.id)
        assert (job.done, job.render_seconds, job.is_unconnected) == (0, {}, False)


def test_an_old_journal_is_renewed_once_by_many_at_once(tmp_path: Path) -> None:
    count, processes = 50, 4
    for number in range(count):
        path = tmp_path / f"{number}.sqlite"
        Journal(path).close()
        with sqlite3.connect(path) as other:
            other.execute("ALTER TABLE jobs DROP COLUMN preview")
            other.execute("PRAGMA user_version = 1")
        other.close()
    race(tmp_path, count, processes)
    for number in range(count):
        with Journal(tmp_path / f"{number}.sqlite") as journal:
            assert len(journal.jobs()) == processes


def test_troubles_of_a_former_version_are_converted_once_by_many_at_once(tmp_path: Path) -> None:
    count, processes = 30, 4
    for number in range(count):
        shutil.copyfile(FORMER_JOURNAL, tmp_path / f"{number}.sqlite")
    race(tmp_path, count, processes)
    for number in range(count):
        with Journal(tmp_path / f"{number}.sqlite") as journal:
            assert journal.job("rendering").trouble == "Wait."


def test_a_trouble_that_an_older_worker_writes_meanwhile_is_read(path: Path, journal: Journal) -> None:
    """A worker of version 0.1.0 that still runs has the journal open, and writes plain text."""
    job = journal.add(submission())
    with closing(sqlite3.connect(path)) as older, older:
        older.execute("UPDATE jobs SET trouble = 'Renderjuice cannot be reached.'")
    assert journal.job(job.id).trouble == "Renderjuice cannot be reached."
    assert [each.id for each in journal.live_jobs()] == [job.id]
