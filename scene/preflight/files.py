# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that are not there, or that no package can carry."""

from __future__ import annotations

import os

import bpy

from ..dependencies.dependency import Dependency, DependencyKind
from .finding import Finding, Remedy, Severity
from .request import Findings, Request


def check_files(request: Request) -> Findings:
    """What the scan found missing and what it refused."""
    dependencies = request.dependencies
    unknown: set[str] = set()
    for dependency in dependencies.missing:
        if _leads_nowhere(dependency):
            unknown.add(os.path.normpath(dependency.written.removeprefix("//")))
            what = f"{_named(dependency)} has a path relative to the file, which was never saved: {dependency.written}."
            fix = "Save the file, and choose the path again."
            yield Finding(Severity.ERROR, what, dependency.user, fix, dependency.place)
        else:
            yield _missing(dependency)
    yield None
    for dependency, reason in dependencies.refused:
        # Blender's own list names such a path once more
        if dependency.kind is not DependencyKind.FILE or dependency.path not in unknown:
            what = f"{_named(dependency)} cannot be sent: {reason} ({dependency.written})."
            yield Finding(Severity.ERROR, what, dependency.user, _way_out(dependency), dependency.place)


def _missing(dependency: Dependency) -> Finding:
    path = dependency.missing[0]
    what = f"{_named(dependency)} is missing: there is no file {path}."
    if len(dependency.missing) > 1:
        what = f"{_named(dependency)} is missing {len(dependency.missing)} files, such as {path}."
    fix, remedy = "Find it with File > External Data > Find Missing Files.", None
    if dependency.files:
        # Blender looks for the first file of a sequence only, and takes all others to be beside it
        fix = "Put what is missing beside the files that are there."
    elif dependency.library:
        fix = f"Open “{dependency.library}”, and use File > External Data > Find Missing Files there."
    else:
        remedy = Remedy.FIND_FILES
    return Finding(Severity.ERROR, what, dependency.user, fix, dependency.place, remedy)


def _leads_nowhere(dependency: Dependency) -> bool:
    return not bpy.data.filepath and not dependency.library and dependency.is_relative


def _way_out(dependency: Dependency) -> str:
    if dependency.kind is DependencyKind.LIBRARY:
        return "Make what it brings local, or remove its use."
    if dependency.kind.is_packable and not dependency.library:
        return "Pack it, or remove its use."
    return "Choose it again with a path relative to the file, or remove its use."


def _named(dependency: Dependency) -> str:
    return f"{dependency.kind} “{dependency.user}”"
