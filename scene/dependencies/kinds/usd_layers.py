# SPDX-License-Identifier: GPL-3.0-or-later
"""The other USD files that a USD file refers to: sublayers, references, payloads and clips.

Read from the files themselves, as not every Blender has the `pxr` module (no `bpy` of 4.2 to 5.2 does). Textures are
none of these: Blender makes images of them when it imports a file, and reads shapes only after that.
"""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Iterator
from typing import IO, NamedTuple

from ..disk import Disk

SUFFIXES = (".usd", ".usda", ".usdc", ".usdz")
ARCHIVE = ".usdz"
"""A file with all that it needs inside."""
BINARY, TEXT = b"PXR-USDC", b"#usda"
MAX_LAYER_BYTES = 64 << 20
"""Bytes of text that are searched."""
MAX_TOKEN_BYTES = 256 << 10
"""Bytes of packed words that are read: those of twenty thousand prims, in 50 ms."""
MAX_LAYERS = 2000
ASSET = re.compile(rb"@@@(.+?)@@@|@([^@\n]+)@|\"([^\"\n]+)\"")
"""What stands for a file in a text; a template of numbered clips is a plain string."""
NUMBERS = re.compile(r"#+")


class _Unreadable(Exception):
    """What is in a file is not what should be there, or is too much."""


class Names(NamedTuple):
    """The layers that a file names, as they are written in it; `is_whole` is False when it could not be read."""

    names: tuple[str, ...] = ()
    is_whole: bool = True


def is_usd(path: str) -> bool:
    """True for a file that may refer to others."""
    return path.lower().endswith(SUFFIXES)


def layers_behind(path: str, disk: Disk) -> tuple[str, ...]:
    """The files that are there and that a USD file refers to by relative paths, directly or through others.

    Those that are not there are no loss: Blender renders without them here, too.
    """
    found: dict[str, None] = {path: None}
    todo = [path]
    while todo and len(found) <= MAX_LAYERS:
        layer = todo.pop()
        folder = os.path.dirname(layer)  # noqa: PTH120
        for name in names_in(layer).names:
            if os.path.isabs(name):  # noqa: PTH117
                continue
            for other in _there(os.path.normpath(os.path.join(folder, name)), disk):  # noqa: PTH118
                if other not in found:
                    found[other] = None
                    todo.append(other)
    return tuple(found)[1:]


def _there(path: str, disk: Disk) -> Iterator[str]:
    """The file, or all of a template."""
    folder, name = os.path.split(path)
    if "#" not in name:
        if disk.has_file(path):
            yield path
        return
    pattern = re.compile(NUMBERS.sub("[0-9]+", re.escape(name).replace(r"\#", "#")))
    yield from (os.path.join(folder, each) for each in sorted(disk.names(folder)) if pattern.fullmatch(each))  # noqa: PTH118


def names_in(path: str) -> Names:
    """The layers that a file names."""
    if path.lower().endswith(ARCHIVE):
        return Names()
    try:
        stamp = os.stat(path)  # noqa: PTH116
        return _names_in(path, stamp.st_mtime_ns, stamp.st_size)
    except OSError:
        return Names(is_whole=False)


@functools.lru_cache(MAX_LAYERS)
def _names_in(path: str, _time: int, size: int) -> Names:
    with open(path, "rb") as file:  # noqa: PTH123
        start = file.read(len(BINARY))
        try:
            if start == BINARY:
                words = _names_of_crate(file)
            elif start.startswith(TEXT) and size <= MAX_LAYER_BYTES:
                words = list(_names_in_text(file))
            else:
                return Names(is_whole=False)
        except (_Unreadable, IndexError):
            return Names(is_whole=False)
    names = (_plain(word.decode("utf-8", "replace")) for word in words if b".usd" in word.lower())
    return Names(tuple(dict.fromkeys(name for name in names if is_usd(name))))


def _names_in_text(file: IO[bytes]) -> Iterator[bytes]:
    """What may be files in the lines of a text that have a layer's suffix in them."""
    file.seek(0)
    text = file.read(MAX_LAYER_BYTES)
    place = text.find(b".usd")
    while place >= 0:
        begin, end = text.rfind(b"\n", 0, place) + 1, text.find(b"\n", place)
        end = len(text) if end < 0 else end
        yield from (b"".join(match) for match in ASSET.findall(text[begin:end]))
        place = text.find(b".usd", end)


def _plain(name: str) -> str:
    """A name without what is said of the file, or of a place inside an archive."""
    return name.partition(":SDF_FORMAT_ARGS:")[0].partition("[")[0]


def _names_of_crate(file: IO[bytes]) -> list[bytes]:
    """All words of a binary file: each is kept once, apart from the rest (`crateFile.cpp` in USD's sources).

    Raises `_Unreadable` or `IndexError` for what is no such file, or holds too many.
    """
    version = file.read(8)
    file.seek(_number(file))
    for _ in range(min(_number(file), 64)):
        name, start, _size = file.read(16).rstrip(b"\0"), _number(file), _number(file)
        if name == b"TOKENS":
            break
    else:
        raise _Unreadable
    file.seek(start + 8)
    if version < b"\0\4":
        return _bounded(file, _number(file)).split(b"\0")
    _number(file)
    packed = _bounded(file, _number(file))
    if not packed[0]:
        return _unpacked(packed[1:]).split(b"\0")
    words, place = b"", 1
    for _ in range(packed[0]):
        size = int.from_bytes(packed[place : place + 4], "little")
        words += _unpacked(packed[place + 4 : place + 4 + size])
        place += 4 + size
    return words.split(b"\0")


def _number(file: IO[bytes]) -> int:
    return int.from_bytes(file.read(8), "little")


def _bounded(file: IO[bytes], size: int) -> bytes:
    if size > MAX_TOKEN_BYTES:
        raise _Unreadable
    return file.read(size)


def _unpacked(block: bytes) -> bytes:
    """A block of LZ4 (`lz4_Block_format.md` in its sources)."""
    result = bytearray()
    place = 0
    while place < len(block):
        sizes = block[place]
        size, place = _size(block, place + 1, sizes >> 4)
        result += block[place : place + size]
        place += size
        if place >= len(block):
            break
        distance = int.from_bytes(block[place : place + 2], "little")
        size, place = _size(block, place + 2, sizes & 15)
        size += 4
        if not 0 < distance <= len(result) or len(result) > MAX_LAYER_BYTES:
            raise _Unreadable
        begin = len(result) - distance
        # what has its own end in it is repeated
        again = result[begin : begin + size]
        result += (again * -(-size // len(again)))[:size]
    return bytes(result)


def _size(block: bytes, place: int, size: int) -> tuple[int, int]:
    """A size that may go on in the bytes at this place, and the place after it."""
    if size == 15:
        while True:
            more = block[place]
            size, place = size + more, place + 1
            if more < 255:
                break
    return size, place
