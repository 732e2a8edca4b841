# SPDX-License-Identifier: GPL-3.0-or-later
"""What the rows of the list of jobs say, also of jobs that nobody here wrote, and on the day after."""

from __future__ import annotations

import datetime
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

Load = Callable[[str], ModuleType]


@pytest.fixture
def add(load: Load, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Adds a job to the journal, and gives it as Blender's side sees it. Nothing is asked of any service."""
    bpy.context.preferences.system.use_online_access = False
    live_jobs, records = load("live.jobs"), load("jobs.records")
    journal = live_jobs.session().journal

    def add(frames: tuple[int, ...], **columns: Any) -> Any:
        job_id = uuid.uuid4().hex
        journal.add(
            records.Submission(
                job_id=job_id,
                name="shot",
                scene="Scene",
                blend=tmp_path / "shot.blend",
                snapshot=tmp_path / "snapshot.blend",
                frames=frames,
                config=load("api.render_config").RenderConfig(),
                output_dir=tmp_path / "renders",
                api_url="http://127.0.0.1:9/api",
            )
        )
        journal.update(job_id, **{"stage": records.Stage.RENDERING} | columns)
        live_jobs.look_again()
        return live_jobs.find(job_id)

    yield add
    for job in journal.jobs():
        journal.remove(job.id)
    live_jobs.look_again()
    bpy.context.preferences.system.use_online_access = True


def test_a_job_without_frames_hides_no_other_one(load: Load, add: Callable[..., Any]) -> None:
    rows, status_bar = load("panels.job_rows"), load("panels.status_bar")
    odd, other = add(()), add((1, 2, 3))
    assert "1-3" in str(rows.title_of(other))
    assert "shot" in str(rows.title_of(odd))
    assert "shot" in str(status_bar._title(odd))
    assert "Rendering" in rows.tooltip_of(odd.id)


def test_a_row_does_not_say_today_on_the_day_after(
    load: Load, add: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, noon = load("panels.job_rows"), datetime.datetime.now().replace(hour=12, minute=0).timestamp()
    job, _ = add((1, 2), created=noon), add((1, 2), created=noon + 60)
    assert "Today 12:00" in str(rows.title_of(job))

    class DayAfter(datetime.date):
        @classmethod
        def today(cls) -> datetime.date:
            return datetime.date.fromtimestamp(time.time() + 86400)

    monkeypatch.setattr(datetime, "date", DayAfter)
    assert "Yesterday 12:00" in str(rows.title_of(job))


def test_the_panels_header_has_room_for_how_far_a_job_is(load: Load, add: Callable[..., Any]) -> None:
    words, failed = load("panels.job_words"), load("jobs.records").Stage.FAILED
    job = add(tuple(range(1, 2001)), frames_rendered=157)
    assert [words.short_progress(job, letters) for letters in (9, 8, 2, 1, -3)] == ["157/2,000", "8%", "8%", "", ""]
    assert words.short_progress(add(tuple(range(1, 2001))), 6) == ""
    assert words.short_progress(add(tuple(range(1, 2001)), stage=failed), 20) == ""
