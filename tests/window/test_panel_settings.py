# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel at the width that Blender opens with, and at a comfortable one: the first steps, what is sent and how.

A picture of each state is kept. What is asked of the words on the screen is that they are whole, and of two states that
what the mouse is over stays where it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from renderjuice.tests.support.farm import API_KEY, Farm
from renderjuice.tests.window.display import Box
from renderjuice.tests.window.widths import DEFAULT_WIDTH, widths
from renderjuice.tests.window.window import Window

AT_ALL_WIDTHS = pytest.mark.parametrize("editor", widths(), indirect=True)
CHECK_BOX_DISTANCE = 18
"""Pixels from a label's end to the check box after it."""
PRESETS_DISTANCE = 50
"""Pixels from the editor's right end to the button of the presets, in the header of the panel "Overrides"."""


@pytest.fixture
def editor(window: Window, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Box]:
    """A Properties editor of that width with the Render tab, with nothing set up; left as a newcomer finds it."""
    window.display.press("Escape")
    window.close_other_windows()
    window.sign_out()
    window.ask(f"new_project({str(tmp_path / 'shot_010.blend')!r}, 5)")
    window.ask(f"split_viewport({getattr(request, 'param', DEFAULT_WIDTH)})")
    window.wait_for("show_render_tab()")
    window.ask("bpy.context.window_manager.windows[0].scene.render.engine = 'BLENDER_WORKBENCH'")
    window.settle()
    yield window.area("PROPERTIES")
    window.display.press("Escape")
    window.sign_out()


@pytest.fixture
def panel(window: Window, editor: Box, farm: Farm) -> Box:
    """The same with server and key set up, and Cycles."""
    window.ask(f"sign_in({farm.api_url!r}, {API_KEY!r})")
    window.ask("bpy.context.window_manager.windows[0].scene.render.engine = 'CYCLES'")
    window.scroll_to("Renderjuice", editor)
    return editor


def look_away(window: Window) -> None:
    """Move the mouse off the panel, where it has tooltips."""
    window.display.move(*window.area("VIEW_3D").middle)
    window.settle()


def picture(window: Window, editor: Box, name: str) -> None:
    window.settle(editor)
    width = editor.right - editor.left
    window.screenshot(f"{width} {name}")


def type_into(window: Window, place: tuple[int, int], text: str) -> None:
    window.click_at(*place)
    window.display.press("ctrl+a")
    window.display.write(text)
    window.display.press("Return")
    window.settle()


def test_a_key_is_tested_by_itself(window: Window, editor: Box, farm: Farm) -> None:
    window.scroll_to("Renderjuice", editor)
    window.wait_to_see("Enter your API key", editor)
    picture(window, editor, "no key")
    window.ask(f"preferences().server = {farm.api_url!r}")
    window.settle(editor)
    asked = window.wait_to_see("Enter the API key", editor)
    picture(window, editor, "no key for this server")
    field = (editor.middle[0] + 20, asked.middle[1] + 22)
    type_into(window, field, "RJ-mistyped")
    window.wait_to_see("Paste it again", editor)
    picture(window, editor, "the key is refused")
    assert not window.ask("module('live.readiness').is_ready(bpy.context)")
    type_into(window, (editor.middle[0] + 20, window.wait_to_see("Paste it again", editor).middle[1] + 22), API_KEY)
    window.wait_to_see("Render Animation", editor)
    picture(window, editor, "the key is right")


def test_a_file_is_saved_first(window: Window, panel: Box) -> None:
    window.ask("bpy.ops.wm.read_homefile(use_factory_startup=False)")
    window.ask(f"split_viewport({panel.right - panel.left})")
    window.wait_for("show_render_tab()")
    window.scroll_to("Renderjuice", panel)
    window.wait_to_see("Save the file first", panel)
    picture(window, panel, "not saved yet")
    window.click("Save As...", panel)
    window.wait_for("any(a.type == 'FILE_BROWSER' for w in bpy.context.window_manager.windows for a in w.screen.areas)")
    window.display.press("Escape")
    window.close_other_windows()


@AT_ALL_WIDTHS
def test_nothing_moves_when_an_override_is_ticked(window: Window, panel: Box) -> None:
    scene = "bpy.context.window_manager.windows[0].scene"
    picture(window, panel, "ready")
    window.click("Overrides", panel)
    window.wait_to_see("Frames", panel)
    window.scroll_to("Overrides", panel)
    picture(window, panel, "overrides show the scene")
    words = ("Tile Size", "Render Animation")
    before = {each: window.wait_to_see(each, panel).top for each in words}
    header = window.wait_to_see("Overrides", panel)
    rows = Box(panel.left, header.bottom, panel.right, panel.bottom)
    for label in ("Frames", "Samples", "Denoise"):
        place = window.wait_to_see(label, rows)
        window.click_at(place.right + CHECK_BOX_DISTANCE, place.middle[1])
    look_away(window)
    picture(window, panel, "overrides are ticked")
    settings = "(s.use_frame_ranges, s.frame_ranges, s.use_sample_count, s.sample_count, s.use_denoising_enabled)"
    assert window.ask(f"s = {scene}.renderjuice; {settings}") == [True, "1-5", True, 2, True]
    assert {each: window.wait_to_see(each, panel).top for each in words} == pytest.approx(before, abs=3)
    window.ask(f"{scene}.renderjuice.sample_count = 64; {scene}.renderjuice.frame_ranges = '1-3'; redraw()")
    picture(window, panel, "overrides differ")
    assert {each: window.wait_to_see(each, panel).top for each in words} == pytest.approx(before, abs=3)
    window.click("Quality", panel)
    window.scroll_to("Format", panel)
    window.click("Format", panel)
    window.wait_to_see("Percentage", panel)
    window.scroll_to("Format", panel)
    picture(window, panel, "format")
    window.ask(
        f"s = {scene}.renderjuice; s.use_output_format = True; s.output_format = 'OPEN_EXR_MULTILAYER'; redraw()"
    )
    picture(window, panel, "another format")
    # a wide header names the overridden format, too
    window.click("Format", Box(panel.left, window.wait_to_see("Quality", panel).bottom, panel.right, panel.bottom))
    window.click("Farm", panel)
    window.wait_to_see("GPUs", panel)
    picture(window, panel, "farm")


@AT_ALL_WIDTHS
def test_findings_are_shown_and_go_by_themselves(window: Window, panel: Box, tmp_path: Path) -> None:
    window.ask(
        "import os\n"
        f"path = {str(tmp_path / 'textures' / 'tiles.png')!r}\n"
        "os.makedirs(os.path.dirname(path), exist_ok=True)\n"
        "image = bpy.data.images.new('tiles.png', 8, 8)\n"
        "image.filepath_raw, image.file_format = path, 'PNG'\n"
        "image.save()\n"
        "os.rename(path, path + '.away')\n"
        "loaded = bpy.data.images['tiles.png']; loaded.source = 'FILE'; loaded.filepath = '//textures/tiles.png'\n"
        "material = bpy.data.materials['Material']; material.use_nodes = True\n"
        "node = material.node_tree.nodes.new('ShaderNodeTexImage'); node.image = loaded\n"
        "shader = next(n for n in material.node_tree.nodes if n.type == 'BSDF_PRINCIPLED')\n"
        "material.node_tree.links.new(node.outputs[0], shader.inputs['Base Color'])"
    )
    window.wait_to_see("Find Files", panel)
    picture(window, panel, "a texture is missing")
    window.ask(f"import os; path = {str(tmp_path / 'textures' / 'tiles.png')!r}; os.rename(path + '.away', path)")
    window.wait(lambda: not window.see("Find Files", panel), "the finding to go by itself", 15.0)
    window.click("What Will Be Sent", panel)
    window.scroll_to("What Will Be Sent", panel)
    window.wait_to_see("tiles.png", panel)
    picture(window, panel, "what will be sent")


@AT_ALL_WIDTHS
def test_remarks_are_below_the_buttons_and_the_output_is_whole(window: Window, panel: Box) -> None:
    scene = "bpy.context.window_manager.windows[0].scene"
    before = window.wait_to_see("Render Frame", panel)
    window.ask(f"s = {scene}; s.render.resolution_percentage = 50; s.render.use_simplify = True; s.frame_end = 1")
    window.ask("redraw()")
    window.wait_to_see("Simplify is on", panel)
    assert abs(window.wait_to_see("Render Frame", panel).top - before.top) <= 3
    window.click("Output", Box(panel.left, window.wait_to_see("Overrides", panel).bottom, panel.right, panel.bottom))
    window.scroll_to("When Done", panel)
    window.wait_to_see("Show in Image Editor", panel)
    picture(window, panel, "remarks and output")


def test_f3_shows_what_renders_first(window: Window, panel: Box) -> None:
    for words in ("renderjuice", "submit", "cloud", "render farm"):
        window.display.move(*window.area("VIEW_3D").middle)
        window.settle()
        window.display.press("F3")
        window.settle()
        window.display.write(words)
        renders = [window.wait_to_see(f"Render {what} on Renderjuice").top for what in ("Animation", "Frame")]
        window.screenshot(f"F3 {words}")
        others = [place.top for other in ("Retry Job", "List Files") for place in window.see(other)]
        assert not others or max(renders) < min(others), words
        window.display.press("Escape")
        window.settle()


def test_three_presets_come_along(window: Window, panel: Box) -> None:
    header = window.wait_to_see("Overrides", panel)
    window.click_at(panel.right - PRESETS_DISTANCE, header.middle[1])
    window.wait_to_see("Every 10th Frame")
    picture(window, panel, "presets")
    window.click("Draft 50")
    settings = "bpy.context.window_manager.windows[0].scene.renderjuice"
    window.wait_for(f"({settings}.use_resolution_percentage, {settings}.resolution_percentage) == (True, 50)")
    look_away(window)
    picture(window, panel, "a preset is used")
