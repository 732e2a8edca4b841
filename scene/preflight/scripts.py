# SPDX-License-Identifier: GPL-3.0-or-later
"""Python in the file, which a farm may not run: Blender asks before it runs scripts of a file (Auto Run)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bpy

from ...messages.message import Message
from ..chunks import datablocks_in_chunks
from ..rendered.reading import unread_among
from .checked_scene import CheckedScene, Findings
from .finding import Finding, Severity, finding_about

CHANGES_FRAMES = re.compile(r"frame_change_p|depsgraph_update_p|render_(pre|init)|driver_namespace")
"""What a script that changes the image contains. Others, such as the buttons of a rig, change nothing in a render."""
FRAME_HANDLERS = ("frame_change_pre", "frame_change_post", "render_pre", "render_init", "depsgraph_update_pre")
DRIVERS_A_STEP = 500
"""Drivers that are looked at in one step."""


def check_drivers(checked: CheckedScene) -> Findings:
    """Drivers of what the scene uses whose expressions are Python. Blender evaluates simple expressions by itself."""
    scripted: dict[Any, tuple[str, list[str]]] = {}
    looked_at = 0
    for collection, has_nodes in _animated_collections():
        for chunk in datablocks_in_chunks(collection):
            for datablock in chunk:
                # nearly all have neither, and there may be many
                if datablock.animation_data or (has_nodes and datablock.node_tree):
                    for curves in _drivers(datablock, has_nodes):
                        expressions = [curve.driver.expression for curve in curves if _is_scripted(curve)]
                        if expressions:
                            scripted.setdefault(datablock, (collection, []))[1].extend(expressions)
                        looked_at += len(curves)
                        if looked_at >= DRIVERS_A_STEP:
                            looked_at = 0
                            yield None
            yield None
    unreached = yield from unread_among(checked.scene, scripted)
    used = {datablock: found for datablock, found in scripted.items() if datablock not in unreached}
    if not used:
        return
    datablock, (collection, expressions) = next(iter(used.items()))
    name, expression = datablock.name, expressions[0]
    count = sum(len(each) for _collection, each in used.values())
    what = Message("A driver of “{}” runs Python, which a farm may not allow: “{}”.", name, expression)
    if count > 1:
        what = Message("{} drivers run Python, which a farm may not allow. One of “{}”: “{}”.", count, name, expression)
    fix = Message("Write it as a simple expression, or bake what it moves to keyframes.")
    yield finding_about(datablock, collection, severity=Severity.WARNING, what=what, fix=fix)


def check_texts(_checked: CheckedScene) -> Findings:
    """Scripts that run when the file is opened and then change frames."""
    for text in bpy.data.texts:
        if text.use_module and CHANGES_FRAMES.search(text.as_string()):
            what = Message("The script “{}” runs when the file is opened, which a farm may not allow.", text.name)
            yield _script_finding(text, what)


def check_handlers(_checked: CheckedScene) -> Findings:
    """Scripts of the file that were run by hand and change frames in this Blender only."""
    names = {name for handler in FRAME_HANDLERS for name in _texts_behind(handler)}
    for name in sorted(names):
        text: bpy.types.Text | None = bpy.data.texts.get(name)
        if text is not None and not text.use_module:
            what = Message("The script “{}” was run here and changes frames; a farm does not run it.", name)
            yield _script_finding(text, what)


def _script_finding(text: bpy.types.Text, what: Message) -> Finding:
    fix = Message("Bake what it does to keyframes, or do without it.")
    return Finding(severity=Severity.WARNING, what=what, fix=fix, datablock=text.name)


def _animated_collections() -> Iterator[tuple[str, bool]]:
    """The collections of `bpy.data` whose datablocks can have drivers, and whether they can have nodes of their own."""
    for collection in bpy.types.BlendData.bl_rna.properties:
        if collection.type == "COLLECTION" and "animation_data" in collection.fixed_type.properties:
            yield collection.identifier, "node_tree" in collection.fixed_type.properties


def _drivers(datablock: Any, has_nodes: bool) -> Iterator[list[bpy.types.FCurve]]:
    """The drivers of a datablock and of its own nodes, in chunks: a rig may have thousands."""
    for owner in (datablock, datablock.node_tree) if has_nodes else (datablock,):
        begin = 0
        while owner and owner.animation_data:
            curves = list(owner.animation_data.drivers[begin : begin + DRIVERS_A_STEP])
            if curves:
                yield curves
            if len(curves) < DRIVERS_A_STEP:
                break
            begin += DRIVERS_A_STEP


def _is_scripted(curve: bpy.types.FCurve) -> bool:
    """True for a driver that only Python can evaluate."""
    driver = curve.driver
    return driver.type == "SCRIPTED" and not driver.is_simple_expression and not curve.mute


def _texts_behind(handler: str) -> Iterator[str]:
    """The names of the texts whose functions are among the handlers. The code of a text has its name as its file."""
    for function in getattr(bpy.app.handlers, handler):
        code = getattr(function, "__code__", None)
        if code is not None and not Path(code.co_filename).is_file():
            yield Path(code.co_filename).name
