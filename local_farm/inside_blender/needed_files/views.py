# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures with a file for each view that is rendered, such as one for each eye."""

from pathlib import Path

import bpy


def view_files(path: str, scene: bpy.types.Scene) -> tuple[str, ...]:
    """Give the files of all views that the scene renders, from the one of a view; else the path alone.

    As BKE_scene_multiview_view_prefix_get; a scene that does not render views reads the one file.
    """
    render = scene.render
    views = render.stereo_views if render.views_format == "STEREO_3D" else render.views
    suffixes = [view.file_suffix for view in views if view.use and view.file_suffix]
    place = Path(path)
    own = next((suffix for suffix in suffixes if place.stem.endswith(suffix)), None)
    if not render.use_multiview or own is None:
        return (path,)
    return tuple(str(place.with_name(place.stem.removesuffix(own) + suffix + place.suffix)) for suffix in suffixes)
