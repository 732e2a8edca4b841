# SPDX-License-Identifier: GPL-3.0-or-later
"""A scene's strips, and whether they are rendered in place of its objects."""

from typing import Any

import bpy

from .keyed_paths import keyed_paths
from .switched_off import named_by


def all_strips(scene: bpy.types.Scene) -> tuple[Any, ...]:
    """Give a scene's strips, those inside of others as well."""
    editor = scene.sequence_editor
    if editor is None:
        return ()
    # `sequences_all` became `strips_all` in 4.4 and went in 5.0
    return tuple(editor.strips_all if hasattr(editor, "strips_all") else editor.sequences_all)


def strips_in(holder: Any) -> Any:
    """Give the strips of an editor or a meta strip."""
    return holder.strips if hasattr(holder, "strips") else holder.sequences


def renders_cut(scene: bpy.types.Scene) -> bool:
    """Tell whether the scene's pictures come from its strips for certain, and not from its objects.

    One strip that is not muted is enough, whatever it shows and whenever (RE_seq_render_active); sounds do not count.
    """
    editor = scene.sequence_editor
    if editor is None or not scene.render.use_sequencer or any(path.endswith(".mute") for path in keyed_paths(scene)):
        return False
    return any(
        strip.type != "SOUND" and not (strip.mute or editor.channels[strip.channel].mute) for strip in strips_in(editor)
    )


def named_by_cut(scene: bpy.types.Scene) -> set[bpy.types.ID]:
    """Give the datablocks that the scene's strips name."""
    return named_by(all_strips(scene))
