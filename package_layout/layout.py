# SPDX-License-Identifier: GPL-3.0-or-later
"""Decides where each file goes in the package, and which .blend files have paths that do not work there.

Files that are reached by relative paths keep the tree in which they lie. What lies elsewhere (absolute paths, other
drives) gets folders of its own beside that tree. Nothing is opened here and nothing needs Blender: paths are taken as
text, and what has to be known of the disk are the identities of files and the names in folders.
"""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path, PurePath, PurePosixPath
from typing import Any

from ..messages.message import Message
from .file_names import Listing, check_case, check_name, folder_name, names_in_folder
from .kept_trees import find_kept_trees
from .package_error import PackageError
from .path_use import PathUse as PathUse
from .same_files import Identify, find_same_files, identity_on_disk

OUTSIDE = "external"
"""The folder in the package for what lies elsewhere."""


@dataclass(frozen=True)
class Layout:
    """Where everything goes in the package.

    `blend` is the artist's file. `root` is the folder whose tree is kept. `outside` has the folders elsewhere, each
    with its name in the package. `rewritten` are the .blend files that hold paths which do not work in the package.
    `aliases` are the paths that lead to a file which is in the package under another one.
    """

    blend: PurePath
    root: PurePath
    outside: tuple[tuple[PurePath, str], ...] = ()
    rewritten: tuple[PurePath, ...] = ()
    aliases: tuple[tuple[PurePath, PurePath], ...] = ()

    def place_of(self, path: PurePath) -> PurePosixPath | None:
        """The place in the package of a file, folder or pattern (absolute, without `..`); None without one."""
        path = self._aliases.get(path, path)
        if path not in self._places:
            # a folder's place is kept, as many files lie in one
            folder = self._places[path.parent] if path.parent in self._places else self._look_up(path.parent)
            self._places.setdefault(path.parent, folder)
            return folder / path.name if folder is not None else None
        return self._places[path]

    def _look_up(self, path: PurePath) -> PurePosixPath | None:
        for folder in (path, *path.parents):
            if folder in self._folders:
                return self._folders[folder] / path.relative_to(folder).as_posix()
        return None

    @cached_property
    def _folders(self) -> Mapping[PurePath, PurePosixPath]:
        return {**{folder: PurePosixPath(name) for folder, name in self.outside}, self.root: PurePosixPath()}

    @cached_property
    def _places(self) -> dict[PurePath, PurePosixPath | None]:
        return dict(self._folders)

    @property
    def alias_paths(self) -> Collection[PurePath]:
        """The paths of which another one is in the package."""
        return self._aliases.keys()

    @cached_property
    def _aliases(self) -> Mapping[PurePath, PurePath]:
        return dict(self.aliases)

    def to_json(self) -> dict[str, Any]:
        """The layout for the packer's plan."""
        return {
            "blend": str(self.blend),
            "root": str(self.root),
            "outside": [[str(folder), name] for folder, name in self.outside],
            "rewritten": [str(path) for path in self.rewritten],
            "aliases": [[str(path), str(kept)] for path, kept in self.aliases],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Layout:
        """A layout of this computer as `to_json` gave it. Raises `KeyError`, `TypeError` or `ValueError`."""
        return cls(
            Path(value["blend"]),
            Path(value["root"]),
            tuple((Path(folder), str(name)) for folder, name in value["outside"]),
            tuple(Path(path) for path in value["rewritten"]),
            tuple((Path(path), Path(kept)) for path, kept in value["aliases"]),
        )


def plan_layout(
    blend: PurePath,
    uses: Iterable[PathUse],
    *,
    is_remapped: bool = False,
    identify: Identify = identity_on_disk,
    listing: Listing = names_in_folder,
) -> Layout:
    """Place all files of a scene. All paths but the `written` ones are absolute and without `..`.

    The artist's file is rewritten exactly when its snapshot `is_remapped`; otherwise all of its paths have to be plain
    (`PathUse.is_plain`). `identify` tells which paths lead to one file, `listing` gives the names in a folder. Raises
    `PackageError` for a name that a farm could not read, or not find again.
    """
    uses = [use for use in uses if use.files]
    fixed = frozenset(file for use in uses if _is_fixed(use, blend, is_remapped) for file in use.files)
    aliases = find_same_files(blend, [use for use in uses if not use.is_packed], identify, fixed)
    root, *others = find_kept_trees(blend, [use for use in uses if use.path not in aliases])
    files = {file for use in uses for file in use.files}
    kept = [file for file in files if file not in aliases]
    tree = Layout(blend, root)
    places = (tree.place_of(folder) for folder in {file.parent for file in kept})
    name = _free_name(OUTSIDE, {place.parts[0].casefold() for place in places if place and place.parts})
    outside = tuple(
        (folder, f"{name}/{number:02}-{folder_name(folder.name)}") for number, folder in enumerate(others, start=1)
    )
    layout = Layout(blend, root, outside, (), tuple(sorted(aliases.items(), key=lambda item: str(item[0]))))
    _check_names(layout, [blend, *kept], listing)
    rewritten = _broken(layout, uses, files)
    if blend in rewritten and not is_remapped:
        raise PackageError(Message("Some paths in the scene would not hold on a farm. Submit it again."))
    libraries = sorted(rewritten - {blend}, key=str)
    return replace(layout, rewritten=(*([blend] if is_remapped else []), *libraries))


def _is_fixed(use: PathUse, blend: PurePath, is_remapped: bool) -> bool:
    """True for a path that cannot be rewritten: its files have to stay where it leads."""
    return use.is_packed or use.is_implied or (use.blend == blend and not is_remapped)


def works(written: str, blend: PurePosixPath, place: PurePosixPath) -> bool:
    """True when a path as `written` in a .blend at its place in the package leads to `place` there.

    Blender takes `//` for the .blend's folder, and a backslash for a slash on every system.
    """
    if not written.startswith("//"):
        return False
    parts = list(blend.parent.parts)
    for part in written[2:].replace("\\", "/").split("/"):
        if part == "..":
            if not parts:
                return False
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return tuple(parts) == place.parts


def relative_path(blend: PurePosixPath, place: PurePosixPath) -> str:
    """How a .blend at its place in the package has to name another place there."""
    path = posixpath.relpath(place.as_posix(), blend.parent.as_posix())
    return "//" if path == "." else f"//{path}"


def _broken(layout: Layout, uses: Iterable[PathUse], files: Iterable[PurePath]) -> set[PurePath]:
    """The .blend files with at least one path that does not work as it is written."""
    files = {layout.blend, *files}
    found: set[PurePath] = set()
    for use in uses:
        place, target = layout.place_of(use.blend), layout.place_of(use.path)
        if use.blend in files and place and target and not works(use.written, place, target):
            found.add(use.blend)
    return found


def _check_names(layout: Layout, files: Iterable[PurePath], listing: Listing) -> None:
    listing = lru_cache(None)(listing)
    checked: set[PurePath] = {layout.root, *(folder for folder, _name in layout.outside)}
    for file in files:
        path = file
        while path not in checked:
            checked.add(path)
            check_name(path)
            # the artist's own file may never have been saved
            if path != layout.blend:
                check_case(path, listing)
            path = path.parent


def _free_name(name: str, taken: Iterable[str]) -> str:
    """The name, with a number if it is taken."""
    taken = set(taken)
    numbered = (f"{name}-{number}" for number in range(2, len(taken) + 3))
    return name if name not in taken else next(other for other in numbered if other not in taken)
