# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside a Blender with a window: sees how long its main loop stays away, and how long panels take to draw.

`window.py` calls these functions by the back door of the tests in a window.
"""

from __future__ import annotations

import importlib
import inspect
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import addons
import bpy  # noqa: TID251

MODULE = "bl_ext.user_default.renderjuice"
INTERVAL = 0.001
"""Seconds between two looks of the probe, if Blender's loop is that fast; without an event it sleeps for 5 ms."""
REDRAW_INTERVAL = 0.5
"""Seconds between two redraws, as while the extension follows a job."""
SAVE_DELAY = 0.2
DRAWN_INTERVAL = 0.02
DRAWN = ("poll", "draw", "draw_header", "draw_header_preset", "draw_item", "draw_filter", "filter_items")

_began: float | None = None
_last = 0.0
_gaps: list[float] = []


def extension(name: str) -> ModuleType:
    """A module of the extension."""
    return importlib.import_module(f"{MODULE}.{name}")


def start() -> None:
    """Begin to look. The gap in which this is asked does not count."""
    global _began
    _gaps.clear()
    _began = None
    bpy.app.timers.register(_look, first_interval=INTERVAL, persistent=True)


def _look() -> float:
    global _began, _last
    now = time.perf_counter()
    if _began is None:
        _began = now
    else:
        _gaps.append((now - _last) * 1e3)
    _last = now
    return INTERVAL


def seconds() -> float:
    """How long the probe has been looking."""
    return _last - _began if _began is not None else 0.0


def stop() -> list[float]:
    """End it; gives the milliseconds between its looks. The gap in which this is asked does not count."""
    if bpy.app.timers.is_registered(_look):
        bpy.app.timers.unregister(_look)
    return list(_gaps)


def _end() -> None:
    stop()


def open_default(path: str, frames: int) -> None:
    """Save the default scene there, as an animation of so many frames."""
    bpy.ops.wm.read_homefile(use_factory_startup=False)
    bpy.context.scene.frame_end = frames
    bpy.ops.wm.save_as_mainfile(filepath=path)


def save_copy(path: str) -> None:
    """Have Blender's own operator save a copy in a moment, in the window as a click would have it."""

    def save() -> None:
        with bpy.context.temp_override(window=bpy.context.window_manager.windows[0]):
            bpy.ops.wm.save_as_mainfile(filepath=path, copy=True, compress=False)

    bpy.app.timers.register(save, first_interval=SAVE_DELAY)


def submit() -> None:
    """Submit the open scene as a script does. The probe begins when frames are fetched, and ends with the job."""
    live_jobs = extension("live.jobs")
    stage = extension("jobs.records").Stage
    earlier = {job.id for job in live_jobs.jobs()}

    def watch(_before: Any, after: Any) -> None:
        if after.id in earlier:
            return
        if after.stage in (stage.RENDERING, stage.DOWNLOADING) and not bpy.app.timers.is_registered(_look):
            start()
        elif not after.is_live:
            # in a moment, for the last redraw belongs to it
            bpy.app.timers.register(_end, first_interval=REDRAW_INTERVAL)
            live_jobs.observers.remove(watch)

    live_jobs.observers.append(watch)
    with bpy.context.temp_override(window=bpy.context.window_manager.windows[0]):
        bpy.ops.renderjuice.submit()


def is_looking() -> bool:
    """True while the probe runs."""
    return bpy.app.timers.is_registered(_look)


def redraw_regularly(is_wanted: bool) -> None:
    """Have Blender draw what the extension has drawn again, and as often, or end that."""
    if bpy.app.timers.is_registered(_redraw):
        bpy.app.timers.unregister(_redraw)
    if is_wanted:
        bpy.app.timers.register(_redraw)


def _redraw() -> float:
    manager = bpy.context.window_manager
    for area in _property_editors():
        area.tag_redraw()
    manager.extensions_updates = manager.extensions_updates
    return REDRAW_INTERVAL


def _property_editors() -> Iterator[Any]:
    for window in bpy.context.window_manager.windows:
        yield from (area for area in window.screen.areas if area.type == "PROPERTIES")


def enable(is_wanted: bool) -> None:
    """Enable the extension, or disable it."""
    (addons.enable if is_wanted else addons.disable)(MODULE)


def fill(count: int, many_frames: int) -> None:
    """Put so many jobs that are over into the journal, and choose one in their middle that has `many_frames`."""
    live_jobs, records = extension("live.jobs"), extension("jobs.records")
    config = extension("api.render_config").RenderConfig(frame_ranges=("1-50",), resolution=(1920, 1080))
    journal = live_jobs.session().journal
    for number in range(count):
        is_large, has_failed = number == count // 2, number % 3 == 1
        frames = tuple(range(1, (many_frames if is_large else 50) + 1))
        submission = records.Submission(
            job_id=f"{number:032x}",
            name=f"shot {number:03}",
            scene="Scene",
            blend=Path(bpy.data.filepath),
            snapshot=Path("/project/none"),
            frames=frames,
            config=config,
            output_dir=Path("/project/renderjuice"),
            api_url="http://127.0.0.1:9",
        )
        journal.add(submission)
        failure = records.Failure(
            records.FailureKind.RENDER_FAILED, "The farm failed to render the frames.", "Retry to render it after all."
        )
        journal.update(
            submission.job_id,
            stage=records.Stage.FAILED if has_failed else records.Stage.DONE,
            status="failed" if has_failed else "completed",
            frames_downloaded=len(frames) // (2 if has_failed else 1),
            final_config=config.to_json(),
            failure=failure if has_failed else None,
        )
    live_jobs.look_again()
    listed = bpy.context.window_manager.renderjuice
    listed.active = [row.name for row in listed.rows].index(f"{count // 2:032x}")


class Clock:
    """Times functions that Blender calls. What one of them calls counts with it."""

    def __init__(self) -> None:
        self._depth = 0
        self.count = 0
        self.total = self.own = self.longest = 0.0

    def put_into(self, classes: Sequence[type]) -> None:
        """Time all draw functions of panels and lists, callbacks included."""
        for owner in classes:
            for name in DRAWN:
                # inherited ones as well, for many panels share theirs
                function = inspect.getattr_static(owner, name, None)
                if isinstance(function, classmethod):
                    setattr(owner, name, classmethod(self.timed(function.__func__)))
                elif inspect.isfunction(function):
                    setattr(owner, name, self.timed(function))

    def take(self) -> tuple[float, float]:
        """Milliseconds since the last time that this was asked: of the clock, and of the processor."""
        found = self.total * 1e3, self.own * 1e3
        self.total = self.own = 0.0
        self.count = 0
        return found

    def timed(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """A function to put in its place. Blender counts the arguments of what it calls, so that it has as many."""
        names = ", ".join(inspect.signature(function).parameters)
        scope = {"function": function, "run": self._run}
        exec(f"def timed({names}): return run(function, {names})", scope)  # noqa: S102
        return scope["timed"]

    def _run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        self._depth += 1
        began, began_own = time.perf_counter(), time.thread_time()
        try:
            return function(*arguments)
        finally:
            self._depth -= 1
            if not self._depth:
                seconds = time.perf_counter() - began
                self.own += time.thread_time() - began_own
                self.total += seconds
                self.longest = max(self.longest, seconds)
                self.count += 1


_ours, _blenders = Clock(), Clock()
_drawn: list[tuple[float, float, float]] = []


def put_clocks() -> None:
    """Put a clock into our timers and panels, and one into Blender's own panels of the same tab. Done once."""
    panels = extension("panels").classes
    _blenders.put_into(
        [
            panel
            for panel in bpy.types.Panel.__subclasses__()
            if getattr(panel, "bl_space_type", "") == "PROPERTIES"
            and getattr(panel, "bl_context", "") == "render"
            and panel not in panels
        ]
    )
    _ours.put_into(panels)
    for module, name in (("live.timer", "tick"), ("live.arrivals", "serve")):
        setattr(extension(module), name, _ours.timed(getattr(extension(module), name)))


def longest() -> float:
    """Milliseconds of the longest stretch of our own code since the last time that this was asked."""
    found, _ours.longest = _ours.longest * 1e3, 0.0
    return found


def draw_again(times: int) -> None:
    """Have the largest Properties editor drawn so many times; `drawn` gives what that took."""
    area = max(_property_editors(), key=lambda area: area.width * area.height)
    _drawn.clear()
    _ours.take(), _blenders.take()

    def step() -> float | None:
        if _ours.count:
            (ours, own), (blenders, _) = _ours.take(), _blenders.take()
            _drawn.append((ours, own, blenders))
        if len(_drawn) == times:
            return None
        area.tag_redraw()
        return DRAWN_INTERVAL

    bpy.app.timers.register(step)


def drawn() -> list[tuple[float, float, float]]:
    """Milliseconds of our panels, of the processor's in them, and of Blender's own panels, redraw by redraw."""
    return list(_drawn)
