# SPDX-License-Identifier: GPL-3.0-or-later
"""USD files that refer to other files which are not sent."""

from __future__ import annotations

import os
from collections.abc import Iterator

from ...messages.message import Message
from ..dependencies.dependency import Dependency, DependencyKind
from ..dependencies.kinds.usd_layers import MAX_LAYERS, is_usd, names_in
from .checked_scene import CheckedScene, Findings
from .finding import Finding, Severity, finding_about_path


def check_usd(checked: CheckedScene) -> Findings:
    """Files that could not be read, and files that name others by absolute paths. One finding for each cache."""
    for dependency in checked.dependencies.used:
        if dependency.kind is DependencyKind.CACHE_FILE and is_usd(dependency.path):
            finding = next(_findings(dependency), None)
            if finding is not None:
                yield finding
            yield None


def _findings(dependency: Dependency) -> Iterator[Finding]:
    for path in dependency.files:
        names, is_whole = names_in(path)
        if not is_whole or len(dependency.files) > MAX_LAYERS:
            what = Message("The USD file {} may refer to other files, which are not sent.", path)
            fix = Message("Export it as one file, such as a USDZ archive.")
            yield finding_about_path(dependency, severity=Severity.WARNING, what=what, fix=fix)
        for name in names:
            if os.path.isabs(name) and os.path.exists(name):  # noqa: PTH110, PTH117
                what = Message(
                    "The USD file {} refers to {} by its whole path, which a farm does not have.", path, name
                )
                fix = Message("Refer to it by a relative path, or export both as one file.")
                yield finding_about_path(dependency, severity=Severity.WARNING, what=what, fix=fix)
