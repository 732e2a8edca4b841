# SPDX-License-Identifier: GPL-3.0-or-later
"""The error of everything that takes part in making a package."""

from __future__ import annotations

from ..messages.message import Message


class PackageError(Exception):
    """The package cannot be made; the text tells the artist why and what to do.

    `detail` is the raw cause for the support bundle: the end of a log.
    """

    def __init__(self, message: Message, *, detail: str = "") -> None:
        super().__init__(message)
        self.detail = detail
