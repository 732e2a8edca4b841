# SPDX-License-Identifier: GPL-3.0-or-later
"""A small project, and packages of it."""

from __future__ import annotations

import os
from pathlib import Path

from renderjuice.jobs.packaging import package
from renderjuice.jobs.packaging.package import Package, Progress
from renderjuice.package_layout.layout import Layout, plan_layout
from renderjuice.package_layout.path_use import PathForm, PathUse

PLAIN_BLEND = b"BLENDER-v402" + b"scene " * 50_000
MIB = 1024**2
PROGRAM = """
import resource, sys, types
from pathlib import Path
package = types.ModuleType("renderjuice")
package.__path__ = [sys.argv[1]]
sys.modules["renderjuice"] = package
from renderjuice.package_layout.layout import Layout
from renderjuice.jobs.packaging.package import make_package
blend, snapshot, folder, *files = map(Path, sys.argv[2:])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
made = make_package(blend, snapshot, files, folder, lambda done, total: None, Layout(blend, blend.parent.parent))
print(made.size, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def nothing(_done: int, _total: int) -> None:
    """A progress that nobody looks at."""


def make_package(
    blend: Path,
    snapshot: Path,
    files: list[Path],
    folder: Path,
    progress: Progress,
    layout: Layout | None = None,
    copies: dict[Path, Path] | None = None,
) -> Package:
    """The package of a scene whose files are all reached by relative paths, unless there is a layout."""
    plain = [Path("/", *Path(os.path.abspath(file)).parts[1:]) for file in files]  # noqa: PTH100
    uses = [
        PathUse(blend, f"//{os.path.relpath(file, blend.parent)}", file, (file,), PathForm.RELATIVE) for file in plain
    ]
    return package.make_package(
        blend, snapshot, files, folder, progress, layout or plan_layout(blend, uses), copies or {}
    )


def write(path: Path, content: bytes = b"content") -> Path:
    """A file with its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def sparse(path: Path, size: int) -> Path:
    """A large file that takes no room."""
    write(path, b"BLENDER")
    os.truncate(path, size)
    return path
