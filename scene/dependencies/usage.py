# SPDX-License-Identifier: GPL-3.0-or-later
"""Which datablocks may be there for the artist only, and which paths stand where no render looks."""

from __future__ import annotations

from typing import Any

import bpy

from ..rendered.links import is_on
from ..rendered.nodes import leading_nodes
from .path_setting import PathSetting

FOOTAGE_SOURCES = frozenset({"SEQUENCE", "MOVIE"})
Footage = bpy.types.Image | bpy.types.MovieClip


def footage() -> tuple[Footage, ...]:
    """The images of many or large files, and the clips: what was opened in an editor may be among them.

    To ask who uses a datablock takes longer than to send a plain image more, which does no harm.
    """
    images = (image for image in bpy.data.images if image.source in FOOTAGE_SOURCES and image.users)
    return (*images, *(clip for clip in bpy.data.movieclips if clip.users))


def is_switched_off(setting: PathSetting) -> bool:
    """True for a path in a modifier that is off in renders, or in a node that leads nowhere."""
    holder, owner = setting.holder, setting.holder.id_data
    if isinstance(holder, bpy.types.Node):
        return holder not in leading_nodes(owner)
    if isinstance(holder, bpy.types.NodeSocket):
        return holder.node not in leading_nodes(owner)
    if not isinstance(owner, bpy.types.Object):
        return False
    modifier = next((each for each in owner.modifiers if _holds(each, holder)), None)
    return modifier is not None and not is_on(owner, modifier)


def _holds(modifier: Any, holder: Any) -> bool:
    """True for the modifier that is the holder of a path, or that has it as its settings or among its bakes."""
    return holder in (modifier, getattr(modifier, "domain_settings", None), *getattr(modifier, "bakes", ()))
