# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings about the package: files that no farm could keep under their names, and more than fits."""

from __future__ import annotations

import os
import re
from collections.abc import Generator, Iterator
from pathlib import Path

from ..jobs.packaging.names import LONGEST_NAME, check_name
from ..jobs.packaging.package_error import PackageError
from ..scene.contents import total_in_steps
from ..scene.dependencies import Dependencies
from ..scene.preflight import Finding, name_finding, size_findings
from . import preferences

SUSPICIOUS = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\ud800-\\udfff\\\\]")
"""Characters for which a name is looked at closely."""
LONGEST_CHARACTER = 4
"""Bytes of UTF-8."""


def name_findings(dependencies: Dependencies) -> Iterator[Finding]:
    """One for each file whose name a package cannot hold."""
    for dependency in dependencies.used:
        for path in dependency.files:
            name = os.path.basename(path)  # noqa: PTH119
            if len(name) * LONGEST_CHARACTER <= LONGEST_NAME and not SUSPICIOUS.search(name):
                continue
            try:
                check_name(Path(path))
            except PackageError as error:
                yield name_finding(str(error))


def size_findings_in_steps(dependencies: Dependencies) -> Generator[None, None, tuple[Finding, ...]]:
    """What the files' sizes mean for the package and for the disk where it is made; the last step gives it."""
    total = yield from total_in_steps(dependencies)
    try:
        free = preferences.home().free()
    except OSError:
        # nobody knows, and the worker asks again before it writes
        free = total
    return tuple(size_findings(total, free))
