# SPDX-License-Identifier: GPL-3.0-or-later
"""The files that a package is made of: those that change, and what is none or cannot be read."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import zstandard

from renderjuice.jobs.packaging.package import PackageError
from renderjuice.tests.unit.jobs.artist import ROOT
from renderjuice.tests.unit.jobs.packaging.packages import MIB, PLAIN_BLEND, PROGRAM, make_package, nothing, write


def no_file(folder: Path, kind: str, name: str = "no file.png") -> Path:
    """Something at a path that is no file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as sock:
            # a socket's address may be short only
            place = os.open(folder, os.O_RDONLY)
            sock.bind(f"/proc/self/fd/{place}/{name}")
            os.close(place)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "link to itself":
        path.symlink_to(path)
    elif kind == "dead link":
        path.symlink_to(folder / "gone")
    elif kind == "file as a folder":
        write(path)
        path = path / "wood.png"
    return path


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("nothing", r"is not there any more\. Find it"),
        ("file as a folder", r"is not there any more\. Find it"),
        ("folder", "is a folder, and a file is needed"),
        ("pipe", "is a pipe, and a file is needed"),
        ("socket", "is a socket, and a file is needed"),
        ("device", "is a device, and a file is needed"),
        ("link to itself", "is a link that leads back to itself"),
        ("dead link", r"is not there any more\. Find it"),
    ],
)
def test_what_is_no_file_is_named(
    tmp_path: Path, blend: Path, snapshot: Path, folder: Path, kind: str, reason: str
) -> None:
    path = no_file(tmp_path / "project", kind)
    with pytest.raises(PackageError, match=f"{path.name} {reason}"):
        make_package(blend, snapshot, [path], folder, nothing)
    assert [path.name for path in folder.iterdir()] == ["snapshot"]


@pytest.mark.parametrize("kind", ["folder", "pipe", "socket", "device", "link to itself"])
def test_what_takes_a_files_place_while_packing_is_named(
    tmp_path: Path, blend: Path, snapshot: Path, folder: Path, kind: str
) -> None:
    last = write(tmp_path / "project" / "z.txt")

    def swap(_done: int, _total: int) -> None:
        if last.is_file():
            last.unlink()
            no_file(last.parent, kind, last.name)

    with pytest.raises(PackageError, match=r"z\.txt is a "):
        make_package(blend, snapshot, [last], folder, swap)
    assert [path.name for path in folder.iterdir()] == ["snapshot"]


@pytest.mark.parametrize("suffix", [".txt", ".png", ".blend"])
@pytest.mark.parametrize("change", ["grows", "shrinks", "is written anew"])
def test_a_file_that_changes_while_it_is_packed_is_read_again(
    tmp_path: Path, blend: Path, snapshot: Path, folder: Path, suffix: str, change: str
) -> None:
    start = b"BLENDER" if suffix == ".blend" else b"content"
    old = start + bytes(3 * MIB)
    file = write(tmp_path / "project" / f"changing{suffix}", old)
    os.utime(file, ns=(10**18, 10**18))
    new = start + {"grows": b"1" * 4 * MIB, "shrinks": b"2" * MIB, "is written anew": b"3" * 3 * MIB}[change]

    def write_anew(done: int, _total: int) -> None:
        # once the first block of it has been read
        if done > len(PLAIN_BLEND) and file.stat().st_mtime_ns == 10**18:
            file.write_bytes(new)

    made = make_package(blend, snapshot, [file], folder, write_anew)
    with zipfile.ZipFile(made.path) as archive:
        assert archive.testzip() is None
        content = archive.read(file.name)
        assert (zstandard.ZstdDecompressor().decompress(content) if suffix == ".blend" else content) == new
    assert sorted(path.name for path in folder.iterdir()) == ["shot.zip", "snapshot"]


def test_a_file_that_keeps_changing_is_named(tmp_path: Path, blend: Path, snapshot: Path, folder: Path) -> None:
    file = write(tmp_path / "project" / "log.txt", bytes(3 * MIB))
    seen = []

    def append(done: int, _total: int) -> None:
        seen.append(done)
        with file.open("ab") as log:
            log.write(b"more")

    with pytest.raises(PackageError, match=r"log\.txt keeps changing while it is packed\. Wait"):
        make_package(blend, snapshot, [file], folder, append)
    assert seen.count(len(PLAIN_BLEND)) == 3
    assert [path.name for path in folder.iterdir()] == ["snapshot"]


def test_an_unreadable_file_is_named(tmp_path: Path, blend: Path, snapshot: Path, folder: Path) -> None:
    file = write(tmp_path / "project" / "secret.txt")
    file.chmod(0)
    command = [sys.executable, "-c", PROGRAM, ROOT, blend, snapshot, folder, file]
    if os.geteuid() == 0:
        # there root is an owner like any other, who may not read what is closed to the owner
        command = ["unshare", "--user", *command]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert "secret.txt cannot be read (Permission denied). Make it readable, and retry." in done.stderr
