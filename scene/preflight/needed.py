# SPDX-License-Identifier: GPL-3.0-or-later
"""What a scene needs to be rendered. What is only kept, painted on, or in switched-off nodes does not count."""

from __future__ import annotations

from collections.abc import Generator, Sequence

import bpy

from ..rendered.reading import unread_among


def needed_by(
    scene: bpy.types.Scene, candidates: Sequence[bpy.types.ID]
) -> Generator[None, None, tuple[bpy.types.ID, ...]]:
    """Those of the datablocks that a scene uses, directly or through others such as node groups; in steps."""
    unread = yield from unread_among(scene, candidates)
    return tuple(datablock for datablock in candidates if datablock not in unread)
