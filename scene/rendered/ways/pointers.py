# SPDX-License-Identifier: GPL-3.0-or-later
"""What something of Blender names by its own properties."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def pointers(holder: Any) -> Iterator[Any]:
    """The datablocks and other things that something names by its own properties."""
    for prop in holder.bl_rna.properties:
        if prop.type == "POINTER":
            yield getattr(holder, prop.identifier, None)
