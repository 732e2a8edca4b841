# SPDX-License-Identifier: GPL-3.0-or-later
"""Program: send a file as the worker does, its progress written to a real journal."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import stand_in
from worker_setup import open_home


def main(result: str, extension: str, folder: str, url: str, package: str) -> None:
    """Tell the seconds of the upload and the peak memory in bytes."""
    context, job = open_home(Path(extension), Path(folder, "worker"), [1])
    from renderjuice.api import storage
    from renderjuice.jobs.records import Stage

    path = Path(package)
    size = path.stat().st_size
    job = context.journal.update(job.id, stage=Stage.UPLOADING)
    progress = context.progress(job)
    began = time.perf_counter()
    storage.upload(url, path, progress=lambda sent: progress(sent, size))
    seconds = time.perf_counter() - began
    if context.journal.job(job.id).bytes_done != size:
        raise SystemExit("the journal does not know that all was sent")
    context.journal.remove(job.id)
    context.journal.close()
    stand_in.tell(result, {"seconds": seconds, "peak": stand_in.peak_memory()})


if __name__ == "__main__":
    main(*sys.argv[1:])
