# SPDX-License-Identifier: GPL-3.0-or-later
"""The transfers by themselves, from a real storage server: going on after a cut, addresses that expire, many files."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from renderjuice.api.errors import Unreachable
from renderjuice.api.models import Downloads, OutputFile
from renderjuice.jobs.context import Context
from renderjuice.jobs.download import PARALLEL, RESUMABLE_BYTES, Collected, Downloader
from renderjuice.jobs.home import Home
from renderjuice.jobs.journal import Journal
from renderjuice.jobs.placing import place_file
from renderjuice.jobs.records import JobRecord, Stage
from renderjuice.tests.unit.jobs.rig import until
from renderjuice.tests.unit.jobs.test_journal import submission

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
            storage.asked.append((self.path.partition("?")[0], wanted))
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


def test_a_large_file_goes_on_where_it_was_cut(
    storage: Storage, context: Context, downloader: Downloader, job: JobRecord
) -> None:
    storage.content = bytes(range(256)) * (RESUMABLE_BYTES // 256 + 8192)
    storage.cut_at = RESUMABLE_BYTES + 1
    downloader.enqueue(job, storage.listing(["0001.dat"]))
    collected = collect_all(downloader, job)
    assert [type(error) for error in collected.errors.values()] == [Unreachable]
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
    assert len(storage.asked) <= 50 + PARALLEL
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
    assert len(storage.asked) <= 2 * PARALLEL


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
