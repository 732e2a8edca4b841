# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the one file that is uploaded: a compressed .blend, or a .zip that keeps the project's tree.

Everything is streamed; nothing is held in memory whole. The finished package appears under its name in one step.
"""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import IO

import zstandard

from .records import NOTHING_LEFT

UPLOAD_LIMIT = 5 * 1024**3
"""Bytes; the service takes files that are smaller (its documentation of uploads)."""
BLOCK = 1024 * 1024
COMPRESSION_LEVEL = 3
"""Zstandard's own default: within a few percent of the next levels' size at several times their speed."""
ZSTANDARD_MAGIC = b"\x28\xb5\x2f\xfd"
GZIP_MAGIC = b"\x1f\x8b"
IMAGES = (".png", ".jpg", ".jpeg", ".webp", ".avif", ".jp2", ".exr", ".tif", ".tiff")
MEDIA = (".mp3", ".ogg", ".oga", ".flac", ".m4a", ".aac", ".mp4", ".mov", ".mkv", ".webm", ".avi")
ARCHIVES = (".zip", ".gz", ".zst", ".7z", ".woff", ".woff2", ".vdb")
COMPRESSED_SUFFIXES = frozenset((*IMAGES, *MEDIA, *ARCHIVES))
"""Kinds of file whose bytes hardly shrink further: they are stored, which is many times faster."""

Progress = Callable[[int, int], None]
"""Called with the bytes read so far and the bytes to read; it may raise to stop."""


class PackageError(Exception):
    """The package cannot be made; the text tells the artist why and what to do."""


class NothingLeft(PackageError):
    """Neither the snapshot nor the package of a job is on this computer any more."""

    def __init__(self) -> None:
        super().__init__(NOTHING_LEFT.sentence)


@dataclass(frozen=True)
class Package:
    """What will be uploaded: its suffix is the API's word for its type, its size is in bytes."""

    path: Path
    size: int


@dataclass(frozen=True)
class Entry:
    """A file on this machine, and the place it gets in the archive."""

    source: Path
    name: str


def make_package(blend: Path, snapshot: Path, files: Iterable[Path], folder: Path, progress: Progress) -> Package:
    """Make the package of a snapshot and the files that it needs, in `folder`.

    `blend` is where the artist's file lies: files keep their place relative to it.
    Raises `PackageError` (a file is missing or unreadable, no common root, too large, disk too small).
    """
    blend = _plain(blend)
    files = sorted({_plain(path) for path in files} - {blend})
    sizes = {path: _size(path) for path in (snapshot, *files)}
    total = sum(sizes.values())
    _check_limit(sum(size for path, size in sizes.items() if path.suffix.lower() in COMPRESSED_SUFFIXES))
    _check_room(folder, total)
    target = folder / (f"{blend.stem}.zip" if files else f"{blend.stem}.blend")
    if target == snapshot:
        raise PackageError(f"The snapshot {snapshot} has the package's own name.")
    partial = target.with_name(target.name + ".part")
    counter = _Counter(progress, total)
    try:
        if files:
            _write_zip(partial, _layout(blend, snapshot, files), counter)
        else:
            _write_blend(partial, snapshot, counter)
        size = partial.stat().st_size
        _check_limit(size)
        partial.replace(target)
    except BaseException as error:
        with suppress(OSError):
            partial.unlink()
        if isinstance(error, OSError):
            # a disk that is full does not tell which
            error.filename = error.filename or str(folder)
        raise
    return Package(target, size)


def common_root(folders: Iterable[PurePath]) -> PurePath:
    """The deepest folder that holds all of them. Raises `PackageError` when there is none: different drives."""
    root, *others = set(folders)
    while not all(folder.is_relative_to(root) for folder in others):
        if root.parent == root:
            raise PackageError(
                "The scene and its files lie on different drives, so no relative path leads from one to the other. "
                "Copy the files into the project's folder and submit again."
            )
        root = root.parent
    return root


def _layout(blend: Path, snapshot: Path, files: Iterable[Path]) -> list[Entry]:
    """The place of every file below the one folder that holds them all; the scene comes first."""
    root = common_root([blend.parent, *(path.parent for path in files)])
    entries = [Entry(snapshot, blend.relative_to(root).as_posix())]
    entries += [Entry(path, path.relative_to(root).as_posix()) for path in files]
    for entry in entries:
        if any("\ud800" <= character <= "\udfff" for character in entry.name):
            name = entry.name.encode(errors="replace").decode()
            raise PackageError(f"The name of the file {name} is no Unicode text. Rename it, and submit again.")
    return entries


def _plain(path: Path) -> Path:
    """A path without `..` and doubled slashes, as it would stand in an archive. Links are left as they are."""
    plain = Path(os.path.abspath(path))  # noqa: PTH100
    return Path("/", *plain.parts[1:]) if plain.root == "//" else plain


def _write_blend(target: Path, snapshot: Path, counter: _Counter) -> None:
    with snapshot.open("rb") as source, target.open("wb") as file:
        _compress(source, file, os.fstat(source.fileno()).st_size, counter)


def _write_zip(target: Path, entries: Iterable[Entry], counter: _Counter) -> None:
    with zipfile.ZipFile(target, "w", allowZip64=True, strict_timestamps=False) as archive:
        for entry in entries:
            try:
                source = entry.source.open("rb")
            except OSError as error:
                raise _unreadable(entry.source, error) from error
            with source:
                size = os.fstat(source.fileno()).st_size
                info = zipfile.ZipInfo.from_file(entry.source, entry.name, strict_timestamps=False)
                start = source.read(4)
                source.seek(0)
                is_plain_blend = start == b"BLEN"
                info.compress_type = zipfile.ZIP_STORED
                if not is_plain_blend and not _is_compressed(entry.source, start):
                    info.compress_type = zipfile.ZIP_DEFLATED
                with archive.open(info, "w", force_zip64=size >= 2**31) as file:
                    if is_plain_blend:
                        _compress(source, file, size, counter)
                    else:
                        _copy(source, file, counter)


def _compress(source: IO[bytes], target: IO[bytes], size: int, counter: _Counter) -> None:
    """Write `source` Zstandard-compressed, as Blender 3.0 and later reads it."""
    if source.read(4) == ZSTANDARD_MAGIC:
        source.seek(0)
        _copy(source, target, counter)
        return
    source.seek(0)
    compressor = zstandard.ZstdCompressor(level=COMPRESSION_LEVEL, threads=-1)
    with compressor.stream_writer(target, size=size, closefd=False) as writer:
        _copy(source, writer, counter)


def _copy(source: IO[bytes], target: IO[bytes] | zstandard.ZstdCompressionWriter, counter: _Counter) -> None:
    buffer = memoryview(bytearray(BLOCK))
    while count := source.readinto(buffer):  # type: ignore[attr-defined]
        target.write(buffer[:count])
        counter.add(count)


class _Counter:
    """Adds up what was read, and passes it on."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress, self._total, self._done = progress, total, 0

    def add(self, count: int) -> None:
        self._done += count
        self._progress(self._done, self._total)


def _is_compressed(path: Path, start: bytes) -> bool:
    return path.suffix.lower() in COMPRESSED_SUFFIXES or start == ZSTANDARD_MAGIC or start[:2] == GZIP_MAGIC


def _size(path: Path) -> int:
    try:
        if not path.is_file():
            raise PackageError(f"The file {path} is not there any more. Find it or remove its use, and submit again.")
        return path.stat().st_size
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> PackageError:
    return PackageError(f"The file {path} cannot be read ({error.strerror}). Make it readable, and retry.")


def _check_limit(size: int) -> None:
    if size >= UPLOAD_LIMIT:
        raise PackageError(
            f"The package is {size / 1024**3:.1f} GiB, and Renderjuice takes files below 5 GiB. "
            "Remove what the render does not need, or make large textures smaller, and submit again."
        )


def _check_room(folder: Path, size: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < size:
        raise PackageError(
            f"Packing needs up to {size / 1024**3:.2f} GiB on the disk of {folder}, "
            f"and {free / 1024**3:.2f} GiB are free. "
            "Make room there, and retry."
        )
