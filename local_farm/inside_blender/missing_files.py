# SPDX-License-Identifier: GPL-3.0-or-later
"""Which files a .blend needs and does not find in its own folder."""

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
    missing = {_shown(path, folder) for path in _needed_files() if not _is_inside(path, folder)}
    missing |= {
        f"{block.id_type.title()} {block.name!r} in {block.library.filepath}"
        for block in bpy.data.user_map()
        if block.is_missing and block.library and not _library_is_missing(block.library)
    }
    return sorted(missing)


def _needed_files() -> Iterator[str]:
    ignored = {bpy.path.abspath(text.filepath, library=text.library) for text in bpy.data.texts if text.filepath}
    images = {bpy.path.abspath(image.filepath, library=image.library) for image in bpy.data.images if image.filepath}
    for path in bpy.utils.blend_paths(absolute=True, packed=False, local=False):
        # A text's content is in the .blend; images are looked at one by one, below.
        if path not in ignored and path not in images and not path.startswith("<") and not _is_blenders_own(path):
            yield path
    for image in bpy.data.images:
        yield from _image_files(image)
    for library in bpy.data.libraries:
        if library.packed_file is None:
            yield bpy.path.abspath(library.filepath, library=library.parent)
    for font in bpy.data.fonts:
        if font.packed_file is None and not font.filepath.startswith("<"):
            yield bpy.path.abspath(font.filepath, library=font.library)
    for blocks in (bpy.data.sounds, bpy.data.volumes):
        for block in blocks:
            if block.packed_file is None and block.filepath:
                yield bpy.path.abspath(block.filepath, library=block.library)
    for blocks in (bpy.data.cache_files, bpy.data.movieclips):
        for block in blocks:
            yield bpy.path.abspath(block.filepath, library=block.library)


def _image_files(image: bpy.types.Image) -> Iterator[str]:
    if image.source in {"GENERATED", "VIEWER"} or image.packed_file is not None or not image.filepath:
        return
    path = bpy.path.abspath(image.filepath, library=image.library)
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
    return bool(found) and Path(bpy.utils.resource_path("LOCAL") + ASSETS + tail).exists()


def _library_is_missing(library: bpy.types.Library) -> bool:
    return library.packed_file is None and not Path(bpy.path.abspath(library.filepath, library=library.parent)).exists()


def _shown(path: str, folder: Path) -> str:
    normal = Path(bpy.path.native_pathsep(path))
    return normal.relative_to(folder).as_posix() if normal.is_relative_to(folder) else str(normal)
