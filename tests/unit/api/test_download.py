# SPDX-License-Identifier: GPL-3.0-or-later
"""Downloads: resumed where that is safe, started again where it is not, and never taken for whole when they are not."""

from __future__ import annotations

import errno
import os
import socket
import threading
from pathlib import Path
from typing import Any

import pytest

from renderjuice.api import storage as object_storage
from renderjuice.api.errors import (
    Canceled,
    ContentChanged,
    DownloadURLExpired,
    InsecureAddress,
    RateLimited,
    ServiceDown,
    StorageRefused,
    TimedOut,
    UnexpectedAnswer,
    Unreachable,
)
from renderjuice.api.storage import Downloaded, download

MIB = 1024 * 1024
CONTENT = os.urandom(2 * MIB + 5)
ETAG = '"v1"'


@pytest.fixture
def part(tmp_path: Path) -> Path:
    return tmp_path / "0001.png.part"


@pytest.fixture
def file_on(storage: Any, reply: Any) -> Any:
    """Puts a file on the storage that answers `Range` and `If-Range` as it should; gives its URL."""

    def put(content: bytes = CONTENT, etag: str | None = ETAG) -> str:
        def answer(seen: Any) -> Any:
            headers = {"ETag": etag} if etag else {}
            start = seen.headers.get("range", "").removeprefix("bytes=").removesuffix("-")
            if not start or seen.headers.get("if-range", etag) != etag:
                return reply(content, headers=headers)
            if int(start) >= len(content):
                return reply(b"", 416, headers | {"Content-Range": f"bytes */{len(content)}"})
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
            return reply(content[int(start) :], 206, headers)

        storage.on("GET", "/file", answer)
        return f"{storage.url}/file?token=t"

    return put


def test_a_whole_file(storage: Any, file_on: Any, part: Path) -> None:
    counts: list[int] = []
    begun: list[Any] = []
    found = download(file_on(), part, progress=counts.append, started=lambda *about: begun.append(about))
    assert found == Downloaded(len(CONTENT), ETAG)
    assert part.read_bytes() == CONTENT
    assert counts == sorted(set(counts))
    assert counts[-1] == len(CONTENT)
    assert begun == [(ETAG, len(CONTENT))]
    assert storage.seen[0].headers["accept-encoding"] == "identity"
    assert "range" not in storage.seen[0].headers


def test_an_empty_file(file_on: Any, part: Path) -> None:
    assert download(file_on(b""), part) == Downloaded(0, ETAG)
    assert part.read_bytes() == b""


@pytest.mark.parametrize("have", [1, MIB, len(CONTENT) - 1])
def test_it_goes_on_where_it_ended(storage: Any, file_on: Any, part: Path, have: int) -> None:
    part.write_bytes(CONTENT[:have])
    counts: list[int] = []
    assert download(file_on(), part, etag=ETAG, progress=counts.append) == Downloaded(len(CONTENT), ETAG)
    assert part.read_bytes() == CONTENT
    (seen,) = storage.seen
    assert (seen.headers["range"], seen.headers["if-range"]) == (f"bytes={have}-", ETAG)
    assert min(counts) > have
    assert counts[-1] == len(CONTENT)


def test_it_is_whole_already(storage: Any, file_on: Any, part: Path) -> None:
    part.write_bytes(CONTENT)
    assert download(file_on(), part, etag=ETAG) == Downloaded(len(CONTENT), ETAG)
    assert part.read_bytes() == CONTENT
    assert len(storage.seen) == 1


@pytest.mark.parametrize("etag", [None, 'W/"v1"', "v1", '"v1\n"', ""])
def test_without_a_strong_etag_it_starts_again(storage: Any, file_on: Any, part: Path, etag: str | None) -> None:
    part.write_bytes(b"something else")
    download(file_on(), part, etag=etag)
    assert part.read_bytes() == CONTENT
    assert "range" not in storage.seen[0].headers


def test_a_weak_etag_is_not_handed_out(file_on: Any, part: Path) -> None:
    assert download(file_on(etag='W/"v1"'), part).etag is None


def test_a_changed_file_starts_again(file_on: Any, part: Path) -> None:
    part.write_bytes(b"of the old one")
    assert download(file_on(etag='"v2"'), part, etag=ETAG) == Downloaded(len(CONTENT), '"v2"')
    assert part.read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (206, {"Content-Range": f"bytes 5-{len(CONTENT) - 1}/{len(CONTENT)}", "ETag": '"v2"'}),
        (206, {"Content-Range": f"bytes 4-{len(CONTENT) - 1}/{len(CONTENT)}", "ETag": ETAG}),
        (206, {"Content-Range": "nonsense"}),
        (206, {}),
        (416, {"Content-Range": "bytes */3"}),
        (416, {"Content-Range": "bytes */5", "ETag": '"v2"'}),
        (416, {}),
    ],
)
def test_an_answer_that_does_not_go_on_starts_again(
    storage: Any, reply: Any, part: Path, status: int, headers: dict[str, str]
) -> None:
    storage.on("GET", "/file", reply(b"wrong", status, headers), reply(CONTENT, headers={"ETag": '"v2"'}))
    part.write_bytes(CONTENT[:5])
    assert download(storage.url + "/file", part, etag=ETAG) == Downloaded(len(CONTENT), '"v2"')
    assert part.read_bytes() == CONTENT
    assert ["range" in seen.headers for seen in storage.seen] == [True, False]


def test_cut_short_and_then_finished(storage: Any, reply: Any, file_on: Any, part: Path) -> None:
    storage.on("GET", "/file", reply(CONTENT[:MIB], headers={"ETag": ETAG}, length=len(CONTENT)))
    etags: list[str | None] = []
    with pytest.raises(Unreachable) as caught:
        download(storage.url + "/file", part, started=lambda etag, _total: etags.append(etag))
    assert caught.value.transient
    assert part.read_bytes() == CONTENT[:MIB]
    download(file_on(), part, etag=etags[0])
    assert part.read_bytes() == CONTENT
    assert storage.seen[-1].headers["range"] == f"bytes={MIB}-"


def test_a_range_that_ends_too_early_is_not_the_end(storage: Any, reply: Any, part: Path) -> None:
    part.write_bytes(CONTENT[:5])
    storage.on("GET", "/file", reply(CONTENT[5:9], 206, {"Content-Range": f"bytes 5-8/{len(CONTENT)}", "ETag": ETAG}))
    with pytest.raises(Unreachable):
        download(storage.url + "/file", part, etag=ETAG)
    assert part.read_bytes() == CONTENT[:9]


def test_more_bytes_than_there_should_be(storage: Any, reply: Any, part: Path) -> None:
    part.write_bytes(CONTENT[:5])
    storage.on("GET", "/file", reply(CONTENT[5:], 206, {"Content-Range": "bytes 5-8/9", "ETag": ETAG}))
    with pytest.raises(ContentChanged):
        download(storage.url + "/file", part, etag=ETAG)
    assert not part.exists()


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, b"", DownloadURLExpired),
        (403, b"", DownloadURLExpired),
        (410, b"", DownloadURLExpired),
        (400, b"<Error><Code>ExpiredToken</Code></Error>", DownloadURLExpired),
        (400, b"<Error><Code>Odd</Code></Error>", StorageRefused),
        (404, b"", StorageRefused),
        (408, b"", TimedOut),
        (429, b"", RateLimited),
        (500, b"", ServiceDown),
        (503, b"", ServiceDown),
        (304, b"", StorageRefused),
        (302, b"", StorageRefused),
        (204, b"", UnexpectedAnswer),
        (206, b"uncalled for", UnexpectedAnswer),
    ],
)
def test_refusals(storage: Any, reply: Any, part: Path, status: int, body: bytes, kind: type[Exception]) -> None:
    storage.on("GET", "/file", reply(body, status))
    part.write_bytes(b"kept")
    with pytest.raises(Exception) as caught:
        download(storage.url + "/file", part)
    assert type(caught.value) is kind
    assert part.read_bytes() == b"kept"
    assert len(storage.seen) == 1


def test_a_compressed_file_is_not_taken(storage: Any, reply: Any, part: Path) -> None:
    storage.on("GET", "/file", reply(b"packed", headers={"Content-Encoding": "gzip"}))
    with pytest.raises(UnexpectedAnswer):
        download(storage.url + "/file", part)
    assert not part.exists()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed(storage: Any, server: Any, reply: Any, part: Path, status: int) -> None:
    storage.on("GET", "/a", reply(b"moved", status, {"Location": "/b"}))
    storage.on("GET", "/b", reply(b"moved", status, {"Location": server.other_name + "/c?token=t"}))
    server.on("GET", "/c", reply(CONTENT[5:], 206, {"Content-Range": f"bytes 5-{len(CONTENT) - 1}/{len(CONTENT)}"}))
    part.write_bytes(CONTENT[:5])
    assert download(storage.url + "/a", part, etag=ETAG).size == len(CONTENT)
    assert part.read_bytes() == CONTENT
    assert server.seen[0].query == {"token": "t"}
    assert server.seen[0].headers["range"] == "bytes=5-"


@pytest.mark.parametrize(
    "target", ["http://storage.example/x", "ftp://localhost/x", "http://[broken", "//storage.example/x", "https://u@h/"]
)
def test_a_redirect_to_an_insecure_address(storage: Any, reply: Any, part: Path, target: str) -> None:
    storage.on("GET", "/file", reply(b"", 302, {"Location": target}))
    with pytest.raises(InsecureAddress):
        download(storage.url + "/file", part)


@pytest.mark.parametrize(("hops", "arrives"), [(5, True), (6, False)])
def test_five_redirects_and_no_more(storage: Any, reply: Any, part: Path, hops: int, arrives: bool) -> None:
    for hop in range(hops):
        storage.on("GET", f"/{hop}", reply(b"", 302, {"Location": f"/{hop + 1}"}))
    storage.on("GET", f"/{hops}", reply(CONTENT))
    if arrives:
        assert download(storage.url + "/0", part).size == len(CONTENT)
    else:
        with pytest.raises(UnexpectedAnswer):
            download(storage.url + "/0", part)
    assert len(storage.seen) == 6


def test_only_secure_addresses(part: Path) -> None:
    with pytest.raises(InsecureAddress):
        download("http://storage.example/0001.png?token=t", part)


@pytest.mark.parametrize("stop", ["progress", "started"])
def test_a_callback_can_stop_it(file_on: Any, part: Path, stop: str) -> None:
    def cancel(*_: Any) -> None:
        raise Canceled

    with pytest.raises(Canceled):
        download(file_on(), part, **{stop: cancel})
    assert part.exists() == (stop == "progress")
    if part.exists():
        kept = part.read_bytes()
        assert 0 < len(kept) < len(CONTENT)
        assert CONTENT.startswith(kept)


def test_a_full_disk_is_an_oserror(file_on: Any) -> None:
    with pytest.raises(OSError) as caught:
        download(file_on(), Path("/dev/full"))
    assert type(caught.value) is OSError
    assert caught.value.errno == errno.ENOSPC


def test_a_folder_that_is_not_there(file_on: Any, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        download(file_on(), tmp_path / "missing" / "part")


def test_storage_that_says_nothing(raw_server: Any, part: Path) -> None:
    def stall(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc")
        connection.recv(65536)

    with pytest.raises(TimedOut):
        download(raw_server(stall), part, timeouts=(5.0, 0.2))


def test_a_file_of_unknown_length(storage: Any, reply: Any, part: Path) -> None:
    begun: list[Any] = []
    storage.on("GET", "/file", reply(b"3\r\nabc\r\n0\r\n\r\n", headers={"Transfer-Encoding": "chunked"}))
    found = download(storage.url + "/file", part, started=lambda *about: begun.append(about))
    assert (found, begun) == (Downloaded(3, None), [(None, None)])


def test_threads_share_a_session_and_its_connections(raw_server: Any, tmp_path: Path) -> None:
    def serve(connection: socket.socket) -> None:
        data = b""
        while True:
            while b"\r\n\r\n" not in data:
                received = connection.recv(65536)
                if not received:
                    return
                data += received
            head, _, data = data.partition(b"\r\n\r\n")
            body = head.split(b" ")[1] * 50_000
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))

    url = raw_server(serve)
    failures: list[Exception] = []
    with object_storage.open_session(4) as session:

        def fetch(thread: int) -> None:
            for number in range(10):
                path = tmp_path / f"{thread}-{number}"
                try:
                    download(f"{url}/{path.name}", path, session=session)
                except Exception as error:
                    failures.append(error)

        threads = [threading.Thread(target=fetch, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    assert failures == []
    for path in tmp_path.iterdir():
        assert path.read_bytes() == f"/{path.name}".encode() * 50_000
    assert len(list(tmp_path.iterdir())) == 40
    assert raw_server.count <= 4
