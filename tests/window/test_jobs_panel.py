# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel "Jobs" and what runs, at the widths that editors have: every state, and that nothing moves in between."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from renderjuice.tests.support.farm import API_KEY, Farm, running_farm
from renderjuice.tests.window.display import Box
from renderjuice.tests.window.long_job import RENDER_SECONDS, end_all_jobs, submit_long_job
from renderjuice.tests.window.widths import widths
from renderjuice.tests.window.window import Window, stop_button

INSIDE = 3
"""Pixels from the right edge of the buttons to a column of pixels that no text reaches."""
STEP = 5
"""Shades of grey between the ground and a button, grey or not."""
EDGE = 4
"""Pixels of an edge with its shadow, and how far it may seem to be when the button turns grey."""
CHOOSE_AGAIN = "listed = bpy.context.window_manager.renderjuice; listed.active = listed.active"
"""What a click on the row of the chosen job does."""
BELOW = 230
"""Pixels below the first row of the grid of buttons that are compared, too: the rest of it, and the preview's begin."""


@pytest.fixture(params=widths())
def narrow(request: pytest.FixtureRequest, window: Window, farm: Farm, tmp_path: Path) -> Iterator[Box]:
    """The Properties editor at a width that people have, at the panel, with nothing in the list of jobs."""
    window.display.press("Escape")
    window.close_other_windows()
    window.ask(f"sign_in({farm.api_url!r}, {API_KEY!r})")
    end_all_jobs(window)
    window.ask("[bpy.ops.renderjuice.remove(job=job['id']) for job in jobs()]")
    window.ask(f"new_project({str(tmp_path / 'shot_010.blend')!r}, 3)")
    window.ask(f"split_viewport({request.param})")
    window.wait_for("show_render_tab()")
    window.settle()
    title, window.title = window.title, f"{window.title} {request.param}"
    editor = window.area("PROPERTIES")
    window.scroll_to("Renderjuice", editor)
    yield editor
    window.title = title
    end_all_jobs(window)


def see_first_frames(window: Window, panel: Box) -> None:
    """Submit a job that goes on for minutes, and wait until frames of it are here."""
    submit_long_job(window, panel)
    window.wait_for("jobs()[0]['frames_downloaded'] >= 1", RENDER_SECONDS)
    # the panel has become higher
    window.scroll_to("Render Frame", panel)


def places(window: Window, panel: Box) -> list[int]:
    """Where buttons, bar, list and preview begin and end: each y where the shade changes inside their right edge."""
    window.settle(panel)
    first, last = window.wait_to_see("Render Animation", panel), window.wait_to_see("Folder", panel)
    picture = window.display.picture().convert("L")

    def shade(x: int, y: int) -> int:
        return int(picture.getpixel((x, y)))  # type: ignore[arg-type]

    y = first.middle[1]
    button = shade(first.right + EDGE, y)
    right = next(x for x in range(first.right + EDGE, panel.right) if abs(shade(x, y) - button) > STEP) - INSIDE
    rows = range(first.top - 2 * EDGE, last.bottom + BELOW)
    changes = [y for y in rows if abs(shade(right, y) - shade(right, y - 1)) > STEP]
    return [y for before, y in zip([0, *changes], changes, strict=False) if y - before > EDGE]


def assert_same(now: list[int], before: list[int]) -> None:
    """Nothing moved, nothing came and nothing went."""
    assert len(now) == len(before) > 10, (now, before)
    assert all(abs(a - b) <= EDGE // 2 for a, b in zip(now, before, strict=True)), (now, before)


def available(window: Window) -> list[str]:
    """What can be done with jobs from a menu or by F3; the rest is grey there."""
    names = ["cancel", "retry", "download", "open_frames", "open_folder", "remove"]
    found: list[str] = window.ask(f"[name for name in {names} if getattr(bpy.ops.renderjuice, name).poll()]")
    return found


def test_no_button_moves_from_before_the_first_frame_to_the_end(window: Window, narrow: Box) -> None:
    window.screenshot("nothing runs")
    see_first_frames(window, narrow)
    window.screenshot("first frames")
    first = places(window, narrow)
    before = window.ask("jobs()[0]['frames_downloaded']")
    window.wait_for(f"jobs()[0]['frames_downloaded'] > {before + 20}", RENDER_SECONDS)
    window.wait_for("module('live.thumbnails').icon_of(jobs()[0]['id'])", RENDER_SECONDS)
    window.settle(narrow)
    window.screenshot("more frames and a preview")
    assert_same(places(window, narrow), first)
    window.click("Cancel", narrow)
    window.screenshot("stop rendering")
    window.click_at(*stop_button(window).middle)
    window.wait_for("jobs()[0]['stage'] == 'canceled'", RENDER_SECONDS)
    window.settle(narrow)
    window.screenshot("canceled")
    assert_same(places(window, narrow), first)


def test_a_lost_connection_is_said_and_waited_for(window: Window, narrow: Box, program: str, version: str) -> None:
    with pytest.raises(AssertionError, match="did not end in good order"), running_farm({version: program}) as other:
        window.ask(f"sign_in({other.api_url!r}, {API_KEY!r})")
        see_first_frames(window, narrow)
        os.kill(other.pid, signal.SIGKILL)
        window.wait_for("module('live.jobs').jobs()[0].is_unconnected", RENDER_SECONDS)
        window.wait_to_see("trying again", narrow)
        window.screenshot("no connection")
        window.click("Render Frame", narrow)
        window.wait_for("len(jobs()) == 2")
        window.wait_for("module('live.jobs').jobs()[0].is_unconnected", RENDER_SECONDS)
        window.wait_to_see("Waiting for a", narrow)
        window.screenshot("submitted without a connection")
        # nothing is charged yet, so that no question is asked
        window.click("Cancel", narrow)
        window.wait_for("jobs()[0]['stage'] == 'canceled'", RENDER_SECONDS)
        window.screenshot("canceled without a question")
        window.ask("module('live.jobs').session().journal.update(jobs()[1]['id'], stage='canceled')")
    window.wait_for("not any(job['is_live'] for job in jobs())", RENDER_SECONDS)


def test_what_a_job_says_that_is_over(window: Window, narrow: Box) -> None:
    assert available(window) == []
    window.click("Render Animation", narrow)
    window.wait_for("jobs()[0]['stage'] == 'done'", RENDER_SECONDS)
    assert available(window) == ["open_frames", "open_folder", "remove"]
    window.scroll_to("Render Frame", narrow)
    window.wait_to_see("Done", narrow)
    window.screenshot("done")
    folder = Path(window.ask("jobs()[0]['output_dir']"))
    for frame in sorted(folder.iterdir())[:2]:
        frame.unlink()
    window.ask(CHOOSE_AGAIN)
    window.wait_to_see("3 here", narrow)
    window.screenshot("two frames deleted")
    window.click("Download", narrow)
    window.wait_for("module('live.jobs').frames_here(module('live.jobs').jobs()[0]) == 3", RENDER_SECONDS)
    assert len(list(folder.iterdir())) == 3
    # the farm does not know it any more
    window.ask(
        "module('live.jobs').session().journal.update(jobs()[0]['id'], remote_id=str(__import__('uuid').uuid4()))"
    )
    next(folder.iterdir()).unlink()
    window.ask(f"module('live.jobs').look_again(); {CHOOSE_AGAIN}")
    # a button below the mouse stays as grey as it was when the mouse came (4.3)
    window.display.move(*window.area("VIEW_3D").middle)
    window.wait_to_see("3 here", narrow)
    window.click("Download", narrow)
    window.wait_to_see("no longer on", narrow, RENDER_SECONDS)
    window.screenshot("a download that failed")
    assert window.ask("jobs()[0]['stage']") == "done"


def test_a_crash_on_the_farm_is_one_sentence(window: Window, narrow: Box, farm: Farm) -> None:
    see_first_frames(window, narrow)
    children = Path(f"/proc/{farm.pid}/task/{farm.pid}/children").read_text(encoding="ascii").split()
    for pid in children:
        os.kill(int(pid), signal.SIGSEGV)
    window.wait_for("jobs()[0]['stage'] == 'failed'", RENDER_SECONDS)
    window.wait_to_see("crashed on the farm", narrow)
    window.settle(narrow)
    window.screenshot("crashed")
    window.click("Copy Details", narrow)
    assert "blender_crashed" in window.ask("bpy.context.window_manager.clipboard")


def test_jobs_are_told_apart(window: Window, narrow: Box) -> None:
    for samples in (1, 2):
        window.ask(f"bpy.context.window_manager.windows[0].scene.cycles.samples = {samples}")
        window.click("Render Animation", narrow)
        window.wait_for(f"len(jobs()) == {samples} and jobs()[0]['stage'] == 'done'", RENDER_SECONDS)
    window.scroll_to("Render Frame", narrow)
    titles = "[str(module('panels.job_rows').title_of(job)) for job in module('live.jobs').jobs()]"
    assert window.ask(titles) == ["1-3 · 2 samples", "1-3 · 1 sample"]
    window.screenshot("two jobs of the same frames")
    other = str(Path(window.ask("bpy.data.filepath")).with_name("shot_020.blend"))
    window.ask(f"bpy.ops.wm.save_as_mainfile(filepath={other!r}); module('live.redrawing').redraw()")
    assert window.ask(titles) == ["1-3 · shot_010 · 2 samples", "1-3 · shot_010 · 1 sample"]
    window.settle(narrow)
    window.screenshot("jobs of another file")
