# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings about the package: files that no farm could keep under their names, and more than fits."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from contextlib import suppress
from pathlib import Path

import bpy

from ..jobs.packaging.names import LONGEST_NAME, UNSAFE, check_name
from ..jobs.packaging.package_error import PackageError
from ..scene.contents import total_in_steps
from ..scene.dependencies import Dependencies
from ..scene.dependency import Dependency
from ..scene.preflight import Finding, name_finding, scene_name_findings, size_findings
from ..scene.steps import collected
from . import preferences

MANY = 1_000
"""Names that are looked at in a fraction of a millisecond."""
LONGEST_CHARACTER = 4
"""Bytes of UTF-8."""


def package_findings(dependencies: Dependencies) -> Generator[None, None, list[Finding]]:
    """Names that a package cannot hold, and sizes that do not fit, looked for in steps; the last one gives them."""
    found = yield from collected(_name_findings(dependencies))
    total = yield from total_in_steps(dependencies)
    # where nobody knows what is free, the worker asks again before it writes
    with suppress(OSError):
        found += size_findings(total, preferences.home().free())
    return found


def _name_findings(dependencies: Dependencies) -> Iterator[Finding | None]:
    """One for each file and folder whose name a package cannot hold; None now and then, to stop at."""
    if bpy.data.filepath:
        yield from _trouble(bpy.data.filepath, None)
        libraries = (path for used in dependencies.used if used.kind == "Library" for path in used.files)
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
            if len(name) * LONGEST_CHARACTER > LONGEST_NAME or UNSAFE.search(name):
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
