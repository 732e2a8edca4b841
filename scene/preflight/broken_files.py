# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that are there and are not what they should be: Git LFS pointers, empty ones, those that may not be read."""

from __future__ import annotations

from ...messages.message import Message
from ..dependencies.broken_files import Fault
from ..dependencies.dependency import DependencyKind
from .checked_scene import CheckedScene, Findings
from .files import finding_of_lack

WHAT = {
    Fault.IS_POINTER: Message("it only stands for a file that is kept elsewhere, as with Git LFS"),
    Fault.IS_EMPTY: Message("it is empty"),
    Fault.IS_FORBIDDEN: Message("it may not be read"),
    Fault.IS_NO_IMAGE: Message("it is no image"),
    Fault.IS_NO_BLEND: Message("it is no .blend file"),
    Fault.IS_CUT_OFF: Message("its end is missing"),
    Fault.IS_UNREAD: Message("Blender could not read it when this file was opened"),
}
"""Each fault, as it stands behind the path of a file and a colon."""
FETCH = Message("Fetch it, as with “git lfs pull”, and reload it.")
ALLOW = Message("Allow your account to read it.")
OPEN_AGAIN = Message("Open this file again, or save the library with this Blender.")
REPLACE = Message("Bring the file back from a copy, or remove its use.")
FIXES = {Fault.IS_POINTER: FETCH, Fault.IS_FORBIDDEN: ALLOW, Fault.IS_UNREAD: OPEN_AGAIN}


def check_broken_files(checked: CheckedScene) -> Findings:
    """What only looks like the file that it is named for. Libraries have a check of their own."""
    for dependency in checked.dependencies.broken:
        if dependency.kind is DependencyKind.LIBRARY:
            continue
        kind, name, total = dependency.kind, dependency.name, len(dependency.broken)
        path, fault = dependency.broken[0]
        what = Message("{} “{}” cannot be read: {}: {}.", kind.label, name, path, WHAT[fault])
        if total > 1:
            what = Message(
                "{} “{}” has {} files that cannot be read, such as {}: {}.", kind.label, name, total, path, WHAT[fault]
            )
        yield finding_of_lack(checked, dependency, what, FIXES.get(fault, REPLACE))
