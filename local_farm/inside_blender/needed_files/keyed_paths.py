# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a datablock has keyframes or drivers."""

from typing import Any

import bpy


def keyed_paths(block: bpy.types.ID) -> set[str]:
    """Give the data paths of everything in the datablock that is animated or driven."""
    moves = getattr(block, "animation_data", None)
    if moves is None:
        return set()
    actions = [moves.action, *(strip.action for track in moves.nla_tracks for strip in track.strips)]
    curves: list[Any] = list(moves.drivers)
    for action in filter(None, actions):
        if hasattr(action, "layers"):  # 4.4 and later
            bags = (bag for layer in action.layers for strip in layer.strips for bag in strip.channelbags)
            curves += [curve for bag in bags for curve in bag.fcurves]
        else:
            curves += action.fcurves
    return {curve.data_path for curve in curves}
