# SPDX-License-Identifier: GPL-3.0-or-later
"""Uploads: one streamed PUT in constant memory that can be stopped, and that tells its failures apart."""

from __future__ import annotations

import hashlib
import os
import socket
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from renderjuice.api import storage as object_storage
from renderjuice.api.errors import (
    Canceled,
    ContentChanged,
    InsecureAddress,
    RateLimited,
    ServiceDown,
    StorageRefused,
    TimedOut,
    UnexpectedAnswer,
    Unreachable,
    UploadURLExpired,
)

MIB = 1024 * 1024
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    """A scene of a few blocks and a bit."""
    path = tmp_path / "scene.blend"
    path.write_bytes(os.urandom(3 * MIB + 17))
    return path


@pytest.fixture
def big_scene(tmp_path: Path) -> Path:
    """A sparse file that no socket buffer can swallow."""
    path = tmp_path / "big.blend"
    with path.open("wb") as file:
        file.truncate(64 * MIB)
    return path


def test_the_bytes_arrive_in_one_request(storage: Any, reply: Any, scene: Path) -> None:
    storage.on("PUT", "/put", reply())
    sent: list[int] = []
    object_storage.upload(f"{storage.url}/put?token=a%2Fb", scene, progress=sent.append, user_agent="me/1")
    (seen,) = storage.seen
    assert seen.body == scene.read_bytes()
    assert seen.query == {"token": "a/b"}
    assert seen.headers["content-length"] == str(3 * MIB + 17)
    assert seen.headers["user-agent"] == "me/1"
    assert not {"transfer-encoding", "authorization", "cookie"} & set(seen.headers)
    assert sent == sorted(set(sent))
    assert sent[-1] == 3 * MIB + 17
    assert len(sent) > 3


def test_an_empty_file(storage: Any, reply: Any, tmp_path: Path) -> None:
    storage.on("PUT", "/put", reply())
    empty = tmp_path / "empty.blend"
    empty.touch()
    object_storage.upload(storage.url + "/put", empty)
    (seen,) = storage.seen
    assert (seen.body, seen.headers["content-length"]) == (b"", "0")
    assert "transfer-encoding" not in seen.headers


def xml(code: str, message: str) -> bytes:
    return f'<?xml version="1.0"?><Error><Code>{code}</Code><Message>{message}</Message></Error>'.encode()


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (403, xml("AccessDenied", "Request has expired"), UploadURLExpired),
        (403, b"", UploadURLExpired),
        (401, b"", UploadURLExpired),
        (410, b"", UploadURLExpired),
        (400, xml("ExpiredToken", "The provided token has expired."), UploadURLExpired),
        (400, xml("EntityTooLarge", "Your upload is too big"), StorageRefused),
        (404, xml("NoSuchBucket", "Your upload is too big"), StorageRefused),
        (411, b"<html>Length</html>", StorageRefused),
        (301, b"", StorageRefused),
        (307, b"", StorageRefused),
        (408, b"", TimedOut),
        (429, b"", RateLimited),
        (500, b"", ServiceDown),
        (503, xml("SlowDown", "Please reduce"), ServiceDown),
    ],
)
def test_refusals(storage: Any, server: Any, reply: Any, scene: Path, status: int, body: bytes, kind: type) -> None:
    headers = {"Location": server.other_name + "/put?token=secret", "Retry-After": "9"}
    storage.on("PUT", "/put", reply(body, status, headers))
    with pytest.raises(Exception) as caught:
        object_storage.upload(storage.url + "/put", scene)
    assert type(caught.value) is kind
    assert len(storage.seen) == 1
    assert server.seen == []
    if isinstance(caught.value, StorageRefused):
        assert caught.value.status == status
        assert ("Your upload is too big" in caught.value.message) == (b"big" in body)
        assert ("localhost" in caught.value.message) == (status < 400)
    if isinstance(caught.value, RateLimited | ServiceDown):
        assert caught.value.wait == 9


def test_only_secure_addresses(scene: Path) -> None:
    with pytest.raises(InsecureAddress):
        object_storage.upload("http://storage.example/put?token=t", scene)


def test_a_callback_can_stop_it(storage: Any, reply: Any, big_scene: Path) -> None:
    storage.on("PUT", "/put", reply())
    sent: list[int] = []

    def stop(count: int) -> None:
        sent.append(count)
        if count >= 4 * MIB:
            raise Canceled

    with pytest.raises(Canceled):
        object_storage.upload(storage.url + "/put", big_scene, progress=stop)
    assert sent[-1] < 8 * MIB


def test_blocks_begin_small_and_stay_bounded(storage: Any, reply: Any, big_scene: Path) -> None:
    storage.on("PUT", "/put", reply())
    sent = [0]
    object_storage.upload(storage.url + "/put", big_scene, progress=sent.append)
    blocks = [after - before for before, after in pairwise(sent)]
    assert blocks[0] == 64 * 1024
    assert all(0 < block <= MIB for block in blocks)
    assert all(after in (before // 2, before, 2 * before) for before, after in pairwise(blocks[:-1]))


@pytest.mark.parametrize("error", [BrokenPipeError("ours"), ValueError("ours"), KeyError("ours")])
def test_an_error_of_the_callback_is_not_taken_for_the_networks(
    storage: Any, reply: Any, big_scene: Path, error: Exception
) -> None:
    def fail(count: int) -> None:
        raise error

    storage.on("PUT", "/put", reply())
    with pytest.raises(type(error), match="ours") as caught:
        object_storage.upload(storage.url + "/put", big_scene, progress=fail)
    assert caught.value is error


def test_a_file_that_gets_shorter(storage: Any, reply: Any, big_scene: Path) -> None:
    def shorten(count: int) -> None:
        os.truncate(big_scene, 2 * MIB)

    storage.on("PUT", "/put", reply())
    with pytest.raises(ContentChanged):
        object_storage.upload(storage.url + "/put", big_scene, progress=shorten)


def test_a_file_that_cannot_be_read(storage: Any, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        object_storage.upload(storage.url + "/put", tmp_path / "missing.blend")
    assert storage.seen == []


def early(status_line: bytes) -> Any:
    """Answers after the first bytes and closes, as storage does that will not take the rest."""

    def answer(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 " + status_line + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        connection.shutdown(socket.SHUT_WR)

    return answer


@pytest.mark.parametrize(
    ("status_line", "kind"),
    [
        (b"403 Forbidden", UploadURLExpired),
        (b"413 Too Large", StorageRefused),
        (b"503 Slow Down", ServiceDown),
        (b"200 OK", Unreachable),
    ],
)
def test_an_answer_before_the_end(raw_server: Any, big_scene: Path, status_line: bytes, kind: type[Exception]) -> None:
    with pytest.raises((kind, Unreachable)) as caught:
        object_storage.upload(raw_server(early(status_line)) + "/put", big_scene, timeouts=(5.0, 5.0))
    assert type(caught.value) is kind


def test_a_reset(raw_server: Any, big_scene: Path) -> None:
    def reset(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")

    with pytest.raises(Unreachable):
        object_storage.upload(raw_server(reset) + "/put", big_scene)


def test_storage_that_takes_nothing(raw_server: Any, big_scene: Path) -> None:
    done: list[socket.socket] = []

    def stall(connection: socket.socket) -> None:
        done.append(connection.dup())  # left open and unread

    with pytest.raises(TimedOut):
        object_storage.upload(raw_server(stall) + "/put", big_scene, timeouts=(0.5, 0.5))
    for connection in done:
        connection.close()


def test_storage_that_takes_all_and_says_nothing(raw_server: Any, scene: Path) -> None:
    def silent(connection: socket.socket) -> None:
        while connection.recv(MIB):
            pass

    with pytest.raises(TimedOut):
        object_storage.upload(raw_server(silent) + "/put", scene, timeouts=(5.0, 0.3))


PROGRAM = """
import resource, sys, types
from pathlib import Path
package = types.ModuleType("renderjuice")
package.__path__ = [sys.argv[1]]
sys.modules["renderjuice"] = package
from renderjuice.api import storage
small, big = Path(sys.argv[3]), Path(sys.argv[4])
storage.upload(sys.argv[2], small)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
storage.upload(sys.argv[2], big)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024)
"""


def test_memory_does_not_grow_with_the_file(raw_server: Any, tmp_path: Path, scene: Path) -> None:
    size = 400 * MIB
    sizes = [scene.stat().st_size, size]
    digests: list[str] = []

    def take(connection: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            head += connection.recv(65536)
        body = head.partition(b"\r\n\r\n")[2]
        digest, left = hashlib.sha1(body, usedforsecurity=False), sizes[len(digests)] - len(body)
        while left:
            block = connection.recv(MIB)
            if not block:
                return
            digest.update(block)
            left -= len(block)
        digests.append(digest.hexdigest())
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    big = tmp_path / "big.blend"
    with big.open("wb") as file:
        file.truncate(size)
    arguments = [sys.executable, "-I", "-c", PROGRAM, str(ROOT), raw_server(take) + "/put", str(scene), str(big)]
    grown = subprocess.run(arguments, check=True, capture_output=True, text=True, timeout=120)
    assert int(grown.stdout) < 16 * MIB
    whole = hashlib.sha1(usedforsecurity=False)
    for _ in range(400):
        whole.update(bytes(MIB))
    assert digests == [hashlib.sha1(scene.read_bytes(), usedforsecurity=False).hexdigest(), whole.hexdigest()]


def test_an_empty_success_is_no_web_page(server: Any, reply: Any, scene: Path) -> None:
    """Whatever type it claims; a page in its place is one."""
    html = {"Content-Type": "text/html; charset=UTF-8"}
    server.on("PUT", "/put", reply(b"", 200, html))
    object_storage.upload(server.url + "/put", scene)
    server.on("PUT", "/put", reply(b"<html>Log in</html>", 200, html))
    with pytest.raises(UnexpectedAnswer) as caught:
        object_storage.upload(server.url + "/put", scene)
    assert caught.value.is_foreign
