# SPDX-License-Identifier: GPL-3.0-or-later
"""Opens and reads the files that a package is made of, and notices when one changes meanwhile."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ...messages.message import Message
from ...package_layout.file_states import FileState
from ...package_layout.package_error import PackageError

BLOCK_BYTES = 1024 * 1024
HEAD_BYTES = 64 * 1024
"""What is read of a file when it is opened: the whole of a small one."""
KINDS = {
    stat.S_IFDIR: Message("a folder"),
    stat.S_IFIFO: Message("a pipe"),
    stat.S_IFSOCK: Message("a socket"),
    stat.S_IFCHR: Message("a device"),
    stat.S_IFBLK: Message("a device"),
}
OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
"""O_NONBLOCK: to open a pipe that took the place of a file would never end without it."""


class FileChanged(Exception):
    """A file is not what it was when its reading began."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self.path = path


@dataclass(frozen=True)
class Source:
    """A file that is open for reading, with its size in bytes and its time in nanoseconds when it was opened.

    `head` is how it begins: the whole of a small file, so that thousands of them are read in one go each.
    """

    path: Path
    file: BinaryIO
    size: int
    modified_ns: int
    head: bytes

    def sample(self, position: int, count: int) -> bytes:
        """Some bytes from a position."""
        with reading(self.path):
            self.file.seek(position)
            return self.file.read(count)

    def blocks(self, seen: Callable[[int], None]) -> Iterator[bytes]:
        """The content, block by block, with `seen` told of each. Raises `PackageError`, `FileChanged`."""
        if self.size == len(self.head):
            self._check()
            seen(self.size)
            return iter([self.head])
        return self._read(seen)

    def _read(self, seen: Callable[[int], None]) -> Iterator[bytes]:
        with reading(self.path):
            self.file.seek(0)
        left = self.size
        # a file that grows faster than it is read has to end, too
        while left:
            with reading(self.path):
                block = self.file.read(min(left, BLOCK_BYTES))
            left -= len(block)
            self._count(len(block), left, seen)
            yield block

    def copy_to(self, target: BinaryIO, seen: Callable[[int], None]) -> Iterator[int]:
        """Write the content to an unbuffered file; gives the size of each block that has been written.

        Raises `PackageError`, `FileChanged`, and `OSError` of the target.
        """
        with reading(self.path):
            self.file.seek(0)
        buffer = memoryview(bytearray(BLOCK_BYTES))
        left = self.size
        while left:
            count = self._copy_block(target, buffer[:left])
            left -= count
            self._count(count, left, seen)
            yield count

    def _copy_block(self, target: BinaryIO, buffer: memoryview) -> int:
        """Write a block of at most the buffer's size; through the buffer only where the system cannot copy directly."""
        try:
            copied = os.copy_file_range(self.file.fileno(), target.fileno(), len(buffer))
        except (AttributeError, OSError):
            # not on this system, or not between these two disks; any other error comes again with the buffer
            copied = 0
        if not copied:
            with reading(self.path):
                copied = self.file.readinto(buffer)  # type: ignore[attr-defined]
            write_all(target, buffer[:copied])
        return copied

    def _count(self, count: int, left: int, seen: Callable[[int], None]) -> None:
        """Tell of a block that was read, unless its file is not what it was."""
        if not count:
            raise FileChanged(self.path)
        if not left:
            self._check()
        seen(count)

    def _check(self) -> None:
        """See whether the file is still what it was."""
        with reading(self.path):
            now = os.fstat(self.file.fileno())
        if (now.st_size, now.st_mtime_ns) != (self.size, self.modified_ns):
            raise FileChanged(self.path)


def write_all(target: BinaryIO, data: bytes | memoryview) -> None:
    """Write to an unbuffered file, which may take a part at a time."""
    view = memoryview(data)
    while view:
        view = view[target.write(view) :]


@contextmanager
def open_source(path: Path, expected: FileState | None = None) -> Iterator[Source]:
    """Open a file for reading. Raises `PackageError` when it is none or cannot be read.

    Raises `FileChanged` when it is not in the state that is `expected`; None means that any will do.
    """
    with reading(path):
        check_kind(path, os.stat(path).st_mode)  # noqa: PTH116
        descriptor = os.open(path, OPEN_FLAGS)
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        with reading(path):
            status = os.fstat(descriptor)
            check_kind(path, status.st_mode)
            if expected not in (None, (status.st_size, status.st_mtime_ns)):
                raise FileChanged(path)
            head = file.read(min(status.st_size, HEAD_BYTES))
        yield Source(path, file, status.st_size, status.st_mtime_ns, head)


def size_of(path: Path) -> int:
    """A file's size in bytes. Raises `PackageError` when it is none or cannot be found."""
    try:
        status = path.stat()
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR):
            message = Message("The file {} is not there any more. Find it or remove its use, and submit again.", path)
            raise PackageError(message) from error
        raise unreadable(path, error) from error
    check_kind(path, status.st_mode)
    return status.st_size


def check_kind(path: Path, mode: int) -> None:
    """Raise `PackageError` for what is no file."""
    if not stat.S_ISREG(mode):
        kind = KINDS.get(stat.S_IFMT(mode), Message("no file"))
        raise PackageError(
            Message("{} is {}, and a file is needed. Choose another file there, and submit again.", path, kind)
        )


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Raise `PackageError` for errors of reading, so that they are not taken for errors of writing."""
    try:
        yield
    except OSError as error:
        raise unreadable(path, error) from error


def unreadable(path: Path, error: OSError) -> PackageError:
    """The error for a file that cannot be read."""
    if error.errno == errno.ELOOP:
        message = Message("The file {} is a link that leads back to itself. Mend it, and submit again.", path)
    else:
        message = Message("The file {} cannot be read ({}). Make it readable, and retry.", path, error.strerror)
    return PackageError(message)
