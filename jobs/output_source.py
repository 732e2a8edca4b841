# SPDX-License-Identifier: GPL-3.0-or-later
"""What the service calls a file of a job. By that, the file is known again in a later listing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..api.models import OutputFile

SEPARATOR = "\n"


@dataclass(frozen=True)
class OutputSource:
    """What tells a file from the others of its job. Its address is no part of it, because the token there changes.

    `kind` is "frame" or "node". `number` counts from 1 the files of a job that agree in everything else.
    Journals keep the text; two files are the same when their texts are.
    """

    kind: str
    relative_path: str = ""
    node: str = ""
    view: str = ""
    file_name: str = ""
    number: int = 1

    @classmethod
    def of(cls, kind: str, file: OutputFile, number: int = 1) -> OutputSource:
        """The source of a file in a listing."""
        return cls(
            kind=kind,
            relative_path=file.relative_path or "",
            node=file.composite_node_name or "",
            view=file.view or "",
            file_name=file.file_name or "",
            number=number,
        )

    def to_text(self) -> str:
        """The form in which a journal keeps it. Never change it: files would not be known again."""
        parts = [self.kind, self.relative_path, self.node, self.view, self.file_name]
        return SEPARATOR.join(parts if self.number == 1 else [*parts, str(self.number)])

    @classmethod
    def from_text(cls, text: str) -> OutputSource:
        """The source that a journal keeps. What an incomplete text does not tell is empty."""
        parts = text.split(SEPARATOR, 4)
        kind, relative_path, node, view, rest = [*parts, *[""] * (5 - len(parts))]
        file_name, separator, number = rest.rpartition(SEPARATOR)
        if not separator or not number.isdecimal():
            return cls(kind, relative_path, node, view, rest)
        return cls(kind, relative_path, node, view, file_name, int(number))
