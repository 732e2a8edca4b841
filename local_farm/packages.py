# SPDX-License-Identifier: GPL-3.0-or-later
"""What was uploaded, unpacked: a folder of its own with one .blend in it that is the scene."""

import shutil
import stat
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath


class BadPackage(Exception):
    """The upload cannot be used; the text says why."""


@dataclass(frozen=True)
class Package:
    """An unpacked upload: `root` is the only folder where its files may lie, `blend` the scene inside it."""

    root: Path
    blend: Path


def unpack(uploaded: Path, file_name: str, folder: Path) -> Package:
    """Put the upload into the new folder `folder` and find its scene. Raises BadPackage."""
    folder.mkdir(parents=True)
    if not file_name.lower().endswith(".zip"):
        blend = folder / file_name
        _link_or_copy(uploaded, blend)
        return Package(folder, blend)
    try:
        with zipfile.ZipFile(uploaded) as archive:
            _extract(archive, folder)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError) as error:
        raise BadPackage(f"The zip cannot be unpacked: {error}") from error
    return Package(folder, find_scene(folder, PurePosixPath(file_name).stem))


def find_scene(folder: Path, stem: str) -> Path:
    """Give the .blend that is the scene: the one named `stem`, else the only one, else the one nearest to the root.

    Raises BadPackage when that does not point out one file.
    """
    blends = sorted(path for path in folder.rglob("*") if path.suffix.lower() == ".blend" and path.is_file())
    if not blends:
        raise BadPackage("The zip contains no .blend file")
    named = [path for path in blends if path.stem == stem]
    for group in (named, blends):
        nearest = _nearest(group)
        if len(nearest) == 1:
            return nearest[0]
        if nearest:
            blends = nearest
            break
    names = ", ".join(path.relative_to(folder).as_posix() for path in blends)
    raise BadPackage(f"The zip does not say which .blend is the scene: {names}")


def _nearest(blends: list[Path]) -> list[Path]:
    depth = min((len(path.parts) for path in blends), default=0)
    return [path for path in blends if len(path.parts) == depth]


def _extract(archive: zipfile.ZipFile, folder: Path) -> None:
    for entry in archive.infolist():
        parts = PurePosixPath(entry.filename.replace("\\", "/"))
        if parts.is_absolute() or ".." in parts.parts or ":" in entry.filename.partition("/")[0]:
            raise BadPackage(f"The zip has an entry outside its own folder: {entry.filename!r}")
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise BadPackage(f"The zip has a symbolic link: {entry.filename!r}")
        target = folder.joinpath(*parts.parts)
        if entry.is_dir():
            target.mkdir(parents=True, exist_ok=True)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(entry) as source, target.open("xb") as file:
            shutil.copyfileobj(source, file, 1024 * 1024)


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        target.hardlink_to(source)
    except OSError:
        shutil.copyfile(source, target)
