# SPDX-License-Identifier: GPL-3.0-or-later
"""Which files a .blend needs and does not find in its own folder."""

import os
from collections.abc import Iterator
from pathlib import Path

import bpy

ASSETS = "/datafiles/assets/"
UDIM_MARKERS = ("<UDIM>", "<UVTILE>")


def missing_files(root: str) -> list[str]:
    """Give every file that the open .blend, or a library of it, needs and that is not inside the folder `root`.

    A file elsewhere on this machine counts as missing: on a farm there is no such file. Each entry is the path as
    the .blend has it, or relative to `root` when it belongs there; sorted, each once.
    """
    folder = Path(root).resolve()
    paths = {path for path in _needed_files() if not _is_blenders_own(path)}
    missing = {_shown(path, folder) for path in paths if not _is_inside(path, folder)}
    missing |= {
        f"{block.id_type.title()} {block.name!r} in {block.library.filepath}"
        for block in bpy.data.user_map()
        if block.is_missing and block.library and Path(_absolute(block.library, block.library.parent)).exists()
    }
    return sorted(missing)


def _needed_files() -> Iterator[str]:
    """Give absolute paths: what Blender lists, and what the datablocks themselves say."""
    # A text's content is in the .blend; images are looked at one by one, for their tiles.
    others = {_absolute(block) for block in (*bpy.data.texts, *bpy.data.images) if block.filepath}
    others |= set(_named_in_vain())
    for path in bpy.utils.blend_paths(absolute=True, packed=False, local=False):
        # strips and clips without a path are listed as well, as nothing
        if path and os.path.normpath(path) not in others and not path.startswith("<"):
            yield os.path.normpath(path)
    for image in bpy.data.images:
        yield from _image_files(image)
    for library in bpy.data.libraries:
        if library.packed_file is None and not _is_embedded(library):
            yield _absolute(library, library.parent)
    for block in (*bpy.data.fonts, *bpy.data.sounds, *bpy.data.volumes):
        if block.packed_file is None and block.filepath and not block.filepath.startswith("<"):
            yield _absolute(block)
    for block in (*bpy.data.cache_files, *bpy.data.movieclips):
        if block.filepath:
            yield _absolute(block)


def _named_in_vain() -> Iterator[str]:
    """Give what Blender lists and nothing reads: the folders of oceans without a bake, and embedded libraries."""
    for holder in bpy.data.objects:
        for modifier in holder.modifiers:
            if modifier.type == "OCEAN" and not modifier.is_cached:
                path = bpy.path.abspath(modifier.filepath, library=holder.library)
                yield os.path.normpath(path)
    for library in bpy.data.libraries:
        if _is_embedded(library):
            yield _absolute(library, library.parent)


def _is_embedded(library: bpy.types.Library) -> bool:
    """Tell whether the library's data is inside the .blend, which 5.0 and later can do."""
    if getattr(library, "is_archive", False):
        return True
    return bool(getattr(library, "archive_libraries", None)) and not library.users_id


def _absolute(block: bpy.types.ID, library: bpy.types.Library | None = None) -> str:
    """Give the datablock's own path; a relative one starts where its library is (`library`, for a library)."""
    return os.path.normpath(bpy.path.abspath(block.filepath, library=library or block.library))


def _image_files(image: bpy.types.Image) -> Iterator[str]:
    if image.source in {"GENERATED", "VIEWER"} or image.packed_files or not image.filepath:
        return
    path = _absolute(image)
    marker = next((marker for marker in UDIM_MARKERS if marker in path), None)
    if image.source != "TILED" or marker is None:
        yield path
        return
    for tile in image.tiles:
        row, column = divmod(tile.number - 1001, 10)
        yield path.replace(marker, str(tile.number) if marker == "<UDIM>" else f"u{column + 1}_v{row + 1}")


def _is_inside(path: str, folder: Path) -> bool:
    found = Path(path)
    return found.exists() and found.resolve().is_relative_to(folder)


def _is_blenders_own(path: str) -> bool:
    """Tell whether every Blender brings this file: from 5.2 on, a brush of the essentials is listed for any .blend.

    The path leads to the Blender that saved the file, which was another one.
    """
    _, found, tail = path.replace("\\", "/").rpartition(ASSETS)
    return bool(found) and Path(bpy.utils.system_resource("DATAFILES"), "assets", tail).exists()


def _shown(path: str, folder: Path) -> str:
    found = Path(path).resolve()
    return found.relative_to(folder).as_posix() if found.is_relative_to(folder) else path
