# SPDX-License-Identifier: GPL-3.0-or-later
"""Has Blender find movie clips where their new paths lead, until the file with these is saved.

Blender loads a clip anew some time after its path was set, at the latest when the file is saved. Pictures that it does
not find then become a movie, and any clip gets another size (4.2 to 5.2, `BKE_movieclip_reload`): what follows its
tracks would stand elsewhere.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from ..package_layout.layout import Layout
from ..scene.dependencies.disk import Disk
from ..scene.dependencies.numbered_files import sequence_of

TREE = "clips"
"""The folder that looks like the package to Blender meanwhile."""


@contextmanager
def found_in_package(
    layout: Layout, blend: Path, clips: Sequence[Path], folder: Path, save: Callable[[Path], object]
) -> Iterator[None]:
    """Have the open file lie in a tree, made inside `folder`, in which these files of clips are at their new places.

    `blend` is the file's own path; `save` saves it at another one, where it lies from then on. Without clips nothing is
    done.
    """
    place = layout.place_of(blend)
    if not clips or place is None:
        yield
        return
    tree = folder / TREE
    for path in dict.fromkeys(clips):
        _stand_in(layout, path, tree)
    own = tree / place
    own.parent.mkdir(parents=True, exist_ok=True)
    # that alone tells Blender from which folder the paths count
    save(own)
    try:
        yield
    finally:
        shutil.rmtree(tree, ignore_errors=True)


def _stand_in(layout: Layout, path: Path, tree: Path) -> None:
    """Put a clip's first file at its place in the tree. Of others, only the number counts, and these are empty."""
    sequence = sequence_of(str(path))
    files = [Path(each) for each in sequence.all(Disk()).values()] if sequence else [path]
    first = path if path.is_file() else next(iter(files), path)
    for each in dict.fromkeys((path, *files)):
        place = layout.place_of(each)
        if place is None:
            continue
        (tree / place).parent.mkdir(parents=True, exist_ok=True)
        if each == path:
            _link(first, tree / place)
        else:
            (tree / place).touch()


def _link(original: Path, link: Path) -> None:
    """Have a file stand at a second place, as a copy where the system takes no links."""
    for make in (os.symlink, os.link, shutil.copyfile):
        with suppress(OSError):
            make(original, link)
            return
