# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that are not there, or that no package can carry."""

from __future__ import annotations

from ..dependency import Dependency
from .finding import Finding, Remedy, Severity
from .request import Findings, Request


def check_files(request: Request) -> Findings:
    """What the scan found missing and what it refused."""
    dependencies = request.dependencies
    for dependency in dependencies.missing:
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
        yield Finding(Severity.ERROR, what, dependency.user, fix, _place(dependency), remedy)
    yield None
    for dependency, reason in dependencies.refused:
        what = f"{_named(dependency)} cannot be sent: {reason} ({dependency.written})."
        yield Finding(Severity.ERROR, what, dependency.user, "Pack it, or remove its use.", _place(dependency))


def _place(dependency: Dependency) -> str:
    """Where the datablock can be selected: names are only told apart within this file."""
    return "" if dependency.library else dependency.collection


def _named(dependency: Dependency) -> str:
    return f"{dependency.kind} “{dependency.user}”"
