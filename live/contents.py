# SPDX-License-Identifier: GPL-3.0-or-later
"""What will be sent: gives the panel its rows whenever a check has found other files than before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..messages.byte_size import size
from ..messages.message import Message, sentences
from ..properties import contents

if TYPE_CHECKING:
    from .scene_reading import FileList

MAX_ROWS = 200
"""Files that are shown; the largest come first."""

_shown: dict[int, FileList] = {}
"""What is listed, by the session UIDs of the scenes."""


def show(scene_uid: int, listing: FileList) -> bool:
    """Make these files the rows of a scene. True when they are others than before. Not while drawing."""
    if _shown.get(scene_uid) == listing:
        return False
    _shown[scene_uid] = listing
    listed = contents.make(scene_uid)
    chosen = listed.rows[listed.active].name if 0 <= listed.active < len(listed.rows) else ""
    listed.rows.clear()
    for index, item in enumerate(listing.items[:MAX_ROWS]):
        row = listed.rows.add()
        # a name on the disk may be no Unicode text
        row.name = item.path.encode(errors="replace").decode()
        row.size = "" if item.size is None else size(item.size)
        row.kind = "" if item.kind is None else item.kind.name
        if row.name == chosen:
            listed.active = index
    return True


def listing_of(scene_uid: int) -> FileList | None:
    """What is listed for a scene; None before it was checked."""
    return _shown.get(scene_uid)


def users_of(scene_uid: int, index: int) -> Message:
    """What uses the file in a row, in words."""
    listing = _shown.get(scene_uid)
    return sentences(*(listing.items[index].users if listing is not None else ()), separator=", ")


def forget() -> None:
    """Forget all files, as for another file. Not while drawing."""
    _shown.clear()
    contents.clear()


def count_in_words(listing: FileList) -> Message:
    """How many files there are, and what they take as far as that is known; as short as a panel's header needs it."""
    count = Message("{} files", str(listing.count)) if listing.count > 1 else Message("1 file")
    return sentences(count, size(listing.total) if listing.total else "", separator=", ")


def total_in_words(listing: FileList) -> Message:
    """How many files there are, and what they take."""
    total = size(listing.total)
    blend, *others = listing.items
    if blend.size is None:
        if others:
            return Message("The scene, not saved yet, and files of {}", total)
        return Message("The scene, not saved yet")
    return Message("{} files, {}", str(listing.count), total) if others else Message("One file, {}", total)
