# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the files fit into a package and onto the disk. Pure: who asks has looked at the files."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

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
