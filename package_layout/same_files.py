# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the paths that lead to one file, so that it is stored once: links to files and folders."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from pathlib import PurePath

from .path_use import PathUse, is_blend

Identify = Callable[[PurePath], Hashable]
"""Gives what two paths have in common if, and only if, they lead to one file; None when nobody may know."""


def identity_on_disk(path: PurePath) -> Hashable:
    """The device and inode that a path of this computer leads to; size and time, as some network disks invent these."""
    try:
        status = os.stat(path)  # noqa: PTH116
    except (OSError, ValueError):
        return None
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns) if status.st_ino else None


def leads_twice(files: Iterable[str]) -> bool:
    """True when two of these paths go to one file by way of links. Only folders and links are looked up."""
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


def find_aliases(
    blend: PurePath, uses: Sequence[PathUse], identify: Identify, fixed: Collection[PurePath] = frozenset()
) -> dict[PurePath, PurePath]:
    """The paths that give way to another one of the same file: path -> the one that is kept.

    Patterns and folders that do not go the same way as a whole stay where they are. So do .blend files: relative paths
    in them lead elsewhere from each of their folders, and Blender does not tell of every file that links them. Paths
    that are `fixed` never give way.
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
    """How much speaks against the keeping of each path: low is kept."""
    ranks: dict[PurePath, tuple[bool, bool, bool]] = {}
    for use in uses:
        for file in use.files:
            rank = (not use.is_relative, file == use.path, not file.is_relative_to(blend.parent))
            ranks[file] = min(rank, ranks.get(file, rank))
    return ranks


def _add_pattern(use: PathUse, aliases: dict[PurePath, PurePath]) -> None:
    """Have a pattern or folder go the way of its files, or have these stay where they are."""
    if use.files == (use.path,) or not any(file in aliases for file in use.files):
        return
    folder = _kept_folder(use, aliases)
    if folder and all(aliases.get(file, file) == folder / file.relative_to(use.folder) for file in use.files):
        aliases[use.path] = folder / use.path.relative_to(use.folder)
    else:
        for file in use.files:
            aliases.pop(file, None)


def _kept_folder(use: PathUse, aliases: Mapping[PurePath, PurePath]) -> PurePath | None:
    """The folder in which the first file is kept, as if it were the path's own; None where there is none."""
    # tiles may be in folders with numbers, beside the one in the path
    if not all(file.is_relative_to(use.folder) for file in use.files):
        return None
    first = use.files[0]
    kept, depth = aliases.get(first, first), len(first.relative_to(use.folder).parts)
    return kept.parents[depth - 1] if depth <= len(kept.parents) else None
