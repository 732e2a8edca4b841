# SPDX-License-Identifier: GPL-3.0-or-later
"""What is sent again, how often, and after which waits; and what is never sent twice."""

from __future__ import annotations

import socket
from collections.abc import Callable
from email.utils import formatdate
from time import time
from typing import Any

import pytest

from renderjuice.api.client import Client
from renderjuice.api.errors import RateLimited, Refused, ServiceDown, TimedOut, Unreachable
from renderjuice.api.render_config import RenderConfig
from renderjuice.api.retry import LONGEST_WAIT, retry_after

Call = Callable[[Client], Any]

SAFE: dict[str, tuple[str, str, Call]] = {
    "create_upload": ("POST", "/uploads", lambda client: client.create_upload("a.blend", "blend")),
    "list_jobs": ("GET", "/jobs", lambda client: client.list_jobs()),
    "get_job": ("GET", "/jobs/1", lambda client: client.get_job("1")),
    "render_job": ("POST", "/jobs/1/render", lambda client: client.render_job("1", RenderConfig())),
    "job_progress": ("GET", "/jobs/1/progress", lambda client: client.job_progress("1")),
    "all_progress": ("GET", "/jobs/progress", lambda client: client.all_progress()),
    "downloads": ("GET", "/jobs/1/downloads", lambda client: client.downloads("1")),
}
ONCE: dict[str, tuple[str, str, Call]] = {
    "create_job": ("POST", "/jobs", lambda client: client.create_job("s")),
    "validate_job": ("POST", "/jobs/1/validate", lambda client: client.validate_job("1")),
    "cancel_job": ("POST", "/jobs/1/cancel", lambda client: client.cancel_job("1")),
}
GOOD = {"id": "1", "status": "created", "jobs": [], "uploadUrl": "https://s.example", "slug": "s"}


def read_request(connection: socket.socket) -> bytes:
    """One whole request: the head, and as much body as it announces."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            while len(body) < int(line.split(b":")[1]):
                body += connection.recv(65536)
    return head


def cut(connection: socket.socket) -> None:
    """Takes the request and hangs up without an answer."""
    read_request(connection)


@pytest.mark.parametrize("name", SAFE)
def test_safe_calls_are_sent_again(server: Any, reply: Any, client: Any, waits: list[float], name: str) -> None:
    method, path, call = SAFE[name]
    server.on(method, path, reply(b"", 503), reply(b"", 500), reply(b"", 429), reply(GOOD))
    call(client)
    assert len(server.seen) == 4
    assert len(waits) == 3
    assert len({seen.body for seen in server.seen}) == 1


@pytest.mark.parametrize("name", SAFE)
def test_safe_calls_give_up_after_four_attempts(
    server: Any, reply: Any, client: Any, waits: list[float], name: str
) -> None:
    method, path, call = SAFE[name]
    server.on(method, path, reply(b"", 502))
    with pytest.raises(ServiceDown):
        call(client)
    assert len(server.seen) == 4
    assert len(waits) == 3


@pytest.mark.parametrize("name", SAFE)
def test_safe_calls_are_sent_again_after_a_cut(raw_server: Any, client_for: Any, name: str) -> None:
    with pytest.raises(Unreachable):
        SAFE[name][2](client_for(raw_server(cut)))
    assert raw_server.count == 4


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
@pytest.mark.parametrize("name", ONCE)
def test_other_calls_are_never_sent_twice(
    server: Any, reply: Any, client: Any, waits: list[float], name: str, status: int
) -> None:
    method, path, call = ONCE[name]
    server.on(method, path, reply(b"", status, {"Retry-After": "1"}), reply(GOOD))
    with pytest.raises((ServiceDown, TimedOut)) as caught:
        call(client)
    assert caught.value.may_have_arrived
    assert len(server.seen) == 1
    assert waits == []


@pytest.mark.parametrize("name", ONCE)
def test_other_calls_are_not_sent_again_after_a_cut(raw_server: Any, client_for: Any, name: str) -> None:
    with pytest.raises(Unreachable) as caught:
        ONCE[name][2](client_for(raw_server(cut)))
    assert caught.value.may_have_arrived
    assert raw_server.count == 1


@pytest.mark.parametrize("name", ONCE)
def test_other_calls_are_not_sent_again_after_a_silence(raw_server: Any, client_for: Any, name: str) -> None:
    def silence(connection: socket.socket) -> None:
        read_request(connection)
        connection.recv(1)

    with pytest.raises(TimedOut) as caught:
        ONCE[name][2](client_for(raw_server(silence), timeouts=(5.0, 0.2)))
    assert caught.value.may_have_arrived
    assert raw_server.count == 1


@pytest.mark.parametrize("name", ONCE)
def test_other_calls_are_sent_again_where_429_says_nothing_was_done(
    server: Any, reply: Any, client: Any, waits: list[float], name: str
) -> None:
    method, path, call = ONCE[name]
    server.on(method, path, reply(b"", 429, {"Retry-After": "2"}), reply(GOOD))
    call(client)
    assert len(server.seen) == 2
    assert len(waits) == 1


@pytest.mark.parametrize("name", SAFE | ONCE)
def test_a_connection_that_was_refused_is_tried_again(
    client_for: Any, free_port: int, waits: list[float], name: str
) -> None:
    with pytest.raises(Unreachable) as caught:
        (SAFE | ONCE)[name][2](client_for(f"http://127.0.0.1:{free_port}"))
    assert not caught.value.may_have_arrived
    assert len(waits) == 3


@pytest.mark.parametrize("name", SAFE | ONCE)
def test_a_refusal_is_final(server: Any, reply: Any, client: Any, waits: list[float], name: str) -> None:
    method, path, call = (SAFE | ONCE)[name]
    server.on(method, path, reply({"message": "no"}, 400))
    with pytest.raises(Refused):
        call(client)
    assert len(server.seen) == 1
    assert waits == []


def test_retry_after_is_honoured(server: Any, reply: Any, client: Any, waits: list[float]) -> None:
    later = reply(b"", 503, {"Retry-After": formatdate(time() + 40, usegmt=True)})
    server.on("GET", "/jobs/1", reply(b"", 429, {"Retry-After": "30"}), later, reply(GOOD))
    client.get_job("1")
    assert waits[0] == 30
    assert 35 < waits[1] <= 41


def test_a_longer_wait_than_a_minute_is_handed_to_the_caller(
    server: Any, reply: Any, client: Any, waits: list[float]
) -> None:
    server.on("GET", "/jobs/1", reply(b"", 429, {"Retry-After": "61"}))
    with pytest.raises(RateLimited) as caught:
        client.get_job("1")
    assert caught.value.wait == 61
    assert waits == []
    assert len(server.seen) == 1


def test_the_wait_is_told_when_the_attempts_are_used_up(server: Any, reply: Any, client_for: Any) -> None:
    server.on("GET", "/jobs/1", reply(b"", 429, {"Retry-After": "7"}))
    with pytest.raises(RateLimited) as caught:
        client_for(server.url, attempts=2).get_job("1")
    assert caught.value.wait == 7
    assert len(server.seen) == 2


def test_back_off_grows_has_jitter_and_a_cap(server: Any, reply: Any, client_for: Any, waits: list[float]) -> None:
    server.on("GET", "/jobs/1", reply(b"", 500))
    for _ in range(20):
        with pytest.raises(ServiceDown):
            client_for(server.url, attempts=8).get_job("1")
    by_attempt = [waits[number::7] for number in range(7)]
    for number, found in enumerate(by_attempt):
        assert all(0 <= wait <= min(LONGEST_WAIT, 2**number) for wait in found)
        assert len(set(found)) == len(found)
    assert max(by_attempt[3]) > 1
    assert max(by_attempt[6]) > 8


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": " 1.5 "}, 1.5),
        ({"Retry-After": "0"}, 0),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:30 GMT", "Date": "Wed, 21 Oct 2015 07:28:00 GMT"}, 30),
        ({"Retry-After": "Wed, 21 Oct 2015 07:27:00 GMT", "Date": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0),
        *(
            ({"Retry-After": wrong}, None)
            for wrong in ("", "-1", "soon", "nan", "inf", "1e999", "32 Foo 99999 99:99:99")
        ),
        ({}, None),
    ],
)
def test_retry_after(headers: dict[str, str], wait: float | None) -> None:
    assert retry_after(headers) == wait
