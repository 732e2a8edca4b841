# SPDX-License-Identifier: GPL-3.0-or-later
"""The one timer: when it looks again, at the jobs and at the scenes."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

Load = Callable[[str], ModuleType]


@pytest.fixture
def timer(preferences: Any, load: Load) -> Iterator[ModuleType]:
    """The timer of a Blender that has nothing to look at, but could send renders."""
    jobs, check = load("live.jobs"), load("live.scene_check")
    load("properties.connection_check").require(False)
    jobs.close_session()
    check.forget()
    yield load("live.timer")
    jobs.close_session()
    check.forget()


def run_out(timer: ModuleType, check: ModuleType) -> None:
    """Have the timer look until nothing is awaited of the jobs, whatever the scene is."""
    while timer.tick() is not None:
        check.forget()


def test_the_timer_ends_when_nothing_is_awaited(timer: ModuleType) -> None:
    assert timer.tick() is None


def test_a_check_that_waits_for_a_rest_keeps_the_timer(timer: ModuleType, load: Load) -> None:
    check = load("live.scene_check")
    check.note_change()
    assert timer.tick() == check.INTERVAL
    assert not check.is_under_way()


def test_a_check_stays_due_and_costs_nothing_where_no_render_can_be_sent(timer: ModuleType, load: Load) -> None:
    check = load("live.scene_check")
    bpy.context.preferences.system.use_online_access = False
    check.note_change()
    assert timer.tick() is None
    assert check.is_due()


def test_a_check_that_stopped_half_way_does_not_end_the_timer_of_live_jobs(
    timer: ModuleType, load: Load, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Online access goes while the check is under way: no render can be sent, but the jobs are still followed."""
    jobs, check = load("live.jobs"), load("live.scene_check")
    monkeypatch.setattr(check, "QUIET_TIME", 0.0)
    monkeypatch.setattr(check, "STEP_TIME", 0.0)
    bpy.ops.renderjuice.submit(frames="1", output_dir=str(project / "farm"))
    (job,) = [job for job in jobs.jobs() if job.is_live]
    check.note_change()
    timer.tick()
    assert check.is_under_way()
    bpy.context.preferences.system.use_online_access = False
    assert timer.tick() == jobs.INTERVAL
    assert check.is_under_way()
    bpy.context.preferences.system.use_online_access = True
    assert bpy.ops.renderjuice.cancel(job=job.id) == {"FINISHED"}


def test_the_timer_waits_for_a_file_that_is_missing(timer: ModuleType, load: Load, project: Path) -> None:
    check, path = load("live.scene_check"), project / "a.png"
    painted = bpy.data.images.new("painted", 4, 4)
    painted.filepath_raw, painted.file_format = str(path), "PNG"
    painted.save()
    bpy.data.images.remove(painted)
    image = bpy.data.images.load(str(path))
    world = bpy.context.scene.world
    world.use_nodes = True
    texture = world.node_tree.nodes.new("ShaderNodeTexEnvironment")
    texture.image = image
    world.node_tree.links.new(texture.outputs[0], world.node_tree.nodes["Background"].inputs[0])
    path.rename(project / "away.png")
    check.check({bpy.context.scene})
    assert timer.tick() == check.FILES_INTERVAL / 2
    assert not check.is_due(), "nobody sees the panel"
    (project / "away.png").rename(path)
    check.check({bpy.context.scene})
    assert timer.tick() is None


def test_the_timer_goes_on_until_a_wish_for_a_job_that_is_over_was_seen(
    timer: ModuleType, load: Load, project: Path
) -> None:
    """A worker takes longer to start than the timer to look again."""
    jobs, check, records = load("live.jobs"), load("live.scene_check"), load("jobs.records")
    bpy.ops.renderjuice.submit(frames="1", output_dir=str(project / "farm"), wait=True)
    run_out(timer, check)
    (project / "farm" / "0001.png").unlink()
    jobs.session().journal.wish(records.Wish.DOWNLOAD, jobs.jobs()[0].id)
    run_out(timer, check)
    assert (project / "farm" / "0001.png").is_file()
    assert not jobs.session().journal.wishes()


def test_a_list_that_cannot_be_read_is_looked_at_less_often(timer: ModuleType, load: Load, project: Path) -> None:
    jobs, check = load("live.jobs"), load("live.scene_check")
    bpy.ops.renderjuice.submit(frames="1", output_dir=str(project / "farm"), wait=True)
    run_out(timer, check)
    with closing(sqlite3.connect(jobs.session().home.journal, isolation_level=None)) as journal:
        job_id, failure = journal.execute("SELECT id, failure FROM jobs WHERE stage = 'done'").fetchone()
        change = "UPDATE jobs SET revision = (SELECT revision FROM counter), failure = ? WHERE id = ?"
        journal.execute("UPDATE counter SET revision = revision + 1")
        journal.execute(change, ('{"stage": "of a later version"}', job_id))
        try:
            assert timer.tick() == jobs.TROUBLED_INTERVAL
            assert "Update the extension" in jobs.trouble()
        finally:
            journal.execute("UPDATE counter SET revision = revision + 1")
            journal.execute(change, (failure, job_id))
    run_out(timer, check)
    assert not jobs.trouble()
