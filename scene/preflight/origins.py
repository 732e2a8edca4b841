# SPDX-License-Identifier: GPL-3.0-or-later
"""Where Python that only this Blender has comes from: an add-on, a text of the file, or a script that was run."""

from __future__ import annotations

import functools
import inspect
import sys
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

import bpy

from ...messages.message import Message

OWN_PACKAGE = __package__.removesuffix(".scene.preflight")
EXTENSIONS = "bl_ext"
"""The package in which Blender loads extensions: `bl_ext.REPOSITORY.NAME`."""


class OriginKind(StrEnum):
    """Who has a function. BLENDER includes the add-ons that come with it, which every Blender has."""

    BLENDER = "blender"
    OURS = "ours"
    ADD_ON = "add_on"
    TEXT = "text"
    SCRIPT = "script"


class Origin(NamedTuple):
    """Where a function comes from; `name` is for the artist."""

    kind: OriginKind
    name: str = ""

    @property
    def words(self) -> Message:
        """The origin within a sentence."""
        if self.kind is OriginKind.ADD_ON:
            return Message("the add-on “{}”", self.name)
        if self.name:
            return Message("the script “{}”", self.name)
        # a number, say, does not tell who has put it there
        return Message("an add-on or a script")

    @property
    def runs_with_the_file(self) -> bool:
        """True for a text that Blender runs when it opens the file."""
        text: bpy.types.Text | None = bpy.data.texts.get(self.name)
        return self.kind is OriginKind.TEXT and text is not None and text.use_module


def origin_of(function: Any) -> Origin:
    """Where a function, or anything else that can be called, comes from."""
    try:
        function = _innermost(function)
        file = str(getattr(getattr(function, "__code__", None), "co_filename", ""))
        module = getattr(function, "__module__", None) or type(function).__module__
    except Exception:
        file, module = "", type(function).__module__
    # the code of a text has its name as its file, in a folder that would be called like the .blend
    if file and (name := Path(file).name) in bpy.data.texts and not Path(file).is_file():
        return Origin(OriginKind.TEXT, name)
    if module == OWN_PACKAGE or module.startswith(f"{OWN_PACKAGE}."):
        return Origin(OriginKind.OURS)
    parts = module.split(".")
    package = ".".join(parts[:3]) if parts[0] == EXTENSIONS else parts[0]
    if package == "__main__" or package not in sys.modules:
        return Origin(OriginKind.SCRIPT, Path(file).name or package)
    return Origin(OriginKind.BLENDER) if _comes_with_blender(package) else Origin(OriginKind.ADD_ON, _label(package))


def _innermost(function: Any) -> Any:
    """The function that is called in the end, by a method or by a call with some of its arguments."""
    while True:
        if isinstance(function, functools.partial):
            function = function.func
        elif inspect.ismethod(function):
            function = function.__func__
        else:
            return function


def _comes_with_blender(package: str) -> bool:
    """True for modules of Blender and of Python itself."""
    if package in sys.builtin_module_names or package in sys.stdlib_module_names:
        return True
    file = getattr(sys.modules[package], "__file__", None)
    scripts = bpy.utils.system_resource("SCRIPTS")
    return file is not None and bool(scripts) and Path(file).is_relative_to(scripts)


def _label(package: str) -> str:
    """The name of an add-on as the preferences show it, or else that of its module."""
    about = getattr(sys.modules[package], "bl_info", None)
    name = about.get("name") if isinstance(about, dict) else None
    return str(name or package.rpartition(".")[2])
