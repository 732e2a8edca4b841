# SPDX-License-Identifier: GPL-3.0-or-later
"""Python in the file, which a farm may not run: Blender asks before it runs scripts of a file (Auto Run)."""

from __future__ import annotations

import ast
import builtins
import math
import re
from collections.abc import Iterator
from typing import Any

import bpy

from ...messages.message import Message
from ..chunks import datablocks_in_chunks
from ..rendered.reading import unread_among
from .checked_scene import CheckedScene, Findings
from .finding import Finding, Severity, finding_about
from .handlers import foreign_handlers
from .origins import Origin, OriginKind, origin_of

CHANGES_FRAMES = re.compile(
    r"frame_change_p|depsgraph_update_p|render_(pre|init|post|write)|composite_p|driver_namespace"
)
"""What a script that changes the image contains. Others, such as the buttons of a rig, change nothing in a render."""
BLENDER_NAMES = frozenset(
    {*dir(builtins), *dir(math), "bpy", "noise", "clamp", "lerp", "smoothstep", "frame", "self", "depsgraph"}
)
"""What every Blender knows in the expressions of drivers (`bpy_driver.cc`, 4.2 to 5.2)."""
DRIVERS_A_STEP = 500
"""Drivers that are looked at in one step."""


def check_drivers(checked: CheckedScene) -> Findings:
    """Drivers of what the scene uses whose expressions are Python. Blender evaluates simple expressions by itself."""
    scripted: dict[Any, tuple[str, list[str]]] = {}
    foreign: dict[Any, dict[str, Origin]] = {}
    looked_at = 0
    for collection, has_nodes in _animated_collections():
        for chunk in datablocks_in_chunks(collection):
            for datablock in chunk:
                # nearly all have neither, and there may be many
                if datablock.animation_data or (has_nodes and datablock.node_tree):
                    for curves in _drivers(datablock, has_nodes):
                        for curve in filter(_is_scripted, curves):
                            expressions = scripted.setdefault(datablock, (collection, []))[1]
                            if names := _foreign_names(curve):
                                foreign.setdefault(datablock, {}).update(names)
                            else:
                                expressions.append(curve.driver.expression)
                        looked_at += len(curves)
                        if looked_at >= DRIVERS_A_STEP:
                            looked_at = 0
                            yield None
            yield None
    unreached = yield from unread_among(checked.scene, scripted)
    used = {datablock: found for datablock, found in scripted.items() if datablock not in unreached}
    fix = Message("Write it as a simple expression, or bake what it moves to keyframes.")
    told: set[str] = set()
    for datablock, (collection, _expressions) in used.items():
        for name, origin in foreign.get(datablock, {}).items():
            if name not in told:
                told.add(name)
                what = Message(
                    "A driver of “{}” uses “{}”, which a farm does not have: it comes from {}.",
                    datablock.name,
                    name,
                    origin.words,
                )
                yield finding_about(datablock, collection, severity=Severity.WARNING, what=what, fix=fix)
    used = {datablock: found for datablock, found in used.items() if found[1]}
    if not used:
        return
    datablock, (collection, expressions) = next(iter(used.items()))
    name, expression = datablock.name, expressions[0]
    count = sum(len(each) for _collection, each in used.values())
    what = Message("A driver of “{}” runs Python, which a farm may not allow: “{}”.", name, expression)
    if count > 1:
        what = Message("{} drivers run Python, which a farm may not allow. One of “{}”: “{}”.", count, name, expression)
    yield finding_about(datablock, collection, severity=Severity.WARNING, what=what, fix=fix)


def check_texts(_checked: CheckedScene) -> Findings:
    """Scripts that run when the file is opened and then change frames."""
    at_work = {origin.name for origin in foreign_handlers() if origin.kind is OriginKind.TEXT}
    for text in bpy.data.texts:
        if text.use_module and (text.name in at_work or CHANGES_FRAMES.search(text.as_string())):
            what = Message("The script “{}” runs when the file is opened, which a farm may not allow.", text.name)
            fix = Message("Bake what it does to keyframes, or do without it.")
            yield Finding(severity=Severity.WARNING, what=what, fix=fix, datablock=text.name)


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


def _foreign_names(curve: bpy.types.FCurve) -> dict[str, Origin]:
    """The names in a driver's expression that an add-on or a script has added to this Blender, and who has."""
    driver = curve.driver
    try:
        tree = ast.parse(driver.expression.strip(), mode="eval")
    except (SyntaxError, ValueError):
        return {}
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    names -= BLENDER_NAMES | {variable.name for variable in driver.variables}
    # where nobody has used this before, to look at it has bpy 4.2 crash at its end, and 4.5 hang
    namespace = bpy.app.driver_namespace if names else {}
    origins = {name: origin_of(namespace[name]) for name in sorted(names) if name in namespace}
    return {name: origin for name, origin in origins.items() if not origin.runs_with_the_file}
