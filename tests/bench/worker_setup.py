# SPDX-License-Identifier: GPL-3.0-or-later
"""A worker's tools with one job in a real journal, for programs that measure what the worker does."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import stand_in

if TYPE_CHECKING:
    from renderjuice.jobs.records import JobRecord
    from renderjuice.jobs.worker.context import Context


def open_home(extension: Path, folder: Path, frames: Iterable[int]) -> tuple[Context, JobRecord]:
    """A context on a new home below `folder`, and a job of these frames. Imports all that the worker does."""
    stand_in.use(extension)
    from renderjuice.api.render_config import RenderConfig
    from renderjuice.jobs.home import Home
    from renderjuice.jobs.journal.journal import Journal
    from renderjuice.jobs.records import Submission
    from renderjuice.jobs.worker.context import Context

    home = Home(folder / "home").create()
    journal = Journal(home.journal)
    job = journal.add(
        Submission(
            job_id="0123456789abcdef",
            name="bench",
            scene="Scene",
            blend=folder / "bench.blend",
            snapshot=folder / "snapshot.blend",
            frames=tuple(frames),
            config=RenderConfig(),
            output_dir=folder / "frames",
            api_url="http://127.0.0.1:9",
        )
    )
    return Context(home, journal, job.api_url), job
