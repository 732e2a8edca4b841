# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the files fit into a package and onto the disk. Pure: who asks has looked at the files."""

from __future__ import annotations

from collections.abc import Iterator

from ...api.limits import UPLOAD_LIMIT
from ..dependency import Dependency
from .finding import Finding, Severity

GIB = 1024**3


def size_findings(total: int, free: int) -> Iterator[Finding]:
    """What `total` bytes of files mean for the package, with `free` bytes on the disk where it is written.

    Both are warnings: a package may be much smaller than the files in it.
    """
    if total >= UPLOAD_LIMIT:
        what = f"The files of the scene are {total / GIB:.1f} GiB, and Renderjuice takes packages below 5 GiB."
        fix = "Remove what the render does not need, or make large textures smaller."
        yield Finding(Severity.WARNING, what, "", fix)
    if total > free:
        what = (
            f"Packing needs up to {total / GIB:.1f} GiB on the disk of Blender's user folder, "
            f"and {free / GIB:.1f} GiB are free."
        )
        yield Finding(Severity.WARNING, what, "", "Make room there.")


def name_finding(reason: str, dependency: Dependency | None) -> Finding:
    """A file that no package can hold under its name, with the sentences that say why and what to do.

    It is the .blend itself without a dependency.
    """
    if dependency is None:
        return Finding(Severity.ERROR, reason, "", "")
    return Finding(Severity.ERROR, reason, dependency.user, "", dependency.place)
