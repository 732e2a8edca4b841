# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a zip with all cores: while one block is read, others are compressed and an earlier one goes to the disk.

A stored file is copied without being read here; another thread takes its checksum from the archive.
Python's own `zipfile` reads, checks, compresses and writes one block after the other on one core. The bytes here are
those of the format's specification (PKWARE's APPNOTE 6.3.9), which every program that unpacks a zip can read.
"""

from __future__ import annotations

import errno
import os
import struct
import time
import zlib
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from .sources import BLOCK_BYTES, Source, write_all

STORED, DEFLATED = 0, 8
FAST_LEVEL, SMALL_LEVEL = 1, 6
"""Levels of deflate. Of text in two cores: the fast one does 190 MB/s to 41 % of its size, the other takes six times as
long for 34 %; Zstandard's level 3 does 200 MB/s to 38 %, but not every farm can unpack a zip with that."""
WINDOW_BYTES = 32 * 1024
"""Bytes that deflate looks back: this much of the block before is needed to compress a block."""
CORES = min(os.cpu_count() or 1, 16)
CHECKED_BYTES = 256 * 1024
"""Bytes whose checksum is taken at a time: few enough to stay in the cache of the core that read them."""
PENDING_BLOCKS = CORES * 2 + 4
"""Blocks that may be on their way at once. A block has one MiB, so this is also the limit of memory, in MiB."""

LOCAL = struct.Struct("<4s5H3L2H")
CENTRAL = struct.Struct("<4s6H3L5H2L")
END_64 = struct.Struct("<4sQ2H2L4Q")
LOCATOR_64 = struct.Struct("<4sLQL")
END = struct.Struct("<4s4H2LH")
PLAIN_VERSION, VERSION_64 = 20, 45
UNIX = 3 << 8
FLAGS = 0x800
"""Names are UTF-8."""
MODE = 0o100644 << 16
"""A plain file that everybody may read, whoever unpacks it."""
MAX_16, MAX_32 = 0xFFFF, 0xFFFFFFFF
LARGE_FILE = 2**31
"""Bytes from which a file gets fields of 64 bits: its compressed size is not known yet."""

Piece = bytes | Future[bytes]


@dataclass
class _Entry:
    """A file in the archive. `offset` and `packed` (bytes it takes there) are known once it is written."""

    name: bytes
    moment: tuple[int, int]
    size: int
    method: int
    crc: int = 0
    packed: int = 0
    offset: int = 0


class Archive:
    """A zip that is being written to an unbuffered file. Used by one thread; errors of writing come late."""

    def __init__(self, file: BinaryIO, level: int = FAST_LEVEL) -> None:
        self._file = file
        self._level = level
        self._entries: list[_Entry] = []
        self._compressors = ThreadPoolExecutor(CORES, thread_name_prefix="deflate")
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="write")
        self._pending: deque[Future[None]] = deque()
        self._checker = ThreadPoolExecutor(1, thread_name_prefix="check")
        self._checks: list[Future[None]] = []
        self._stored: list[_Entry] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._wait_for(0)
                self._finish_stored()
                self._write_directory()
        finally:
            for threads in (self._compressors, self._writer, self._checker):
                threads.shutdown(cancel_futures=True)

    def add(self, name: str, source: Source, blocks: Iterable[bytes], *, deflate: bool) -> None:
        """Add a file by the `blocks` of its content, deflated or as they are. Raises `OSError`."""
        entry = self._entry(name, source, DEFLATED if deflate else STORED)
        rest = iter(blocks)
        block, following = next(rest, b""), next(rest, None)
        is_whole = following is None
        if not is_whole:
            self._put(self._begin, entry)
        crc = count = 0
        before = b""
        while True:
            crc = zlib.crc32(block, crc)
            count += len(block)
            is_last = following is None
            piece: Piece = self._compressors.submit(_deflate, block, before, is_last, self._level) if deflate else block
            if is_whole:
                entry.crc, entry.size = crc, count
                self._put(self._write_whole, entry, block, piece)
                return
            self._put(self._write, entry, piece)
            if following is None:
                break
            before = block[-WINDOW_BYTES:]
            block, following = following, next(rest, None)
        self._put(self._end, entry, crc, count)

    def store(self, name: str, source: Source, seen: Callable[[int], None]) -> None:
        """Add a file as it is; `seen` is told of the bytes as they are read.

        Raises `OSError`, `PackageError`, `FileChanged`.
        """
        if source.size <= BLOCK_BYTES:
            self.add(name, source, source.blocks(seen), deflate=False)
            return
        entry = self._entry(name, source, STORED)
        self._wait_for(0)
        self._begin(entry)
        for count in source.copy_to(self._file, seen):
            position = self._file.tell() - count
            self._checks.append(self._checker.submit(self._check, entry, position, count))
            entry.packed += count
        self._stored.append(entry)

    # -- what the writing thread does --------------------------------------------------------------------------------

    def _write_whole(self, entry: _Entry, block: bytes, piece: Piece) -> None:
        """Write a file of one block, deflated if that makes it smaller."""
        data = _bytes(piece)
        if len(data) >= len(block):
            data, entry.method = block, STORED
        entry.offset, entry.packed = self._file.tell(), len(data)
        write_all(self._file, _local_header(entry) + data)

    def _begin(self, entry: _Entry) -> None:
        entry.offset = self._file.tell()
        write_all(self._file, _local_header(entry))

    def _write(self, entry: _Entry, piece: Piece) -> None:
        data = _bytes(piece)
        write_all(self._file, data)
        entry.packed += len(data)

    def _end(self, entry: _Entry, crc: int, size: int) -> None:
        """Write the header again, with what is known now."""
        is_large = entry.size >= LARGE_FILE
        entry.crc, entry.size = crc, size
        end = self._file.tell()
        self._file.seek(entry.offset)
        write_all(self._file, _local_header(entry, is_large))
        self._file.seek(end)

    # -- what the checking thread does -------------------------------------------------------------------------------

    def _check(self, entry: _Entry, position: int, count: int) -> None:
        """Add a block that was stored to the checksum of its file, as the archive has it."""
        buffer = memoryview(bytearray(min(CHECKED_BYTES, count)))
        with Path(self._file.name).open("rb", buffering=0) as written:
            written.seek(position)
            while count:
                read = written.readinto(buffer[:count])
                if not read:
                    raise OSError(errno.EIO, os.strerror(errno.EIO), self._file.name)
                entry.crc = zlib.crc32(buffer[:read], entry.crc)
                count -= read

    # -- both sides --------------------------------------------------------------------------------------------------

    def _entry(self, name: str, source: Source, method: int) -> _Entry:
        entry = _Entry(name.encode(), _moment(source.modified_ns / 1e9), source.size, method)
        self._entries.append(entry)
        return entry

    def _put(self, write: Callable[..., None], *arguments: object) -> None:
        self._wait_for(PENDING_BLOCKS)
        self._pending.append(self._writer.submit(write, *arguments))

    def _wait_for(self, most: int) -> None:
        """Wait until at most so many writes are on their way. Raises the errors of the writes that ended."""
        while len(self._pending) > most or (self._pending and self._pending[0].done()):
            self._pending.popleft().result()

    def _finish_stored(self) -> None:
        """Write the headers of stored files again, with their checksums."""
        for check in self._checks:
            check.result()
        end = self._file.tell()
        for entry in self._stored:
            self._file.seek(entry.offset)
            write_all(self._file, _local_header(entry))
        self._file.seek(end)

    def _write_directory(self) -> None:
        """Write the list of all entries, by which an archive is read."""
        start = self._file.tell()
        directory = b"".join(map(_central_header, self._entries))
        count, size = len(self._entries), len(directory)
        end_64 = END_64.pack(b"PK\6\6", 44, UNIX | VERSION_64, VERSION_64, 0, 0, count, count, size, start)
        locator = LOCATOR_64.pack(b"PK\6\7", 0, start + size, 1)
        few, length, offset = min(count, MAX_16), min(size, MAX_32), min(start, MAX_32)
        end = END.pack(b"PK\5\6", 0, 0, few, few, length, offset, 0)
        write_all(self._file, directory + end_64 + locator + end)


def _deflate(block: bytes, before: bytes, is_last: bool, level: int) -> bytes:
    """A block as a part of one deflate stream: it ends at a whole byte, and may refer to the block before."""
    compressor = (
        zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS, zdict=before)
        if before
        else zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    )
    return compressor.compress(block) + compressor.flush(zlib.Z_FINISH if is_last else zlib.Z_SYNC_FLUSH)


def _bytes(piece: Piece) -> bytes:
    return piece.result() if isinstance(piece, Future) else piece


def _local_header(entry: _Entry, is_large: bool | None = None) -> bytes:
    is_large = entry.size >= LARGE_FILE if is_large is None else is_large
    extra = struct.pack("<2H2Q", 1, 16, entry.size, entry.packed) if is_large else b""
    sizes = (MAX_32, MAX_32) if is_large else (entry.packed, entry.size)
    version = VERSION_64 if is_large else PLAIN_VERSION
    head = LOCAL.pack(
        b"PK\3\4", version, FLAGS, entry.method, *entry.moment, entry.crc, *sizes, len(entry.name), len(extra)
    )
    return head + entry.name + extra


def _central_header(entry: _Entry) -> bytes:
    values = (entry.size, entry.packed, entry.offset)
    large = [value for value in values if value >= MAX_32]
    extra = struct.pack(f"<2H{len(large)}Q", 1, 8 * len(large), *large) if large else b""
    size, packed, offset = (min(value, MAX_32) for value in values)
    version = VERSION_64 if large or entry.size >= LARGE_FILE else PLAIN_VERSION
    head = CENTRAL.pack(
        b"PK\1\2",
        UNIX | version,
        version,
        FLAGS,
        entry.method,
        *entry.moment,
        entry.crc,
        packed,
        size,
        len(entry.name),
        len(extra),
        0,
        0,
        0,
        MODE,
        offset,
    )
    return head + entry.name + extra


def _moment(seconds: float) -> tuple[int, int]:
    """Time and date as a zip has them: this computer's clock, two seconds exact, from 1980 to 2107."""
    try:
        year, month, day, hour, minute, second = time.localtime(seconds)[:6]
    except (OSError, OverflowError, ValueError):
        year, month, day, hour, minute, second = 1980, 1, 1, 0, 0, 0
    if year < 1980:
        year, month, day, hour, minute, second = 1980, 1, 1, 0, 0, 0
    elif year > 2107:
        year, month, day, hour, minute, second = 2107, 12, 31, 23, 59, 59
    return hour << 11 | minute << 5 | second // 2, (year - 1980) << 9 | month << 5 | day
