# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with a file that is there and is not what its name says, such as a Git LFS pointer. Imports no bpy.

Nothing is read but the first bytes of small files and of .blend files, and the last ones of the latter.
"""

from __future__ import annotations

import os
import stat
from enum import Enum, auto
from typing import BinaryIO, NamedTuple

SMALL = range(16, 4096)
"""Sizes in bytes of files that are looked into: a pointer has some 130, and a page that tells an error may be in it."""
POINTERS = (b"version https://git-lfs", b"/annex/objects/")
"""How the small files of Git LFS and git-annex begin that lie in the place of large ones."""
BLEND_STARTS = (b"BLENDER", b"\x28\xb5\x2f\xfd", b"\x1f\x8b")
"""How a .blend begins: plain, or compressed by Zstandard or, before 3.0, by gzip."""
LAST_BLOCK, TAIL_BYTES = b"ENDB", 4096
"""The block that ends a plain .blend, and the bytes in which it is looked for."""
ZSTANDARD_END = b"\xb1\xea\x92\x8f"
"""How a compressed .blend ends that Blender has written: with a table of its parts."""
IMAGE_STARTS = (
    *(b"\x89PNG", b"\xff\xd8", b"\xff\x4f\xff\x51", b"\x76\x2f\x31\x01", b"II", b"MM", b"RIFF", b"BM", b"DDS ", b"#?"),
    *(b"\x00\x00\x00\x0cjP", b"SDPX", b"XPDS", b"\x80\x2a\x5f\xd7", b"\xd7\x5f\x2a\x80", b"\x01\xda", b"8BPS", b"GIF8"),
)
"""How pictures begin, whatever their name ends with: Blender goes by this, too."""
IMAGE_SUFFIXES = frozenset((".png", ".jpg", ".jpeg", ".exr", ".tif", ".tiff", ".webp", ".bmp", ".hdr", ".dds", ".jp2"))


class Fault(Enum):
    """Why a file cannot be read as what it should be."""

    IS_POINTER = auto()
    """It stands for a file that a version control system has not fetched."""
    IS_EMPTY = auto()
    IS_FORBIDDEN = auto()
    """It is there, and may not be read."""
    IS_NO_IMAGE = auto()
    IS_NO_BLEND = auto()
    IS_CUT_OFF = auto()
    IS_UNREAD = auto()
    """It is a library that Blender could not read when the open file was opened."""


class BrokenFile(NamedTuple):
    """A file that is there and cannot be read, and why."""

    path: str
    fault: Fault


def fault_of(path: str, *, may_be_empty: bool = False) -> Fault | None:
    """What is wrong with a file, as far as its size and the first bytes of a small one tell. None: nothing, or gone."""
    try:
        status = os.stat(path)  # noqa: PTH116
    except OSError:
        return None
    if not stat.S_ISREG(status.st_mode):
        return None if stat.S_ISDIR(status.st_mode) else Fault.IS_FORBIDDEN
    size = status.st_size
    if not size and not may_be_empty:
        return Fault.IS_EMPTY
    if not os.access(path, os.R_OK):
        return Fault.IS_FORBIDDEN
    return _fault_of_small(path) if size in SMALL else None


def fault_of_blend(path: str, *, is_unread: bool = False) -> Fault | None:
    """What is wrong with a .blend. `is_unread`: Blender itself could not read it."""
    fault = fault_of(path)
    if fault is not None or not os.path.isfile(path):  # noqa: PTH113
        return fault
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            head = file.read(max(map(len, BLEND_STARTS)))
            tail = _tail(file)
    except OSError:
        return Fault.IS_FORBIDDEN
    if not head.startswith(BLEND_STARTS):
        return Fault.IS_NO_BLEND
    is_plain = head.startswith(BLEND_STARTS[0])
    if is_plain and LAST_BLOCK not in tail:
        return Fault.IS_CUT_OFF
    # other programs write none of these tables
    has_no_table = head.startswith(BLEND_STARTS[1]) and not tail.endswith(ZSTANDARD_END)
    if is_unread:
        return Fault.IS_CUT_OFF if has_no_table else Fault.IS_UNREAD
    return None


def _tail(file: BinaryIO) -> bytes:
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - TAIL_BYTES))
    return file.read()


def _fault_of_small(path: str) -> Fault | None:
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            head = file.read(SMALL.start + max(map(len, POINTERS)))
    except OSError:
        return Fault.IS_FORBIDDEN
    if head.startswith(POINTERS):
        return Fault.IS_POINTER
    is_image = os.path.splitext(path)[1].lower() in IMAGE_SUFFIXES  # noqa: PTH122
    return Fault.IS_NO_IMAGE if is_image and not head.startswith(IMAGE_STARTS) else None
