# SPDX-License-Identifier: GPL-3.0-or-later
"""Python that runs with the file: expressions of drivers, and texts that change frames."""

from __future__ import annotations

import ast
import builtins
import math
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import bpy

from .chunks import datablocks_in_chunks

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


class ScriptedDriver(NamedTuple):
    """A driver that only Python can evaluate, of a datablock or of its nodes; `collection` of `bpy.data` has it."""

    collection: str
    datablock: Any
    driver: bpy.types.Driver


def scripted_drivers() -> Iterator[ScriptedDriver | None]:
    """The drivers of the file that run Python; None wherever a step is over. Simple expressions Blender evaluates."""
    looked_at = 0
    for collection, has_nodes in _animated_collections():
        for chunk in datablocks_in_chunks(collection):
            for datablock in chunk:
                # nearly all have neither, and there may be many
                if datablock.animation_data or (has_nodes and datablock.node_tree):
                    for curves in _drivers(datablock, has_nodes):
                        for curve in filter(_is_scripted, curves):
                            yield ScriptedDriver(collection, datablock, curve.driver)
                        looked_at += len(curves)
                        if looked_at >= DRIVERS_A_STEP:
                            looked_at = 0
                            yield None
            yield None


def expression_of(driver: bpy.types.Driver) -> ast.AST | None:
    """A driver's expression, taken apart. None for one that is no Python, and so gives nothing."""
    try:
        return ast.parse(driver.expression.strip(), mode="eval")
    except (SyntaxError, ValueError):
        return None


def foreign_names(driver: bpy.types.Driver, expression: ast.AST) -> set[str]:
    """The names in a driver's expression that are neither Blender's nor its variables: somebody has added them."""
    nodes = [*ast.walk(expression)]
    names = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    names -= {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    names -= {node.arg for node in nodes if isinstance(node, ast.arg)}
    return names - BLENDER_NAMES - {variable.name for variable in driver.variables}


def texts_that_change_frames() -> Iterator[bpy.types.Text]:
    """The texts that Blender runs when it opens the file, and that then change what is rendered."""
    for text in bpy.data.texts:
        if text.use_module and CHANGES_FRAMES.search(text.as_string()):
            yield text


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
