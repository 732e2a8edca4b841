# SPDX-License-Identifier: GPL-3.0-or-later
"""Speeds and times left: right while it goes on evenly, and silent where they would be made up."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderjuice.api.render_config import RenderConfig
from renderjuice.jobs.client.estimate import Estimates
from renderjuice.jobs.records import JobRecord, Stage

START = 5000.0
GIB, MIB = 1024**3, 1024**2


def job(stage: Stage = Stage.UPLOADING, **columns: Any) -> JobRecord:
    """A job with a thousand frames."""
    record = JobRecord(
        id="one",
        revision=1,
        created=0.0,
        name="shot",
        scene="Scene",
        blend=Path("/shot.blend"),
        snapshot=Path("/snapshot.blend"),
        frames=tuple(range(1000)),
        config=RenderConfig(),
        output_dir=Path("/frames"),
        api_url="https://api.example.com",
        stage=stage,
    )
    return replace(record, **columns)


def uploading(done: float) -> JobRecord:
    return job(bytes_done=round(done), bytes_total=GIB)


def rendering(done: float, **columns: Any) -> JobRecord:
    return job(Stage.RENDERING, status="rendering", remote_id="r", frames_rendered=int(done), **columns)


def downloading(done: float) -> JobRecord:
    return job(
        Stage.DOWNLOADING, remote_id="r", frames_listed=1000, frames_downloaded=int(done), bytes_done=int(done) * MIB
    )


class Watcher:
    """Sees a job as a timer does, from `START` on."""

    def __init__(self) -> None:
        self.estimates = Estimates()
        self.now = START
        self.seen = job(Stage.STARTING)
        self.estimates.take_in(self.seen, self.now)

    def see(self, seen: JobRecord, after: float) -> None:
        """The job has changed, so many seconds later."""
        self.now += after
        if seen != self.seen:
            self.estimates.take_in(seen, self.now)
        self.seen = seen

    def follow(
        self, kind: Callable[[float], JobRecord], begin: float, speed: float, seconds: float, tick: float
    ) -> float:
        """See a number grow evenly for a while; gives where it is then."""
        done = begin
        for _ in range(round(seconds / tick)):
            done += speed * tick
            self.see(kind(done), tick)
        return done

    @property
    def left(self) -> float | None:
        return self.estimates.seconds_left(self.seen, self.now)

    @property
    def speed(self) -> float | None:
        return self.estimates.bytes_per_second(self.seen, self.now)


@pytest.mark.parametrize(
    ("kind", "speed", "tick", "all_of_it"),
    [
        (uploading, 2.0 * MIB, 0.5, GIB),
        (rendering, 0.05, 2.0, 1000),
        (rendering, 3.0, 0.5, 1000),
        (downloading, 8.0, 0.5, 1000),
    ],
)
def test_an_even_speed_is_known_soon_and_told_right(
    kind: Callable[[float], JobRecord], speed: float, tick: float, all_of_it: float
) -> None:
    watcher = Watcher()
    watcher.see(kind(0), 1)
    assert watcher.left is None
    done = watcher.follow(kind, 0, speed, 3 / speed + 6, tick)
    left = (all_of_it - done) / speed
    assert watcher.left == pytest.approx(left, rel=0.2)
    done = watcher.follow(kind, done, speed, 40 / min(speed, 1), tick)
    left = (all_of_it - done) / speed
    assert watcher.left == pytest.approx(left, rel=0.05)
    # it goes on between two changes
    before = watcher.left
    assert before is not None
    watcher.now += tick / 2
    assert watcher.left == pytest.approx(before - tick / 2)


@given(
    st.lists(st.floats(0.05, 2.0), min_size=40, max_size=120),
    st.floats(1e3, 1e9),
)
def test_however_often_one_looks(ticks: list[float], speed: float) -> None:
    watcher = Watcher()
    done = 0.0
    watcher.see(job(bytes_total=2**50), 1)
    for tick in ticks:
        done += speed * tick
        watcher.see(job(bytes_done=round(done), bytes_total=2**50), tick)
    if sum(ticks) > 3:
        assert watcher.speed == pytest.approx(speed, rel=0.01)


@given(st.integers(10, 60), st.floats(20, 1e5), st.booleans())
def test_a_pause_changes_nothing(ticks: int, pause: float, is_noticed: bool) -> None:
    """A computer that slept: its clock may have gone on or not, and so may the farm."""
    watcher = Watcher()
    watcher.see(uploading(0), 1)
    done = watcher.follow(uploading, 0, MIB, ticks, 1.0)
    before = watcher.speed
    assert before == pytest.approx(MIB)
    if is_noticed:
        watcher.now += pause
        assert watcher.speed is None
        assert watcher.left is None
    watcher.see(uploading(done + MIB), 1.0)
    assert watcher.speed == pytest.approx(before)
    assert watcher.left == pytest.approx((GIB - done - MIB) / MIB)


@given(st.integers(3, 30), st.integers(20, 800), st.sampled_from([0.5, 1.0]))
def test_frames_that_came_while_the_clock_stood_are_no_speed(ticks: int, leap: int, after: float) -> None:
    watcher = Watcher()
    watcher.see(rendering(0), 1)
    done = watcher.follow(rendering, 0, 1 / 20, 20 * ticks, 20.0)
    watcher.see(rendering(done + leap), after)
    assert watcher.left == pytest.approx((1000 - done - leap) * 20, rel=0.01)


@given(st.lists(st.tuples(st.integers(0, 2**40), st.floats(0, 1e4)), max_size=60), st.sampled_from(list(Stage)))
def test_nothing_that_is_seen_gives_nonsense(seen: list[tuple[int, float]], stage: Stage) -> None:
    watcher = Watcher()
    for value, after in seen:
        columns = {"bytes_done": value, "bytes_total": 2**39, "frames_downloaded": value % 1200, "frames_listed": 1000}
        watcher.see(job(stage, frames_rendered=value % 1100, **columns), after)
        for figure in (watcher.left, watcher.speed):
            assert figure is None or (figure > 0 and math.isfinite(figure))


def test_what_goes_back_begins_anew() -> None:
    """An upload whose connection broke."""
    watcher = Watcher()
    watcher.see(uploading(0), 1)
    watcher.follow(uploading, 0, 8 * MIB, 10, 0.5)
    watcher.see(uploading(0), 0.5)
    assert watcher.speed is None
    assert watcher.left is None
    watcher.follow(uploading, 0, MIB, 5, 0.5)
    assert watcher.speed == pytest.approx(MIB)


def test_a_stage_knows_nothing_of_the_one_before() -> None:
    watcher = Watcher()
    watcher.see(uploading(0), 1)
    watcher.follow(uploading, 0, MIB, 20, 0.5)
    watcher.see(job(Stage.CREATING, bytes_done=GIB, bytes_total=GIB), 1)
    assert (watcher.left, watcher.speed) == (None, None)
    watcher.see(rendering(0), 30)
    assert (watcher.left, watcher.speed) == (None, None)
    watcher.follow(rendering, 0, 0.1, 60, 10.0)
    assert watcher.left == pytest.approx((1000 - 6) * 10)
    # what was fetched meanwhile is no speed of the stage that follows
    watcher.see(downloading(900), 1)
    assert (watcher.left, watcher.speed) == (None, None)
    # and a record that was not taken in has none
    assert watcher.estimates.seconds_left(rendering(10), watcher.now) is None


@pytest.mark.parametrize("status", ["booting", "suspended", "debugging", "finalizing"])
def test_a_farm_that_does_not_render_has_no_end(status: str) -> None:
    watcher = Watcher()
    watcher.see(rendering(0), 1)
    watcher.follow(rendering, 0, 0.1, 100, 10.0)
    assert watcher.left is not None
    watcher.see(replace(watcher.seen, status=status), 5)
    assert watcher.left is None
    watcher.see(replace(watcher.seen, status="rendering"), 500)
    assert watcher.left is None
    watcher.follow(rendering, 10, 0.1, 20, 10.0)
    assert watcher.left == pytest.approx((1000 - 12) * 10)


def test_a_retry_counts_its_own_frames() -> None:
    watcher = Watcher()
    watcher.see(rendering(0), 1)
    watcher.follow(rendering, 0, 1.0, 100, 1.0)
    watcher.see(replace(watcher.seen, remote_id="s"), 1)
    assert watcher.left is None


def test_what_stands_still_has_no_speed() -> None:
    watcher = Watcher()
    watcher.see(uploading(0), 1)
    watcher.follow(uploading, 0, MIB, 20, 0.5)
    previous = watcher.speed
    assert previous is not None
    for _ in range(7):
        watcher.now += 1
        assert watcher.speed is not None
        assert watcher.speed < previous
        previous = watcher.speed
    watcher.now += 2
    assert watcher.speed is None
    assert watcher.left is None


def test_a_change_of_speed_is_seen_within_seconds() -> None:
    watcher = Watcher()
    watcher.see(uploading(0), 1)
    done = watcher.follow(uploading, 0, MIB, 60, 0.5)
    watcher.follow(uploading, done, 3 * MIB, 11, 0.5)
    assert watcher.speed == pytest.approx(3 * MIB, rel=0.02)


def test_frames_in_bursts_are_taken_together() -> None:
    """Ten machines that need a hundred seconds a frame end at about the same time."""
    watcher = Watcher()
    watcher.see(rendering(0), 1)
    lefts = []
    for burst in range(5):
        watcher.see(rendering(burst * 10 + 8), 98)
        watcher.see(rendering(burst * 10 + 10), 2)
        lefts.append(watcher.left)
    assert all(left == pytest.approx((1000 - 10 * (number + 1)) * 10, rel=0.3) for number, left in enumerate(lefts))


def test_a_window_that_opens_midway_waits_for_a_whole_step() -> None:
    estimates = Estimates()
    for frames, now in ((500, 0.0), (501, 0.3), (502, 20.3), (503, 40.3)):
        seen = rendering(frames)
        estimates.take_in(seen, now)
        assert (estimates.seconds_left(seen, now) is None) == (now < 20)
    assert estimates.seconds_left(rendering(503), 40.3) == pytest.approx(497 * 20)


@pytest.mark.parametrize("stage", [Stage.DONE, Stage.FAILED, Stage.CANCELED])
def test_a_job_that_is_over_is_forgotten(stage: Stage) -> None:
    watcher = Watcher()
    watcher.see(downloading(0), 1)
    watcher.follow(downloading, 0, 10.0, 20, 0.5)
    assert watcher.speed == pytest.approx(10 * MIB, rel=0.05)
    fetched = watcher.seen
    watcher.see(replace(fetched, stage=stage), 1)
    assert (watcher.left, watcher.speed) == (None, None)
    assert watcher.estimates.seconds_left(fetched, watcher.now) is None
    watcher.estimates.forget("never seen")


def test_packing_without_a_total_has_a_speed_and_no_end() -> None:
    watcher = Watcher()
    watcher.see(job(Stage.PACKAGING), 1)
    watcher.follow(lambda done: job(Stage.PACKAGING, bytes_done=round(done)), 0, MIB, 10, 0.5)
    assert watcher.speed == pytest.approx(MIB)
    assert watcher.left is None


@pytest.mark.parametrize(("kind", "before", "after"), [(rendering, 1 / 10, 1 / 200), (uploading, MIB, 50.0 * MIB)])
def test_what_is_an_exception_once_is_the_rule_when_it_stays(
    kind: Callable[[float], JobRecord], before: float, after: float
) -> None:
    watcher = Watcher()
    watcher.see(kind(0), 1)
    done = watcher.follow(kind, 0, before, 100 if kind is rendering else 10, 10 if kind is rendering else 0.5)
    watcher.follow(kind, done, after, 200 * 15 if kind is rendering else 12, 200 if kind is rendering else 0.5)
    total = 1000 if kind is rendering else GIB
    so_far = watcher.seen.frames_rendered if kind is rendering else watcher.seen.bytes_done
    assert so_far is not None
    assert watcher.left == pytest.approx((total - so_far) / after, rel=0.05)
