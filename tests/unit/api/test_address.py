# SPDX-License-Identifier: GPL-3.0-or-later
"""Only https://, and http:// to this very computer, are addresses that something is sent to."""

from __future__ import annotations

import pytest

from renderjuice.api.address import check_address, host_of, is_loopback
from renderjuice.api.client import Client
from renderjuice.api.errors import InsecureAddress


@pytest.mark.parametrize(
    "url",
    [
        "https://api.renderjuice.com/api/external/v1",
        "https://storage.example:8443/a?token=b",
        "http://localhost:8000",
        "http://LOCALHOST:8000/api",
        "http://127.0.0.1:8000",
        "http://127.9.8.7",
        "http://[::1]:8000/",
        "HTTPS://api.example",
    ],
)
def test_accepted(url: str) -> None:
    check_address(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.renderjuice.com",
        "ftp://localhost/",
        "file:///etc/passwd",
        "https://",
        "http://api.renderjuice.com",
        "http://192.168.1.10",
        "http://0.0.0.0:80",
        "http://127.1",
        "http://localhost.example",
        "http://localhost.",
        "http://[::ffff:127.0.0.1]/",
        "http://[::2]/",
        "http://127.0.0.1\\@evil.example/",
        "http://127.0.0.1@evil.example/",
        "http://evil.example\\@127.0.0.1/",
        "https://api.example\\evil.example/",
        "https://user:secret@api.example/",
        "https://api.example/a b",
        "http://local\nhost/",
        "https://api.example:port/",
        "https://[broken/",
    ],
)
def test_refused(url: str) -> None:
    with pytest.raises(InsecureAddress) as caught:
        check_address(url)
    assert "secret" not in str(caught.value)


def test_a_client_is_not_even_made() -> None:
    with pytest.raises(InsecureAddress):
        Client("http://api.renderjuice.com/api/external/v1", "RJ-key")


def test_loopback() -> None:
    assert is_loopback("https://localhost/x")
    assert not is_loopback("https://api.example/localhost")


def test_host_of_tells_nothing_else() -> None:
    assert host_of("https://storage.example:8443/scene.zip?token=secret") == "storage.example"
    assert host_of("https://[broken") == "the server"
