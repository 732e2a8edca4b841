# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds different paths that lead to one file, by links to files and folders, so that the file is stored once."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from pathlib import PurePath

from .path_use import PathUse, is_blend

Identify = Callable[[PurePath], Hashable]
"""Gives a value that two paths share exactly when they lead to one file. None means that it is not known."""


def identity_on_disk(path: PurePath) -> Hashable:
    """The device and inode of the file at a path, with its size and time: some network disks make up the first two."""
    try:
        status = os.stat(path)  # noqa: PTH116
    except (OSError, ValueError):
        return None
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns) if status.st_ino else None


def leads_twice(files: Iterable[str]) -> bool:
    """True when two of these paths lead to one file by links. Only folders and links are looked up on the disk."""
    names: dict[str, set[str]] = defaultdict(set)
    for file in files:
        folder, _separator, name = file.rpartition(os.sep)
        names[folder + os.sep].add(name)
    targets: set[str] = set()
    for folder, wanted in names.items():
        there, links = os.path.realpath(folder), _links_in(folder)
        targets |= {os.path.realpath(folder + name) if name in links else f"{there}{os.sep}{name}" for name in wanted}
    return len(targets) < sum(map(len, names.values()))


def _links_in(folder: str) -> frozenset[str]:
    try:
        with os.scandir(folder) as entries:
            return frozenset(entry.name for entry in entries if entry.is_symlink())
    except OSError:
        return frozenset()


def find_same_files(
    blend: PurePath, uses: Sequence[PathUse], identify: Identify, fixed: Collection[PurePath] = frozenset()
) -> dict[PurePath, PurePath]:
    """The paths that are replaced by another one of the same file: path -> the one that is kept.

    A pattern or a folder is replaced as a whole, or not at all. A .blend file is never replaced: its relative paths
    count from its folder, and Blender does not tell of every file that links it. `fixed` paths are never replaced.
    """
    libraries = {blend, *(use.blend for use in uses)}
    names: dict[Hashable, set[PurePath]] = defaultdict(set)
    for file in {file for use in uses for file in use.files} - libraries:
        identity = None if is_blend(file) else identify(file)
        if identity is not None:
            names[identity].add(file)
    groups = [group for group in names.values() if len(group) > 1]
    if not groups:
        return {}
    ranks = _ranks(blend, uses)
    aliases: dict[PurePath, PurePath] = {}
    for group in groups:
        kept, *others = sorted(group, key=lambda path: (path not in fixed, ranks[path], len(path.parts), str(path)))
        aliases |= dict.fromkeys((path for path in others if path not in fixed), kept)
    for use in uses:
        _add_pattern(use, aliases)
    return aliases


def _ranks(blend: PurePath, uses: Iterable[PathUse]) -> dict[PurePath, tuple[bool, bool, bool]]:
    """The rank of each path; of the paths of one file, the one with the lowest rank is kept."""
    ranks: dict[PurePath, tuple[bool, bool, bool]] = {}
    for use in uses:
        for file in use.files:
            rank = (not use.is_relative, file == use.path, not file.is_relative_to(blend.parent))
            ranks[file] = min(rank, ranks.get(file, rank))
    return ranks


def _add_pattern(use: PathUse, aliases: dict[PurePath, PurePath]) -> None:
    """Replace a pattern or folder as its files are replaced; if these go different ways, none is replaced."""
    if use.files == (use.path,) or not any(file in aliases for file in use.files):
        return
    folder = _kept_folder(use, aliases)
    if folder and all(aliases.get(file, file) == folder / file.relative_to(use.folder) for file in use.files):
        aliases[use.path] = folder / use.path.relative_to(use.folder)
    else:
        for file in use.files:
            aliases.pop(file, None)


def _kept_folder(use: PathUse, aliases: Mapping[PurePath, PurePath]) -> PurePath | None:
    """The folder that takes the place of the path's own, judged by the first file. None means that there is none."""
    # tiles may be in folders with numbers, beside the one in the path
    if not all(file.is_relative_to(use.folder) for file in use.files):
        return None
    first = use.files[0]
    kept, depth = aliases.get(first, first), len(first.relative_to(use.folder).parts)
    return kept.parents[depth - 1] if depth <= len(kept.parents) else None
