# SPDX-License-Identifier: GPL-3.0-or-later
"""Program: package a tree as the worker does, its progress written to a real journal."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import stand_in
from worker_setup import open_home


def main(result: str, extension: str, folder: str, tree: str) -> None:
    """Tell the seconds of the packaging, the peak memory and the package's size in bytes."""
    context, job = open_home(Path(extension), Path(folder, "worker"), [1])
    from renderjuice.jobs.packaging.package import make_package
    from renderjuice.package_layout.layout import plan_layout
    from renderjuice.package_layout.path_use import PathForm, PathUse

    lone = Path(tree, "shot.blend")
    snapshot = lone
    files = sorted(path for path in Path(tree).rglob("*") if path.is_file() and path != lone)
    target = Path(folder, "made")
    target.mkdir(exist_ok=True)
    if not lone.exists():
        snapshot = Path(folder, "snapshot.blend")
        snapshot.write_bytes(b"BLENDER-v405" + bytes(100_000))
    began = time.perf_counter()
    uses = [PathUse(lone, f"//{file.relative_to(tree)}", file, (file,), PathForm.RELATIVE) for file in files]
    layout = plan_layout(lone, uses)
    made = make_package(lone, snapshot, files, target, context.packing_progress(job), layout)
    seconds = time.perf_counter() - began
    made.path.unlink()
    context.journal.remove(job.id)
    context.journal.close()
    stand_in.tell(result, {"seconds": seconds, "peak": stand_in.peak_memory(), "size": made.size})


if __name__ == "__main__":
    main(*sys.argv[1:])
