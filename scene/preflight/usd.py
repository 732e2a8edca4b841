# SPDX-License-Identifier: GPL-3.0-or-later
"""USD files that refer to others which do not travel."""

from __future__ import annotations

import os
from collections.abc import Iterator

from ..dependencies.dependency import Dependency, DependencyKind
from ..dependencies.kinds.usd_layers import MAX_LAYERS, is_usd, names_in
from .finding import Finding, Severity
from .request import Findings, Request


def check_usd(request: Request) -> Findings:
    """Files that could not be looked into, and those that name others by their whole paths. One finding for a cache."""
    for dependency in request.dependencies.used:
        if dependency.kind is DependencyKind.CACHE_FILE and is_usd(dependency.path):
            finding = next(_findings(dependency), None)
            if finding is not None:
                yield finding
            yield None


def _findings(dependency: Dependency) -> Iterator[Finding]:
    for path in dependency.files:
        names, is_whole = names_in(path)
        if not is_whole or len(dependency.files) > MAX_LAYERS:
            what = f"The USD file {path} may refer to other files, which are not sent."
            fix = "Export it as one file, such as a USDZ archive."
            yield Finding(Severity.WARNING, what, dependency.user, fix, dependency.place)
        for name in names:
            if os.path.isabs(name) and os.path.exists(name):  # noqa: PTH110, PTH117
                what = f"The USD file {path} refers to {name} by its whole path, which a farm does not have."
                fix = "Refer to it by a relative path, or export both as one file."
                yield Finding(Severity.WARNING, what, dependency.user, fix, dependency.place)
