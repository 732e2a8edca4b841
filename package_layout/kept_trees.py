# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the folders whose trees have to be kept: those that relative paths tie together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import PurePath

from .path_use import PathUse, is_blend


def find_kept_trees(blend: PurePath, uses: Sequence[PathUse]) -> tuple[PurePath, ...]:
    """The roots of the trees: first that of the artist's file, then all others. Every file of the uses is below one.

    Two folders share a tree when a relative path leads from one to the other, unless that tree would begin at the root
    of a drive: then the path has to be rewritten, and nothing else of the drive shows in the package.
    """
    home = blend.parent
    trees = _Trees()
    trees.root_of(home)
    # from the artist's file outwards, so that its own tree is the first to grow
    for start, folder in sorted(set(_ties(uses)), key=lambda tie: (tie[0] != home, str(tie[0]), str(tie[1]))):
        first, second = trees.root_of(start), trees.root_of(folder)
        root = common_folder(first, second)
        own = trees.root_of(home)
        is_needed = root == home or (root in (first, second) and own not in (first, second))
        if root is not None and (is_needed or not is_drive(root)):
            trees.join(start, folder, root)
    _keep_libraries_together(trees, home, uses)
    own = trees.root_of(home)
    # a folder that a path only goes through is no place for anything
    filled = {trees.root_of(use.folder) for use in uses}
    others = [root for root in filled if not root.is_relative_to(own)]
    holders = [root for root in others if not is_drive(root)]
    kept = [root for root in others if not any(root != holder and root.is_relative_to(holder) for holder in holders)]
    return own, *sorted(kept, key=str)


def common_folder(first: PurePath, second: PurePath) -> PurePath | None:
    """The deepest folder that holds both; None on different drives."""
    return next((folder for folder in (first, *first.parents) if second.is_relative_to(folder)), None)


def is_drive(folder: PurePath) -> bool:
    """True for the root of a file system or of a drive."""
    return folder.parent == folder


def _ties(uses: Iterable[PathUse]) -> Iterator[tuple[PurePath, PurePath]]:
    """Pairs of folders whose relative position has to stay. A folder that only has to exist is paired with itself."""
    for use in uses:
        folder = use.folder
        if use.is_relative:
            yield use.blend.parent, folder
            # a path may go through a folder in which nothing else lies
            yield use.blend.parent, use.top
        else:
            yield folder, folder
        for file_folder in {file.parent for file in use.files}:
            yield folder, file_folder


def _keep_libraries_together(trees: _Trees, home: PurePath, uses: Iterable[PathUse]) -> None:
    """Give the libraries that lie elsewhere on one drive one tree.

    They may link each other by relative paths that we do not know: Blender keeps one path for each library, which
    counts from the open file.
    """
    own = trees.root_of(home)
    uses = tuple(uses)
    folders = {file.parent for use in uses for file in use.files if is_blend(file)}
    folders |= {use.path.parent for use in uses if use.is_packed}
    elsewhere = sorted((folder for folder in folders if not folder.is_relative_to(own)), key=str)
    for one, other in pairwise(elsewhere):
        root = common_folder(trees.root_of(one), trees.root_of(other))
        if root is not None and not is_drive(root):
            trees.join(one, other, root)


class _Trees:
    """Sets of folders, each with the root of the tree that holds them."""

    def __init__(self) -> None:
        self._next: dict[PurePath, PurePath] = {}
        self._roots: dict[PurePath, PurePath] = {}

    def root_of(self, folder: PurePath) -> PurePath:
        """The root of the tree in which a folder lies. A new folder is the root of its own tree."""
        return self._roots[self._first(folder)]

    def join(self, one: PurePath, other: PurePath, root: PurePath) -> None:
        """Join the trees of two folders to one with this root."""
        first, second = self._first(one), self._first(other)
        self._next[second] = first
        if second != first:
            del self._roots[second]
        self._roots[first] = root

    def _first(self, folder: PurePath) -> PurePath:
        """The folder that stands for the set."""
        if folder not in self._next:
            self._next[folder] = self._roots[folder] = folder
        while self._next[folder] != folder:
            folder = self._next[folder]
        return folder
