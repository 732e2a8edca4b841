# SPDX-License-Identifier: GPL-3.0-or-later
"""A journal that is deleted, replaced, spoilt or held while Blender's window stays open; real files, no patience."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from renderjuice.jobs import credentials
from renderjuice.jobs.client.session import PATIENCE, Session
from renderjuice.jobs.home import Home
from renderjuice.jobs.journal import database
from renderjuice.jobs.journal.errors import JournalBusy, JournalError, JournalLost
from renderjuice.jobs.journal.journal import Journal
from renderjuice.jobs.records import Setting, Stage, Wish
from renderjuice.tests.support.waiting import until
from renderjuice.tests.unit.jobs.artist import KEY, Artist, Farm, is_running
from renderjuice.tests.unit.jobs.held_journal import held
from renderjuice.tests.unit.jobs.submissions import submission

GARBAGE = b"this is no database, and it is long enough not to be taken for an empty one " * 1000
NOT_STANDING_STILL = 1.0
"""Seconds, many times what a tick may wait, and well below what a write waits."""


@pytest.fixture
def session(home: Home) -> Iterator[Session]:
    session = Session(home)
    yield session
    # a test may have left it without a journal, or closed it
    with suppress(JournalError, sqlite3.ProgrammingError):
        session.close()


@pytest.fixture(autouse=True)
def _looks_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every read looks at the file."""
    monkeypatch.setattr(database, "FILE_INTERVAL", 0.0)


def delete(path: Path) -> None:
    """The file alone: what lies beside it stays."""
    path.unlink()


def delete_all(path: Path) -> None:
    """The whole folder."""
    shutil.rmtree(path.parent)
    path.parent.mkdir()


def replace_by_another(path: Path) -> None:
    """As a synchronising program does."""
    with Journal(path.with_name("other.sqlite")) as other:
        other.set_setting("name", "of the other")
    path.with_name("other.sqlite").replace(path)


@pytest.mark.parametrize("lose", [delete, delete_all, replace_by_another])
def test_a_window_goes_on_with_the_journal_that_is_there(
    home: Home, session: Session, lose: Callable[[Path], None]
) -> None:
    gone = session.journal.add(submission())
    session.tell_online_access(False)
    session.watch.look_again()
    lose(home.journal)
    assert session.watch.look() == ()
    assert session.watch.jobs == {}
    with pytest.raises(KeyError):
        session.journal.job(gone.id)
    session.tell_online_access(False)
    with Journal(home.journal) as other:
        # this Blender is there in the new one as well, and its setting
        assert list(other.sessions().values()) == [os.getpid()]
        assert not other.has_online_access()
        added = other.add(submission())
        assert session.watch.look() == (added,)
        session.journal.wish(Wish.CANCEL, added.id)
        assert [wish.job_id for wish in other.wishes()] == [added.id]


@pytest.mark.parametrize("lose", [delete, delete_all, replace_by_another])
def test_nothing_is_written_into_the_void(home: Home, session: Session, lose: Callable[[Path], None]) -> None:
    """Whether or not anybody has read since."""
    session.journal.add(submission())
    lose(home.journal)
    added = session.journal.add(submission())
    with Journal(home.journal) as other:
        assert other.jobs() == (added,)


def test_the_jobs_come_back_with_their_journal(home: Home, session: Session) -> None:
    job = session.journal.add(submission())
    session.watch.look_again()
    with closing(sqlite3.connect(home.journal)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    home.journal.rename(home.path / "away")
    assert session.watch.look() == ()
    assert session.watch.jobs == {}
    (home.path / "away").replace(home.journal)
    assert session.watch.look() == (job,)


@pytest.mark.parametrize("in_place", [True, False])
def test_garbage_is_told_and_a_usable_file_is_used(home: Home, session: Session, in_place: bool) -> None:
    session.watch.look_again()
    job = session.journal.add(submission())
    with closing(sqlite3.connect(home.journal)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    session.watch.look_again()
    if in_place:
        home.journal.write_bytes(GARBAGE)
    else:
        (home.path / "garbage").write_bytes(GARBAGE)
        (home.path / "garbage").replace(home.journal)
    for _ in range(3):
        for use in (session.watch.look, session.watch.look_again, lambda: session.journal.wish(Wish.REFRESH)):
            with pytest.raises(JournalError, match=r"broken .* Move .*journal.* away"):
                use()
        assert session.watch.jobs == {job.id: job}
    for file in home.path.glob("journal.sqlite*"):
        file.rename(home.path / f"away-{file.name}")
    assert session.watch.look() == ()
    assert session.watch.jobs == {}
    added = session.journal.add(submission())
    assert session.watch.look_again() == (added,)


def test_an_emptied_file_is_noticed(home: Home, session: Session) -> None:
    session.journal.add(submission())
    session.watch.look_again()
    with closing(sqlite3.connect(home.journal)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    home.journal.write_bytes(b"")
    session.watch.look()
    added = session.journal.add(submission())
    with Journal(home.journal) as other:
        assert other.jobs() == (added,)


def test_a_broken_page_is_told_and_a_new_file_is_used(home: Home, session: Session) -> None:
    """The size is right, and the error comes with the page."""
    for _ in range(50):
        session.journal.add(submission())
    with closing(sqlite3.connect(home.journal)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    session.journal.close()
    size = home.journal.stat().st_size
    session = Session(home)
    with home.journal.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (size - 4096))
    for _ in range(3):
        with pytest.raises(JournalError, match=r"broken|cannot be read"):
            session.watch.look_again()
    home.journal.unlink()
    assert session.watch.look_again() == ()
    assert session.journal.add(submission()).stage is Stage.PACKAGING
    session.close()


def test_a_file_that_is_repaired_in_its_place_is_used_again(home: Home, session: Session) -> None:
    job = session.journal.add(submission())
    session.watch.look_again()
    with closing(sqlite3.connect(home.journal)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole = home.journal.read_bytes()
    home.journal.write_bytes(GARBAGE)
    for _ in range(2):
        with pytest.raises(JournalError, match="broken"):
            session.watch.look()
    home.journal.write_bytes(whole)
    assert session.watch.look() == (job,)
    # and leaving in between is a sentence as well
    home.journal.write_bytes(GARBAGE)
    with pytest.raises(JournalError, match="broken"):
        session.watch.look()
    home.journal.write_bytes(whole)
    with pytest.raises(JournalLost):
        session.close()


def test_a_journal_that_grows_is_no_news(home: Home, session: Session) -> None:
    with Journal(home.journal) as other:
        for _ in range(3):
            for _ in range(100):
                other.add(submission())
            with closing(sqlite3.connect(home.journal)) as third:
                third.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            session.watch.look_again()
            session.journal.wish(Wish.REFRESH)
    assert session.journal.generation == 0
    assert home.journal.stat().st_size > 100_000


def test_a_tick_does_not_wait_for_a_journal_that_is_held(home: Home, session: Session) -> None:
    job = session.journal.add(submission())
    session.watch.look_again()
    with held(home):
        began = time.monotonic()
        # whoever only reads is not kept waiting at all
        assert session.watch.look() == ()
        assert session.journal.job(job.id) == job
        with pytest.raises(JournalBusy, match=r"held by another program\. Try again"):
            session.tell_online_access(True)
        with pytest.raises(JournalBusy):
            session.keep_worker("http://127.0.0.1:9/")
        second = Session(home)
        assert second.watch.look_again() == (job,)
        assert time.monotonic() - began < NOT_STANDING_STILL < PATIENCE
        # a press on a button waits a little longer
        began = time.monotonic()
        with pytest.raises(JournalBusy):
            session.journal.wish(Wish.REFRESH)
        assert time.monotonic() - began > NOT_STANDING_STILL
    session.tell_online_access(True)
    second.tell_online_access(False)
    # the second could not say at once that it is there
    assert len(session.journal.sessions()) == 2
    session.journal.wish(Wish.REFRESH)
    second.close()


def test_readers_that_are_kept_out_do_not_wait_either(home: Home, session: Session) -> None:
    session.journal.add(submission())
    session.journal.close()
    with held(home, "keep-out"):
        began = time.monotonic()
        with pytest.raises(JournalBusy):
            Session(home)
        assert time.monotonic() - began < PATIENCE + NOT_STANDING_STILL
    again = Session(home)
    assert len(again.watch.look_again()) == 1
    again.close()


def test_leaving_makes_no_new_journal(home: Home, session: Session) -> None:
    delete_all(home.journal)
    with pytest.raises(JournalLost, match="deleted or replaced"):
        session.close()
    assert list(home.path.iterdir()) == []


def test_leaving_a_spoilt_journal_is_a_sentence(home: Home, session: Session) -> None:
    with closing(sqlite3.connect(home.journal)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    home.journal.write_bytes(GARBAGE)
    with pytest.raises(JournalError):
        session.watch.look()
    with pytest.raises(JournalError):
        session.close()
    assert home.journal.read_bytes() == GARBAGE


def test_a_journal_that_does_not_renew_stays_with_its_file(home: Home) -> None:
    with Journal(home.journal) as journal:
        job = journal.add(submission())
        delete(home.journal)
        for use in (journal.jobs, journal.version, lambda: journal.update(job.id, bytes_done=1)):
            with pytest.raises(JournalLost, match="deleted or replaced"):
                use()
    assert not home.journal.exists()


@pytest.mark.parametrize("lose", [delete, delete_all, lambda path: shutil.rmtree(path.parent)])
def test_a_worker_ends_with_its_journal_and_the_next_one_serves_the_new(
    farm: Farm, scenes: Path, artists: Callable[..., Artist], lose: Callable[[Path], None]
) -> None:
    artist = artists(farm.api_url)
    slow = artist.submit(scenes / "slow.blend")
    artist.until(slow, Stage.RENDERING)
    remote_id = artist.job(slow).remote_id
    pid = artist.running_worker()
    lose(artist.home.journal)
    credentials.store_key(artist.home.credentials, artist.api_url, KEY)
    job_id = artist.submit(scenes / "shot.blend")
    farm.call("POST", f"/jobs/{remote_id}/cancel")
    until(lambda: not is_running(pid), "the worker has noticed")
    artist.ends(job_id)
    assert artist.frames(job_id) == ["0001.png"]
    assert int(artist.session.journal.setting(Setting.WORKER)) != pid
    # no other one is started beside it
    pid = artist.running_worker()
    last = artist.submit(scenes / "shot.blend")
    artist.ends(last)
    assert artist.running_worker() == pid
    assert artist.log().count(" begins,") <= 2
    if lose is delete:
        assert artist.home.submission(slow).exists()
        assert "deleted or replaced" in artist.log()
