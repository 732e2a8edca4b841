# SPDX-License-Identifier: GPL-3.0-or-later
"""What Python in the file may read or switch on while it is rendered: no datablock names that.

Blender itself knows of a driver's variables only, whatever its expression asks for (4.2, 5.2).
"""

from __future__ import annotations

import ast
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import bpy

from ..scripts import expression_of, foreign_names, scripted_drivers, texts_that_change_frames
from .reading import unread_among
from .sequencer import JOB_TAG
from .ways.links import Aspect

REACHING = frozenset({"bpy", "depsgraph", "__import__", "eval", "exec"})
"""Names by which an expression comes by other datablocks than those of its variables."""
GATHERING = frozenset({"__import__", "eval", "exec"})
"""Names by which it may do anything."""


@dataclass(frozen=True)
class Scripted:
    """What scripts may ask for: datablocks of these `names`, or everything, as far as anybody can tell."""

    names: frozenset[str] = frozenset()
    is_everything: bool = False

    def may_read(self, datablock: bpy.types.ID) -> bool:
        """True for a datablock that scripts may ask for. No script of the artist's asks for frames of our own."""
        if self.is_everything:
            return datablock.get(JOB_TAG) is None
        return datablock.name in self.names


NO_SCRIPTS = Scripted()


def scripted_reads(scene: bpy.types.Scene) -> Generator[None, None, Scripted]:
    """What the scripts of a rendered scene may ask for, in steps.

    An expression of a driver asks for what it names in quotes. It asks for everything if it goes through a list of
    Blender's data without a name, or calls a function that somebody has added. Those are defined in texts, which tell
    nothing. A text that changes frames may switch on whatever it likes.
    """
    if [*texts_that_change_frames()]:
        return Scripted(is_everything=True)
    asking: dict[Any, list[Scripted]] = {}
    for each in scripted_drivers():
        if each is None:
            yield
        elif (asked := _asked_by(each.driver)) != NO_SCRIPTS:
            asking.setdefault(each.datablock, []).append(asked)
    unread = yield from unread_among(scene, asking, Aspect.PLACE)
    found = [asked for datablock, all_asked in asking.items() if datablock not in unread for asked in all_asked]
    names = frozenset().union(*(asked.names for asked in found))
    return Scripted(names, any(asked.is_everything for asked in found))


def _asked_by(driver: bpy.types.Driver) -> Scripted:
    expression = expression_of(driver)
    if expression is None:
        return NO_SCRIPTS
    nodes = [*ast.walk(expression)]
    used = {node.id for node in nodes if isinstance(node, ast.Name)}
    if foreign_names(driver, expression) or used & GATHERING:
        return Scripted(is_everything=True)
    if not used & REACHING:
        return NO_SCRIPTS
    names = frozenset(node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return Scripted(names, sum(map(_is_data, nodes)) > sum(map(_is_named, nodes)))


def _is_data(node: ast.AST | None) -> bool:
    """True for `bpy.data`, by either of its names."""
    if not isinstance(node, ast.Attribute):
        return False
    is_module = isinstance(node.value, ast.Name) and node.value.id == "bpy"
    return node.attr == "blend_data" or (node.attr == "data" and is_module)


def _is_named(node: ast.AST) -> bool:
    """True for a lookup in a list of `bpy.data` by a name in quotes: `[""]` or `.get("")`."""
    match node:
        case ast.Subscript(value=ast.Attribute(value=data), slice=ast.Constant(value=str())):
            return _is_data(data)
        case ast.Call(
            func=ast.Attribute(value=ast.Attribute(value=data), attr="get"), args=[ast.Constant(value=str()), *_]
        ):
            return _is_data(data)
    return False
