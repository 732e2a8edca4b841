# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines are as wide as asked for, in any script, and nothing of the text is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderjuice.translations.wrapping import text_width, wrap

FAMILY = "👨\u200d👩\u200d👧\u200d👦"


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 10, []),
        ("   ", 10, []),
        ("one two three", 7, ["one two", "three"]),
        ("one two three", 13, ["one two three"]),
        ("one  two", 20, ["one  two"]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
        ("a abcdefgh", 5, ["a", "abcde", "fgh"]),
        ("first\nsecond line", 20, ["first", "second line"]),
        ("レンダリングが完了しました。", 10, ["レンダリン", "グが完了し", "ました。"]),
        ("渲染完成。重试", 8, ["渲染完", "成。重试"]),
        ("渲染 Blender 完成", 10, ["渲染", "Blender 完", "成"]),
        (FAMILY * 3, 4, [FAMILY * 2, FAMILY]),
        ("🇩🇪🇫🇷🇯🇵", 4, ["🇩🇪🇫🇷", "🇯🇵"]),
        ("e\u0301e\u0301e\u0301", 2, ["e\u0301e\u0301", "e\u0301"]),
        ("שלום עולם טוב", 9, ["שלום עולם", "טוב"]),
        ("wide 你", 1, ["w", "i", "d", "e", "你"]),
    ],
)
def test_lines(text: str, width: int, lines: list[str]) -> None:
    assert wrap(text, width) == lines


@pytest.mark.parametrize(("text", "width"), [("abc", 3), ("日本", 4), (FAMILY, 2), ("e\u0301", 1), ("❤\ufe0f", 2)])
def test_width(text: str, width: int) -> None:
    assert text_width(text) == width


@given(text=st.text(), width=st.integers(min_value=2, max_value=40))
def test_nothing_is_lost_and_no_line_is_too_wide(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(text_width(line) <= width for line in lines)
    assert all(line == line.strip() != "" for line in lines)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (
            "there is no file /home/me/proj/textures/tiles.png.",
            ["there is no file", "/home/me/proj/textures/", "tiles.png."],
        ),
        ("in /projects/a/renderjuice_of_mine", ["in", "/projects/a/", "renderjuice_of_mine"]),
        ("a_name_that_is_longer_than_a_line", ["a_name_that_is_longer_", "than_a_line"]),
        ("C:\\shots\\shot_010\\textures\\a.png", ["C:\\shots\\shot_010\\", "textures\\a.png"]),
        ("anamethatislongerthanaline", ["anamethatislongerthanal", "ine"]),
    ],
)
def test_a_path_breaks_between_its_folders(text: str, lines: list[str]) -> None:
    assert wrap(text, 23) == lines
