# SPDX-License-Identifier: GPL-3.0-or-later
"""Which frame a file is of, by the names of all files of a job and the frames that were asked for."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from .output_names import Place
from .output_source import OutputSource
from .records import OutputRecord

DIGITS = re.compile(r"\d+")
NUMBER = re.compile(r"-?\d+")
STEREO = re.compile(r"[._-](left|right|l|r)(\.[^.]+)?$", re.IGNORECASE)
PADDING = 4
"""Digits that Blender gives a frame's number at least, when the scene does not ask for others with `#`."""
PlacedFile = Place | OutputRecord
"""A file with a name and a source, on its way or here."""


@dataclass(frozen=True)
class Numbering:
    """Where names have their frame's number: in the run of digits `run`, after its first `skipped` digits.

    Runs are counted from the end, beginning with 0. Blender writes frame 1 of `shot_v02` as `shot_v020001`: two digits
    are skipped.
    """

    run: int
    skipped: int


def frame_files(files: Iterable[PlacedFile]) -> list[PlacedFile]:
    """The files that are frames: those below folders belong to compositor nodes."""
    return [file for file in files if "/" not in file.name]


def frames_told(wanted: Collection[int], files: Iterable[PlacedFile]) -> frozenset[int]:
    """The wanted frames whose numbers are in the files' names."""
    wanted = frozenset(wanted)
    alike = defaultdict(list)
    for file in frame_files(files):
        alike[_shape(file.name)].append(file.name)
    told: set[int] = set()
    for names in alike.values():
        told |= _numbering(wanted, names)[1]
    return frozenset(told)


def missing_frames(wanted: Collection[int], files: Iterable[PlacedFile]) -> tuple[int, ...]:
    """The wanted frames that did not arrive, by the numbers in the files' names.

    If most names carry no frame number, the count decides: as many files as frames in every view means none is missing.
    """
    frames = frame_files(files)
    told = frames_told(wanted, frames)
    arrived = len(frames) // max(1, len({_view(file) for file in frames}))
    return tuple(sorted(set(wanted) - told)) if _is_told(wanted, told, arrived) else tuple(sorted(wanted))[arrived:]


def count_frames(wanted: Collection[int], files: Iterable[PlacedFile]) -> int:
    """How many of the wanted frames are here; views of one frame count once."""
    return len(wanted) - len(missing_frames(wanted, files))


def expected_names(wanted: Collection[int], files: Iterable[PlacedFile]) -> tuple[str, ...]:
    """The names that the wanted frames will have, judged by those that are here; empty when these do not tell."""
    names = [file.name for file in frame_files(files)]
    names = [name for name in names if _shape(name) == _shape(names[0])]
    numbering, told = _numbering(frozenset(wanted), names)
    if not told:
        return ()
    # of all names the one whose number is not longer than it is padded to
    name = min(names, key=len)
    digits = _runs(name)[numbering.run]
    first = digits.start() + numbering.skipped
    is_negative = (_frame_number(name, numbering, told) or 0) < 0
    head, tail, width = name[: first - is_negative], name[digits.end() :], digits.end() - first
    return tuple(f"{head}{'-' if frame < 0 else ''}{abs(frame):0{width}d}{tail}" for frame in wanted)


def frame_paths(wanted: Collection[int], files: Iterable[OutputRecord]) -> dict[int, Path]:
    """The file of each wanted frame that is here, in the order of frames; of several views the first.

    Where names do not tell their frames, the files are taken in the order of their names.
    """
    wanted = frozenset(wanted)
    views: defaultdict[str, list[OutputRecord]] = defaultdict(list)
    for file in files:
        if "/" not in file.name:
            views[_view(file)].append(file)
    files = views[min(views, default="")]
    alike = defaultdict(list)
    for file in files:
        alike[_shape(file.name)].append(file)
    told: dict[int, Path] = {}
    for group in sorted(alike.values(), key=len, reverse=True):
        numbering, numbers = _numbering(wanted, [file.name for file in group])
        for file in group:
            number = _frame_number(file.name, numbering, wanted)
            if number is not None and number in numbers:
                told.setdefault(number, file.path)
    if not _is_told(wanted, told, len(files)):
        told = dict(zip(sorted(wanted), [file.path for file in sorted(files, key=_natural_order)], strict=False))
    return dict(sorted(told.items()))


def _is_told(wanted: Collection[int], told: Collection[int], arrived: int) -> bool:
    """True when the numbers in the names can be trusted.

    They cannot when as many files arrived as were wanted, and at most half of them have a wanted number.
    """
    return bool(told) and (arrived < len(wanted) or len(told) * 2 > arrived)


def _natural_order(file: PlacedFile) -> tuple[list[tuple[int, str]], str]:
    """Sorts `shot2` before `shot10`."""
    parts = re.split(r"(\d+)", file.name)
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts], file.name


def _numbering(wanted: frozenset[int], names: Sequence[str]) -> tuple[Numbering, frozenset[int]]:
    """The numbering by which names of one shape have most of the wanted frames, and these frames."""
    best, told = Numbering(0, 0), frozenset[int]()
    for numbering in _numberings(names[0]) if names else ():
        if len({_skipped_digits(name, numbering) for name in names}) > 1:
            continue  # what changes from name to name belongs to the number
        numbers = {_frame_number(name, numbering, wanted) for name in names}
        if len(wanted & numbers) > len(told):
            best, told = numbering, wanted & numbers
        if len(told) == len(names):
            break
    return best, told


def _numberings(name: str) -> list[Numbering]:
    """All places where a name could tell its frame. The likely ones first: numbers as long as Blender pads them."""
    found = [
        (len(digits.group()) - skipped < PADDING, skipped, run)
        for run, digits in enumerate(_runs(name))
        for skipped in range(len(digits.group()))
    ]
    return [Numbering(run, skipped) for _, skipped, run in sorted(found)]


def _skipped_digits(name: str, numbering: Numbering) -> str:
    """The digits before the frame's, which belong to the name."""
    runs = _runs(name)
    return runs[numbering.run].group()[: numbering.skipped] if numbering.run < len(runs) else ""


def _frame_number(name: str, numbering: Numbering, wanted: frozenset[int]) -> int | None:
    """The number at that place of a name, or None when there is none."""
    runs = _runs(name)
    digits = runs[numbering.run].group()[numbering.skipped :] if numbering.run < len(runs) else ""
    if not digits:
        return None
    number, before = int(digits), name[: runs[numbering.run].start()]
    # in "shot-0007" the dash belongs to the name, unless frame -7 is wanted and frame 7 is not
    is_negative = before.endswith("-") and (not before[-2:-1].isalnum() or number not in wanted)
    return -number if is_negative else number


def _runs(name: str) -> list[re.Match[str]]:
    """The runs of digits in a name, the last one first. In `shot.0007` the frame is no suffix."""
    stem, dot, suffix = name.rpartition(".")
    end = len(stem) if dot and not suffix.isdecimal() else len(name)
    return list(DIGITS.finditer(name, 0, end))[::-1]


def _shape(name: str) -> str:
    """What names have in common that differ in their numbers only."""
    return NUMBER.sub("0", name)


def _view(file: PlacedFile) -> str:
    """The view that the service names, else the one in the file's name, else ""."""
    view = OutputSource.from_text(file.source).view
    stereo = STEREO.search(file.name)
    return view or (stereo.group(1).lower() if stereo else "")
