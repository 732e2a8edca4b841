# SPDX-License-Identifier: GPL-3.0-or-later
"""A network that misbehaves: silence, cuts, garbage, false certificates, and bodies that never end or unfold."""

from __future__ import annotations

import gzip
import socket
import ssl
import subprocess
import threading
import tracemalloc
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from renderjuice.api import http
from renderjuice.api.errors import CertificateRejected, Refused, TimedOut, UnexpectedAnswer, Unreachable

MIB = 1024 * 1024


def test_nothing_is_answered(raw_server: Any, client_for: Any) -> None:
    def silent(connection: socket.socket) -> None:
        while connection.recv(65536):
            pass

    with pytest.raises(TimedOut) as caught:
        client_for(raw_server(silent), timeouts=(5.0, 0.2), attempts=1).get_job("1")
    assert "127.0.0.1 took too long" in caught.value.message


def test_the_body_stops_coming(raw_server: Any, client_for: Any) -> None:
    def stall(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"id"')
        connection.recv(65536)

    with pytest.raises(TimedOut):
        client_for(raw_server(stall), timeouts=(5.0, 0.2), attempts=1).get_job("1")


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n",
        b'HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{"id": "1"}',
        b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"id"',
    ],
)
def test_the_answer_is_cut(raw_server: Any, client_for: Any, answer: bytes) -> None:
    def cut(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(answer)

    with pytest.raises(Unreachable) as caught:
        client_for(raw_server(cut), attempts=3).get_job("1")
    assert caught.value.transient
    assert raw_server.count == 3


def test_the_connection_is_reset(raw_server: Any, client_for: Any) -> None:
    def reset(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")

    with pytest.raises(Unreachable):
        client_for(raw_server(reset), attempts=1).get_job("1")


@pytest.mark.parametrize(
    "garbage", [b"SSH-2.0-OpenSSH_9.2\r\n", b"\x15\x03\x01\x00\x02\x02", b"HTTP/1.1 " + b"x" * 100_000, b"0\r\n" * 300]
)
def test_garbage(raw_server: Any, client_for: Any, garbage: bytes) -> None:
    def answer(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(garbage)

    with pytest.raises(UnexpectedAnswer, match="not HTTP"):
        client_for(raw_server(answer)).get_job("1")
    assert raw_server.count == 1


def test_a_chunked_answer(server: Any, reply: Any, client: Any) -> None:
    chunks = b'4\r\n{"id\r\n7\r\n": "1"}\r\n0\r\n\r\n'
    server.on("GET", "/jobs/1", reply(chunks, headers={"Transfer-Encoding": "chunked"}))
    assert client.get_job("1").id == "1"
    assert client.get_job("1").id == "1"


@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_a_compressed_answer(server: Any, reply: Any, client: Any, encoding: str, pack: Any) -> None:
    server.on("GET", "/jobs/1", reply(pack(b'{"id": "1"}'), headers={"Content-Encoding": encoding}))
    assert client.get_job("1").id == "1"


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", b'{"id": "1"}'),
        ("gzip", gzip.compress(b'{"id": "1"}')[:-9]),
        ("gzip, gzip", gzip.compress(gzip.compress(b'{"id": "1"}'))),
        ("br", b"\x0b\x05\x80"),
    ],
)
def test_a_broken_compression(server: Any, reply: Any, client: Any, encoding: str, body: bytes) -> None:
    server.on("GET", "/jobs/1", reply(body, headers={"Content-Encoding": encoding}))
    with pytest.raises(UnexpectedAnswer):
        client.get_job("1")


def test_a_bomb_does_not_unfold(server: Any, reply: Any, client: Any) -> None:
    packer = zlib.compressobj(wbits=31)
    bomb = b"".join(packer.compress(bytes(MIB)) for _ in range(512)) + packer.flush()
    server.on("GET", "/jobs/1", reply(bomb, headers={"Content-Encoding": "gzip"}))
    tracemalloc.start()
    try:
        with pytest.raises(UnexpectedAnswer, match="too large"):
            client.get_job("1")
        assert tracemalloc.get_traced_memory()[1] < 4 * http.BODY_CAP
    finally:
        tracemalloc.stop()


def test_a_bomb_in_an_error_does_not_unfold(server: Any, reply: Any, client: Any) -> None:
    bomb = gzip.compress(b"no " * (16 * MIB))
    server.on("GET", "/jobs/1", reply(bomb, 400, {"Content-Encoding": "gzip"}))
    tracemalloc.start()
    try:
        with pytest.raises(Refused, match="no no no"):
            client.get_job("1")
        assert tracemalloc.get_traced_memory()[1] < 16 * MIB
    finally:
        tracemalloc.stop()


class Flood:
    """Answers with a head and then up to 512 MiB. `sent`: how much of it was taken."""

    def __init__(self, head: bytes) -> None:
        self.head = head
        self.sent = 0
        self.ended = threading.Event()

    def __call__(self, connection: socket.socket) -> None:
        try:
            connection.recv(65536)
            connection.sendall(self.head + b"\r\n\r\n")
            while self.sent < 512 * MIB:
                self.sent += connection.send(b"x" * MIB)
        finally:
            self.ended.set()


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"HTTP/1.1 200 OK", UnexpectedAnswer),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999", UnexpectedAnswer),
        (b"HTTP/1.1 400 Bad Request", Refused),
        (b"HTTP/1.1 302 Found\r\nLocation: /elsewhere", UnexpectedAnswer),
    ],
)
def test_an_endless_body_is_not_read(raw_server: Any, client_for: Any, head: bytes, kind: type[Exception]) -> None:
    flood = Flood(head)
    with pytest.raises(kind):
        client_for(raw_server(flood)).get_job("1")
    assert flood.ended.wait(60)
    assert flood.sent < 128 * MIB


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for 127.0.0.1 with its key, as one PEM file."""
    folder = tmp_path_factory.mktemp("certificate")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=farm"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "certificate.pem"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=60)
    both = folder / "both.pem"
    both.write_text((folder / "key.pem").read_text() + (folder / "certificate.pem").read_text())
    return both


@pytest.fixture
def tls_port(raw_server: Any, certificate: Path) -> Iterator[int]:
    """An HTTPS server with that certificate. It keeps what it heard in `raw_server.heard`."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    raw_server.heard = []

    def serve(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secure:
            raw_server.heard.append(secure.recv(65536))
            secure.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{"id": "1"}')

    return int(raw_server(serve).rpartition(":")[2])


def test_a_certificate_that_nobody_vouches_for(
    raw_server: Any, tls_port: int, client_for: Any, waits: list[float]
) -> None:
    with pytest.raises(CertificateRejected) as caught:
        client_for(f"https://127.0.0.1:{tls_port}").get_job("1")
    assert isinstance(caught.value, Unreachable)
    assert "certificate of 127.0.0.1 cannot be trusted" in caught.value.message
    assert "CERTIFICATE_VERIFY_FAILED" in caught.value.detail
    assert not caught.value.may_have_arrived
    assert (b"".join(raw_server.heard), waits) == (b"", [])


def test_a_certificate_of_another_host(
    raw_server: Any, tls_port: int, client_for: Any, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with pytest.raises(CertificateRejected):
        client_for(f"https://localhost:{tls_port}").get_job("1")
    assert b"".join(raw_server.heard) == b""


def test_a_certificate_that_the_environment_vouches_for(
    tls_port: int, client_for: Any, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    assert client_for(f"https://127.0.0.1:{tls_port}").get_job("1").id == "1"


def test_a_bundle_that_is_not_there(
    tls_port: int, client_for: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "missing.pem"))
    with pytest.raises(CertificateRejected):
        client_for(f"https://127.0.0.1:{tls_port}").get_job("1")


def test_https_where_http_is_spoken(server: Any, client_for: Any) -> None:
    with pytest.raises(Unreachable) as caught:
        client_for(server.url.replace("http:", "https:"), attempts=1).get_job("1")
    assert not isinstance(caught.value, CertificateRejected)
    assert "secure connection" in caught.value.message
