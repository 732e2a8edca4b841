# SPDX-License-Identifier: GPL-3.0-or-later
"""All places in Blender's data where the path of a file stands that a render may read."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..dependency import Origins, library_of
from .caches import cache_file_places, volume_places
from .images import image_places
from .libraries import library_places
from .media import clip_places, font_places, sound_places
from .node_files import node_places
from .path_place import PathPlace, Places
from .simulations import simulation_places
from .strips import strip_places

KINDS: tuple[Callable[[], Places | Iterator[PathPlace]], ...] = (
    image_places,
    font_places,
    sound_places,
    clip_places,
    library_places,
    cache_file_places,
    volume_places,
    strip_places,
    node_places,
)


def all_places(origins: Origins) -> Places:
    """Every place, in the open file and in what it links; None now and then, to stop at."""
    for places in KINDS:
        yield from places()
    yield from simulation_places(origins)


def path_places() -> Iterator[PathPlace]:
    """The places in the open file itself whose paths can be changed. Those of what it links are its libraries' own."""
    for place in all_places(Origins()):
        if place is None:
            continue
        is_nested = place.kind == "Library" and place.datablock.parent is not None
        if place.attribute and library_of(place.datablock) is None and not is_nested:
            yield place
