# SPDX-License-Identifier: GPL-3.0-or-later
"""What an artist does with the extension, from the key to the frames, with a real mouse and keyboard.

All tests share one Blender (see conftest.py). A test starts from `panel`: a new saved project, the Render tab beside
the 3D viewport, the panel "Renderjuice" in sight; or from `running_job`: the same, with a long job submitted. To add
a step:

    def test_what_happens(window: Window, panel: Box) -> None:
        window.click("Words on a button", panel)          # waits until it reads them there, then a real click
        window.wait_for("jobs()[0]['stage'] == 'done'")   # Blender's state, with the functions of back_door.py
        window.screenshot("what it is called")

`window.search("Words", panel, "screenshot")` is F3, `window.display` the bare mouse and keyboard, and `window.see` what
can be read now. The mouse stays where it was: keys go to the editor that it is over. Quitting comes last.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

from renderjuice.tests.support.farm import API_KEY, Farm
from renderjuice.tests.window.display import Box
from renderjuice.tests.window.long_job import MANY_FRAMES, RENDER_SECONDS
from renderjuice.tests.window.window import Window, stop_button, wait

FIELD_DISTANCE = 60
"""Pixels from a label's end to a place inside its field."""
CHECK_BOX_DISTANCE = 14
"""Pixels from the begin of a label back to the check box before it."""

OPENED_IMAGE = (
    "next((a.spaces.active.image for w in bpy.context.window_manager.windows for a in w.screen.areas"
    " if a.type == 'IMAGE_EDITOR' and a.spaces.active.image), None)"
)


def test_a_newcomer_is_led_to_the_key(window: Window, project: Path, farm: Farm) -> None:
    window.sign_out()
    editor = window.area("PROPERTIES")
    window.scroll_to("Renderjuice", editor)
    window.wait_to_see("Enter your API key", editor)
    window.screenshot("no key yet")
    window.search("renderjuice pref", editor, "preferences by F3", "Preferences...")
    window.wait_for("len(bpy.context.window_manager.windows) == 2")
    preferences = window.area("PREFERENCES", 1)
    fill_in(window, "Server", farm.api_url, preferences)
    assert window.ask("preferences().server") == farm.api_url
    fill_in(window, "API Key", API_KEY, preferences)
    window.wait_for("module('live.readiness').is_ready(bpy.context)")
    window.screenshot("key is set")
    window.close_other_windows()
    window.wait_to_see("Render Animation", editor)
    window.screenshot("panel with a key")


def test_a_click_renders_the_animation(window: Window, panel: Box, project: Path) -> None:
    before = len(window.ask("jobs()"))
    button = window.wait_to_see("Render Animation", panel)
    window.screenshot("before the click", mark=button)
    window.click_at(*button.middle)
    window.wait_for(f"len(jobs()) == {before + 1}")
    window.screenshot("submitted")
    window.wait_for("jobs()[0]['stage'] == 'done'", RENDER_SECONDS)
    window.wait_to_see("Done", panel)
    window.screenshot("done")
    folder = Path(window.ask("jobs()[0]['output_dir']"))
    assert folder.is_relative_to(project)
    assert [path.suffix for path in folder.iterdir()] == [".png"] * 3
    window.ask("show_image_editor()")
    window.click("Open Frames", panel)
    window.wait_for(OPENED_IMAGE)
    window.settle()
    window.screenshot("frames are open")
    assert Path(window.ask(f"bpy.path.abspath({OPENED_IMAGE}.filepath)")).parent == folder


def test_f3_finds_what_renders(window: Window, panel: Box) -> None:
    before = len(window.ask("jobs()"))
    window.search("Render Frame on Renderjuice", panel, "submit by F3")
    window.wait_for(f"len(jobs()) == {before + 1}")
    window.wait_for("jobs()[0]['stage'] == 'done'", RENDER_SECONDS)
    assert window.ask("jobs()[0]['frames_downloaded']") == 1


def test_frames_that_are_open_do_not_hinder_the_next_render(window: Window, panel: Box) -> None:
    before = len(window.ask("jobs()"))
    window.click("Render Frame", panel)
    window.wait_for(f"len(jobs()) == {before + 1} and jobs()[0]['stage'] == 'done'", RENDER_SECONDS)
    window.ask("show_image_editor()")
    window.click("Open Frames", panel)
    window.wait_for(OPENED_IMAGE)
    window.settle()
    window.screenshot("a frame is open")
    window.click("Render Frame", panel)
    window.wait_for(f"len(jobs()) == {before + 2} and jobs()[0]['stage'] == 'done'", RENDER_SECONDS)


def test_a_scene_is_checked_as_soon_as_it_is_shown(window: Window, panel: Box) -> None:
    is_checked = "module('live.scene_check').findings(bpy.data.scenes[{!r}]) is not None"
    window.wait_for(is_checked.format("Scene"))
    window.ask("w = bpy.context.window_manager.windows[0]; w.scene = bpy.data.scenes.new('Other')")
    window.wait_for(is_checked.format("Other"))
    window.wait_to_see("has no camera", panel)
    window.ask("w = bpy.context.window_manager.windows[0]; w.scene = bpy.data.scenes['Scene']")
    window.wait_for(is_checked.format("Scene"))


def test_progress_moves_until_it_is_canceled(window: Window, running_job: str, panel: Box) -> None:
    window.wait_for("jobs()[0]['frames_downloaded'] >= 1", RENDER_SECONDS)
    earlier, before = window.picture(panel), window.ask("jobs()[0]['frames_downloaded']")
    window.screenshot("rendering")
    window.wait_for(f"jobs()[0]['frames_downloaded'] > {before}", RENDER_SECONDS)
    window.wait(lambda: window.picture(panel) != earlier, "the panel to be drawn with the progress")
    window.screenshot("more is rendered")
    window.scroll_to("Cancel", panel)
    window.click("Cancel", panel)
    yes = stop_button(window)
    window.screenshot("asked whether to cancel", mark=yes)
    assert window.ask("jobs()[0]['is_live']"), "it was canceled without a question"
    window.click_at(*yes.middle)
    window.wait_for("jobs()[0]['stage'] == 'canceled'", RENDER_SECONDS)
    window.wait_to_see("Canceled", panel)
    window.screenshot("canceled")


def test_what_an_artist_does_meanwhile_breaks_nothing(window: Window, running_job: str, panel: Box) -> None:
    viewport = window.area("VIEW_3D")
    window.display.move(*viewport.middle)
    window.settle()
    window.display.press("x")
    window.display.press("Return")
    window.wait_for("'Cube' not in bpy.context.window_manager.windows[0].view_layer.objects")
    window.display.press("ctrl+z")
    window.wait_for("'Cube' in bpy.context.window_manager.windows[0].view_layer.objects")
    window.display.press("ctrl+shift+z")
    window.wait_for("'Cube' not in bpy.context.window_manager.windows[0].view_layer.objects")
    goes_on(window, running_job, "after undo and redo")
    window.ask("w = bpy.context.window_manager.windows[0]; w.scene = bpy.data.scenes.new('Other')")
    window.ask("bpy.data.scenes.remove(bpy.data.scenes['Scene'])")
    goes_on(window, running_job, "after its scene was deleted")
    window.click("Window", Box(0, 0, panel.right, panel.top))
    window.click("New Window")
    window.wait_for("len(bpy.context.window_manager.windows) == 2")
    goes_on(window, running_job, "in two windows")
    window.close_other_windows()
    window.display.move(*viewport.middle)
    window.settle()
    window.display.press("ctrl+n")
    window.click("General")
    window.click("Don't Save")
    window.wait_for("not bpy.data.filepath")
    goes_on(window, running_job, "in a new file")


def test_disabled_and_enabled_it_follows_its_job_again(
    window: Window, running_job: str, panel: Box, farm: Farm
) -> None:
    worker = int(window.ask("worker()"))
    before = window.ask("handlers()")
    assert before
    window.search("renderjuice pref", panel, "preferences again", "Preferences...")
    window.wait_for("len(bpy.context.window_manager.windows) == 2")
    preferences = window.area("PREFERENCES", 1)
    check_box = enabling_check_box(window, preferences)
    window.click_at(*check_box)
    window.wait_for("EXTENSION not in bpy.context.preferences.addons")
    window.settle()
    window.screenshot("disabled")
    assert window.ask("handlers()") == []
    os.kill(worker, 0)
    window.click_at(*check_box)
    window.wait_for("EXTENSION in bpy.context.preferences.addons")
    assert window.ask("handlers()") == before
    window.close_other_windows()
    # Blender forgets the preferences of what is disabled, the server among them
    window.ask(f"sign_in({farm.api_url!r}, {API_KEY!r})")
    window.wait_for(f"any(job['id'] == {running_job!r} and job['is_live'] for job in jobs())")
    goes_on(window, running_job, "enabled again")


def test_a_worker_that_is_killed_comes_back(window: Window, running_job: str, panel: Box) -> None:
    worker = int(window.ask("worker()"))
    os.kill(worker, signal.SIGKILL)
    window.wait_for(f"worker() not in (0, {worker})", RENDER_SECONDS)
    goes_on(window, running_job, "after its worker was killed")


def test_a_broken_journal_is_said_and_a_new_one_begun(window: Window, panel: Box) -> None:
    journal = Path(window.ask("str(module('properties.preferences').home().journal)"))
    journal.write_bytes(b"this is no list of jobs " * 1000)
    window.click("Render Frame", panel)
    window.wait_for("'list of jobs' in module('live.jobs').trouble()")
    window.wait_to_see("list of jobs", panel)
    window.screenshot("the journal is broken")
    for file in journal.parent.glob(journal.name + "*"):
        file.unlink()
    window.wait_for("not module('live.jobs').trouble()", RENDER_SECONDS)
    # the first click after an error closes Blender's message
    window.display.move(*window.area("VIEW_3D").middle)
    window.settle()
    window.display.press("Escape")
    window.settle()
    before = len(window.ask("jobs()"))
    window.click("Render Frame", panel)
    window.wait_for(f"len(jobs()) == {before + 1} and jobs()[0]['stage'] == 'done'", RENDER_SECONDS)
    window.screenshot("a new journal")


def test_the_worker_goes_on_when_blender_quits(window: Window, running_job: str, panel: Box) -> None:
    worker = int(window.ask("worker()"))
    folder = Path(window.ask("jobs()[0]['output_dir']"))
    window.ask("bpy.ops.wm.save_mainfile()")
    window.display.move(*window.area("VIEW_3D").middle)
    window.settle()
    window.display.press("ctrl+q")
    assert window.process.wait(RENDER_SECONDS) == 0
    before = len(list(folder.iterdir()))
    wait(lambda: len(list(folder.iterdir())) > before + 3, "frames that come without Blender", RENDER_SECONDS)
    os.kill(worker, signal.SIGTERM)


def goes_on(window: Window, job_id: str, name: str) -> None:
    """The job is alive, is still followed, and more of its frames arrive."""
    one = f"next(job for job in jobs() if job['id'] == {job_id!r})"
    before = window.ask(f"{one}['frames_downloaded']")
    assert before < MANY_FRAMES
    window.wait_for(f"{one}['frames_downloaded'] > {before}", RENDER_SECONDS)
    window.screenshot(name)


def fill_in(window: Window, label: str, text: str, part: Box) -> None:
    """Type a text into the field beside a label, in place of what is there."""
    place = window.wait_to_see(label, part)
    window.click_at(place.right + FIELD_DISTANCE, place.middle[1])
    window.display.press("ctrl+a")
    window.display.write(text)
    window.display.press("Return")
    window.settle()


def enabling_check_box(window: Window, preferences: Box) -> tuple[int, int]:
    """Where the check box is that enables the extension, beside its name, among the preferences."""
    window.settle()
    # the first one from the top is what is searched for
    places = window.wait(lambda: window.see("Renderjuice", preferences)[1:], "the extension's name")
    name = min(places, key=lambda place: place.top)
    return name.left - CHECK_BOX_DISTANCE, name.middle[1]
