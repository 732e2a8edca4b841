# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds every file that a render of the scene can read, beside the .blend itself.

`places` knows where in Blender's data paths are written, kind by kind. What Blender itself lists and no kind knows is
refused by name, because a farm that renders without a file renders another picture.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Any

import bpy

from ...messages.message import NO_MESSAGE, Message
from ...package_layout.path_use import PathForm, PathUse, form_of
from ..rendered.frames_read import FramesRead, frames_read_by
from ..rendered.reading import Reading, readings_of
from ..rendered.scripted import Scripted, scripted_reads
from ..rendered.ways.links import Aspect
from ..rendered.ways.scene_links import Reach, reach_of
from ..scripts import texts_that_change_frames
from ..steps import result_of
from .broken_files import BrokenFile, Fault
from .dependency import COLLECTIONS, Dependency, DependencyKind, Origin, Origins, absolute
from .disk import Disk
from .kinds.libraries import is_in_packed_library, links_between_libraries, packed_libraries
from .kinds.places import all_places
from .kinds.strips import strips_but
from .listed_paths import comes_with_blender, is_for_brushes_only, unknown_to_all
from .path_setting import PathSetting
from .resolve import Found
from .usage import is_switched_off, look_for_unused

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

    `broken` are those of the used paths with files that cannot be read. `unread` are the images, clips and strips with
    files that no render reads. They need not travel.
    """

    used: tuple[Dependency, ...]
    missing: tuple[Dependency, ...]
    refused: tuple[tuple[Dependency, Message], ...]
    unread: tuple[Any, ...] = ()
    broken: tuple[Dependency, ...] = ()

    @property
    def files(self) -> tuple[str, ...]:
        """Every file that travels, once."""
        return tuple(dict.fromkeys(chain.from_iterable(dependency.files for dependency in self.used)))

    @property
    def lacking(self) -> tuple[str, ...]:
        """The paths of what does not travel though a render may read it: missing, broken or refused. Each once."""
        paths = [path for dependency in self.missing for path in dependency.missing]
        paths += [file.path for dependency in self.broken for file in dependency.broken]
        paths += [dependency.path for dependency, _reason in self.refused]
        return tuple(dict.fromkeys(paths))

    @property
    def lack(self) -> str:
        """What is `lacking`, a short word for each path: none of them is to be read in a .blend."""
        words = (hashlib.sha256(os.fsencode(path)).hexdigest()[:16] for path in self.lacking)
        return " ".join(sorted(words))


Faults = Mapping[str, Fault]
"""Files that are there and cannot be read, each with what is wrong."""
NO_FAULTS: Faults = {}


def find_dependencies(scene: bpy.types.Scene, frames: Sequence[int], broken: Faults = NO_FAULTS) -> Dependencies:
    """Everything that is read when these frames of a scene are rendered. Only reads.

    Files that are known to be `broken` are lacking as missing ones are.
    """
    found, origins = result_of(scan(scene, frames, broken)), Origins()
    links, packed = links_between_libraries(found.files, origins), packed_libraries(found.used, origins)
    return replace(found, used=(*found.used, *links, *packed))


def scan(
    scene: bpy.types.Scene, frames: Sequence[int], broken: Faults = NO_FAULTS
) -> Generator[None, None, Dependencies]:
    """Like `find_dependencies`, one step at a time, without links between libraries. The last step gives the result.

    Nothing in the file may change between two steps.
    """
    so_far = _Scan(frames_read_by(scene, frames), broken, bool([*texts_that_change_frames()]))
    unused, doubtful = yield from look_for_unused()
    readings = yield from _readings(so_far, doubtful)
    unread = {datablock for datablock, reading in readings.items() if not reading}
    if unused:
        scripted = yield from _scripted(so_far)
        unread.update(datablock for datablock in unused if not scripted.may_read(datablock))
    so_far.unused = frozenset(unread)
    yield
    for setting in all_places(so_far.origins, so_far.frames_read):
        if setting is not None:
            so_far.look_at(setting)
        # a look at one path may list a folder of many thousands of files
        yield
    so_far.judge((yield from _readings(so_far, so_far.lacking)))
    yield
    for path in (yield from unknown_to_all(so_far.known, so_far.unused, so_far.origins)):
        unknown = Dependency(kind=DependencyKind.FILE, user=os.path.basename(path), written=path, path=path)  # noqa: PTH119
        so_far.refused.append((unknown, UNKNOWN_KIND))
    unread_strips = yield from strips_but(so_far.shown_strips)
    return so_far.result(unread_strips)


NO_FILES = Found()


@dataclass
class _Scan:
    """What a scan has found so far.

    `broken` are the files that cannot be read. `is_switched` tells whether scripts may switch on what is off. `known`
    are the paths that a kind has answered for. `lacking` are the datablocks of which something is missing, broken or
    refused: perhaps no render misses it. `unused` are the images and clips that no render reads. `shown_strips` are
    told by their scenes and names, `working_nodes` by their trees and names.
    """

    frames_read: FramesRead
    broken: Faults
    is_switched: bool
    disk: Disk = field(default_factory=Disk)
    origins: Origins = field(default_factory=Origins)
    reach: Reach | None = None
    scripted: Scripted | None = None
    unused: frozenset[Any] = frozenset()
    used: list[Dependency] = field(default_factory=list)
    refused: list[tuple[Dependency, Message]] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    lacking: dict[Any, set[Dependency]] = field(default_factory=dict)
    shown_strips: set[tuple[Any, str]] = field(default_factory=set)
    working_nodes: dict[bpy.types.NodeTree, frozenset[str]] = field(default_factory=dict)

    def look_at(self, setting: PathSetting) -> None:
        """Take in one path: find its files, or refuse it."""
        origin, written, path = _resolved(setting, self.origins)
        self.known.add(path)
        if setting.kind is DependencyKind.STRIP:
            self.shown_strips.add((setting.datablock, setting.holder.name))
        if self.unused and setting.datablock in self.unused:
            return
        if "datafiles" in path and setting.kind.comes_with_blender and comes_with_blender(path):
            if not is_for_brushes_only(setting.datablock):
                self._refuse(setting, _dependency(setting, written, path, origin, NO_FILES), FROM_BLENDER)
            return
        if setting.is_handed_over:
            self.known.add(self.origins.absolute(written, setting.datablock))
        reason, found = NO_MESSAGE if written.startswith("//") else _refusal(setting, path), NO_FILES
        if not reason:
            found = setting.resolve(path, self.frames_read, self.disk)
            self.known.update(found.files, found.missing)
            if (
                origin.library
                and found.files
                and is_in_packed_library(setting)
                and not _holds_as_it_is(origin, written)
            ):
                reason = IN_A_PACKED_LIBRARY
        if reason:
            self._refuse(setting, _dependency(setting, written, path, origin, found), reason)
        elif found.files or found.missing:
            dependency = _without(self.broken, _dependency(setting, written, path, origin, found))
            if (dependency.missing or dependency.broken) and is_switched_off(
                setting, self.frames_read.switching, self.working_nodes
            ):
                dependency = dependency._replace(is_certain=False)
                if not self.is_switched:
                    dependency = dependency._replace(missing=(), broken=())
            self.used.append(dependency)
            if dependency.missing or dependency.broken:
                self._note_lack(setting, dependency)

    def _refuse(self, setting: PathSetting, dependency: Dependency, reason: Message) -> None:
        is_off = is_switched_off(setting, self.frames_read.switching, self.working_nodes)
        if self.is_switched or not is_off:
            dependency = dependency._replace(is_certain=dependency.is_certain and not is_off)
            self.refused.append((dependency, reason))
            self._note_lack(setting, dependency)

    def _note_lack(self, setting: PathSetting, dependency: Dependency) -> None:
        # strips know by themselves whether they are shown
        if setting.kind is not DependencyKind.STRIP:
            self.lacking.setdefault(setting.datablock, set()).add(dependency)

    def judge(self, readings: Mapping[Any, Reading]) -> None:
        """Drop what is lacking and that no render reads, and mark what it may do without."""
        marked: dict[Dependency, Dependency | None] = {}
        for datablock, reading in readings.items():
            for dependency in self.lacking[datablock]:
                if reading is Reading.UNREAD:
                    marked[dependency] = None
                elif reading is Reading.DOUBTFUL:
                    marked[dependency] = dependency._replace(is_certain=False)
        self.used = [each for old in self.used if (each := marked.get(old, old)) is not None]
        self.refused = [(each, reason) for old, reason in self.refused if (each := marked.get(old, old)) is not None]
        self.unused |= {
            datablock
            for datablock, reading in readings.items()
            if not reading and isinstance(datablock, bpy.types.Image | bpy.types.MovieClip)
        }

    def result(self, unread_strips: Sequence[Any]) -> Dependencies:
        """What the whole scan has found."""
        missing = tuple(dependency for dependency in self.used if dependency.missing)
        broken = tuple(dependency for dependency in self.used if dependency.broken)
        unread = (*self.unused, *unread_strips)
        return Dependencies(tuple(self.used), missing, tuple(self.refused), unread, broken)


def _readings(so_far: _Scan, candidates: Collection[Any]) -> Generator[None, None, dict[Any, Reading]]:
    """Whether the render reads each of these datablocks."""
    if not candidates:
        return {}
    if so_far.reach is None:
        so_far.reach = yield from reach_of(so_far.frames_read.scene, so_far.frames_read)
    scripted = yield from _scripted(so_far)
    return (yield from readings_of(so_far.reach, candidates, Aspect.SHAPE, scripted.may_read))


def _scripted(so_far: _Scan) -> Generator[None, None, Scripted]:
    """What scripts may ask for."""
    if so_far.scripted is None:
        so_far.scripted = yield from scripted_reads(so_far.frames_read.scene)
    return so_far.scripted


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


def _without(broken: Faults, dependency: Dependency) -> Dependency:
    """The path with those of its files that cannot be read set apart."""
    found = tuple(BrokenFile(path, broken[path]) for path in dependency.files if path in broken) if broken else ()
    if not found:
        return dependency
    return dependency._replace(files=tuple(path for path in dependency.files if path not in broken), broken=found)


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
        part=setting.holder.name if setting.kind is DependencyKind.STRIP else "",
        is_certain=setting.is_certain,
    )
