# SPDX-License-Identifier: GPL-3.0-or-later
"""Program: stands for the worker. Fills a journal with live jobs, holds the worker's lock, changes jobs when told."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import stand_in

FRAMES = tuple(range(1, 251))


def main(extension: str, folder: str, count: str) -> None:
    """For each line with a number, change that many jobs, one after the other, and answer with a line."""
    stand_in.use(Path(extension))
    from renderjuice.api.render_config import RenderConfig
    from renderjuice.jobs.home import Home
    from renderjuice.jobs.journal.journal import Journal
    from renderjuice.jobs.records import Stage, Submission
    from renderjuice.jobs.worker_lock import WorkerLock

    home = Home(Path(folder)).create()
    lock = WorkerLock(home.worker_lock)
    if not lock.acquire(5.0):
        raise SystemExit("a worker is there already")
    journal = Journal(home.journal)
    journal.set_setting("worker", str(os.getpid()))
    config = RenderConfig(frame_ranges=("1-250",), render_engine="CYCLES", resolution=(1920, 1080), sample_count=128)
    ids = [f"{number:032x}" for number in range(int(count))]
    for job_id in ids:
        folder_of_job = home.submission(job_id)
        journal.add(
            Submission(
                job_id=job_id,
                name=f"shot {job_id[-4:]}",
                scene="Scene",
                blend=Path("/project/shot.blend"),
                snapshot=folder_of_job / "shot.blend",
                frames=FRAMES,
                config=config,
                output_dir=Path("/project/renderjuice"),
                api_url="http://127.0.0.1:9",
            )
        )
        journal.update(job_id, stage=Stage.RENDERING, status="rendering", final_config=config.to_json())
    changes = 0
    for line in sys.stdin:
        for _ in range(int(line)):
            changes += 1
            journal.update(ids[changes % len(ids)], frames_rendered=changes % len(FRAMES))
        sys.stdout.write("\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
