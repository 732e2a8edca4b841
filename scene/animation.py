# SPDX-License-Identifier: GPL-3.0-or-later
"""Which settings of a datablock change over time."""

from __future__ import annotations

from collections.abc import Iterator

import bpy


def animated_paths(datablock: bpy.types.ID) -> Iterator[str]:
    """The data paths of a datablock that have keyframes or drivers. What its node tree animates itself is not in it."""
    moves = datablock.animation_data
    if moves is None:
        return
    yield from (driver.data_path for driver in moves.drivers)
    # while a strip is edited, the datablock's own action is set aside
    for action in (moves.action, moves.action_tweak_storage, *_actions_of_tracks(moves)):
        if action is not None:
            yield from _keyed_paths(action)


def _actions_of_tracks(moves: bpy.types.AnimData) -> Iterator[bpy.types.Action | None]:
    strips = [strip for track in moves.nla_tracks for strip in track.strips]
    # it grows meanwhile, by what meta strips hold
    for strip in strips:
        yield strip.action
        strips += strip.strips


def _keyed_paths(action: bpy.types.Action) -> Iterator[str]:
    if not hasattr(action, "layers"):
        # until 4.3
        yield from (curve.data_path for curve in action.fcurves)
        return
    # those of all slots: another datablock's paths in it do no harm
    for layer in action.layers:
        for strip in layer.strips:
            for bag in strip.channelbags:
                yield from (curve.data_path for curve in bag.fcurves)
