# SPDX-License-Identifier: GPL-3.0-or-later
"""Taking a job off the list: nothing of it stays but its frames, and nothing goes that somebody still works on."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from renderjuice.jobs.client.session import Session
from renderjuice.jobs.home import Home
from renderjuice.jobs.journal.errors import JournalBusy
from renderjuice.jobs.journal.journal import Journal
from renderjuice.jobs.records import FINAL_STAGES, JobRecord, OutputRecord, Stage, Wish
from renderjuice.tests.support.waiting import until
from renderjuice.tests.unit.jobs.artist import Artist, Farm
from renderjuice.tests.unit.jobs.held_journal import held
from renderjuice.tests.unit.jobs.proxy import Proxy
from renderjuice.tests.unit.jobs.submissions import OTHER_BLENDER, submission


@pytest.fixture
def session(home: Home) -> Iterator[Session]:
    session = Session(home)
    yield session
    session.close()


def job_with_everything(session: Session, frames: Path, stage: Stage = Stage.FAILED) -> JobRecord:
    """A job with a snapshot, a package, a preview and a frame."""
    job = session.journal.add(submission())
    folder = session.home.create_submission(job.id)
    for name in ("snapshot.blend", "shot.zip"):
        (folder / name).write_bytes(b"what was sent")
    session.home.previews.mkdir(exist_ok=True)
    preview = session.home.previews / f"{job.id}-3.png"
    preview.write_bytes(b"preview")
    frames.mkdir(exist_ok=True)
    (frames / "0001.png").write_bytes(b"frame")
    session.journal.add_output(OutputRecord(job.id, "0001.png", frames / "0001.png", 5, 1, "frame"))
    session.journal.set_part_etag(job.id, "0002.png", '"e"')
    columns = {"snapshot": folder / "snapshot.blend", "package": folder / "shot.zip", "output_dir": frames}
    job = session.journal.update(job.id, stage=stage, preview=preview, **columns)
    session.watch.look_again()
    return job


def files_of(session: Session, job: JobRecord) -> list[Path]:
    """What the extension's folder holds of a job."""
    kept = session.home.path.rglob("*")
    return [path for path in kept if job.id in str(path)]


@pytest.mark.parametrize("stage", sorted(FINAL_STAGES))
def test_nothing_stays_but_the_frames(session: Session, tmp_path: Path, stage: Stage) -> None:
    job = job_with_everything(session, tmp_path / "frames", stage)
    other = job_with_everything(session, tmp_path / "other", stage)
    assert job.preview is not None and job.preview.is_file()
    session.remove(job.id)
    assert session.journal.jobs() == (other,)
    assert session.watch.jobs == {other.id: other}
    assert session.journal.outputs(job.id) == {}
    assert session.journal.part_etag(job.id, "0002.png") is None
    assert files_of(session, job) == []
    assert len(files_of(session, other)) == 4
    assert (tmp_path / "frames" / "0001.png").read_bytes() == b"frame"


@pytest.mark.parametrize("stage", [stage for stage in Stage if not stage.is_final])
def test_a_live_job_is_refused(session: Session, tmp_path: Path, stage: Stage) -> None:
    job = job_with_everything(session, tmp_path / "frames", stage)
    with pytest.raises(ValueError, match=rf"“shot “7”” is not over: {stage}\. Cancel it first\."):
        session.remove(job.id)
    assert session.journal.job(job.id) == job
    assert session.watch.jobs == {job.id: job}
    assert len(files_of(session, job)) == 4


def test_a_job_that_another_blender_revived_is_refused(session: Session, tmp_path: Path) -> None:
    """Whatever this one saw last."""
    job = job_with_everything(session, tmp_path / "frames")
    with Journal(session.home.journal) as other:
        other.update(job.id, stage=Stage.UPLOADING)
    with pytest.raises(ValueError, match="not over"):
        session.remove(job.id)


def test_one_that_another_blender_removed_is_gone(session: Session, tmp_path: Path) -> None:
    job = job_with_everything(session, tmp_path / "frames")
    with Journal(session.home.journal) as other:
        other.remove(job.id)
    session.remove(job.id)
    session.remove(job.id)
    session.remove("never there")
    assert session.watch.jobs == {}
    assert files_of(session, job) == []


def test_other_blenders_notice(session: Session, tmp_path: Path) -> None:
    job = job_with_everything(session, tmp_path / "frames")
    second = Session(session.home)
    second.watch.look_again()
    session.remove(job.id)
    assert second.watch.look() == ()
    assert second.watch.jobs == {}
    second.close()


def test_a_journal_that_is_held_keeps_everything(home: Home, session: Session, tmp_path: Path) -> None:
    job = job_with_everything(session, tmp_path / "frames")
    with held(home):
        with pytest.raises(JournalBusy, match="Try again in a moment"):
            session.remove(job.id)
        assert session.journal.job(job.id) == job
        assert session.watch.jobs == {job.id: job}
        assert len(files_of(session, job)) == 4
    session.remove(job.id)
    assert files_of(session, job) == []


def test_files_that_cannot_be_deleted_are_left(home: Home, session: Session, tmp_path: Path) -> None:
    """Each is a place where something is mounted, which not even the administrator deletes."""
    job = job_with_everything(session, tmp_path / "frames")
    assert job.preview is not None
    stuck = home.submission(job.id) / "stuck"
    stuck.mkdir()
    script = (
        f'mount -t tmpfs tmpfs "{stuck}" && mount --bind "{job.preview}" "{job.preview}" && '
        f'exec "{sys.executable}" "{OTHER_BLENDER}" remove "{home.path}" {job.id}'
    )
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert session.journal.jobs() == ()
    assert set(files_of(session, job)) == {home.submission(job.id), stuck, job.preview}
    assert not (home.submission(job.id) / "shot.zip").exists()
    # they can be deleted now
    session.remove(job.id)
    assert files_of(session, job) == []


def test_a_cancel_that_is_still_wished_for_goes_nowhere(
    farm: Farm, artists: Callable[..., Artist], scenes: Path
) -> None:
    """Removed after it was over and before the worker has looked."""
    artist = artists(farm.api_url)
    job = job_with_everything(artist.session, artist.folder / "frames", Stage.CANCELED)
    for kind in (Wish.RETRY, Wish.CANCEL, Wish.DOWNLOAD):
        artist.session.journal.wish(kind, job.id)
    artist.session.remove(job.id)
    artist.session.ensure_worker(artist.api_url)
    until(lambda: not artist.session.journal.wishes(), "the worker has looked")
    assert files_of(artist.session, job) == []
    assert "Traceback" not in artist.log()
    artist.ends(artist.submit(scenes / "shot.blend"))


def test_removed_while_the_last_files_of_a_canceled_job_come(
    proxy: Proxy, artists: Callable[..., Artist], scenes: Path
) -> None:
    artist = artists(proxy.api_url)
    coming = proxy.rule(r"^GET /download/0001", hold=True)
    job_id = artist.submit(scenes / "shot.blend")
    coming.wait()
    output_dir = artist.job(job_id).output_dir
    artist.wish(Wish.CANCEL, job_id)
    artist.ends(job_id, Stage.CANCELED)
    artist.session.remove(job_id)
    coming.release()
    until(lambda: not artist.session.journal.wishes(), "the worker has let go of it")
    assert [path for path in output_dir.rglob("*") if path.is_file()] == []
    assert "Traceback" not in artist.log()
