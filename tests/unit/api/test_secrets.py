# SPDX-License-Identifier: GPL-3.0-or-later
"""The API key goes to the API's host alone, and into no text whatever happens."""

from __future__ import annotations

import logging
import socket
import traceback
from pathlib import Path
from typing import Any

import pytest

from renderjuice.api import storage as object_storage
from renderjuice.api.client import Client
from renderjuice.api.errors import RenderjuiceError, UnexpectedAnswer, Unreachable

TOKEN = "token-that-nobody-may-see"


def everything_said(error: BaseException) -> str:
    """All texts that can be had from an error, its causes and contexts included."""
    texts = []
    waiting: list[BaseException | None] = [error]
    while waiting:
        link = waiting.pop()
        if link is not None:
            texts += [str(link), repr(link), repr(link.args), repr(vars(link))]
            waiting += [link.__cause__, link.__context__]
    return "\n".join([*texts, *traceback.format_exception(error)])


@pytest.fixture
def netrc(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A netrc file that has credentials for every host."""
    path = tmp_path / "netrc"
    path.write_text("".join(f"machine {host} login n password etrc\n" for host in ("127.0.0.1", "localhost")))
    path.write_text(path.read_text() + "default login n password etrc\n")
    path.chmod(0o600)
    monkeypatch.setenv("NETRC", str(path))


@pytest.mark.usefixtures("netrc")
def test_netrc_adds_nothing_anywhere(
    server: Any, storage: Any, reply: Any, client: Any, key: str, tmp_path: Path
) -> None:
    server.on("GET", "/jobs/1", reply({"id": "1"}))
    storage.on("PUT", "/up", reply())
    storage.on("GET", "/down", reply(b"", 302, {"Location": f"{server.other_name}/down"}))
    server.on("GET", "/down", reply(b"frame"))
    scene = tmp_path / "scene.blend"
    scene.write_bytes(b"scene")
    client.get_job("1")
    object_storage.upload(storage.other_name + "/up", scene)
    object_storage.download(storage.url + "/down", tmp_path / "part")
    assert [seen.headers.get("authorization") for seen in server.seen] == [f"Bearer {key}", None]
    assert [seen.headers.get("authorization") for seen in storage.seen] == [None, None]


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_redirects_of_the_api_are_not_followed(
    server: Any, storage: Any, reply: Any, client: Client, status: int, method: str
) -> None:
    for name in (storage.other_name, server.url, "//localhost"):
        location = {"Location": f"{name}/elsewhere?token={TOKEN}"}
        server.on("GET", "/jobs/1", reply(b"", status, location))
        server.on("POST", "/jobs", reply(b"", status, location))
        with pytest.raises(UnexpectedAnswer) as caught:
            client.get_job("1") if method == "GET" else client.create_job("s")
        assert TOKEN not in everything_said(caught.value)
        assert "elsewhere" not in everything_said(caught.value)
        assert ("localhost" if "localhost" in name else "127.0.0.1") in caught.value.message
    assert storage.seen == []
    assert {seen.path for seen in server.seen} <= {"/jobs", "/jobs/1"}
    assert len(server.seen) == 3


def test_no_cookie_is_kept(server: Any, reply: Any, client: Client) -> None:
    server.on("GET", "/jobs/1", reply({"id": "1"}, headers={"Set-Cookie": "a=b; Path=/"}))
    client.get_job("1")
    client.get_job("1")
    assert "cookie" not in server.seen[1].headers


def test_loopback_never_goes_through_a_proxy(
    server: Any, storage: Any, reply: Any, key: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, storage.url)
    server.on("GET", "/jobs/1", reply({"id": "1"}))
    server.on("GET", "/down", reply(b"frame"))
    with Client(server.url, key, attempts=1) as client:
        assert client.get_job("1").id == "1"
    object_storage.download(server.other_name + "/down", tmp_path / "part")
    assert storage.seen == []


def test_a_proxy_of_the_environment_is_used_and_sees_no_key(
    raw_server: Any, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[bytes] = []

    def refuse(connection: socket.socket) -> None:
        heard.append(connection.recv(65536))
        connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")

    monkeypatch.setenv("https_proxy", raw_server(refuse))
    with Client("https://api.renderjuice.invalid", key, attempts=1) as client, pytest.raises(Unreachable) as caught:
        client.create_job("s")
    assert "proxy" in caught.value.message
    assert not caught.value.may_have_arrived
    assert heard[0].startswith(b"CONNECT api.renderjuice.invalid:443 ")
    assert key.encode() not in b"".join(heard)


def echo(connection: socket.socket) -> None:
    """Answers with the Authorization line in place of the status line."""
    head = connection.recv(65536).decode()
    connection.sendall(next(line for line in head.split("\r\n") if "Bearer" in line).encode() + b"\r\n\r\n")


def cut(connection: socket.socket) -> None:
    connection.recv(65536)


def silent(connection: socket.socket) -> None:
    while connection.recv(65536):
        pass


ECHOED = [200, 300, 302, 307, 400, 401, 402, 403, 404, 408, 409, 410, 418, 422, 429, 500, 502, 503, 504]
BODIES = {
    "json": '{"message": "The key KEY is not good", "path": ["KEY"], "errors": [{"loc": ["KEY"], "msg": "KEY"}]}',
    "escaped": '{"message": "The key ESCAPED is not good"}',
    "html": "<html><title>KEY</title>Authorization: Bearer KEY</html>",
    "text": "Authorization: Bearer KEY",
    "entities": "<p>ENTITIES</p>",
}


@pytest.mark.parametrize("status", ECHOED)
@pytest.mark.parametrize("shape", BODIES)
def test_an_echo_of_the_key_is_hidden(
    server: Any, reply: Any, client_for: Any, key: str, caplog: pytest.LogCaptureFixture, status: int, shape: str
) -> None:
    caplog.set_level(logging.DEBUG)
    escaped, entities = ("".join(form.format(ord(letter)) for letter in key) for form in ("\\u{:04x}", "&#{};"))
    body = BODIES[shape].replace("KEY", key).replace("ESCAPED", escaped).replace("ENTITIES", entities)
    answer = reply(body.encode(), status, {"Location": f"http://{key}.example/{key}", "Retry-After": key})
    server.on("POST", "/jobs", answer)
    with pytest.raises(RenderjuiceError) as caught:
        client_for(server.url, attempts=2).create_job("s")
    said = everything_said(caught.value) + caplog.text
    for piece in (key, key.lower(), key.removeprefix("RJ-")):
        assert piece not in said


@pytest.mark.parametrize("handle", [echo, cut, silent])
def test_bad_manners_do_not_bring_the_key_to_light(
    raw_server: Any, client_for: Any, key: str, caplog: pytest.LogCaptureFixture, handle: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(RenderjuiceError) as caught:
        client_for(raw_server(handle), timeouts=(5.0, 0.2), attempts=2).get_job("1")
    assert key.removeprefix("RJ-") not in everything_said(caught.value) + caplog.text


@pytest.mark.parametrize("bad_end", ["\n", "\r\nX: y", " ", "é", "\x7f"])
def test_a_bad_key_is_not_repeated(server: Any, client_for: Any, key: str, bad_end: str) -> None:
    with pytest.raises(RenderjuiceError) as caught:
        client_for(server.url, key + bad_end).get_job("1")
    assert key not in everything_said(caught.value)


def test_unreachable_addresses_do_not_bring_the_key_to_light(
    client_for: Any, key: str, free_port: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for address in (f"http://127.0.0.1:{free_port}", "https://renderjuice.invalid", f"https://127.0.0.1:{free_port}"):
        with pytest.raises(RenderjuiceError) as caught:
            client_for(address, attempts=2).get_job("1")
        assert key not in everything_said(caught.value) + caplog.text


def test_the_client_does_not_show_its_key(client: Client, key: str) -> None:
    assert key not in repr(client) + str(client)


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 408, 410, 416, 429, 500, 503])
def test_the_token_of_a_signed_url_is_in_no_error(storage: Any, reply: Any, tmp_path: Path, status: int) -> None:
    url = f"{storage.url}/file?token={TOKEN}"
    body = f"<Error><Code>No</Code><Message>{url}</Message></Error>".encode()
    answer = reply(body, status, {"Location": f"http://evil.example/?token={TOKEN}"})
    storage.on("PUT", "/file", answer)
    storage.on("GET", "/file", answer)
    scene = tmp_path / "scene.blend"
    scene.write_bytes(b"scene")
    with pytest.raises(RenderjuiceError) as caught:
        object_storage.upload(url, scene)
    assert TOKEN not in everything_said(caught.value)
    with pytest.raises(RenderjuiceError) as caught:
        object_storage.download(url, tmp_path / "part")
    assert TOKEN not in everything_said(caught.value)


@pytest.mark.parametrize("handle", [cut, silent])
def test_nor_is_it_after_bad_manners(raw_server: Any, tmp_path: Path, free_port: int, handle: Any) -> None:
    scene = tmp_path / "scene.blend"
    scene.write_bytes(b"scene")
    for address in (raw_server(handle), f"http://127.0.0.1:{free_port}"):
        url = f"{address}/file?token={TOKEN}"
        with pytest.raises(RenderjuiceError) as caught:
            object_storage.upload(url, scene, timeouts=(5.0, 0.2))
        assert TOKEN not in everything_said(caught.value)
        with pytest.raises(RenderjuiceError) as caught:
            object_storage.download(url, tmp_path / "part", timeouts=(5.0, 0.2))
        assert TOKEN not in everything_said(caught.value)
