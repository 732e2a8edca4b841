# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds every file that a render of the scene can read, beside the .blend itself.

`places` knows where in Blender's data paths are written, kind by kind. What Blender itself lists and no kind knows is
refused by name, because a farm that renders without a file renders another picture.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import bpy

from ...package_layout.path_use import PathUse
from ..steps import result_of
from .dependency import COLLECTIONS, Dependency, Origin, Origins, absolute
from .disk import Disk
from .frames_read import span_of
from .kinds.libraries import is_in_packed_library, is_inside, links_between_libraries, packed_libraries
from .kinds.places import all_places
from .kinds.strips import strip_files, strips_with_files, unread_strips
from .path_place import PathPlace
from .resolve import Found
from .usage import not_read, out_of_reach, shown_only

FROM_BLENDER = "it is linked from Blender's own assets, which a farm may have elsewhere"
FROM_BLENDER_KINDS = frozenset({"Image", "Library"})
FROM_WORKING_FOLDER = "its path counts from the folder in which Blender was started"
IN_A_PACKED_LIBRARY = (
    "its path is not relative, and its library is packed: unpack the library, or make the path relative in it"
)
HANDED_OVER = "its path is not relative, and counts for nodes or a cache of another file: make it relative"
UNKNOWN_KIND = "this kind of file cannot be sent yet"


@dataclass(frozen=True)
class Dependencies:
    """What the scene needs: all paths that are read, those of them with missing files, and what cannot travel.

    `unread` are the images, clips and strips with files that no render reads, which need not travel.
    """

    used: tuple[Dependency, ...]
    missing: tuple[Dependency, ...]
    refused: tuple[tuple[Dependency, str], ...]
    unread: tuple[Any, ...] = ()

    @property
    def files(self) -> tuple[str, ...]:
        """Every file that travels, once."""
        return tuple(dict.fromkeys(path for dependency in self.used for path in dependency.files))


def find_dependencies(scene: bpy.types.Scene, frames: Sequence[int]) -> Dependencies:
    """Everything that is read when these frames of a scene are rendered. Only reads."""
    found, origins = result_of(scan(scene, frames)), Origins()
    links, packed = links_between_libraries(origins), packed_libraries(found.used, origins)
    return replace(found, used=(*found.used, *links, *packed))


def scan(scene: bpy.types.Scene, frames: Sequence[int]) -> Generator[None, None, Dependencies]:
    """The same in steps, but for what libraries have of each other; the last one gives the result.

    Nothing in the file may change between two steps.
    """
    span, disk, origins = span_of(scene, frames), Disk(), Origins()
    unread = shown_only()
    yield
    used: list[Dependency] = []
    refused: list[tuple[Dependency, str]] = []
    known: set[str] = set()
    doubtful: dict[Any, Dependency] = {}
    for place in all_places(origins):
        if place is None:
            yield
            continue
        origin, written, path = _resolved(place, origins)
        known.add(path)
        if unread and place.datablock in unread:
            continue
        if "datafiles" in path and place.kind in FROM_BLENDER_KINDS and comes_with_blender(path):
            if not _is_brush_only(place.datablock):
                refused.append((_dependency(place, written, path, origin, Found()), FROM_BLENDER))
            continue
        if place.is_handed_over:
            known.add(origins.absolute(written, place.datablock))
        reason, found = "" if written.startswith("//") else _refusal(place, path), Found()
        if not reason:
            found = place.reach(path, span, disk)
            known.update(found.files)
            known.update(found.missing)
            if origin.library and found.files and is_in_packed_library(place) and not _is_plain(origin, written, path):
                reason = IN_A_PACKED_LIBRARY
        if reason:
            refused.append((_dependency(place, written, path, origin, found), reason))
        elif found.files or found.missing:
            used.append(_dependency(place, written, path, origin, found))
            if found.missing and place.kind == "Image":
                doubtful[place.datablock] = used[-1]
    yield
    # a picture that is gone, and that nobody but an editor or a brush misses
    needless: frozenset[Any] = not_read(tuple(doubtful))
    needless |= yield from out_of_reach(scene, [image for image in doubtful if image not in needless])
    if needless:
        left_out = {doubtful[image] for image in needless}
        used = [dependency for dependency in used if dependency not in left_out]
        unread |= needless
    yield
    known.update(_not_rendered(unread, origins))
    yield
    listed = bpy.utils.blend_paths(absolute=True, packed=False)
    yield
    for path in unknown_paths(listed, known):
        refused.append((Dependency("File", os.path.basename(path), path, path), UNKNOWN_KIND))  # noqa: PTH119
    yield
    missing = tuple(dependency for dependency in used if dependency.missing)
    return Dependencies(tuple(used), missing, tuple(refused), (*unread, *unread_strips()))


def _resolved(place: PathPlace, origins: Origins) -> tuple[Origin, str, str]:
    """The file in which a path is written, the path as it is there, and where it leads."""
    datablock, written = place.datablock, place.written
    if place.kind == "Library" and datablock.parent is not None:
        origin = origins.file(datablock.parent)
        if written.startswith("//"):
            # Blender has made it count from the open file, but it was written in the one that links this library
            path = absolute(written, origins.file(None).folder)
            return origin, _relative(path, origin.folder), path
    else:
        origin = origins.file(None) if place.is_of_open_file else origins.of(place.base or datablock)
    return origin, written, absolute(written, origin.folder)


def _refusal(place: PathPlace, path: str) -> str:
    """Why a path that is not relative to its .blend cannot travel, or "" if it can."""
    if not os.path.isabs(path):  # noqa: PTH117
        return FROM_WORKING_FOLDER
    return HANDED_OVER if place.is_handed_over else ""


def _is_plain(origin: Origin, written: str, path: str) -> bool:
    return PathUse(Path(origin.blend), written, Path(path), ()).is_plain


def _relative(path: str, folder: str) -> str:
    try:
        return "//" + os.path.relpath(path, folder)
    except ValueError:
        # on another drive
        return path


def _dependency(place: PathPlace, written: str, path: str, origin: Origin, found: Found) -> Dependency:
    datablock = place.datablock
    return Dependency(
        place.kind,
        datablock.name,
        written,
        path,
        COLLECTIONS.get(datablock.id_type, ""),
        origin.library,
        origin.blend,
        found.files,
        found.missing,
    )


def _is_brush_only(datablock: bpy.types.ID) -> bool:
    """True for what need not travel: the brushes that Blender brings, and pictures of its own."""
    if not isinstance(datablock, bpy.types.Library):
        return True
    return all(isinstance(user, bpy.types.Brush) for user in datablock.users_id)


def _not_rendered(unread: frozenset[Any], origins: Origins) -> Iterator[str]:
    """Files that Blender lists and no render reads.

    Texts are kept in the .blend, what has no user is not saved, and packed linked data names the library that it came
    from.
    """
    for text in bpy.data.texts:
        yield origins.absolute(text.filepath, text)
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
                yield origins.absolute(datablock.filepath, datablock)
    for scene, strip in strips_with_files():
        yield from (origins.absolute(written, scene) for written in strip_files(strip))
    for library in bpy.data.libraries:
        if is_inside(library):
            yield origins.absolute(library.filepath, library)


def unknown_paths(listed: Iterable[str], known: set[str]) -> Iterator[str]:
    """What Blender itself lists of external files and nobody else knows: the check that no kind was forgotten."""
    for path in listed:
        if path in known or (plain := os.path.normpath(path)) in known:
            continue
        # what ends with a slash is a folder that Blender would make (5.1 has one for each particle system)
        if os.path.basename(path) and not comes_with_blender(plain) and not is_of_sound_strip(plain):  # noqa: PTH119
            yield plain


def is_of_sound_strip(path: str) -> bool:
    """True for a path that no kind knows and that can only be one which sound strips have beside that of their sound.

    Nothing is played from there: a mixdown and a rendered movie had the datablock's sound when the strip's own path led
    nowhere (4.5, 5.2). Only Blender's list has that path.
    """
    suffixes = bpy.path.extensions_audio | bpy.path.extensions_movie
    return bool(bpy.data.sounds) and os.path.splitext(path)[1].lower() in suffixes  # noqa: PTH122


def comes_with_blender(path: str) -> bool:
    """True for files that every Blender brings, such as the brushes that 5.2 links into each file.

    A file that was saved by a Blender installed elsewhere still names them there, hence the look at the path's end.
    """
    resources = bpy.utils.system_resource("DATAFILES")
    if not resources:
        return False
    if path.startswith(os.path.join(os.path.normpath(resources), "")):  # noqa: PTH118
        return True
    _before, mark, inside = path.replace(os.sep, "/").rpartition("/datafiles/assets/")
    return bool(mark) and Path(resources, "assets", inside).is_file()
