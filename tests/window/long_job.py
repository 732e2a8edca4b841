# SPDX-License-Identifier: GPL-3.0-or-later
"""A job that goes on for minutes, and the end of all jobs."""

from __future__ import annotations

from .display import Box
from .window import Window

RENDER_SECONDS = 60.0
MANY_FRAMES = 2000
"""A job of so many frames, with more samples than the others, goes on for minutes."""


def submit_long_job(window: Window, panel: Box) -> None:
    """Submit such a job by a click, and wait until it is in the list."""
    before = len(window.ask("jobs()"))
    window.ask(
        "scene = bpy.context.window_manager.windows[0].scene\n"
        f"scene.frame_end, scene.cycles.samples, scene.cycles.use_adaptive_sampling = {MANY_FRAMES}, 128, False\n"
        # the farm leaves a processor to Blender, and to whoever reads the screen
        "scene.render.threads_mode, scene.render.threads = 'FIXED', 1"
    )
    window.click("Render Animation", panel)
    window.wait_for(f"len(jobs()) == {before + 1}")


def end_all_jobs(window: Window) -> None:
    """Cancel whatever goes on, and wait until nothing does. A Blender that has quit is left alone."""
    if window.process.poll() is None:
        window.ask("cancel_all()")
        window.wait_for("not any(job['is_live'] for job in jobs())", RENDER_SECONDS)
