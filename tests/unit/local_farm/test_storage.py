# SPDX-License-Identifier: GPL-3.0-or-later
"""The storage beside the API: another host, no key, one PUT, signed URLs that end."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from renderjuice.tests.support.waiting import PATIENCE, until
from renderjuice.tests.unit.local_farm.driver import KEY, FarmDriver, running_farm


@pytest.fixture(scope="module")
def frame(farm: FarmDriver, scenes: Path) -> str:
    """The URL of a rendered frame."""
    job = farm.rendered(scenes / "shot.blend", frameRanges=["1"])
    return str(farm.downloads(job["id"])["frames"][0])


def get(url: str, **headers: str) -> requests.Response:
    """Download with the headers given, underscores being hyphens."""
    return requests.get(
        url, headers={name.replace("_", "-"): value for name, value in headers.items()}, timeout=PATIENCE
    )


def put(url: str, **options: object) -> requests.Response:
    """Upload."""
    return requests.put(url, timeout=PATIENCE, **options)  # type: ignore[arg-type]


def raw_put(url: str, headers: bytes, body: bytes = b"") -> bytes:
    """Send a PUT that no well-behaved client sends; gives the first line of the answer."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=PATIENCE) as connection:
        request = f"PUT {parts.path}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\n".encode()
        connection.sendall(request + headers + b"\r\n\r\n" + body)
        return connection.makefile("rb").readline()


def test_storage_is_another_host(farm: FarmDriver, frame: str) -> None:
    target = farm.upload_target("a.blend")
    hosts = {urlsplit(url).netloc for url in (target["uploadUrl"], frame)}
    assert hosts == {urlsplit(farm.storage_url).netloc}
    assert urlsplit(farm.api_url).hostname not in {host.partition(":")[0] for host in hosts}


def test_the_key_is_refused_and_the_violation_logged(farm: FarmDriver, frame: str) -> None:
    target = farm.upload_target("a.blend")["uploadUrl"]
    before = (farm.home / "violations.jsonl").read_text().splitlines()
    answers = [
        put(target, data=b"x", headers={"Authorization": f"Bearer {KEY}"}),
        put(target, data=b"x", headers={"X-Api-Key": KEY}),
        get(frame, Authorization="Bearer of anything"),
        get(f"{frame}&key={KEY}"),
    ]
    assert [answer.status_code for answer in answers] == [400] * 4
    log = (farm.home / "violations.jsonl").read_text()
    assert KEY not in log
    entries = [json.loads(line) for line in log.splitlines()[len(before) :]]
    assert [entry["method"] for entry in entries] == ["PUT", "PUT", "GET", "GET"]
    assert all("key" in entry["violation"] for entry in entries)


def test_a_file_arrives_as_it_was_sent(farm: FarmDriver) -> None:
    target = farm.upload_target("big.zip")
    content = bytes(range(256)) * 4096 * 12 + b"the end"
    assert put(target["uploadUrl"], data=b"first try").status_code == 200
    assert put(target["uploadUrl"], data=content).status_code == 200, "until a job is made of it, it can be replaced"
    stored = farm.home / "uploads" / f"{target['slug']}.zip"
    assert stored.read_bytes() == content
    job = farm.call("POST", "/jobs", json={"slug": target["slug"]}).json()
    assert job["sceneFile"]["size"] == len(content)
    assert put(target["uploadUrl"], data=b"too late").status_code == 409
    assert stored.read_bytes() == content
    assert not list(stored.parent.glob("*.part"))


def test_wrong_uploads(farm: FarmDriver) -> None:
    url = farm.upload_target("a.blend")["uploadUrl"]
    assert b" 411 " in raw_put(url, b"Transfer-Encoding: chunked", b"1\r\nx\r\n0\r\n\r\n")
    assert b" 411 " in raw_put(url, b"Connection: close")
    assert b" 400 " in raw_put(url, f"Content-Length: {5 * 1024**3}".encode())
    assert put(url, data=b"").status_code in {400, 411}
    assert put(url.replace("token=", "token=x"), data=b"x").status_code == 403
    assert put(url.partition("?")[0], data=b"x").status_code == 403
    assert get(url).status_code == 405


def test_an_upload_that_breaks_off_does_not_count(farm: FarmDriver) -> None:
    target = farm.upload_target("cut.blend")
    parts = urlsplit(target["uploadUrl"])
    with socket.create_connection((parts.hostname, parts.port), timeout=PATIENCE) as connection:
        head = f"PUT {parts.path}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Length: 100\r\n\r\n"
        connection.sendall(head.encode() + b"not a hundred bytes")
    assert farm.call("POST", "/jobs", json={"slug": target["slug"]}).status_code == 400
    assert put(target["uploadUrl"], data=b"x" * 100).status_code == 200
    assert farm.call("POST", "/jobs", json={"slug": target["slug"]}).status_code == 200


def test_ranges(frame: str) -> None:
    whole = get(frame)
    etag, size = whole.headers["ETag"], len(whole.content)
    assert int(whole.headers["Content-Length"]) == size
    part = get(frame, Range="bytes=10-19")
    assert (part.status_code, part.content) == (206, whole.content[10:20])
    assert part.headers["Content-Range"] == f"bytes 10-19/{size}"
    rest = get(frame, Range=f"bytes={size - 5}-", If_Range=etag)
    assert (rest.status_code, rest.content) == (206, whole.content[-5:])
    changed = get(frame, Range="bytes=10-19", If_Range='"another"')
    assert (changed.status_code, changed.content) == (200, whole.content)
    beyond = get(frame, Range=f"bytes={size}-")
    assert beyond.status_code == 416
    assert beyond.headers["Content-Range"].endswith(f"*/{size}")


def test_wrong_downloads(farm: FarmDriver, frame: str) -> None:
    assert get(frame.replace("token=", "token=x")).status_code == 403
    assert get(frame.partition("?")[0]).status_code == 403
    token = urlsplit(farm.upload_target("a.blend")["uploadUrl"]).query
    assert get(f"{frame.partition('?')[0]}?{token}").status_code == 403
    assert put(frame, data=b"x").status_code == 405


@pytest.fixture
def brief_farm() -> Iterator[FarmDriver]:
    """A farm whose URLs hold for a few seconds."""
    with running_farm("--url-lifetime", "3") as driver:
        yield driver


def test_urls_expire(brief_farm: FarmDriver, scenes: Path) -> None:
    job = brief_farm.rendered(scenes / "shot.blend", frameRanges=["1"])
    upload = brief_farm.upload_target("a.blend")["uploadUrl"]
    download = brief_farm.downloads(job["id"])["frames"][0]
    assert get(download).status_code == 200
    until(lambda: get(download).status_code != 200, "the URL has expired")
    answer = get(download)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "expired")
    assert put(upload, data=b"x").status_code == 403
    assert get(brief_farm.downloads(job["id"])["frames"][0]).status_code == 200, "a fresh list has fresh URLs"
