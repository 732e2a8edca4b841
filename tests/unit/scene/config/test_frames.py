# SPDX-License-Identifier: GPL-3.0-or-later
"""Frame lists: what artists type, what the API takes, what a receipt shows."""

from __future__ import annotations

import random
import tracemalloc

import pytest

from renderjuice.api.frame_ranges import frame_ranges
from renderjuice.scene.config.frames import (
    MAX_FRAME,
    MAX_FRAMES,
    MIN_FRAME,
    FrameListError,
    checked_frames,
    describe,
    frames_of_range,
    parse_frames,
)

READABLE = {
    "7": (7,),
    "0": (0,),
    "1-5": (1, 2, 3, 4, 5),
    "4-4": (4,),
    "1-10x3": (1, 4, 7, 10),
    "1-10X3": (1, 4, 7, 10),
    "1-2x5": (1,),
    "5, 9, 20-22": (5, 9, 20, 21, 22),
    "20-22,9,5": (5, 9, 20, 21, 22),
    "1-3,2-4": (1, 2, 3, 4),
    "  8  ": (8,),
    " 1 - 7 x 3 , 20 ": (1, 4, 7, 20),
    "-5": (-5,),
    "-3--1": (-3, -2, -1),
    "-3 - -1": (-3, -2, -1),
    "-2-1": (-2, -1, 0, 1),
    "-4-2x3": (-4, -1, 2),
    "0001-0003": (1, 2, 3),
    "1..3": (1, 2, 3),
    "-3..-1": (-3, -2, -1),
    "1 .. 5 x 2": (1, 3, 5),
    "1\u20133": (1, 2, 3),
    "\u22123": (-3,),
    str(MAX_FRAME): (MAX_FRAME,),
    str(MIN_FRAME): (MIN_FRAME,),
}


@pytest.mark.parametrize(("text", "frames"), READABLE.items())
def test_reads_what_artists_type(text: str, frames: tuple[int, ...]) -> None:
    assert parse_frames(text) == frames


@pytest.mark.parametrize(
    ("text", "bad_part"),
    [
        ("12a", "“12a” is not a frame"),
        ("1-5, 12a, 7", "“12a” is not a frame"),
        ("1-", "“1-” is not a frame"),
        ("- 5", "“- 5” is not a frame"),
        ("1.5", "“1.5” is not a frame"),
        ("1-5x", "“1-5x” is not a frame"),
        ("5x2", "“5x2” is not a frame"),
        ("1-2-3", "“1-2-3” is not a frame"),
        ("1 2", "“1 2” is not a frame"),
        ("1;2", "“1;2” is not a frame"),
        ("1...3", "“1...3” is not a frame"),
        ("\u0661", "“\u0661” is not a frame"),
        ("1" * 5000, f"“{'1' * 40}…” is not a frame"),
        ("30-20", "“30-20” runs backwards"),
        ("-1--10", "“-1--10” runs backwards"),
        ("3--5", "“3--5” runs backwards"),
        ("1-10x0", "step in “1-10x0” must be 1 or more"),
        ("1-10x-2", "step in “1-10x-2” must be 1 or more"),
        ("", "No frames are given"),
        (" \t", "No frames are given"),
        ("1,,2", "missing beside a comma"),
        ("1,", "missing beside a comma"),
        (",", "missing beside a comma"),
        (str(MAX_FRAME + 1), f"“{MAX_FRAME + 1}” is outside the frames that Blender knows"),
        (str(MIN_FRAME - 1), f"“{MIN_FRAME - 1}” is outside the frames that Blender knows"),
        (f"1-{10**18}", f"“1-{10**18}” is outside the frames that Blender knows"),
    ],
)
def test_says_which_part_is_wrong_and_what_is_accepted(text: str, bad_part: str) -> None:
    with pytest.raises(FrameListError) as error:
        parse_frames(text)
    assert bad_part in str(error.value)
    assert "1-100x2" in str(error.value), "the message shows what is accepted"


def test_a_million_frames_are_the_most() -> None:
    assert len(parse_frames(f"1-{MAX_FRAMES}")) == MAX_FRAMES
    with pytest.raises(FrameListError, match="1,000,001 frames are more than one job can take"):
        parse_frames(f"0-{MAX_FRAMES}")
    with pytest.raises(FrameListError, match="more than one job can take"):
        frames_of_range(0, MAX_FRAMES)


def test_too_many_frames_are_refused_before_they_are_built() -> None:
    text = ", ".join([f"{MIN_FRAME}-{MAX_FRAME}"] * 10)
    tracemalloc.start()
    try:
        with pytest.raises(FrameListError, match="more than one job can take"):
            parse_frames(text)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("frames", "ranges"),
    [
        (range(1, 251), ("1-250",)),
        ((7,), ("7",)),
        ((1, 2), ("1-2",)),
        ((9, 5, 20, 21, 22, 5), ("5", "9", "20-22")),
        ((1, 3, 5), ("1", "3", "5")),
        ((-2, -1, 0, 1), ("-2", "-1", "0-1")),
        ((-5,), ("-5",)),
        ((), ()),
    ],
)
def test_the_api_gets_its_two_safe_forms(frames: tuple[int, ...], ranges: tuple[str, ...]) -> None:
    assert frame_ranges(frames) == ranges


def test_ranges_read_back_as_the_same_frames() -> None:
    chance = random.Random(4)  # noqa: S311 - a repeatable choice of cases, nothing secret
    for _ in range(300):
        low = chance.choice((-30, 0, 1, 900))
        frames = tuple(sorted(chance.sample(range(low, low + 60), chance.randint(1, 60))))
        ranges = frame_ranges(frames)
        assert parse_frames(", ".join(ranges)) == frames
        assert not any(text.startswith("-") and text.count("-") > 1 for text in ranges)


@pytest.mark.parametrize(
    ("frames", "words"),
    [
        (range(1, 251), "1-250 (250 frames)"),
        (range(1, 101, 2), "1-99 step 2 (50 frames)"),
        ((7,), "7 (1 frame)"),
        ((7, 9), "7, 9 (2 frames)"),
        ((5, 9, *range(20, 31)), "5, 9, 20-30 (13 frames)"),
        (range(-10, 0), "-10 to -1 (10 frames)"),
        (range(-10, 11, 5), "-10 to 10 step 5 (5 frames)"),
        ((1, 2, 4, 6, 9, 12, 16, 20, 30), "1-2, 4, 6, 9, …, 30 (9 frames)"),
        ((1, 4, 6, 9, 12, 16), "1, 4, 6, 9, 12, 16 (6 frames)"),
        (range(1, 2001), "1-2000 (2,000 frames)"),
        ((), "no frames"),
    ],
)
def test_a_receipt_says_them_in_a_few_words(frames: tuple[int, ...], words: str) -> None:
    assert describe(frames) == words


def test_a_span_holds_both_ends() -> None:
    assert frames_of_range(1, 4) == (1, 2, 3, 4)
    assert frames_of_range(1, 4, 2) == (1, 3)
    assert frames_of_range(3, 3) == (3,)


def test_a_span_without_frames_is_an_error() -> None:
    with pytest.raises(FrameListError, match="starts at 10 and ends at 5"):
        frames_of_range(10, 5)
    with pytest.raises(FrameListError, match="frame step of the scene is 0"):
        frames_of_range(1, 5, 0)


def test_frame_numbers_are_checked_like_typed_ones() -> None:
    assert checked_frames([3, 1, 3]) == (1, 3)
    with pytest.raises(FrameListError, match="No frames"):
        checked_frames([])
    with pytest.raises(FrameListError, match="whole numbers"):
        checked_frames([1.5])  # type: ignore[list-item]
    for outside in (MIN_FRAME - 1, MAX_FRAME + 1):
        with pytest.raises(FrameListError, match=f"“{outside}” is outside"):
            checked_frames([1, outside])
    with pytest.raises(FrameListError, match="more than one job can take"):
        checked_frames(range(MAX_FRAMES + 1))
