# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of files that a farm on Linux can read, and find again as they are written."""

from __future__ import annotations

import functools
import os
import re
import unicodedata
from collections.abc import Callable, Collection
from pathlib import PurePath

from .package_error import PackageError

LONGEST_NAME = 255
"""Bytes of UTF-8 that a name may have in the file systems of Linux (NAME_MAX)."""
LONGEST_FOLDER = 60
"""Characters that a folder from elsewhere keeps of its name."""

UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\\\ud800-\udfff]")
"""Control characters, backslashes, and what stands for bytes that are no Unicode text."""

Listing = Callable[[PurePath], Collection[str] | None]
"""Gives the names in a folder as they are on the disk, or None when nobody may know."""


def names_in_folder(folder: PurePath) -> Collection[str] | None:
    """The names in a folder of this computer; None when it cannot be listed."""
    try:
        return frozenset(os.listdir(folder))  # noqa: PTH208
    except OSError:
        return None


def check_name(path: PurePath) -> None:
    """Raise `PackageError` for a file or folder whose own name is nothing that Linux can keep."""
    name = path.name
    if not UNSAFE.search(name) and len(name.encode()) <= LONGEST_NAME:
        return
    shown = str(path).encode(errors="replace").decode()
    if any("\ud800" <= character <= "\udfff" for character in name):
        raise PackageError(f"The name of the file {shown} is no Unicode text. Rename it, and submit again.")
    if "\\" in name:
        raise PackageError(
            f"The name of the file {shown} holds a backslash, which Blender takes for a folder's end. "
            "Rename it, and submit again."
        )
    if UNSAFE.search(name):
        shown = UNSAFE.sub("?", shown)
        raise PackageError(f"The name of the file {shown} holds a control character. Rename it, and submit again.")
    raise PackageError(
        f"The name of the file {shown} is longer than the {LONGEST_NAME} bytes that a farm can keep. "
        "Give it a shorter one, and submit again."
    )


def check_case(path: PurePath, listing: Listing) -> None:
    """Raise `PackageError` for a path that leads to a file only because this system sees no case, or no Unicode form.

    A path whose name is not in its folder at all is left to whoever opens it.
    """
    names = listing(path.parent)
    if names is None or path.name in names:
        return
    folded = _fold(path.name)
    actual = next((name for name in names if _fold(name) == folded), None)
    if actual is not None:
        raise PackageError(
            f"The file {path} is called “{actual}” on the disk. A farm on Linux tells the two apart and would not find "
            "it. Choose the file again, or rename it, and submit again."
        )


def safe_name(name: str) -> str:
    """A folder's name for a place in the package: itself, as far as a farm can keep it."""
    kept = "".join(character for character in name if character.isprintable() and character not in "\\/:")
    return kept[:LONGEST_FOLDER].strip(" .") or "files"


@functools.lru_cache(65536)
def _fold(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
