# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings about the package: files that no farm could keep under their names, and more than fits."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path

import bpy

from ...api.limits import UPLOAD_LIMIT
from ...messages.byte_size import in_gib
from ...package_layout.file_names import MAX_NAME_BYTES, UNSAFE, check_name
from ...package_layout.package_error import PackageError
from ..contents import total_in_steps
from ..dependencies.dependency import Dependency, DependencyKind
from ..dependencies.scan import Dependencies
from ..steps import collected
from .finding import Finding, Severity

MANY = 1_000
"""Names that are looked at in a fraction of a millisecond."""
LONGEST_CHARACTER = 4
"""Bytes of UTF-8."""


def package_findings(dependencies: Dependencies, free: int | None) -> Generator[None, None, list[Finding]]:
    """Names that a package cannot hold, and sizes that do not fit, looked for in steps; the last one gives them.

    `free` is the number of bytes that are free where the package is written; None means that nobody can tell.
    """
    found = yield from collected(_name_findings(dependencies))
    total = yield from total_in_steps(dependencies)
    found += size_findings(total, free)
    return found


def size_findings(total: int, free: int | None) -> Iterator[Finding]:
    """What `total` bytes of files mean for the package, with `free` bytes on the disk where it is written.

    Both are warnings: a package may be much smaller than the files in it. The worker asks again before it writes.
    `free` None means that nobody can tell.
    """
    if total >= UPLOAD_LIMIT:
        what = f"The files of the scene are {in_gib(total)} GiB, and Renderjuice takes packages below 5 GiB."
        fix = "Remove what the render does not need, or make large textures smaller."
        yield Finding(Severity.WARNING, what, "", fix)
    if free is not None and total > free:
        what = (
            f"Packing needs up to {in_gib(total)} GiB on the disk of Blender's user folder, "
            f"and {in_gib(free)} GiB are free."
        )
        yield Finding(Severity.WARNING, what, "", "Make room there.")


def scene_name_findings(blend: str, libraries: Iterable[str]) -> Iterator[Finding]:
    """What keeps a farm from telling which file in the package is the scene: `blend`, or one of the libraries."""
    name = os.path.basename(blend)  # noqa: PTH119
    if not name.lower().endswith(".blend"):
        what = f"The scene is called {name}, and a farm looks for a name that ends with .blend."
        yield Finding(Severity.ERROR, what, "", "Save it under such a name.")
    for library in libraries:
        if library != blend and os.path.basename(library).casefold() == name.casefold():  # noqa: PTH119
            what = f"The scene has the same name as the library {library}, and a farm may take one for the other."
            yield Finding(Severity.ERROR, what, "", "Save the scene under another name.")


def name_finding(reason: str, dependency: Dependency | None) -> Finding:
    """A file that no package can hold under its name, with the sentences that say why and what to do.

    It is the .blend itself without a dependency.
    """
    if dependency is None:
        return Finding(Severity.ERROR, reason, "", "")
    return Finding(Severity.ERROR, reason, dependency.user, "", dependency.place)


def _name_findings(dependencies: Dependencies) -> Iterator[Finding | None]:
    """One for each file and folder whose name a package cannot hold; None now and then, to stop at."""
    if bpy.data.filepath:
        yield from _trouble(bpy.data.filepath, None)
        libraries = (path for used in dependencies.used if used.kind is DependencyKind.LIBRARY for path in used.files)
        yield from scene_name_findings(bpy.data.filepath, dict.fromkeys(libraries))
    folders: set[str] = set()
    checked: set[str] = set()
    count = 0
    for dependency in dependencies.used:
        for path in dependency.files:
            count += 1
            if count % MANY == 0:
                yield None
            folder, _separator, name = path.rpartition(os.sep)
            if len(name) * LONGEST_CHARACTER > MAX_NAME_BYTES or UNSAFE.search(name):
                yield from _trouble(path, dependency)
            if folder not in folders:
                folders.add(folder)
                for kept in _kept_folders(folder, dependency):
                    if kept not in checked:
                        checked.add(kept)
                        yield from _trouble(kept, dependency)


def _kept_folders(folder: str, dependency: Dependency) -> Iterator[str]:
    """The folders between a .blend and what it names by a relative path, which the package has, too."""
    blend = dependency.blend or bpy.data.filepath
    if not dependency.is_relative or not blend:
        return
    home = os.path.dirname(blend)  # noqa: PTH120
    top = os.path.commonpath((home, folder))
    for below in (home, folder):
        while len(below) > len(top):
            yield below
            below = os.path.dirname(below)  # noqa: PTH120


def _trouble(path: str, dependency: Dependency | None) -> Iterator[Finding]:
    try:
        check_name(Path(path))
    except PackageError as error:
        yield name_finding(str(error), dependency)
