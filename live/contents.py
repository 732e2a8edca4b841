# SPDX-License-Identifier: GPL-3.0-or-later
"""What will be sent: fills the rows of the panel, and tells when they are out of date."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from ..messages.byte_size import size
from ..messages.message import Message, sentences
from ..properties.contents import get
from . import scene_check

if TYPE_CHECKING:
    from .scene_reading import FileList

MAX_ROWS = 2_000
"""Files that are shown; the largest come first."""

_messages: dict[str, Message] = {}
"""The messages of which Blender's properties hold the English texts."""


def show(context: bpy.types.Context, listing: FileList) -> None:
    """Make these files the rows. Not while drawing."""
    listed = get(context)
    listed.rows.clear()
    _messages.clear()
    for item in listing.items[:MAX_ROWS]:
        row = listed.rows.add()
        # a name on the disk may be no Unicode text
        row.name = item.path.encode(errors="replace").decode()
        row.users = _kept(sentences(*item.users, separator=", "))
        row.size = "" if item.size is None else size(item.size)
    listed.active = 0
    listed.scene, listed.count = context.scene.session_uid, len(listing.items)
    listed.total = _kept(total_in_words(listing))
    listed.files = listing.files_number


def _kept(message: Message) -> str:
    _messages[str(message)] = message
    return message


def message_for(text: str) -> str:
    """The message of which a property of the rows holds the English text."""
    return _messages.get(text, text)


def is_outdated(context: bpy.types.Context) -> bool:
    """True when the scene is known to need other files than those that were listed."""
    known = scene_check.files_number(context.scene)
    return known is not None and known != get(context).files


def total_in_words(listing: FileList) -> Message:
    """How many files there are, and what they take."""
    total = size(listing.total)
    blend, *others = listing.items
    if blend.size is None:
        if others:
            return Message("The scene, not saved yet, and files of {}", total)
        return Message("The scene, not saved yet")
    return Message("{} files, {}", str(len(listing.items)), total) if others else Message("One file, {}", total)
