# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds every file that a render of the scene can read, beside the .blend itself.

`places` knows where in Blender's data paths are written, kind by kind. What Blender itself lists and no kind knows is
refused by name, because a farm that renders without a file renders another picture.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import bpy

from ...messages.message import NO_MESSAGE, Message
from ...package_layout.path_use import PathForm, PathUse, form_of
from ..steps import result_of
from .dependency import COLLECTIONS, Dependency, DependencyKind, Origin, Origins, absolute
from .disk import Disk
from .frames_read import FramesRead, frames_read_by
from .kinds.libraries import is_in_packed_library, is_inside, links_between_libraries, packed_libraries
from .kinds.places import all_places
from .kinds.strips import strip_files, strips_with_files, unread_strips
from .path_setting import PathSetting
from .resolve import Found
from .usage import unreached_from, unused_among, unused_footage

FROM_BLENDER = Message("it is linked from Blender's own assets, which a farm may have elsewhere")
FROM_WORKING_FOLDER = Message("its path counts from the folder in which Blender was started")
IN_A_PACKED_LIBRARY = Message(
    "its path is not relative, and its library is packed: unpack the library, or make the path relative in it"
)
HANDED_OVER = Message("its path is not relative, and counts for nodes or a cache of another file: make it relative")
UNKNOWN_KIND = Message("this kind of file cannot be sent yet")


@dataclass(frozen=True)
class Dependencies:
    """What the scene needs: the paths that are used, those of them with missing files, and those that are refused.

    `unread` are the images, clips and strips with files that no render reads. They need not travel.
    """

    used: tuple[Dependency, ...]
    missing: tuple[Dependency, ...]
    refused: tuple[tuple[Dependency, Message], ...]
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
    """Like `find_dependencies`, one step at a time, without links between libraries. The last step gives the result.

    Nothing in the file may change between two steps.
    """
    so_far = _Scan(frames_read_by(scene, frames))
    so_far.unused = yield from unused_footage()
    yield
    for setting in all_places(so_far.origins):
        if setting is None:
            yield
        else:
            so_far.look_at(setting)
    yield
    yield from _leave_out_unused(so_far, scene)
    yield
    so_far.known.update(_not_rendered(so_far.unused, so_far.origins))
    yield
    listed = bpy.utils.blend_paths(absolute=True, packed=False)
    yield
    for path in unknown_paths(listed, so_far.known):
        unknown = Dependency(kind=DependencyKind.FILE, user=os.path.basename(path), written=path, path=path)  # noqa: PTH119
        so_far.refused.append((unknown, UNKNOWN_KIND))
    yield
    return so_far.result()


NO_FILES = Found()


@dataclass
class _Scan:
    """What a scan has found so far.

    `known` are the paths that a kind has answered for. `doubtful` are the images with missing files: perhaps only an
    editor or a brush misses them. `unused` are the images and clips that no render reads.
    """

    frames_read: FramesRead
    disk: Disk = field(default_factory=Disk)
    origins: Origins = field(default_factory=Origins)
    unused: frozenset[Any] = frozenset()
    used: list[Dependency] = field(default_factory=list)
    refused: list[tuple[Dependency, Message]] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    doubtful: dict[Any, Dependency] = field(default_factory=dict)

    def look_at(self, setting: PathSetting) -> None:
        """Take in one path: find its files, or refuse it."""
        origin, written, path = _resolved(setting, self.origins)
        self.known.add(path)
        if self.unused and setting.datablock in self.unused:
            return
        if "datafiles" in path and setting.kind.comes_with_blender and comes_with_blender(path):
            if not _is_brush_only(setting.datablock):
                self.refused.append((_dependency(setting, written, path, origin, NO_FILES), FROM_BLENDER))
            return
        if setting.is_handed_over:
            self.known.add(self.origins.absolute(written, setting.datablock))
        reason, found = NO_MESSAGE if written.startswith("//") else _refusal(setting, path), NO_FILES
        if not reason:
            found = setting.resolve(path, self.frames_read, self.disk)
            self.known.update(found.files)
            self.known.update(found.missing)
            if (
                origin.library
                and found.files
                and is_in_packed_library(setting)
                and not _holds_as_it_is(origin, written)
            ):
                reason = IN_A_PACKED_LIBRARY
        if reason:
            self.refused.append((_dependency(setting, written, path, origin, found), reason))
        elif found.files or found.missing:
            self.used.append(_dependency(setting, written, path, origin, found))
            if found.missing and setting.kind is DependencyKind.IMAGE:
                self.doubtful[setting.datablock] = self.used[-1]

    def result(self) -> Dependencies:
        """What the whole scan has found."""
        missing = tuple(dependency for dependency in self.used if dependency.missing)
        return Dependencies(tuple(self.used), missing, tuple(self.refused), (*self.unused, *unread_strips()))


def _leave_out_unused(so_far: _Scan, scene: bpy.types.Scene) -> Generator[None, None, None]:
    """Drop the images that are missing and that nobody but an editor or a brush misses."""
    needless: frozenset[Any] = unused_among(tuple(so_far.doubtful))
    needless |= yield from unreached_from(scene, [image for image in so_far.doubtful if image not in needless])
    if needless:
        left_out = {so_far.doubtful[image] for image in needless}
        so_far.used = [dependency for dependency in so_far.used if dependency not in left_out]
        so_far.unused |= needless


def _resolved(setting: PathSetting, origins: Origins) -> tuple[Origin, str, str]:
    """The file in which a path is written, the path as it is there, and where it leads."""
    datablock, written = setting.datablock, setting.written
    if setting.kind is DependencyKind.LIBRARY and datablock.parent is not None:
        origin = origins.file(datablock.parent)
        if written.startswith("//"):
            # Blender has made it count from the open file, but it was written in the one that links this library
            path = absolute(written, origins.file(None).folder)
            return origin, _relative(path, origin.folder), path
    else:
        origin = origins.file(None) if setting.is_of_open_file else origins.of(setting.base or datablock)
    return origin, written, absolute(written, origin.folder)


def _refusal(setting: PathSetting, path: str) -> Message:
    """Why a path that is not relative to its .blend cannot travel, or "" if it can."""
    if not os.path.isabs(path):  # noqa: PTH117
        return FROM_WORKING_FOLDER
    return HANDED_OVER if setting.is_handed_over else NO_MESSAGE


def _holds_as_it_is(origin: Origin, written: str) -> bool:
    """True when the path holds in any package: relative, and not climbing to the root of the drive."""
    blend = Path(origin.blend)
    return PathUse(blend=blend, written=written, path=blend, files=(), form=form_of(written)).is_plain


def _relative(path: str, folder: str) -> str:
    try:
        return "//" + os.path.relpath(path, folder)
    except ValueError:
        # on another drive
        return path


def _dependency(setting: PathSetting, written: str, path: str, origin: Origin, found: Found) -> Dependency:
    datablock = setting.datablock
    return Dependency(
        kind=setting.kind,
        user=datablock.name,
        written=written,
        path=path,
        collection=COLLECTIONS.get(datablock.id_type, ""),
        library=origin.library,
        blend=origin.blend,
        files=found.files,
        missing=found.missing,
        form=form_of(written) if setting.attribute else PathForm.IMPLIED,
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
