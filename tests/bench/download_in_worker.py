# SPDX-License-Identifier: GPL-3.0-or-later
"""Program: fetch frames as the worker's loop does, with its journal, its checks and its renames."""

from __future__ import annotations

import logging
import sys
import time
from pathlib import Path

import stand_in
from worker_setup import open_home


def main(result: str, extension: str, folder: str, address: str, count: str) -> None:
    """Tell the seconds from the listing to the last frame in its place, and the peak memory in bytes."""
    numbers = range(1, int(count) + 1)
    context, job = open_home(Path(extension), Path(folder), numbers)
    from renderjuice.api.models import Downloads, OutputFile
    from renderjuice.jobs.records import Stage
    from renderjuice.jobs.worker.fetching.download import Downloader
    from renderjuice.jobs.worker.loop import TICK

    listing = Downloads(tuple(OutputFile(f"{address}/{number:04d}", f"frame_{number:04d}.png") for number in numbers))
    job = context.journal.update(job.id, stage=Stage.DOWNLOADING)
    downloader = Downloader(context)
    began = time.perf_counter()
    job = downloader.enqueue(job, listing)
    while downloader.is_busy(job.id):
        downloader.collect(job.id)
        context.quitting.wait(TICK)
    seconds = time.perf_counter() - began
    downloader.close()
    if context.journal.job(job.id).frames_downloaded != len(numbers):
        raise SystemExit("the journal does not know that all frames are there")
    context.journal.close()
    stand_in.tell(result, {"seconds": seconds, "peak": stand_in.peak_memory()})


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)  # why a file did not arrive is said there
    main(*sys.argv[1:])
