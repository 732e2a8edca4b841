# SPDX-License-Identifier: GPL-3.0-or-later
"""Which file shows which frame of a job, by the names that the service gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from renderjuice.jobs.frame_names import frame_paths
from renderjuice.jobs.records import OutputRecord


def outputs(*names: str, view: str = "") -> list[OutputRecord]:
    """The files of a job, in an order that tells nothing."""
    return [
        OutputRecord("job", name, Path("/renders") / name, 1, 1, source=f"frame\n\n\n{view}\n{name}")
        for name in sorted(names, reverse=True)
    ]


@pytest.mark.parametrize(
    ("wanted", "names", "expected"),
    [
        ((1, 2, 3), ("0001.png", "0002.png", "0003.png"), {1: "0001.png", 2: "0002.png", 3: "0003.png"}),
        ((1, 2, 3), ("0003.png", "0001.png"), {1: "0001.png", 3: "0003.png"}),
        ((-2, -1, 0), ("-0002.png", "-0001.png", "0000.png"), {-2: "-0002.png", -1: "-0001.png", 0: "0000.png"}),
        ((9999, 10000), ("9999.exr", "10000.exr"), {9999: "9999.exr", 10000: "10000.exr"}),
        ((1, 2), ("shot_v020001.png", "shot_v020002.png"), {1: "shot_v020001.png", 2: "shot_v020002.png"}),
        ((5, 9), ("shot_2024_0005.png", "shot_2024_0009.png"), {5: "shot_2024_0005.png", 9: "shot_2024_0009.png"}),
        # names that count from elsewhere, and names without numbers: the order of names is that of frames
        ((101, 102, 103), ("out1.png", "out2.png", "out3.png"), {101: "out1.png", 102: "out2.png", 103: "out3.png"}),
        ((5, 9), ("first.png", "last.png"), {5: "first.png", 9: "last.png"}),
        (tuple(range(50, 61)), tuple(f"{n}.png" for n in range(1, 12)), {n + 49: f"{n}.png" for n in range(1, 12)}),
        ((1, 2), ("0001.png", "0002.png", "Depth/0001.png", "a.txt"), {1: "0001.png", 2: "0002.png"}),
        ((1, 2), (), {}),
    ],
)
def test_file_of_each_frame(wanted: tuple[int, ...], names: tuple[str, ...], expected: dict[int, str]) -> None:
    found = frame_paths(wanted, outputs(*names))
    assert {frame: path.name for frame, path in found.items()} == expected
    assert list(found) == sorted(found)


@pytest.mark.parametrize(
    "files",
    [
        [*outputs("0001_R.png", "0002_R.png"), *outputs("0001_L.png", "0002_L.png")],
        [
            *outputs("0001_R.png", "0002_R.png", view="right"),
            *outputs("0001_L.png", "0002_L.png", view="left"),
        ],
    ],
)
def test_first_view_of_stereo(files: list[OutputRecord]) -> None:
    assert {f: path.name for f, path in frame_paths((1, 2), files).items()} == {1: "0001_L.png", 2: "0002_L.png"}
