# SPDX-License-Identifier: GPL-3.0-or-later
"""What a check is told about the render."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import bpy

from ...messages.message import Message
from ..dependencies.scan import Dependencies
from .finding import Finding, Remedy, Severity, finding_about

Findings = Iterator[Finding | None]
"""What a check gives: findings, and None wherever a step is over, after a millisecond or less.

No check keeps an unfinished loop over Blender's own lists across a None, for what lies in them may be gone by then. A
datablock in a list of Python's own that is gone raises `ReferenceError`.
"""


@dataclass(frozen=True, kw_only=True)
class CheckedScene:
    """The scene that is checked, and what is asked for.

    `frames` are sorted; they are () where `no_frames_reason` says why there are none. `overrides` is what
    `scene.config.overrides` gives. `sends_without_files`: the artist has agreed to send the scene without the files
    that are missing or broken.
    """

    scene: bpy.types.Scene
    dependencies: Dependencies
    frames: tuple[int, ...]
    overrides: Mapping[str, Any]
    no_frames_reason: Message | None = None
    sends_without_files: bool = False

    @property
    def is_animation(self) -> bool:
        """True for more than one frame."""
        return len(self.frames) > 1

    def goes_beyond(self, frame: float) -> bool:
        """True when a frame after this one is rendered."""
        return bool(self.frames) and self.frames[-1] > frame

    def error(self, what: Message, fix: Message, remedy: Remedy | None = None) -> Finding:
        """An error about the scene itself."""
        return self._finding(Severity.ERROR, what, fix, remedy)

    def warning(self, what: Message, fix: Message, remedy: Remedy | None = None, *, about: str = "") -> Finding:
        """A warning about the scene itself; `about` a setting that the receipt may remark on, too."""
        return replace(self._finding(Severity.WARNING, what, fix, remedy), about=about)

    def _finding(self, severity: Severity, what: Message, fix: Message, remedy: Remedy | None) -> Finding:
        # a linked scene can be mended in its own file only
        is_here = self.scene.library is None
        return finding_about(
            self.scene, "scenes", severity=severity, what=what, fix=fix, remedy=remedy if is_here else None
        )
