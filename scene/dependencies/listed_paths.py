# SPDX-License-Identifier: GPL-3.0-or-later
"""The paths that Blender itself lists: which of them no render reads, and which of them nobody knows."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path
from typing import Any

import bpy

from ..chunks import all_datablocks_in_chunks, datablocks_in_chunks
from ..steps import collected
from .dependency import Origins
from .kinds.libraries import is_inside
from .kinds.strips import strip_files, strips_with_files


def unknown_to_all(known: set[str], unread: frozenset[Any], origins: Origins) -> Generator[None, None, list[str]]:
    """What Blender lists of external files and no kind knows: the check that none was forgotten; in steps.

    `known` are the paths that the kinds have answered for. `unread` are the images and clips that no render reads.
    """
    listed = bpy.utils.blend_paths(absolute=True, packed=False)
    yield
    unknown = list(unknown_paths(listed, known))
    for explained in (_not_rendered(unread, origins), _kept_for_the_artist(origins)):
        if unknown:
            yield
            unknown = list(unknown_paths(unknown, set((yield from collected(explained)))))
    return unknown


def is_for_brushes_only(datablock: bpy.types.ID) -> bool:
    """True for what need not travel: the brushes that Blender brings, and pictures of its own."""
    if not isinstance(datablock, bpy.types.Library):
        return True
    return all(isinstance(user, bpy.types.Brush) for user in datablock.users_id)


def _not_rendered(unread: frozenset[Any], origins: Origins) -> Iterator[str | None]:
    """Files that Blender lists and no render reads, and None after each step.

    Texts are kept in the .blend, what has no user is not saved, and packed linked data names the library that it came
    from.
    """
    for text in bpy.data.texts:
        yield origins.absolute(text.filepath, text)
    for collection in ("images", "fonts", "sounds", "movieclips", "cache_files", "volumes"):
        for chunk in datablocks_in_chunks(collection):
            for datablock in chunk:
                if not datablock.users or datablock in unread:
                    yield origins.absolute(datablock.filepath, datablock)
            yield None
    for scene in [*bpy.data.scenes]:
        for strip in strips_with_files(scene):
            yield from (origins.absolute(written, scene) for written in strip_files(strip))
            yield None
    for library in bpy.data.libraries:
        if is_inside(library):
            yield origins.absolute(library.filepath, library)


def _kept_for_the_artist(origins: Origins) -> Iterator[str | None]:
    """Files that only the artist's tools look at: what was once appended or pasted, and the pictures of brushes.

    None comes after each step.
    """
    for chunk in all_datablocks_in_chunks():
        for datablock in chunk:
            reference = datablock.library_weak_reference
            if reference is not None:
                yield origins.absolute(reference.filepath, datablock)
        yield None
    for brush in bpy.data.brushes:
        # until 4.2
        yield origins.absolute(getattr(brush, "icon_filepath", ""), brush)


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
