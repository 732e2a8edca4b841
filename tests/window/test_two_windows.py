# SPDX-License-Identifier: GPL-3.0-or-later
"""Two main windows on two scenes: the scene of the window in which the button is pressed is rendered."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from renderjuice.tests.window.display import Box
from renderjuice.tests.window.long_job import RENDER_SECONDS
from renderjuice.tests.window.window import Window

GREEN_SCENE = """
two = bpy.data.scenes.new("Two")
camera = bpy.data.objects.new("Second Camera", bpy.data.cameras.new("Second Camera"))
two.collection.objects.link(camera)
two.camera, two.world = camera, bpy.data.worlds.new("Green")
if bpy.app.version < (5, 0, 0):
    two.world.use_nodes = True
tree = two.world.node_tree
tree.nodes.clear()
background, end = tree.nodes.new("ShaderNodeBackground"), tree.nodes.new("ShaderNodeOutputWorld")
background.inputs["Color"].default_value = (0.0, 1.0, 0.0, 1.0)
tree.links.new(background.outputs[0], end.inputs["Surface"])
two.render.engine, two.view_settings.view_transform = "CYCLES", "Standard"
two.cycles.samples, two.cycles.use_denoising = 1, False
two.render.resolution_x, two.render.resolution_y = 48, 32
two.render.image_settings.file_format = "PNG"
with bpy.context.temp_override(window=bpy.context.window_manager.windows[0]):
    bpy.ops.wm.window_new_main()
"""
SCENES = "[w.scene.name for w in bpy.context.window_manager.windows]"


def test_the_scene_of_the_second_window_is_sent(window: Window, panel: Box, project: Path) -> None:
    window.ask(GREEN_SCENE)
    window.wait_for("len(bpy.context.window_manager.windows) == 2")
    window.ask("bpy.context.window_manager.windows[1].scene = bpy.data.scenes['Two']")
    window.ask("bpy.ops.wm.save_mainfile()")
    window.settle()
    second = window.area("PROPERTIES", 1)
    window.scroll_to("Renderjuice", second)
    before = len(window.ask("jobs()"))
    window.screenshot("two scenes in two windows")
    window.click("Render Frame", second)
    window.wait_for(f"len(jobs()) == {before + 1}")
    # the window from which it was submitted is closed while the job is on its way
    assert window.ask(SCENES) == ["Scene", "Two"]
    window.close_other_windows()
    window.wait_for("jobs()[0]['stage'] == 'done'", RENDER_SECONDS)
    (frame,) = Path(window.ask("jobs()[0]['output_dir']")).glob("*.png")
    with Image.open(frame) as image:
        red, green, blue = image.convert("RGB").getpixel((4, 4))
    assert green > 200 > 50 > max(red, blue)
    assert window.ask(SCENES) == ["Scene"]
    window.screenshot("the scene of the second window is rendered")
