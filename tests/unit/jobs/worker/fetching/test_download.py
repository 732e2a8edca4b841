# SPDX-License-Identifier: GPL-3.0-or-later
"""The transfers by themselves, from a real storage server: going on after a cut, addresses that expire, many files."""

from __future__ import annotations

import re
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from renderjuice.api.errors import Unreachable
from renderjuice.api.models import Downloads, OutputFile
from renderjuice.jobs.home import Home
from renderjuice.jobs.journal.errors import JournalBusy
from renderjuice.jobs.journal.journal import Journal
from renderjuice.jobs.records import JobRecord, OutputRecord, Stage
from renderjuice.jobs.worker.context import Context
from renderjuice.jobs.worker.fetching.delivery import finish
from renderjuice.jobs.worker.fetching.download import RESUMABLE_BYTES, TRANSFERS_AT_ONCE, Collected, Downloader
from renderjuice.jobs.worker.fetching.placing import place_file
from renderjuice.tests.support.waiting import until
from renderjuice.tests.unit.jobs.submissions import submission

ETAG = '"version-1"'


class Storage(ThreadingHTTPServer):
    """Gives every path `content`. `cut_at`: the next answer ends there. `lasts`: answers until all tokens expire."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.content = b"frame"
        self.cut_at = 0
        self.lasts = 10**9
        self.token = "first"
        self.lock = threading.Lock()
        self.asked: list[tuple[str, str]] = []
        self.times: list[float] = []
        self.refused: dict[str, int] = {}
        self.refusal: dict[str, str] = {}

    def handle_error(self, _request: Any, _client_address: Any) -> None:
        """A client that went away is no news here."""

    def listing(self, names: list[str]) -> Downloads:
        """What the service lists, with addresses of now."""
        url = f"http://127.0.0.1:{self.server_port}"
        return Downloads(frames=tuple(OutputFile(f"{url}/{name}?token={self.token}", name) for name in names))


class Handler(BaseHTTPRequestHandler):
    """Answers with ranges."""

    protocol_version = "HTTP/1.1"
    server: Storage

    def log_message(self, *_arguments: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Give a file, or what is left of it."""
        storage = self.server
        wanted = self.headers.get("Range", "")
        with storage.lock:
            name = self.path.partition("?")[0]
            storage.asked.append((name, wanted))
            storage.times.append(time.monotonic())
            if storage.refused.get(name, 0) > 0:
                storage.refused[name] -= 1
                self.answer(503, b"busy", storage.refusal)
                return
            storage.lasts -= 1
            if storage.lasts < 0 and self.path.endswith("first"):
                storage.token = "second"
                self.answer(403, b"expired")
                return
        found = re.fullmatch(r"bytes=(\d+)-", wanted)
        start = int(found[1]) if found and self.headers.get("If-Range") == ETAG else 0
        body, size = storage.content[start:], len(storage.content)
        ranges = {"Content-Range": f"bytes {start}-{size - 1}/{size}"} if start else {}
        self.answer(206 if start else 200, body, ranges)

    def answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        """Send it, or as much as is allowed."""
        self.send_response(status)
        for name, value in {"ETag": ETAG, "Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        cut_at, self.server.cut_at = self.server.cut_at, 0
        self.wfile.write(body[:cut_at] if cut_at else body)
        self.close_connection = bool(cut_at)


@pytest.fixture
def storage() -> Iterator[Storage]:
    server = Storage()
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def context(tmp_path: Path) -> Iterator[Context]:
    home = Home(tmp_path / "home").create()
    with Journal(home.journal) as journal:
        yield Context(home, journal, "https://api.example.com")


@pytest.fixture
def downloader(context: Context) -> Iterator[Downloader]:
    downloader = Downloader(context)
    yield downloader
    context.quitting.set()
    downloader.close()


@pytest.fixture
def job(context: Context, tmp_path: Path) -> JobRecord:
    job = context.journal.add(submission())
    return context.journal.update(job.id, stage=Stage.DOWNLOADING, output_dir=tmp_path / "frames", remote_id="remote")


def collect_all(downloader: Downloader, job: JobRecord) -> Collected:
    """What came of everything that was begun."""
    total = Collected()

    def look() -> bool:
        collected = downloader.collect(job.id)
        total.arrived += collected.arrived
        total.errors.update(collected.errors)
        return not downloader.is_busy(job.id)

    until(look, "nothing is on its way any more", pause=0.001)
    return total


def first_trouble(downloader: Downloader, job: JobRecord) -> BaseException:
    """Why a file has to be tried again, at once when that is known; it is not tried again."""

    def look() -> BaseException | None:
        return downloader.collect(job.id).trouble

    error = until(look, "a file did not come", pause=0.001)
    # what waits is forgotten, and its part stays
    downloader.hurry()
    return error


def test_a_large_file_goes_on_where_it_was_cut(
    storage: Storage, context: Context, downloader: Downloader, job: JobRecord
) -> None:
    storage.content = bytes(range(256)) * (RESUMABLE_BYTES // 256 + 8192)
    storage.cut_at = RESUMABLE_BYTES + 1
    downloader.enqueue(job, storage.listing(["0001.dat"]))
    assert type(first_trouble(downloader, job)) is Unreachable
    assert not (job.output_dir / "0001.dat").exists()
    # another worker, which knows only what the journal says
    second = Downloader(context)
    second.enqueue(job, storage.listing(["0001.dat"]))
    assert collect_all(second, job).arrived == 1
    second.close()
    assert (job.output_dir / "0001.dat").read_bytes() == storage.content
    assert storage.asked == [("/0001.dat", ""), ("/0001.dat", f"bytes={RESUMABLE_BYTES + 1}-")]
    assert [path.name for path in job.output_dir.iterdir()] == ["0001.dat"]


def test_expired_addresses_are_not_tried_in_vain(storage: Storage, downloader: Downloader, job: JobRecord) -> None:
    names = [f"{number:04}.dat" for number in range(400)]
    storage.lasts = 50
    downloader.enqueue(job, storage.listing(names))
    collected = collect_all(downloader, job)
    assert (collected.arrived, collected.errors) == (50, {})
    assert len(storage.asked) <= 50 + TRANSFERS_AT_ONCE
    downloader.enqueue(job, storage.listing(names))
    assert collect_all(downloader, job).arrived == 350
    assert sorted(path.name for path in job.output_dir.iterdir()) == names


def test_addresses_that_never_work_are_told(storage: Storage, downloader: Downloader, job: JobRecord) -> None:
    storage.lasts = 0
    downloader.enqueue(job, storage.listing(["0001.dat", "0002.dat"]))
    assert set(collect_all(downloader, job).errors) == {"0001.dat", "0002.dat"}


def test_a_file_costs_one_write_to_the_journal(
    storage: Storage, context: Context, downloader: Downloader, job: JobRecord
) -> None:
    names = [f"{number:04}.dat" for number in range(300)]
    job = context.journal.update(job.id, frames=tuple(range(300)))
    writes = context.journal.version()[1]
    downloader.enqueue(job, storage.listing(names))
    assert collect_all(downloader, job).arrived == 300
    assert context.journal.version()[1] - writes < 400
    assert context.journal.job(job.id).frames_downloaded == 300
    # what is here is not asked for again
    downloader.enqueue(job, storage.listing(names))
    assert not downloader.is_busy(job.id)
    assert len(storage.asked) == 300


def test_a_canceled_job_leaves_no_parts(
    storage: Storage, context: Context, downloader: Downloader, job: JobRecord
) -> None:
    storage.content = b"x" * 64 * 1024**2
    downloader.enqueue(job, storage.listing([f"{number:04}.dat" for number in range(100)]))
    until(lambda: any(path.stat().st_size for path in job.output_dir.iterdir()), "bytes come", pause=0.001)
    context.cancellation(job.id).set()
    downloader.stop(job.id)
    assert collect_all(downloader, job).errors == {}
    assert not list(job.output_dir.glob(".*"))
    assert len(storage.asked) <= 2 * TRANSFERS_AT_ONCE


def test_a_file_that_appears_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    part, target = tmp_path / ".part", tmp_path / "0001.png"
    part.write_bytes(b"ours")
    target.write_bytes(b"theirs")
    with pytest.raises(FileExistsError):
        place_file(part, target)
    assert (part.read_bytes(), target.read_bytes()) == (b"ours", b"theirs")
    target.unlink()
    target.symlink_to(tmp_path / "nowhere")
    with pytest.raises(FileExistsError):
        place_file(part, target)
    target.unlink()
    place_file(part, target)
    assert target.read_bytes() == b"ours"
    assert not part.exists()


def test_nothing_is_overwritten_where_there_are_no_hard_links(tmp_path: Path) -> None:
    """As on some network drives: no system makes a hard link to a folder."""
    part, target = tmp_path / ".part", tmp_path / "0001.png"
    part.mkdir()
    target.mkdir()
    with pytest.raises(FileExistsError):
        place_file(part, target)
    assert part.is_dir()
    target.rmdir()
    place_file(part, target)
    assert target.is_dir()
    assert not part.exists()


def other_job(context: Context, job: JobRecord, **columns: Any) -> JobRecord:
    """A job that was submitted after `job`, for the same folder."""
    other = context.journal.add(submission())
    assert other.created >= job.created
    columns = {"stage": Stage.DOWNLOADING, "output_dir": job.output_dir, "remote_id": "other", **columns}
    return context.journal.update(other.id, **columns)


def test_jobs_for_one_folder_are_kept_apart_before_either_has_a_file_there(
    storage: Storage, context: Context, downloader: Downloader, job: JobRecord
) -> None:
    later = other_job(context, job)
    # has no files yet, and will find those of the first there
    other_job(context, job, stage=Stage.RENDERING)
    listing = storage.listing(["0001.dat", "0002.dat"])
    later = downloader.enqueue(later, listing)
    assert later.output_dir == job.output_dir / f"shot “7”-{later.id[:8]}"
    assert later.notes[-1] == (
        f"{job.output_dir} is where the frames of another job go, “shot “7””: the frames are in {later.output_dir}."
    )
    job = downloader.enqueue(job, listing)
    for each in (job, later):
        assert collect_all(downloader, each).arrived == 2
        assert {record.path.parent for record in context.journal.outputs(each.id).values()} == {each.output_dir}
    assert later.output_dir.parent == job.output_dir
    assert len(job.notes) == 1


def test_a_job_that_is_retried_keeps_out_of_a_folder_that_is_being_filled(
    storage: Storage, context: Context, downloader: Downloader, job: JobRecord
) -> None:
    context.journal.update(job.id, stage=Stage.FAILED)
    later = other_job(context, job)
    storage.lock.acquire()
    listing = storage.listing(["0001.dat", "0002.dat"])
    settled = downloader.enqueue(later, listing)
    job = context.journal.update(job.id, stage=Stage.DOWNLOADING)
    moved = downloader.enqueue(job, listing)
    storage.lock.release()
    assert settled.output_dir == later.output_dir
    assert moved.output_dir.parent == later.output_dir
    for each in (settled, moved):
        assert collect_all(downloader, each).arrived == 2


@pytest.mark.parametrize(
    ("stage", "frames", "folder"),
    [(Stage.DONE, (-3, 1, 2), ""), (Stage.RENDERING, (-2, 3), ""), (Stage.RENDERING, (-3, 1, 2), "elsewhere")],
)
def test_jobs_that_cannot_meet_share_a_folder(
    storage: Storage,
    context: Context,
    downloader: Downloader,
    job: JobRecord,
    stage: Stage,
    frames: tuple[int, ...],
    folder: str,
) -> None:
    later = other_job(context, job)
    context.journal.update(job.id, stage=stage, frames=frames, output_dir=job.output_dir / folder)
    assert downloader.enqueue(later, storage.listing(["0001.dat"])).output_dir == later.output_dir
    assert collect_all(downloader, later).arrived == 1


@pytest.mark.parametrize(
    ("frames", "names", "stage", "note"),
    [
        ((-3, 1), ["-0003_v02.png", "0001_v02.png"], Stage.DONE, ""),
        ((1, 2), ["a.png", "b.png"], Stage.DONE, "The frames' names do not tell their numbers; 2 files arrived"),
        ((1,), ["still.png"], Stage.DONE, ""),
        ((1, 2, 3), ["0001.png", "0002.png"], Stage.FAILED, ""),
    ],
)
def test_a_job_ends_by_the_names_of_its_files_or_by_their_number(
    context: Context, job: JobRecord, frames: tuple[int, ...], names: list[str], stage: Stage, note: str
) -> None:
    context.journal.update(job.id, frames=frames)
    for name in [*names, "passes/0001.exr"]:
        context.journal.add_output(OutputRecord(job.id, name, job.output_dir / name, 0, 0, ""))
    finish(context, job)
    finished = context.journal.job(job.id)
    assert finished.stage is stage
    assert (finished.failure is None) == (stage is Stage.DONE)
    assert [text[: len(note)] for text in finished.notes[1:]] == ([note] if note else [])
    # fetched again, it says so once
    finish(context, context.journal.update(job.id, stage=Stage.DOWNLOADING))
    assert context.journal.job(job.id).notes == finished.notes


def test_what_was_sent_is_gone_before_the_job_is_done(context: Context, job: JobRecord) -> None:
    context.journal.update(job.id, frames=(1,))
    context.journal.add_output(OutputRecord(job.id, "0001.png", job.output_dir / "0001.png", 0, 0, ""))
    folder = context.home.create_submission(job.id)
    (folder / "shot.zip").touch()
    with Journal(context.home.journal, patience=0.1) as hasty, closing(sqlite3.connect(context.home.journal)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(JournalBusy):
            finish(Context(context.home, hasty, job.api_url), job)
        assert not folder.exists()
    assert context.journal.job(job.id).stage is Stage.DOWNLOADING
    finish(context, job)
    assert context.journal.job(job.id).stage is Stage.DONE


def test_the_bytes_that_are_here_are_told_while_they_come(
    storage: Storage, context: Context, downloader: Downloader, job: JobRecord
) -> None:
    """Of whole files and of parts, once each; a part that is gone counts no more."""
    context.journal.update(job.id, bytes_done=70, bytes_total=70)
    storage.content = b"x" * 1000
    downloader.enqueue(job, storage.listing(["0001.dat", "0002.dat"]))
    collect_all(downloader, job)
    here = context.journal.job(job.id)
    assert (here.bytes_done, here.bytes_total, here.frames_downloaded) == (2000, 0, 2)
    # a large one on its way, with nothing new in the frame count
    storage.content = b"y" * (RESUMABLE_BYTES + 500)
    storage.cut_at = RESUMABLE_BYTES
    names = ["0001.dat", "0002.dat", "0003.dat"]
    downloader.enqueue(here, storage.listing(names))
    assert first_trouble(downloader, job)
    assert context.journal.job(job.id).bytes_done == 2000 + RESUMABLE_BYTES
    # another worker goes on with it
    second = Downloader(context)
    second.collect(job.id)
    assert context.journal.job(job.id).bytes_done == 2000 + RESUMABLE_BYTES
    second.enqueue(here, storage.listing(names))
    collect_all(second, job)
    assert context.journal.job(job.id).bytes_done == 2000 + RESUMABLE_BYTES + 500
    # one that is fetched again counts once
    (job.output_dir / "0003.dat").unlink()
    context.journal.forget_outputs(job.id, ["0003.dat"])
    second.enqueue(here, storage.listing(names))
    collect_all(second, job)
    assert context.journal.job(job.id).bytes_done == 2000 + RESUMABLE_BYTES + 500
    second.close()


def test_bytes_are_told_before_the_first_file_is_here(
    storage: Storage, context: Context, downloader: Downloader, job: JobRecord
) -> None:
    storage.content = b"x" * 512 * 1024**2
    downloader.enqueue(job, storage.listing(["0001.dat"]))
    seen: list[int] = []

    def look() -> bool:
        downloader.collect(job.id)
        seen.append(context.journal.job(job.id).bytes_done)
        return seen[-1] > 0

    until(look, "bytes are told", pause=0.001)
    assert downloader.is_busy(job.id)
    assert seen[-1] < len(storage.content)
    context.cancellation(job.id).set()
    collect_all(downloader, job)
    assert context.journal.job(job.id).bytes_done == 0


def test_bytes_of_an_earlier_render_are_not_taken_for_those_that_are_sent(
    storage: Storage, context: Context, downloader: Downloader, job: JobRecord
) -> None:
    """The job is retried and sent again while its last frames still come."""
    storage.lock.acquire()
    downloader.enqueue(job, storage.listing(["0001.dat"]))
    context.journal.update(job.id, stage=Stage.UPLOADING, bytes_done=7, bytes_total=70)
    storage.lock.release()
    collect_all(downloader, job)
    now = context.journal.job(job.id)
    assert (now.bytes_done, now.bytes_total, now.fraction) == (7, 70, 0.1)
    job = context.journal.update(job.id, stage=Stage.RENDERING, **context.journal.fetching(job.id))
    assert (job.bytes_done, job.bytes_total) == (len(storage.content), 0)


def test_a_removed_job_leaves_no_parts(
    storage: Storage, context: Context, downloader: Downloader, job: JobRecord
) -> None:
    storage.lock.acquire()
    downloader.enqueue(job, storage.listing(["0001.dat", "0002.dat"]))
    until(lambda: downloader.is_busy(job.id), "they are on their way")
    context.journal.remove(job.id)
    storage.lock.release()
    assert collect_all(downloader, job).errors == {}
    assert list(job.output_dir.iterdir()) == []


def test_a_burst_of_refusals_counts_once(
    storage: Storage, context: Context, downloader: Downloader, job: JobRecord
) -> None:
    """Five frames that are refused twice each wait as long as one of them would."""
    names = [f"{number:04}.dat" for number in range(5)]
    storage.refused = {f"/{name}": 2 for name in names}
    downloader.enqueue(job, storage.listing(names))
    assert collect_all(downloader, job).arrived == 5
    assert len(storage.asked) == 15
    assert context.hosts.failures(f"127.0.0.1:{storage.server_port}") == 0


def test_a_file_that_failed_is_tried_again_while_others_go_on(
    storage: Storage, context: Context, downloader: Downloader, job: JobRecord
) -> None:
    """On one listing, and without holding up the others."""
    names = [f"{number:04}.dat" for number in range(400)]
    storage.refused = {"/0003.dat": 1, "/0007.dat": 2, "/0100.dat": 1}
    downloader.enqueue(job, storage.listing(names))
    collected = collect_all(downloader, job)
    assert (collected.arrived, collected.errors) == (400, {})
    assert len(storage.asked) == 404
    paths = [path for path, _ in storage.asked]
    again = [index for index, path in enumerate(paths) if path in paths[:index]]
    assert len(again) == 4
    assert len(paths) - 4 > again[0] or paths[-1] == "/0007.dat"


def test_what_a_host_asks_for_holds_for_all_its_files(
    storage: Storage, context: Context, downloader: Downloader, job: JobRecord
) -> None:
    names = [f"{number:04}.dat" for number in range(100)]
    storage.refused, storage.refusal = {"/0000.dat": 1}, {"Retry-After": "1"}
    downloader.enqueue(job, storage.listing(names))
    assert collect_all(downloader, job).arrived == 100
    gap = max(later - earlier for earlier, later in zip(storage.times, storage.times[1:], strict=False))
    assert gap > 0.8
    # what was on its way by then, and nothing else, came before
    before = [index for index in range(1, 100) if storage.times[index] - storage.times[index - 1] > 0.8]
    assert before and before[0] <= 2 * TRANSFERS_AT_ONCE
    assert len(storage.asked) == 101


def test_a_host_that_is_gone_is_not_asked_for_every_file(
    storage: Storage, context: Context, downloader: Downloader, job: JobRecord
) -> None:
    """After two bursts in a row the others wait, too, without a try being counted against them."""
    names = [f"{number:04}.dat" for number in range(1000)]
    storage.refused = dict.fromkeys((f"/{name}" for name in names), 1)
    downloader.enqueue(job, storage.listing(names))

    def is_closed() -> bool:
        downloader.collect(job.id)
        return context.hosts.is_closed(f"127.0.0.1:{storage.server_port}")

    until(is_closed, "nothing more is asked for", pause=0.001)
    assert len({path for path, _ in storage.asked}) < 900
    downloader.stop(job.id)
    until(lambda: not (downloader.collect(job.id) and downloader.is_fetching(job.id)), "what was begun has ended")
    downloader.stop(job.id)
    assert not downloader.is_busy(job.id)


def test_a_cancel_leaves_no_part_of_what_waits(
    storage: Storage, context: Context, downloader: Downloader, job: JobRecord
) -> None:
    storage.content = b"x" * (RESUMABLE_BYTES + 500)
    storage.cut_at = RESUMABLE_BYTES
    downloader.enqueue(job, storage.listing(["0001.dat"]))
    until(lambda: downloader.collect(job.id).trouble, "the file was cut", pause=0.001)
    assert [path.suffix for path in job.output_dir.iterdir()] == [".part"]
    downloader.stop(job.id)
    assert not downloader.is_busy(job.id)
    assert not list(job.output_dir.iterdir())


def test_what_waits_while_blender_goes_offline_is_asked_for_again(
    storage: Storage, context: Context, downloader: Downloader, job: JobRecord
) -> None:
    storage.refused = {"/0001.dat": 1}
    downloader.enqueue(job, storage.listing(["0001.dat"]))
    until(lambda: downloader.collect(job.id).trouble, "the file was refused", pause=0.001)
    context.is_online = False
    assert downloader.collect(job.id).to_ask_again == 1
    assert not downloader.is_busy(job.id)
    context.is_online = True
    downloader.enqueue(job, storage.listing(["0001.dat"]))
    assert collect_all(downloader, job).arrived == 1
