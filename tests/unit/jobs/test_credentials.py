# SPDX-License-Identifier: GPL-3.0-or-later
"""The key: whose it is, where it is found, and who can read its file."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from renderjuice.jobs.credentials import (
    DEFAULT_API_URL,
    KEY_VARIABLE,
    URL_VARIABLE,
    api_url,
    find_key,
    origin,
    store_key,
)

HERE, ELSEWHERE = "https://api.example.com/v1", "https://example.org/v1"


def find(file: Path, url: str, environment: dict[str, str] | None = None, session_url: str = HERE) -> str:
    """`find_key` with an environment of the test's own."""
    return find_key(file, url, session_url=session_url, environment=environment or {})


@pytest.mark.parametrize(
    ("environment", "preference", "expected"),
    [
        ({}, "", DEFAULT_API_URL),
        ({}, f" {HERE}/ ", HERE),
        ({URL_VARIABLE: ELSEWHERE}, HERE, ELSEWHERE),
        ({URL_VARIABLE: "  "}, HERE, HERE),
    ],
)
def test_the_environment_wins_over_the_preference(environment: dict[str, str], preference: str, expected: str) -> None:
    assert api_url(preference, environment) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://API.Example.com/v1?x=1", "https://api.example.com"),
        ("http://127.0.0.1:8710/api", "http://127.0.0.1:8710"),
        ("https://api.example.com@evil.example/v1", "https://evil.example"),
    ],
)
def test_a_key_belongs_to_scheme_host_and_port(url: str, expected: str) -> None:
    assert origin(url) == expected


def test_each_service_has_its_own_key(tmp_path: Path) -> None:
    file = tmp_path / "new" / "credentials.json"
    assert find(file, HERE) == ""
    store_key(file, HERE, " RJ-here ")
    store_key(file, ELSEWHERE, "RJ-elsewhere")
    assert find(file, HERE + "/other/path") == "RJ-here"
    assert find(file, ELSEWHERE) == "RJ-elsewhere"
    for stranger in ("http://api.example.com/v1", "https://api.example.com:8443/v1", "https://api.example.com.evil/v1"):
        assert find(file, stranger) == ""
    store_key(file, HERE, "")
    assert find(file, HERE) == ""
    assert find(file, ELSEWHERE) == "RJ-elsewhere"


def test_the_key_of_the_environment_is_for_the_address_it_was_set_with(tmp_path: Path) -> None:
    file = tmp_path / "credentials.json"
    store_key(file, ELSEWHERE, "RJ-elsewhere")
    store_key(file, HERE, "RJ-here")
    environment = {KEY_VARIABLE: " RJ-environment "}
    assert find(file, HERE, environment) == "RJ-environment"
    assert find(file, ELSEWHERE, environment) == "RJ-elsewhere"
    assert find(file, "https://other.example", environment) == ""
    assert find(file, HERE, {KEY_VARIABLE: " "}) == "RJ-here"


def test_only_the_owner_can_read_it_from_the_first_byte_on(tmp_path: Path) -> None:
    file = tmp_path / "credentials.json"
    modes: list[int] = []
    watching = True

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if watching and event == "open":
            opened = [path for path in tmp_path.iterdir() if path.is_file()]
            modes.extend(stat.S_IMODE(path.stat().st_mode) for path in opened)
        if watching and event == "os.rename":
            modes.append(stat.S_IMODE(os.stat(str(arguments[0])).st_mode))  # noqa: PTH116

    sys.addaudithook(watch)
    old_mask = os.umask(0)
    try:
        store_key(file, HERE, "RJ-1")
        store_key(file, HERE, "RJ-2")
    finally:
        watching = False
        os.umask(old_mask)
    assert len(modes) >= 2
    assert {*modes, stat.S_IMODE(file.stat().st_mode)} == {0o600}
    assert [path.name for path in tmp_path.iterdir()] == ["credentials.json"]


@pytest.mark.parametrize("content", [b"", b"{", b"[1, 2]", b"\xff\xfe\x00", b'"RJ-here"', b"null"])
def test_a_broken_file_holds_no_key_and_can_be_written_anew(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "credentials.json"
    file.write_bytes(content)
    assert find(file, HERE) == ""
    store_key(file, HERE, "RJ-new")
    assert find(file, HERE) == "RJ-new"


def test_a_file_that_cannot_be_written_keeps_what_it_had(tmp_path: Path) -> None:
    folder = tmp_path / "credentials.json"
    folder.mkdir()
    with pytest.raises(OSError):
        store_key(folder, HERE, "RJ-1")
    assert [path.name for path in tmp_path.iterdir()] == ["credentials.json"]


@pytest.mark.parametrize("address", ["https://[::1", "https://[here]", "https://exa\u2100mple.com"])
def test_an_address_that_is_none_has_no_key_and_breaks_nothing(tmp_path: Path, address: str) -> None:
    file = tmp_path / "credentials.json"
    store_key(file, HERE, "RJ-here")
    assert find(file, address) == ""
    assert find(file, address, {KEY_VARIABLE: "RJ-of-the-environment"}, session_url=address) == ""
    store_key(file, address, "RJ-for-nobody")
    assert find(file, address) == ""
    assert "nobody" not in file.read_text()
    assert find(file, HERE) == "RJ-here"
