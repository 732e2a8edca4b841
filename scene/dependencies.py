# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the files that the scene needs beside itself.

What a package can carry are images, fonts, sounds and linked libraries that are reached by relative paths. Every other
external file is named in `refused`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy

from .dependency import Dependency, absolute, dependency_of
from .shown_only import Footage, shown_only
from .unsupported_files import NOT_YET, modified_objects, strip_files, strips, unread_strips, unsupported_files

BUILT_IN_FONT = "<builtin>"
IMAGE_REASONS = {
    "TILED": "UDIM tiles cannot be sent yet",
    "SEQUENCE": "image sequences cannot be sent yet",
    "MOVIE": "movies cannot be sent yet",
}
ABSOLUTE_PATH = "its path is absolute"
FROM_BLENDER = "it is linked from Blender's own assets, which a farm may have elsewhere"


@dataclass(frozen=True)
class Dependencies:
    """What the scene needs: files that the package carries, files that are not there, and what cannot be carried.

    `unread` are the images, clips and strips with files that no render reads, which need not travel.
    """

    files: tuple[Dependency, ...]
    missing: tuple[Dependency, ...]
    refused: tuple[tuple[Dependency, str], ...]
    unread: tuple[Any, ...] = ()


def find_dependencies() -> Dependencies:
    """All external files of the open file, each once. Only reads."""
    unread = shown_only()
    files: dict[Path, Dependency] = {}
    missing: dict[Path, Dependency] = {}
    refused: dict[tuple[str, str], tuple[Dependency, str]] = {}
    for dependency, reason in _all_dependencies(unread):
        if reason:
            refused.setdefault((dependency.kind, dependency.written), (dependency, reason))
        elif not dependency.path.is_file():
            missing.setdefault(dependency.path, dependency)
        elif not dependency.is_relative:
            refused.setdefault((dependency.kind, dependency.written), (dependency, ABSOLUTE_PATH))
        else:
            files.setdefault(dependency.path, dependency)
    known = {*files, *missing, *(dependency.path for dependency, _reason in refused.values()), *_not_rendered(unread)}
    for path in _paths_that_blender_lists():
        if path not in known and path.name and not _comes_with_blender(path):
            unknown = Dependency("File", path.name, str(path), path)
            refused.setdefault(("File", str(path)), (unknown, NOT_YET))
    all_unread = (*unread, *unread_strips())
    return Dependencies(tuple(files.values()), tuple(missing.values()), tuple(refused.values()), all_unread)


def _all_dependencies(unread: frozenset[Footage]) -> Iterator[tuple[Dependency, str]]:
    """Every external file with the reason why it cannot be carried, or ""."""
    yield from _images(unread)
    for kind, datablocks in (("Font", bpy.data.fonts), ("Sound", bpy.data.sounds)):
        for datablock in datablocks:
            if datablock.users and datablock.filepath != BUILT_IN_FONT and not datablock.packed_file:
                yield dependency_of(kind, datablock, datablock.filepath), ""
    yield from _libraries()
    yield from unsupported_files(unread)


def _images(unread: frozenset[Footage]) -> Iterator[tuple[Dependency, str]]:
    for image in bpy.data.images:
        is_inside = image.packed_file or len(image.packed_files) or not image.filepath_raw
        if is_inside or not image.users or image in unread:
            continue
        dependency = dependency_of("Image", image, image.filepath_raw)
        if image.source not in {"FILE", *IMAGE_REASONS} or _comes_with_blender(dependency.path):
            continue
        reason = IMAGE_REASONS.get(image.source, "")
        if image.use_multiview and image.views_format == "INDIVIDUAL":
            reason = "stereo images with a file for each eye cannot be sent yet"
        yield dependency, reason


def _libraries() -> Iterator[tuple[Dependency, str]]:
    for library in bpy.data.libraries:
        if library.packed_file or _is_packed_into_the_file(library):
            continue
        dependency = dependency_of("Library", library, library.filepath)
        if not _comes_with_blender(dependency.path):
            yield dependency, ""
        elif not all(isinstance(user, bpy.types.Brush) for user in library.users_id):
            yield dependency, FROM_BLENDER


def _is_packed_into_the_file(library: bpy.types.Library) -> bool:
    """True for a library whose linked data lies in the .blend (5.0 and later): its file is not read again."""
    if getattr(library, "is_archive", False):
        return True
    return bool(getattr(library, "archive_libraries", ())) and not library.users_id


def _not_rendered(unread: frozenset[Footage]) -> Iterator[Path]:
    """Files that Blender lists and no render reads, and those of strips, which were found before if they are read.

    Texts are kept in the .blend, what has no user is not saved, an ocean that is not baked names a folder all the same,
    and packed linked data names the library that it came from.
    """
    for text in bpy.data.texts:
        yield Path(absolute(text.filepath, text))
    for datablocks in (
        bpy.data.images,
        bpy.data.fonts,
        bpy.data.sounds,
        bpy.data.movieclips,
        bpy.data.cache_files,
        bpy.data.volumes,
    ):
        for datablock in datablocks:
            if not datablock.users or datablock in unread:
                yield Path(absolute(datablock.filepath, datablock))
    for scene in bpy.data.scenes:
        for strip in strips(scene):
            yield from (Path(absolute(written, scene)) for written in strip_files(strip))
    for library in bpy.data.libraries:
        if _is_packed_into_the_file(library):
            yield Path(absolute(library.filepath, library))
    for holder in modified_objects():
        for modifier in holder.modifiers:
            if modifier.type == "OCEAN" and not modifier.is_cached:
                yield Path(absolute(modifier.filepath, holder))


def _comes_with_blender(path: Path) -> bool:
    """True for files that every Blender brings, such as the brushes that 5.2 links into each file.

    A file that was saved by a Blender installed elsewhere still names them there, hence the look at the path's end.
    """
    resources = bpy.utils.system_resource("DATAFILES")
    if not resources:
        return False
    if path.is_relative_to(os.path.normpath(resources)):
        return True
    _before, mark, inside = path.as_posix().rpartition("/datafiles/assets/")
    return bool(mark) and Path(resources, "assets", inside).is_file()


def _paths_that_blender_lists() -> Iterator[Path]:
    """What Blender itself knows of external files: the check that no kind was forgotten."""
    for path in bpy.utils.blend_paths(absolute=True, packed=False):
        # tiles and strips are listed with their token or folder; their datablocks were found by kind
        yield Path(os.path.normpath(path))
