# SPDX-License-Identifier: GPL-3.0-or-later
"""Which settings of a datablock change over time."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import bpy

IS_ON = 1.0 - 1e-6
"""From which value on a curve switches something on."""


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


def is_ever(
    datablock: bpy.types.ID, path: str, is_now: bool, wanted: bool, frames: Collection[int] | None = None
) -> bool:
    """Whether a switch stands as `wanted` in any of these frames, None for any time; `is_now` is how it stands.

    True also where more than keyframes moves it, which may be anything.
    """
    if path not in animated_paths(datablock):
        return is_now == wanted
    curve = _only_curve(datablock, path) if frames is not None else None
    return curve is None or any((curve.evaluate(frame) >= IS_ON) == wanted for frame in frames or ())


def _only_curve(datablock: bpy.types.ID, path: str) -> bpy.types.FCurve | None:
    """The keyframes of a setting; None when drivers or strips have a say, too, or when the keyframes have none."""
    moves = datablock.animation_data
    if (
        moves is None
        or moves.use_tweak_mode
        or moves.nla_tracks
        or any(each.data_path == path for each in moves.drivers)
    ):
        return None
    curves = [curve for curve in _curves_in_use(moves) if curve.data_path == path]
    return curves[0] if len(curves) == 1 and not (curves[0].mute or curves[0].is_empty) else None


def _curves_in_use(moves: bpy.types.AnimData) -> Iterator[bpy.types.FCurve]:
    action = moves.action
    if action is None:
        return
    if not hasattr(action, "layers"):
        # until 4.3, when a group of curves could be muted; later versions do not ask for that (4.5 to 5.2)
        yield from (curve for curve in action.fcurves if curve.group is None or not curve.group.mute)
        return
    if moves.action_slot is None:
        return
    for layer in action.layers:
        for strip in layer.strips:
            bag = strip.channelbag(moves.action_slot)
            if bag is not None:
                yield from bag.fcurves


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
