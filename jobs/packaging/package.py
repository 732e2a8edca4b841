# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the one file that is uploaded: a compressed .blend, or a .zip that keeps the project's tree.

Everything is streamed; nothing is held in memory whole. The finished package appears under its name in one step.
"""

from __future__ import annotations

import logging
import os
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import zstandard

from ...api.limits import UPLOAD_LIMIT
from ...messages.byte_size import in_gib
from ...messages.message import Message
from ...package_layout.layout import Layout
from ...package_layout.package_error import PackageError as PackageError
from ...package_layout.path_use import is_blend
from ..records import NOTHING_LEFT
from .archive import FAST_LEVEL, SMALL_LEVEL, Archive
from .changed_files import States, check_unchanged
from .free_space import check_free_bytes
from .sources import HEAD_BYTES, FileChanged, Source, open_source, size_of

logger = logging.getLogger(__name__)

ATTEMPTS = 3
"""Times that a package is begun while files change that are packed."""
PARTIAL = "package.part"
"""The name while it is written. The package's own name with an addition could be too long for the disk."""
FAST_SCENE_LEVEL, SMALL_SCENE_LEVEL = 3, 19
"""Levels of Zstandard. The first is its own default: within a few percent of all others' size but the second's, which
saves a tenth to a third and takes fifty times as long."""
COMPRESSION_THREADS = min(os.cpu_count() or 1, 6)
"""Each takes about 20 MiB of memory."""
PLAIN_BLEND = b"BLEN"
ZSTANDARD_MAGIC = b"\x28\xb5\x2f\xfd"
IMAGES = (".png", ".jpg", ".jpeg", ".webp", ".avif", ".jp2", ".exr", ".tif", ".tiff")
MEDIA = (".mp3", ".ogg", ".oga", ".flac", ".m4a", ".aac", ".mp4", ".mov", ".mkv", ".webm", ".avi")
ARCHIVES = (".zip", ".gz", ".zst", ".7z", ".woff", ".woff2")
COMPRESSED_SUFFIXES = frozenset((*IMAGES, *MEDIA, *ARCHIVES))
"""Kinds of file whose bytes hardly shrink further: they are stored, which is many times faster."""
SAMPLE_BYTES = HEAD_BYTES
"""Bytes that are tried at the start, in the middle and at the end of a file of any other kind."""
MAX_SHARE_WORTH_COMPRESSING = 0.98
"""A share of its size to which a file's samples have to shrink for the file to be compressed."""

MAX_FILE_BYTES_MADE_SMALL, MAX_SCENE_BYTES_MADE_SMALL = 32 * 1024**2, 4 * 1024**2
"""Bytes to compress, up to which a second or two for a smaller package is well spent: of files, and of .blend files."""

Progress = Callable[[int, int], None]
"""Called with the bytes read so far and the bytes to read; it may raise to stop."""


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


def make_package(
    blend: Path,
    snapshot: Path,
    files: Iterable[Path],
    folder: Path,
    progress: Progress,
    layout: Layout,
    rewritten: Mapping[Path, Path] = MappingProxyType({}),
    states: States = MappingProxyType({}),
) -> Package:
    """Make the package of a snapshot and the files that it needs, in `folder`.

    `blend` is where the artist's file lies; files go to their places in `layout`. `rewritten` are the .blend files that
    are replaced by a copy: file -> copy. `states` are those in which files are wanted.
    Raises `FilesChanged` for a file in another state, and `PackageError` (a file is missing, unreadable or keeps
    changing, no place, too large, disk too small).
    """
    rewritten = {_plain(path): copy for path, copy in rewritten.items()}
    blend = _plain(blend)
    files = sorted({_plain(path) for path in files} - {blend})
    entries = _entries(layout, blend, rewritten.get(blend, snapshot), files, rewritten)
    target = folder / (f"{blend.stem}.zip" if files else f"{blend.stem}.blend")
    if target == snapshot:
        raise PackageError(Message("The snapshot {} has the package's own name.", snapshot))
    expected = {_plain(path): state for path, state in states.items()}
    attempt = 1
    while True:
        check_unchanged(expected)
        try:
            return _make(target, entries, progress, expected)
        except FileChanged as error:
            logger.info("%s changed while it was packed", error.path)
            if attempt == ATTEMPTS:
                message = Message(
                    "The file {} keeps changing while it is packed. "
                    "Wait until the program that writes it is done, and retry.",
                    error.path,
                )
                raise PackageError(message) from error
        attempt += 1


def _make(target: Path, entries: list[Entry], progress: Progress, states: States) -> Package:
    """Make the package once. Raises `FileChanged`, `PackageError`, `OSError` (its `filename` is the disk's folder)."""
    sizes = [(entry, size_of(entry.source)) for entry in entries]
    total = sum(size for _entry, size in sizes)
    _check_limit(sum(size for entry, size in sizes if entry.source.suffix.lower() in COMPRESSED_SUFFIXES))
    check_free_bytes(target.parent, total)
    partial = target.with_name(PARTIAL)
    counter = _Counter(progress, total)
    scenes = sum(size for entry, size in sizes if is_blend(entry.source))
    scene_level = SMALL_SCENE_LEVEL if scenes <= MAX_SCENE_BYTES_MADE_SMALL else FAST_SCENE_LEVEL
    try:
        if target.suffix == ".zip":
            plain = sum(size for entry, size in sizes if entry.source.suffix.lower() not in COMPRESSED_SUFFIXES)
            _write_zip(
                partial,
                entries,
                SMALL_LEVEL if plain <= MAX_FILE_BYTES_MADE_SMALL else FAST_LEVEL,
                scene_level,
                counter,
                states,
            )
        else:
            _write_blend(partial, entries[0].source, scene_level, counter)
        size = partial.stat().st_size
        _check_limit(size)
        partial.replace(target)
    except BaseException as error:
        with suppress(OSError):
            partial.unlink()
        if isinstance(error, OSError):
            # a disk that is full does not tell which
            error.filename = error.filename or str(target.parent)
        raise
    return Package(target, size)


def _entries(
    layout: Layout, blend: Path, snapshot: Path, files: Iterable[Path], rewritten: Mapping[Path, Path]
) -> list[Entry]:
    """What is in the archive: the scene first, then every other file once, whatever names lead to it."""
    places = {layout.place_of(blend): snapshot}
    for path in files:
        place = layout.place_of(path)
        if place is None:
            raise PackageError(Message("The file {} has no place in the package. Submit the scene again.", path))
        if path not in layout.alias_paths:
            places.setdefault(place, rewritten.get(path, path))
    return [Entry(source, str(place)) for place, source in places.items()]


def _plain(path: Path) -> Path:
    """A path without `..` and doubled slashes, as it stands in an archive. Links are not resolved."""
    plain = Path(os.path.abspath(path))  # noqa: PTH100
    return Path("/", *plain.parts[1:]) if plain.root == "//" else plain


def _write_blend(target: Path, snapshot: Path, level: int, counter: _Counter) -> None:
    with open_source(snapshot) as source, target.open("wb") as file:
        for block in _compressed(source, level, counter):
            file.write(block)


def _write_zip(
    target: Path, entries: Iterable[Entry], level: int, scene_level: int, counter: _Counter, states: States
) -> None:
    with target.open("wb", buffering=0) as file, Archive(file, level) as archive:
        for entry in entries:
            with open_source(entry.source, states.get(entry.source)) as source:
                if source.head.startswith(PLAIN_BLEND):
                    archive.add(entry.name, source, _compressed(source, scene_level, counter), deflate=False)
                elif _shrinks(source):
                    archive.add(entry.name, source, source.blocks(counter.add), deflate=True)
                else:
                    archive.store(entry.name, source, counter.add)


def _compressed(source: Source, level: int, counter: _Counter) -> Iterator[bytes]:
    """A .blend Zstandard-compressed, as Blender 3.0 and later reads it."""
    if source.head.startswith(ZSTANDARD_MAGIC):
        yield from source.blocks(counter.add)
        return
    compressor = zstandard.ZstdCompressor(level=level, threads=COMPRESSION_THREADS)
    stream = compressor.compressobj(size=source.size)
    for block in source.blocks(counter.add):
        if data := stream.compress(block):
            yield data
    yield stream.flush()


def _shrinks(source: Source) -> bool:
    """True for a file that is worth the time of compressing it."""
    if source.path.suffix.lower() in COMPRESSED_SUFFIXES:
        return False
    samples = source.head
    if source.size > len(samples):
        middle, end = (source.size - SAMPLE_BYTES) // 2, source.size - SAMPLE_BYTES
        samples += source.sample(middle, SAMPLE_BYTES) + source.sample(end, SAMPLE_BYTES)
    return len(zlib.compress(samples, 1)) < MAX_SHARE_WORTH_COMPRESSING * len(samples)


class _Counter:
    """Adds up what was read, and passes it on."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress, self._total, self._done = progress, total, 0

    def add(self, count: int) -> None:
        self._done += count
        self._progress(self._done, self._total)


def _check_limit(size: int) -> None:
    if size >= UPLOAD_LIMIT:
        raise PackageError(
            Message(
                "The package is {} GiB, and Renderjuice takes files below 5 GiB. "
                "Remove what the render does not need, or make large textures smaller, and submit again.",
                in_gib(size),
            )
        )
