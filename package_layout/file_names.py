# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of files and folders: which ones a farm on Linux can keep, and what a name becomes that a disk cannot keep."""

from __future__ import annotations

import functools
import os
import re
import unicodedata
from collections.abc import Callable, Collection
from pathlib import PurePath, PurePosixPath

from ..messages.message import Message
from .package_error import PackageError

MAX_NAME_BYTES = 255
"""Bytes of UTF-8 that a name may have in the file systems of Linux (NAME_MAX)."""
MAX_SAFE_NAME_BYTES = 200
"""Bytes of a safe name: below what the usual file systems take (255), so that a suffix of ours can be added."""
MAX_SUFFIX_BYTES = 40
MAX_FOLDER_CHARACTERS = 60
"""Characters that a folder from elsewhere keeps of its name."""

UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\\\ud800-\udfff]")
"""Control characters, backslashes, and what stands for bytes that are no Unicode text."""

FORBIDDEN = re.compile(r'[<>:"|?*/\\\x00-\x1f\x7f-\x9f\ud800-\udfff\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]')
"""What no system keeps, and what would make a name look like another (the marks that turn the writing direction)."""
RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[\d¹²³]|lpt[\d¹²³]) *(\..*)?$", re.IGNORECASE | re.DOTALL)
"""Names that Windows keeps for devices, with any suffix."""

Listing = Callable[[PurePath], Collection[str] | None]
"""Gives the names in a folder as they are on the disk. None means that they are not known."""


def names_in_folder(folder: PurePath) -> Collection[str] | None:
    """The names in a folder of this computer; None when it cannot be listed."""
    try:
        return frozenset(os.listdir(folder))  # noqa: PTH208
    except OSError:
        return None


def check_name(path: PurePath) -> None:
    """Raise `PackageError` for a file or folder whose own name Linux cannot keep."""
    name = path.name
    if not UNSAFE.search(name) and len(name.encode()) <= MAX_NAME_BYTES:
        return
    shown = str(path).encode(errors="replace").decode()
    if any("\ud800" <= character <= "\udfff" for character in name):
        raise PackageError(Message("The name of the file {} is no Unicode text. Rename it, and submit again.", shown))
    if "\\" in name:
        raise PackageError(
            Message(
                "The name of the file {} holds a backslash, which Blender takes for a folder's end. "
                "Rename it, and submit again.",
                shown,
            )
        )
    if UNSAFE.search(name):
        shown = UNSAFE.sub("?", shown)
        raise PackageError(
            Message("The name of the file {} holds a control character. Rename it, and submit again.", shown)
        )
    raise PackageError(
        Message(
            "The name of the file {} is longer than the {} bytes that a farm can keep. "
            "Give it a shorter one, and submit again.",
            shown,
            MAX_NAME_BYTES,
        )
    )


def check_case(path: PurePath, listing: Listing) -> None:
    """Raise `PackageError` for a path whose name differs from the disk's in case or in its Unicode form only.

    A farm on Linux would not find that file. A name that is not in the folder at all is left to whoever opens it.
    """
    names = listing(path.parent)
    if names is None or path.name in names:
        return
    folded = fold(path.name)
    actual = next((name for name in names if fold(name) == folded), None)
    if actual is not None:
        raise PackageError(
            Message(
                "The file {} is called “{}” on the disk. A farm on Linux tells the two apart and would not find it. "
                "Choose the file again, or rename it, and submit again.",
                path,
                actual,
            )
        )


def folder_name(name: str) -> str:
    """A folder's name for a place in the package: itself, as far as a farm can keep it."""
    kept = "".join(character for character in name if character.isprintable() and character not in "\\/:")
    return kept[:MAX_FOLDER_CHARACTERS].strip(" .") or "files"


def safe_name(name: str) -> str:
    """A file name that every system can keep, that is not hidden, and that leads nowhere else. Never empty."""
    name = unicodedata.normalize("NFC", re.split(r"[/\\]", name)[-1])
    name = FORBIDDEN.sub("_", name).rstrip(". ").lstrip(" ")
    suffix = PurePosixPath(name).suffix
    suffix = suffix if len(suffix.encode()) <= MAX_SUFFIX_BYTES else ""
    name = _cut(name[: len(name) - len(suffix)], MAX_SAFE_NAME_BYTES - len(suffix.encode())) + suffix
    if not name or name.startswith(".") or RESERVED.match(name):
        name = "_" + name
    return name.rstrip(". ")


def _cut(text: str, size: int) -> str:
    """As much of a text as fits into so many bytes, without half a character at the end."""
    return text.encode()[:size].decode(errors="ignore")


@functools.lru_cache(65536)
def fold(name: str) -> str:
    """What two names have in common that are one for a file system without case or with one Unicode form."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
