# SPDX-License-Identifier: GPL-3.0-or-later
"""How the last test of the connection went: read-only properties of the add-on's preferences, for panels and scripts.

A property with a `get` of its own is not written to `userpref.blend`, and what it tells outlives the open file.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import bpy

from ..messages.message import Message

ANSWER_TIMEOUT = 60.0
"""Seconds until the artist is told that no answer came."""


@dataclass(frozen=True)
class _Test:
    """A test of the connection: when it began, and whether address and key are right, with a sentence.

    `is_required`: the key or the server is new, or was found wrong.
    """

    begun: float | None = None
    answer: tuple[bool, str] | None = None
    is_required: bool = False


_last = _Test()

observers: list[Callable[[], None]] = []
"""Called when a key or a server is new, so that somebody asks whether it is right."""

IS_RUNNING = bpy.props.BoolProperty(
    name="Testing Connection",
    description="An answer of the server is awaited",
    get=lambda _: is_running(),
    options={"SKIP_SAVE"},
)
ANSWER = bpy.props.StringProperty(
    name="Connection",
    description="How the last test of the connection went; empty before the first answer",
    get=lambda _: _last.answer[1] if _last.answer is not None else "",
    options={"SKIP_SAVE"},
)
IS_REQUIRED = bpy.props.BoolProperty(
    name="Connection Test Required",
    description="The key or the server is new, or was found wrong",
    get=lambda _: is_required(),
    options={"SKIP_SAVE"},
)


def begin() -> None:
    """Note that an answer is awaited."""
    global _last
    _last = replace(_last, begun=time.monotonic(), answer=None)


def take_in(answer: tuple[bool, str] | None) -> bool:
    """Take in whether address and key are right, with a sentence; None while nobody knows. True when that is news."""
    global _last
    if _last.begun is not None and answer is None and time.monotonic() - _last.begun > ANSWER_TIMEOUT:
        answer = False, Message("No answer came. See the worker's log in the extension's user folder.")
    if _last.begun is None or answer is None:
        return False
    _last = _Test(answer=answer, is_required=not answer[0])
    return True


def is_running() -> bool:
    """True while an answer is awaited."""
    return _last.begun is not None


def answer() -> tuple[bool, str] | None:
    """Whether address and key were found right, with a sentence for the artist. None before there is an answer."""
    return _last.answer


def is_required() -> bool:
    """True while the key or the server is new, or was found wrong: the artist should test it before anything else."""
    return _last.is_required


def require(is_required: bool) -> None:
    """Forget the last answer, which was about another key or server, and ask for a test of this one."""
    global _last
    _last = _Test(is_required=is_required)
    for observer in observers if is_required else ():
        observer()
