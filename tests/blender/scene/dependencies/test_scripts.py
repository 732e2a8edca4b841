# SPDX-License-Identifier: GPL-3.0-or-later
"""OSL scripts of nodes and cameras."""

from __future__ import annotations

import os
from pathlib import Path

import bpy
import pytest

from renderjuice.tests.blender.scene.dependencies.needed_files import Find, touch

SCRIPT = """#include "util.h"
# include <deep/more.h>
#include "stdosl.h"
shader green(output color C = 0) { C = tint(); }
"""
UTIL = "color tint() { return color(0, shade(), 0); }\n"
MORE = '#include "shade.h"\n#include "../util.h"\n'
SHADE = '#include "more.h"\n#define shade() 1\n'
INCLUDED = ["osl/deep/more.h", "osl/deep/shade.h", "osl/util.h"]


def put_script(folder: Path) -> None:
    touch(folder, "osl/deep/more.h")
    (folder / "osl/green.osl").write_text(SCRIPT)
    (folder / "osl/util.h").write_text(UTIL)
    (folder / "osl/deep/more.h").write_text(MORE)
    (folder / "osl/deep/shade.h").write_text(SHADE)


def test_a_script_brings_what_it_includes(find: Find, folder: Path) -> None:
    put_script(folder)
    material = bpy.data.materials.new("script")
    if material.node_tree is None:
        material.use_nodes = True
    node = material.node_tree.nodes.new("ShaderNodeScript")
    node.mode, node.filepath = "EXTERNAL", "//osl/green.osl"
    bpy.data.objects["Cube"].data.materials.append(material)
    assert find().files == [*INCLUDED[:2], "osl/green.osl", INCLUDED[2]]
    touch(folder, "osl/green.oso")
    # what was compiled may be older than the script, once both were sent
    os.utime(folder / "osl/green.oso", (1, 1))
    assert find().files == [*INCLUDED[:2], "osl/green.osl", "osl/green.oso", INCLUDED[2]]
    node.filepath = "//osl/green.oso"
    assert find().files == ["osl/green.oso"]
    (folder / "osl/green.oso").unlink()
    assert find().missing == ["osl/green.oso"]


@pytest.mark.skipif("custom_filepath" not in bpy.types.Camera.bl_rna.properties, reason="it came with 4.5")
def test_a_camera_has_a_script(find: Find, folder: Path) -> None:
    put_script(folder)
    camera = bpy.context.scene.camera.data
    camera.type, camera.custom_mode, camera.custom_filepath = "CUSTOM", "EXTERNAL", "//osl/green.osl"
    assert find().files == sorted([*INCLUDED, "osl/green.osl"])
    (found,) = find().dependencies.used
    assert (found.kind, found.collection, found.user, find().refused) == ("OSL script", "cameras", "Camera", [])
    camera.type = "PERSP"
    assert (find().files, find().refused) == ([], [])
