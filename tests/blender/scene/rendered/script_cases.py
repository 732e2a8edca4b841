# SPDX-License-Identifier: GPL-3.0-or-later
"""Cases of `test_reading.py`: drivers and scripts that reach data by Python."""

from __future__ import annotations

import bpy

from renderjuice.tests.blender.scene.rendered.modifier_cases import nodes_that_are_off
from renderjuice.tests.blender.scene.rendered.object_cases import hidden_object
from renderjuice.tests.blender.scene.rendered.stage import Stage, case, shine_of


def driven_shine(stage: Stage, expression: str) -> None:
    """Another object shines as strongly as an expression tells; only a fake user keeps the image."""
    stage.node.image = None
    tree = stage.material.node_tree
    tree.links.clear()
    tree.links.new(shine_of(stage).outputs[0], next(each for each in tree.nodes if not each.outputs).inputs[0])
    stage.scene.collection.objects.link(stage.plane)
    shine_of(stage).inputs["Strength"].driver_add("default_value").driver.expression = expression


@case("DOUBTFUL")
def driver_that_names_the_image(stage: Stage) -> None:
    driven_shine(stage, 'bpy.data.images["paint.png"].pixels[0]')


@case("DOUBTFUL")
def driver_that_looks_at_all_images(stage: Stage) -> None:
    driven_shine(stage, "max(each.pixels[0] for each in bpy.data.images if each.has_data or each.size[0])")


@case("UNREAD")
def driver_that_names_another_image(stage: Stage) -> None:
    bpy.data.images.new("other", 1, 1).use_fake_user = True
    driven_shine(stage, 'bpy.data.images["other"].pixels[0]')


@case("UNREAD")
def driver_that_only_asks_the_scene(stage: Stage) -> None:
    driven_shine(stage, "bpy.context.scene.frame_current / 2")


@case("UNREAD")
def driver_of_what_nobody_sees(stage: Stage) -> None:
    driver_that_looks_at_all_images(stage)
    stage.plane.hide_render = True


@case("DOUBTFUL")
def driver_that_calls_a_function_of_the_file(stage: Stage) -> None:
    driven_shine(stage, "redness()")
    run_with_the_file(
        "import bpy\n"
        "def redness():\n"
        '    return bpy.data.images["paint" + ".png"].pixels[0]\n'
        'bpy.app.driver_namespace["redness"] = redness\n'
    )


@case("DOUBTFUL")
def script_that_shows_a_hidden_object(stage: Stage) -> None:
    hidden_object(stage)
    run_with_the_file(
        "import bpy\n"
        "def show(scene, _depsgraph=None):\n"
        '    bpy.data.objects["Plane"].hide_render = scene.frame_current != 2\n'
        "bpy.app.handlers.frame_change_pre.append(show)\n"
    )


@case("DOUBTFUL")
def script_that_switches_a_modifier_on(stage: Stage) -> None:
    nodes_that_are_off(stage)
    run_with_the_file(
        "import bpy\n"
        "def switch(scene, _depsgraph=None):\n"
        '    bpy.data.objects["Other"].modifiers[0].show_render = scene.frame_current == 2\n'
        "bpy.app.handlers.frame_change_pre.append(switch)\n"
    )


@case("UNREAD")
def script_that_changes_no_frame(stage: Stage) -> None:
    hidden_object(stage)
    run_with_the_file("import bpy\nprint(len(bpy.data.images))\n")


def run_with_the_file(code: str) -> None:
    """Have Blender run a text when it opens the file. What it adds goes when another file is opened."""
    text = bpy.data.texts.new("script.py")
    text.write(code)
    text.use_module = True


@case("DOUBTFUL")
def driver_that_names_something_else(stage: Stage) -> None:
    driven_shine(stage, 'bpy.data.images[0].pixels[0] if bpy.context.scene.name != "None" else 0')
