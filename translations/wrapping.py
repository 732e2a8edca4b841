# SPDX-License-Identifier: GPL-3.0-or-later
"""Breaks text into lines by the width of its letters. A Chinese or Japanese letter is as wide as two Latin ones."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

JOINER = "\u200d"
NEVER_FIRST = frozenset("。、，．！？：；）」』】〉》”’…!?,.:;)]}%ーぁぃぅぇぉっゃゅょァィゥェォッャュョ")
"""Signs that no line begins with."""

NEVER_LAST = frozenset("（「『【〈《“‘([{")
"""Signs that no line ends with."""

FOLDER_ENDS = frozenset("/\\")
NAME_JOINTS = frozenset("-_.")
"""Signs after which a line breaks inside a word that is longer than a line: the first before the second."""


def wrap(text: str, width: int) -> list[str]:
    """The text in lines of at most `width` Latin letters. A text without letters has no lines.

    A line breaks at a blank, between two Chinese or Japanese letters, or inside a word that is longer than a line: in a
    path between two folders, in a name after a sign, and only where there is none between two letters. The
    characters of one visible letter (a letter with its accents, an emoji of several characters) are never separated: a
    letter that is wider than `width` has a line of its own.
    """
    lines = []
    for paragraph in text.splitlines():
        line, line_width = "", 0
        for piece in _pieces(paragraph.strip()):
            if line and line_width + text_width(piece.rstrip()) > width:
                lines.append(line.rstrip())
                line, line_width = "", 0
                piece = piece.lstrip()
            for letters in _parts(piece, width):
                if line and line_width + text_width(letters.rstrip()) > width:
                    lines.append(line.rstrip())
                    line, line_width = "", 0
                line += letters
                line_width += text_width(letters)
        if line.strip():
            lines.append(line.rstrip())
    return lines


def text_width(text: str) -> int:
    """The width of a text, counted in Latin letters."""
    return sum(_letter_width(letter) for letter in _letters(text))


def _letter_width(letter: str) -> int:
    """2 for a wide letter or an emoji, 0 for an invisible character, 1 for all others.

    The first character decides about a letter of several characters.
    """
    if unicodedata.east_asian_width(letter[0]) in "WF" or _is_flag_half(letter[0]) or "\ufe0f" in letter:
        return 2
    return 0 if unicodedata.category(letter[0]) in ("Mn", "Me", "Cf", "Cc") else 1


def _letters(text: str) -> Iterator[str]:
    """The visible letters: a character with its accents, an emoji with everything that is joined to it."""
    letter = ""
    for character in text:
        is_flag = _is_flag_half(character) and _is_flag_half(letter)
        if letter and not (is_flag or letter.endswith(JOINER) or _is_joined(character)):
            yield letter
            letter = ""
        letter += character
    if letter:
        yield letter


def _is_joined(character: str) -> bool:
    """True for a character that belongs to the letter before it: an accent, a joiner, the skin tone of an emoji."""
    return unicodedata.category(character) in ("Mn", "Me", "Mc") or character == JOINER or "🏻" <= character <= "🏿"


def _is_flag_half(letter: str) -> bool:
    """True for one of the two characters that make a flag."""
    return len(letter) == 1 and "🇦" <= letter <= "🇿"


def _pieces(paragraph: str) -> Iterator[str]:
    """The pieces that a line may break between: each word with the blank after it, and each wide letter."""
    piece = ""
    for letter in _letters(paragraph):
        if piece and _may_break(piece, letter):
            yield piece
            piece = ""
        piece += letter
    if piece:
        yield piece


def _parts(piece: str, width: int) -> Iterator[str]:
    """The parts of a word that are no longer than a line, broken after the strongest signs that do it."""
    parts = [piece]
    for signs in (FOLDER_ENDS, NAME_JOINTS):
        parts = [part for longer in parts for part in _after(signs, longer, width)]
    for part in parts:
        yield from (part,) if text_width(part.rstrip()) <= width else _letters(part)


def _after(signs: frozenset[str], word: str, width: int) -> Iterator[str]:
    """The word, broken after each of the signs if it is longer than a line."""
    if text_width(word.rstrip()) <= width:
        yield word
        return
    part = ""
    for letter in word:
        part += letter
        if letter in signs:
            yield part
            part = ""
    if part:
        yield part


def _may_break(piece: str, letter: str) -> bool:
    if letter.isspace():
        return False
    if piece[-1].isspace():
        return True
    if letter[0] in NEVER_FIRST or piece[-1] in NEVER_LAST:
        return False
    return _is_wide(letter[0]) or _is_wide(piece[-1])


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"
