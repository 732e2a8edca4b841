# SPDX-License-Identifier: GPL-3.0-or-later
"""All places in Blender's data where the path of a file stands that a render may read."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

from ...rendered.frames_read import FramesRead
from ..dependency import DependencyKind, Origins, library_of
from ..path_setting import PathSetting, Places
from .caches import cache_file_places, volume_places
from .images import image_places
from .import_nodes import import_places
from .libraries import library_places
from .media import clip_places, font_places, sound_places
from .osl_scripts import camera_places
from .shader_files import node_places
from .simulations import simulation_places
from .strips import all_strip_places, strip_places

KINDS: tuple[Callable[[], Places | Iterator[PathSetting]], ...] = (
    image_places,
    font_places,
    sound_places,
    clip_places,
    library_places,
    cache_file_places,
    volume_places,
    camera_places,
    node_places,
    import_places,
)


def all_places(origins: Origins, frames: FramesRead) -> Places:
    """Every place, in the open file and in what it links, but strips that these frames do not show; None to stop at."""
    for places in KINDS:
        yield from places()
    yield from strip_places(frames)
    yield from simulation_places(origins)


def path_places() -> Iterator[PathSetting]:
    """The places in the open file itself whose paths can be changed. Those of what it links are its libraries' own.

    What nodes of a library are handed counts from there, and holds wherever the library lies.
    """
    everything = (*(places() for places in KINDS), all_strip_places(), simulation_places(Origins()))
    for place in itertools.chain.from_iterable(everything):
        if place is None:
            continue
        is_nested = place.kind is DependencyKind.LIBRARY and place.datablock.parent is not None
        is_free = not is_nested and not place.is_handed_over
        if place.attribute and library_of(place.datablock) is None and is_free:
            yield place
