# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings about the package: names that it cannot keep, and files that are too large for it or for the disk."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path

import bpy

from ...api.limits import UPLOAD_LIMIT
from ...messages.byte_size import in_gib
from ...messages.message import NO_MESSAGE, Message, message_of
from ...package_layout.file_names import MAX_NAME_BYTES, UNSAFE, check_name
from ...package_layout.package_error import PackageError
from ..dependencies.dependency import Dependency, DependencyKind
from ..dependencies.scan import Dependencies
from ..steps import collected
from .finding import Finding, Severity, finding_about_path

PATHS_A_STEP = 250
"""Names that are looked at in one step: 2 ms where each is in a folder of its own."""
MAX_BYTES_OF_CHARACTER = 4
"""A character in UTF-8 has at most so many bytes."""


def package_findings(
    dependencies: Dependencies, total: int, free_bytes: int | None
) -> Generator[None, None, list[Finding]]:
    """Names that the package cannot keep, and sizes that do not fit, in steps. The last step gives the findings.

    `total` are the bytes of all files. `free_bytes` are those of the disk where the package is written. None means
    that they are unknown.
    """
    found = yield from collected(_name_findings(dependencies))
    found += size_findings(total, free_bytes)
    return found


def size_findings(total: int, free_bytes: int | None) -> Iterator[Finding]:
    """Whether a package of files with `total` bytes can be uploaded, and fits on the disk where it is written.

    Both are warnings: a package may be much smaller than its files. The worker asks again before it writes.
    `free_bytes` None means that they are unknown.
    """
    if total >= UPLOAD_LIMIT:
        what = Message("The files of the scene are {} GiB, and Renderjuice takes packages below 5 GiB.", in_gib(total))
        fix = Message("Remove what the render does not need, or make large textures smaller.")
        yield Finding(severity=Severity.WARNING, what=what, fix=fix)
    if free_bytes is not None and total > free_bytes:
        what = Message(
            "Packing needs up to {} GiB on the disk of Blender's user folder, and {} GiB are free.",
            in_gib(total),
            in_gib(free_bytes),
        )
        yield Finding(severity=Severity.WARNING, what=what, fix=Message("Make room there."))


def name_finding(reason: Message, dependency: Dependency | None) -> Finding:
    """A file whose name the package cannot keep. `reason` says why and what to do.

    `dependency` None means the .blend itself.
    """
    if dependency is None:
        return Finding(severity=Severity.ERROR, what=reason, fix=NO_MESSAGE)
    return finding_about_path(dependency, severity=Severity.ERROR, what=reason, fix=NO_MESSAGE)


def _name_findings(dependencies: Dependencies) -> Iterator[Finding | None]:
    """One for each file or folder whose name the package cannot keep; None after each step."""
    if bpy.data.filepath:
        yield from _name_trouble(bpy.data.filepath, None)
        libraries = (path for used in dependencies.used if used.kind is DependencyKind.LIBRARY for path in used.files)
        yield from _scene_name_findings(bpy.data.filepath, dict.fromkeys(libraries))
    folders: set[str] = set()
    checked: set[str] = set()
    count = 0
    for dependency in dependencies.used:
        for path in dependency.files:
            count += 1
            if count % PATHS_A_STEP == 0:
                yield None
            folder, _separator, name = path.rpartition(os.sep)
            # nearly all names pass this, which is faster than to try each
            if len(name) * MAX_BYTES_OF_CHARACTER > MAX_NAME_BYTES or UNSAFE.search(name):
                yield from _name_trouble(path, dependency)
            if folder not in folders:
                folders.add(folder)
                for kept in _kept_folders(folder, dependency):
                    if kept not in checked:
                        checked.add(kept)
                        yield from _name_trouble(kept, dependency)


def _name_trouble(path: str, dependency: Dependency | None) -> Iterator[Finding]:
    try:
        check_name(Path(path))
    except PackageError as error:
        yield name_finding(message_of(error), dependency)


def _scene_name_findings(blend: str, libraries: Iterable[str]) -> Iterator[Finding]:
    """Names with which a farm cannot tell the scene `blend` from the other files in the package."""
    name = os.path.basename(blend)  # noqa: PTH119
    if not name.lower().endswith(".blend"):
        what = Message("The scene is called {}, and a farm looks for a name that ends with .blend.", name)
        yield Finding(severity=Severity.ERROR, what=what, fix=Message("Save it under such a name."))
    for library in libraries:
        if library != blend and os.path.basename(library).casefold() == name.casefold():  # noqa: PTH119
            what = Message(
                "The scene has the same name as the library {}, and a farm may take one for the other.", library
            )
            yield Finding(severity=Severity.ERROR, what=what, fix=Message("Save the scene under another name."))


def _kept_folders(folder: str, dependency: Dependency) -> Iterator[str]:
    """The folders whose names the package keeps: those between a .blend and a file that it names by a relative path."""
    blend = dependency.blend or bpy.data.filepath
    if not dependency.is_relative or not blend:
        return
    home = os.path.dirname(blend)  # noqa: PTH120
    top = os.path.commonpath((home, folder))
    for below in (home, folder):
        while len(below) > len(top):
            yield below
            below = os.path.dirname(below)  # noqa: PTH120
