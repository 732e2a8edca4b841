# SPDX-License-Identifier: GPL-3.0-or-later
"""Python in the file, which a farm may not run: Blender asks before it runs scripts of a file (Auto Run)."""

from __future__ import annotations

from typing import Any

import bpy

from ...messages.message import Message
from ..rendered.reading import unread_among
from ..scripts import CHANGES_FRAMES, expression_of, foreign_names, scripted_drivers
from .checked_scene import CheckedScene, Findings
from .finding import Finding, Severity, finding_about
from .handlers import foreign_handlers
from .origins import Origin, OriginKind, origin_of


def check_drivers(checked: CheckedScene) -> Findings:
    """Drivers of what the scene uses whose expressions are Python. Blender evaluates simple expressions by itself."""
    scripted: dict[Any, tuple[str, list[str]]] = {}
    foreign: dict[Any, dict[str, Origin]] = {}
    for each in scripted_drivers():
        if each is None:
            yield None
            continue
        expressions = scripted.setdefault(each.datablock, (each.collection, []))[1]
        if names := _foreign_names(each.driver):
            foreign.setdefault(each.datablock, {}).update(names)
        else:
            expressions.append(each.driver.expression)
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


def _foreign_names(driver: bpy.types.Driver) -> dict[str, Origin]:
    """The names in a driver's expression that an add-on or a script has added to this Blender, and who has."""
    expression = expression_of(driver)
    names = foreign_names(driver, expression) if expression is not None else set()
    # where nobody has used this before, to look at it has bpy 4.2 crash at its end, and 4.5 hang
    namespace = bpy.app.driver_namespace if names else {}
    origins = {name: origin_of(namespace[name]) for name in sorted(names) if name in namespace}
    return {name: origin for name, origin in origins.items() if not origin.runs_with_the_file}
