# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of a job's frames in the open file: later renders stay as they are, and so does the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from renderjuice.tests.support.farm import API_KEY, Farm
from renderjuice.tests.window.display import Box
from renderjuice.tests.window.long_job import RENDER_SECONDS
from renderjuice.tests.window.widths import widths
from renderjuice.tests.window.window import Window

SCENE = "bpy.data.scenes['Scene']"
STRIPS = "module('scene.blender_versions').all_strips(bpy.data.scenes['{}'])"
IMAGES = "sorted(i.name for i in bpy.data.images if 'renderjuice_job' in i)"
SEVERITIES = f"[finding.severity for finding in module('live.scene_check').findings({SCENE}) or ()]"
MAKE_STRIPS_OF_BEFORE = """
scene = bpy.data.scenes['Scene']
editor = scene.sequence_editor_create()
strips = editor.strips if hasattr(editor, 'strips') else editor.sequences
own = bpy.data.scenes['Scene Frames'].sequence_editor
path = (own.strips if hasattr(own, 'strips') else own.sequences)[0].directory + '0001.png'
strips.new_image(name='shot', filepath=path, channel=1, frame_start=1)['renderjuice_job'] = 'job'
"""


@pytest.fixture(params=widths())
def narrow_panel(request: pytest.FixtureRequest, window: Window, farm: Farm, tmp_path: Path) -> Box:
    """The panel in a Properties editor of as many pixels, which is as high as the window."""
    window.display.press("Escape")
    window.close_other_windows()
    window.ask(f"new_project({str(tmp_path / 'shot.blend')!r}, 3)")
    window.ask(f"split_viewport({request.param})")
    window.wait_for("show_render_tab()")
    window.settle()
    window.ask(f"sign_in({farm.api_url!r}, {API_KEY!r})")
    editor = window.area("PROPERTIES")
    window.scroll_to("Renderjuice", editor)
    return editor


def render(window: Window, panel: Box, words: str) -> Path:
    """Have the farm render by a click; gives the folder of the frames."""
    before = len(window.ask("jobs()"))
    # where the mouse was, a tooltip may cover the button
    window.display.move(*window.area("OUTLINER").middle)
    window.click(words, panel)
    window.wait_for(f"len(jobs()) == {before + 1} and jobs()[0]['stage'] == 'done'", RENDER_SECONDS)
    return Path(window.ask("jobs()[0]['output_dir']"))


def test_strips_change_no_later_render(window: Window, narrow_panel: Box) -> None:
    window.ask(f"{SCENE}.renderjuice.open_with = 'SEQUENCER'")
    first = render(window, narrow_panel, "Render Frame")
    window.wait_for("'Scene Frames' in bpy.data.scenes")
    window.screenshot("strips are added")
    second = render(window, narrow_panel, "Render Frame")
    window.wait_for(f"len({STRIPS.format('Scene Frames')}) == 2")
    assert window.ask(f"len({STRIPS.format('Scene')})") == 0
    assert window.ask("bpy.context.window_manager.windows[0].scene.name") == "Scene"
    pictures = [window.ask(f"pixels_of({str(folder / '0001.png')!r})") for folder in (first, second)]
    assert pictures[0] == pictures[1]
    # a file of before has such strips in the scene itself
    window.ask(MAKE_STRIPS_OF_BEFORE)
    window.wait_to_see("Render the Scene", narrow_panel)
    assert window.ask(SEVERITIES) == ["error"]
    window.screenshot("frames of a job would be rendered")
    window.ask(f"del {STRIPS.format('Scene')}[0]['renderjuice_job']; {SCENE}.frame_end = 4")
    window.wait_for(f"{SEVERITIES} == ['warning']")
    window.settle()
    window.screenshot("strips would be rendered")
    window.click("Render the Scene", narrow_panel)
    window.wait_for(f"not {SCENE}.render.use_sequencer")
    window.wait_for(f"module('live.scene_check').findings({SCENE}) == ()")
    window.wait_to_see("Cycles", narrow_panel)
    window.screenshot("the scene is rendered again")


def test_a_job_that_is_done_changes_no_file_that_shows_no_images(window: Window, narrow_panel: Box) -> None:
    render(window, narrow_panel, "Render Frame")
    window.settle()
    window.screenshot("done and nothing is open")
    assert window.ask(IMAGES) == []
    window.ask("show_image_editor()")
    window.ask("bpy.ops.renderjuice.open_frames()")
    window.wait_for(f"{IMAGES} == ['Scene 1']")
    render(window, narrow_panel, "Render Animation")
    window.wait_for(f"{IMAGES} == ['Scene 1-3']")
    window.settle()
    window.screenshot("the same image shows the animation")
    window.ask("bpy.ops.wm.save_mainfile()")
    window.settle()
    window.screenshot("it is shown after saving")
    assert window.ask(IMAGES) == ["Scene 1-3"]
    window.display.move(*window.area("IMAGE_EDITOR").middle)
    window.ask("bpy.ops.ed.undo_push(message='Test')")
    window.display.press("ctrl+z")
    window.settle()
    window.ask("bpy.ops.wm.revert_mainfile()")
    window.settle()
    assert window.ask(IMAGES) == []
