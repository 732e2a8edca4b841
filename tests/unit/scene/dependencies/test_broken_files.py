# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with files that are there: told from their size and a few bytes."""

from __future__ import annotations

import gzip
import os
import sys
from pathlib import Path

import pytest
import zstandard

from renderjuice.scene.dependencies.broken_files import Fault, fault_of, fault_of_blend

POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
ANNEX = b"/annex/objects/SHA256E-s5000--0123.png\n"
PLAIN = b"BLENDER-v402REND" + bytes(9000) + b"ENDB" + bytes(20)


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("wood.png", b"\x89PNG\r\n\x1a\n" + bytes(60), None),
        ("wood.jpg", b"\x89PNG\r\n\x1a\n" + bytes(60), None),
        ("wood.png", POINTER, Fault.IS_POINTER),
        ("wood.tga", POINTER, Fault.IS_POINTER),
        ("wood.tga", bytes(60), None),
        ("flag_000001_00.bphys", POINTER, Fault.IS_POINTER),
        ("wood.png", ANNEX, Fault.IS_POINTER),
        ("wood.exr", b"<!DOCTYPE html><title>404</title>", Fault.IS_NO_IMAGE),
        ("wood.exr", b"\x76\x2f\x31\x01" + bytes(60), None),
        ("wood.png", b"", Fault.IS_EMPTY),
        ("letters.ttf", b"", Fault.IS_EMPTY),
        ("words.txt", b"<!DOCTYPE html><title>404</title>", None),
        # of a large file only the size is looked at
        ("wood.png", POINTER + bytes(5000), None),
    ],
)
def test_what_is_wrong_with_a_file(tmp_path: Path, name: str, content: bytes, fault: Fault | None) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert fault_of(str(path)) is fault


@pytest.mark.parametrize(
    ("content", "is_unread", "fault"),
    [
        (PLAIN, False, None),
        (PLAIN, True, Fault.IS_UNREAD),
        (zstandard.compress(PLAIN), False, None),
        (zstandard.compress(PLAIN), True, Fault.IS_CUT_OFF),
        (zstandard.compress(PLAIN) + b"\xb1\xea\x92\x8f", True, Fault.IS_UNREAD),
        (gzip.compress(PLAIN), True, Fault.IS_UNREAD),
        (PLAIN + bytes(2000), False, None),
        (PLAIN[:-40], False, Fault.IS_CUT_OFF),
        (PLAIN[:100], False, Fault.IS_CUT_OFF),
        (POINTER, False, Fault.IS_POINTER),
        (b"", True, Fault.IS_EMPTY),
        (b"PK\x03\x04" + bytes(6000), False, Fault.IS_NO_BLEND),
        (b"x", False, Fault.IS_NO_BLEND),
    ],
)
def test_what_is_wrong_with_a_blend(tmp_path: Path, content: bytes, is_unread: bool, fault: Fault | None) -> None:
    path = tmp_path / "lib.blend"
    path.write_bytes(content)
    assert fault_of_blend(str(path), is_unread=is_unread) is fault


def test_what_is_not_there_and_what_is_a_folder_are_for_others(tmp_path: Path) -> None:
    (tmp_path / "wood.png").mkdir()
    for name in ("wood.png", "gone.png"):
        assert fault_of(str(tmp_path / name)) is None
        assert fault_of_blend(str(tmp_path / name)) is None


def test_blender_itself_leaves_some_files_empty(tmp_path: Path) -> None:
    path = tmp_path / "1.blob"
    path.touch()
    assert fault_of(str(path), may_be_empty=True) is None


@pytest.mark.skipif(sys.platform == "win32", reason="there rights are told in another way")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "wood.png"
    path.write_bytes(bytes(6000))
    path.chmod(0)
    is_root = os.getuid() == 0
    if is_root:
        tmp_path.chmod(0o755)
        os.setresuid(65534, 65534, 0)
    try:
        faults = fault_of(str(path)), fault_of_blend(str(path))
    finally:
        if is_root:
            os.setresuid(0, 0, 0)
    # a folder above may be closed to others, too
    assert faults in ((Fault.IS_FORBIDDEN, Fault.IS_FORBIDDEN), (None, None))


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pipes among files")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "wood.png")
    assert fault_of(str(tmp_path / "wood.png")) is Fault.IS_FORBIDDEN
    assert fault_of_blend(str(tmp_path / "wood.png")) is Fault.IS_FORBIDDEN
