# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures that have a file for each view, such as one for each eye, told apart by the end of their names."""

from __future__ import annotations

import os
from collections.abc import Sequence

import bpy


def view_suffixes(scene: bpy.types.Scene) -> tuple[str, ...]:
    """How the names of a scene's views end, "_L" and "_R" at first (`BKE_scene_multiview_is_render_view_active`)."""
    render = scene.render
    views = render.stereo_views if render.views_format == "STEREO_3D" else render.views
    return tuple(view.file_suffix for view in views if view.use)


def view_paths(path: str, suffixes: Sequence[str]) -> tuple[str, ...]:
    """The files of all views, from the one of one view; the path alone when its name does not end as a view's does.

    `BKE_scene_multiview_view_prefix_get` in Blender's sources.
    """
    stem, extension = os.path.splitext(path)  # noqa: PTH122
    own = next((suffix for suffix in suffixes if stem.endswith(suffix)), None)
    if own is None:
        return (path,)
    return tuple(dict.fromkeys(f"{stem.removesuffix(own)}{suffix}{extension}" for suffix in suffixes))
