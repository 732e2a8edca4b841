# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings about files that no farm could keep under their names."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from ..jobs.packaging.names import LONGEST_NAME, check_name
from ..jobs.packaging.package_error import PackageError
from ..scene.dependencies import Dependencies
from ..scene.preflight import Finding, name_finding

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
