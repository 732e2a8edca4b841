# SPDX-License-Identifier: GPL-3.0-or-later
"""Thumbnails: fetched when there is a new one, checked, and no trouble when they do not come."""

from __future__ import annotations

import io
import json
import logging
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from renderjuice.jobs.records import JobRecord, Stage
from renderjuice.jobs.worker.context import Context
from renderjuice.jobs.worker.follow import poll
from renderjuice.jobs.worker.patience import PREVIEW_TRIES
from renderjuice.jobs.worker.previews import MAX_PREVIEW_BYTES, PREVIEWS_AT_ONCE, Previews
from renderjuice.tests.support.waiting import until
from renderjuice.tests.unit.jobs.artist import KEY, Artist, Farm
from renderjuice.tests.unit.jobs.proxy import Canned, Proxy
from renderjuice.tests.unit.jobs.small_disk import small_disk
from renderjuice.tests.unit.jobs.submissions import submission

FOREVER = 1e9
SECRET = "token-that-nobody-may-read"


def picture(kind: str, shade: int = 0, size: int = 16) -> bytes:
    """A real picture."""
    file = io.BytesIO()
    Image.new("RGB", (size, size), (shade, 90, 9)).save(file, kind)
    return file.getvalue()


@pytest.fixture
def previews(context: Context) -> Iterator[Previews]:
    with ThreadPoolExecutor(6) as callers:
        yield Previews(context, callers)


@pytest.fixture
def job(context: Context) -> JobRecord:
    job = context.journal.add(submission())
    return context.journal.update(job.id, stage=Stage.RENDERING, status="rendering", remote_id="remote-1")


class Service:
    """What the service says of the job's preview, and what its storage has."""

    def __init__(self, proxy: Proxy, context: Context, previews: Previews, job: JobRecord) -> None:
        self.proxy, self.context, self.previews, self.job = proxy, context, previews, job
        proxy.rule(r"/jobs/progress", FOREVER, canned=Canned(body=b"[]"))

    def stores(self, name: str, answer: Canned | bytes, times: float = FOREVER) -> None:
        """The next answers to that address, whatever its token."""
        canned = answer if isinstance(answer, Canned) else Canned(body=answer, kind="image/png")
        self.proxy.rule(rf"^GET /preview/{name}\?", times, canned=canned)

    def says(self, address: str | None) -> None:
        """One poll, in which the job has that preview."""
        if address and "/" not in address:
            address = f"{self.proxy.storage_url}/preview/{address}?token={SECRET}"
        remote = {"id": "remote-1", "status": "rendering", "previewUrl": address}
        self.proxy.rule(r"/jobs/remote-1$", canned=Canned(body=json.dumps({"data": remote}).encode()))
        now = self.context.journal.job(self.job.id)
        poll(self.context, self.proxy.api_url, [now], {}, self.previews.see)

    def work(self) -> None:
        """Look until nothing is under way and nothing is due."""

        def is_settled() -> bool:
            self.previews.fetch()
            return not self.previews.is_busy

        until(is_settled, "the previews are settled", pause=0.002)

    def asked(self) -> int:
        """How often the storage was asked."""
        return self.proxy.count(r"^GET /preview/")

    def shown(self) -> bytes | None:
        """The preview that the journal names."""
        path = self.context.journal.job(self.job.id).preview
        return path.read_bytes() if path else None

    def files(self) -> list[str]:
        """What lies in the folder."""
        folder = self.context.home.previews
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


@pytest.fixture
def service(proxy: Proxy, context: Context, previews: Previews, job: JobRecord) -> Service:
    return Service(proxy, context, previews, job)


@pytest.mark.parametrize(("kind", "suffix"), [("PNG", ".png"), ("JPEG", ".jpg"), ("WEBP", ".webp")])
def test_a_preview_is_fetched_and_named_by_what_it_is(service: Service, kind: str, suffix: str) -> None:
    """Whatever its address and its type say."""
    service.stores("latest.gif", Canned(body=picture(kind), kind="image/gif"))
    service.says("latest.gif")
    service.work()
    assert service.shown() == picture(kind)
    assert service.files() == [f"{service.job.id}-1{suffix}"]
    path = service.context.journal.job(service.job.id).preview
    assert path == service.context.home.previews / f"{service.job.id}-1{suffix}"
    assert service.context.journal.job(service.job.id).stage is Stage.RENDERING


def test_a_new_address_is_a_new_file_and_the_old_one_goes(service: Service) -> None:
    for number in (1, 2, 3):
        service.stores(f"{number}.png", picture("PNG", shade=number))
        service.says(f"{number}.png")
        service.work()
        assert service.shown() == picture("PNG", shade=number)
        assert service.files() == [f"{service.job.id}-{number}.png"]
    assert service.asked() == 3


def test_a_new_token_is_nothing_new(service: Service) -> None:
    service.stores("1.png", picture("PNG"))
    for _ in range(3):
        service.says("1.png")
        service.says(f"{service.proxy.storage_url}/preview/1.png?token=another#part")
        service.says(None)
        service.says("")
        service.work()
    assert service.asked() == 1


def test_the_old_one_stays_until_the_new_one_is_here(service: Service) -> None:
    service.stores("1.png", picture("PNG", shade=1))
    service.says("1.png")
    service.work()
    held = service.proxy.rule(r"^GET /preview/2", hold=True, canned=Canned(500))
    service.stores("2.png", Canned(404, b"<html>", "text/html"), times=1)
    service.stores("2.png", picture("PNG", shade=2))
    service.says("2.png")
    service.previews.fetch()
    held.wait()
    assert service.shown() == picture("PNG", shade=1)
    held.release()
    service.work()
    assert service.shown() == picture("PNG", shade=2)
    # the first one; then held, not found, found
    assert service.asked() == 4


@pytest.mark.parametrize(
    "answer",
    [
        Canned(404, b"no such preview", "text/plain"),
        Canned(403, b"expired", "text/plain"),
        Canned(500),
        Canned(302, b"", headers={"Location": f"http://elsewhere.example/?token={SECRET}"}),
        Canned(200, b"<!doctype html><title>Sign in</title>", "image/png"),
        Canned(200, b"", "image/png"),
        Canned(200, picture("PNG")[:-4], "image/png"),
        Canned(200, picture("JPEG")[:-20], "image/jpeg"),
        Canned(200, picture("WEBP")[:-4], "image/webp"),
        Canned(200, picture("GIF"), "image/gif"),
        Canned(200, b"RIFF\x04\x00\x00\x00WAVE", "image/webp"),
        Canned(200, b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/png"),
        Canned(200, picture("PNG") + b"\0" * MAX_PREVIEW_BYTES + picture("PNG")[-12:], "image/png"),
    ],
)
def test_what_is_no_preview_disturbs_nothing(
    service: Service, answer: Canned, caplog: pytest.LogCaptureFixture
) -> None:
    """It is tried a few times, and told in the log without its address."""
    caplog.set_level(logging.INFO)
    service.stores("1.png", answer)
    service.says("1.png")
    before = service.context.journal.job(service.job.id)
    service.work()
    service.says("1.png")
    service.work()
    assert service.context.journal.job(service.job.id) == before
    assert service.files() == []
    tries = [record for record in caplog.records if "no preview" in record.getMessage()]
    assert len(tries) == PREVIEW_TRIES
    assert 1 <= service.asked() <= PREVIEW_TRIES
    assert SECRET not in caplog.text
    assert "/preview" not in "".join(record.getMessage() for record in tries)
    # whoever asks for news gets another try, and so does another address
    service.previews.hurry()
    service.stores("2.png", picture("PNG"))
    service.says("2.png")
    service.work()
    assert service.shown() == picture("PNG")


@pytest.mark.parametrize(
    "address",
    [
        "ftp://storage.example/1.png",
        "file:///etc/passwd",
        f"http://storage.example/1.png?token={SECRET}",
        f"https://user:{SECRET}@storage.example/1.png",
        "data:image/png;base64,AAAA",
        "http://[nowhere/",
        "//",
        "https://storage.example\\@127.0.0.1/",
    ],
)
def test_an_address_that_is_none_disturbs_nothing(
    service: Service, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    service.says(address)
    service.work()
    assert service.shown() is None
    assert "no preview" in caplog.text
    assert SECRET not in caplog.text
    assert service.files() == []


def test_a_fresh_token_is_used_when_the_old_one_has_expired(service: Service) -> None:
    url = f"{service.proxy.storage_url}/preview/1.png"
    service.proxy.rule(r"^GET /preview/1\.png\?token=old", FOREVER, canned=Canned(403, b"expired"))
    held = service.proxy.rule(r"^GET /preview/1\.png\?token=new", hold=True, canned=Canned(body=picture("PNG")))
    service.says(f"{url}?token=old")
    service.previews.fetch()
    until(lambda: service.asked(), "the old one was tried")
    service.says(f"{url}?token=new")
    held.release()
    service.stores("1.png", picture("PNG"))
    service.work()
    assert service.shown() == picture("PNG")


def test_neither_key_nor_address_leave_their_place(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "renderjuice")
    service.stores("secret-name.png", picture("PNG"))
    service.says("secret-name.png")
    service.work()
    assert service.shown() is not None
    headers = [headers for line, headers in service.proxy.seen if "/preview/" in line]
    assert headers
    assert all(KEY not in str(each) and "Authorization" not in each for each in headers)
    for path in service.context.home.path.rglob("*"):
        if path.is_file():
            assert SECRET.encode() not in path.read_bytes(), path
            assert b"secret-name" not in path.read_bytes(), path
    assert SECRET not in caplog.text
    assert SECRET not in repr(service.previews.__dict__)


def test_no_request_while_offline(service: Service) -> None:
    service.stores("1.png", picture("PNG"))
    service.says("1.png")
    service.context.is_online = False
    service.previews.fetch()
    assert not service.previews.is_fetching
    assert service.asked() == 0
    service.context.is_online = True
    service.work()
    assert service.shown() == picture("PNG")


def test_few_at_once_so_that_the_service_can_be_asked(service: Service) -> None:
    held = service.proxy.rule(r"^GET /preview/", FOREVER, hold=True, canned=Canned(body=picture("PNG")))
    jobs = [service.context.journal.add(submission()) for _ in range(5)]
    for number, job in enumerate(jobs):
        service.previews.see(job.id, f"{service.proxy.storage_url}/preview/{number}.png?")
    for _ in range(3):
        service.previews.fetch()
    until(lambda: service.asked() == PREVIEWS_AT_ONCE, "as many as there may be")
    held.released.set()
    service.work()
    assert all(service.context.journal.job(job.id).preview for job in jobs)
    assert service.asked() == len(jobs)


def test_a_job_that_is_removed_meanwhile_leaves_no_file(service: Service) -> None:
    held = service.proxy.rule(r"^GET /preview/", hold=True, canned=Canned(body=picture("PNG")))
    service.says("1.png")
    service.previews.fetch()
    held.wait()
    service.context.journal.remove(service.job.id)
    held.release()
    service.work()
    assert service.files() == []


def test_a_worker_that_stops_does_not_wait_for_a_preview(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    held = service.proxy.rule(r"^GET /preview/", hold=True, canned=Canned(body=picture("PNG")))
    service.says("1.png")
    service.previews.fetch()
    held.wait()
    service.context.quitting.set()
    threading.Timer(0.05, held.release).start()
    until(lambda: service.previews.fetch() or not service.previews.is_fetching, "it has stopped")
    assert service.files() == []
    assert "no preview" not in caplog.text


def test_the_same_picture_keeps_its_name(service: Service, context: Context) -> None:
    """After a restart of the worker, which knows no address."""
    service.stores("1.png", picture("PNG"))
    service.says("1.png")
    service.work()
    revision = context.journal.job(service.job.id).revision
    with ThreadPoolExecutor(1) as callers:
        again = Service(service.proxy, context, Previews(context, callers), service.job)
        again.says("1.png")
        again.work()
        assert service.asked() == 2
        assert context.journal.job(service.job.id).revision == revision
        again.stores("2.png", picture("PNG", shade=2))
        again.says("2.png")
        again.work()
    assert service.files() == [f"{service.job.id}-2.png"]


def test_what_nobody_shows_is_swept(service: Service, context: Context) -> None:
    service.stores("1.png", picture("PNG"))
    service.says("1.png")
    service.work()
    folder = context.home.previews
    for name in ("of-a-removed-job-1.png", f"{service.job.id}-0.png", f"{service.job.id}.part"):
        (folder / name).write_bytes(b"old")
    context.home.discard_previews(context.journal.previews())
    assert service.files() == [f"{service.job.id}-1.png"]
    context.home.discard(service.job.id)
    assert service.files() == []


def test_previews_of_the_local_farm(farm: Farm, proxy: Proxy, scenes: Path, artists: Callable[..., Artist]) -> None:
    """The whole way, with the worker: its job has a picture when it is done, and other files are swept."""
    artist = artists(proxy.api_url)
    artist.home.previews.mkdir()
    (artist.home.previews / "of-nobody-1.png").touch()
    job_id = artist.submit(scenes / "shot.blend", frames=(1, 2))
    artist.ends(job_id)
    job = artist.until(job_id, Stage.DONE, where=lambda job: job.preview is not None)
    assert job.preview is not None
    image = Image.open(job.preview)
    assert image.size == (32, 32)
    assert [path.name for path in artist.home.previews.iterdir()] == [job.preview.name]
    assert "token=" not in artist.log()
    assert farm.violations() == ""


def test_a_full_disk_is_no_trouble(proxy: Proxy, scenes: Path, artists: Callable[..., Artist]) -> None:
    artist = artists(proxy.api_url)
    size = 16 * os.sysconf("SC_PAGE_SIZE")
    body = picture("PNG") + os.urandom(2 * size) + picture("PNG")[-12:]
    asked = proxy.rule(r"^GET /download/preview", FOREVER, canned=Canned(body=body, kind="image/png"))
    with small_disk(artist, artist.home.previews, size):
        job = artist.ends(artist.submit(scenes / "shot.blend"))
        asked.wait()
    assert job.preview is None
    assert "OSError No space left on device" in artist.log()
