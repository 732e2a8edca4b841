# SPDX-License-Identifier: GPL-3.0-or-later
"""Paths with variables in braces, which Blender fills in when it writes there: `{blend_name}_####`. From 4.5 on."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

import bpy

from ...messages.message import Message
from .checked_scene import CheckedScene, Findings

PARTS = re.compile(r"\{\{|\}\}|\{[^{}]*\}|\{[^{}]*|\}")
"""Two braces that stand for one, an expression, one that does not end, and a lone brace (`path_templates.cc`)."""
NUMBER_FORMAT = re.compile(r"#+|#*\.#+")
"""How digits are asked for after a colon. Texts have no formats."""
NUMBERS = frozenset({"fps", "resolution_x", "resolution_y"})
TEXTS = frozenset({"blend_name"})
TEXTS_FROM_5_0 = frozenset({"blend_dir", "blend_name_lib", "blend_dir_lib", "scene_name"})
BLEND_FOLDER = re.compile(r"\{blend_dir(_lib)?\}")
"""How a path begins that counts from the .blend, wherever that lies."""


def check_output_path(checked: CheckedScene) -> Findings:
    """An output path with something in braces that Blender cannot fill in: it writes no frame there."""
    render = checked.scene.render
    # from 5.2 on the output need not be saved
    wrong = unfilled(checked.scene, render, "filepath") if getattr(render, "save_output", True) else ""
    if wrong:
        what = Message("The output path has “{}”, which Blender cannot fill in: {}.", wrong, render.filepath)
        fix = Message("Correct it in the Output properties. Two braces stand for one that is meant as such.")
        yield checked.error(what, fix)


def unfilled(scene: bpy.types.Scene, owner: Any, name: str) -> str:
    """The first thing in a path that Blender cannot fill in: a variable that it does not know, or a lone brace.

    "" means that there is none, as in all properties and versions that take braces as they are.
    """
    if not _takes_variables(owner, name):
        return ""
    is_of_node = not isinstance(owner, bpy.types.RenderSettings)
    return next(_wrong_parts(getattr(owner, name), _texts(scene, is_of_node=is_of_node)), "")


def is_beside_blend(owner: Any, name: str) -> bool:
    """True for a path that begins with the folder of the .blend as a variable."""
    return _takes_variables(owner, name) and BLEND_FOLDER.match(getattr(owner, name)) is not None


def _takes_variables(owner: Any, name: str) -> bool:
    return bool(getattr(owner.bl_rna.properties[name], "is_path_supports_templates", False))


def _texts(scene: bpy.types.Scene, *, is_of_node: bool) -> Collection[str]:
    """The variables that stand for texts (4.5 to 5.2). One has the camera's name, and is unknown without a camera."""
    if bpy.app.version < (5, 0):
        return TEXTS
    own = {"node_name"} if is_of_node else set()
    return TEXTS | TEXTS_FROM_5_0 | own | ({"camera_name"} if scene.camera else set())


def _wrong_parts(written: str, texts: Collection[str]) -> Iterator[str]:
    for part in PARTS.findall(written):
        if part in ("{{", "}}"):
            continue
        name, colon, digits = part[1:-1].partition(":")
        is_number = name in NUMBERS and (not colon or NUMBER_FORMAT.fullmatch(digits))
        is_text = name in texts and not colon
        if not part.endswith("}") or part == "}" or not (is_number or is_text):
            yield part
