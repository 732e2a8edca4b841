# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads what stands on the screen (tesseract), to find a button by its words as a person does."""

from __future__ import annotations

import csv
import functools
import io
import os
import subprocess
from dataclasses import dataclass
from difflib import SequenceMatcher

from PIL import Image, ImageOps

from .display import Box

SECONDS = 60.0
PICTURES_KEPT = 8
"""Pictures whose words are kept: to read one takes half a second."""
ENLARGED = 3
"""Tesseract reads letters of 30 pixels best; Blender's have about 10."""
PAPER, INK = 105, 215
"""What is darker than the first is ground, what is lighter than the second is a letter (Blender's dark theme)."""
ALIKE = 0.75
"""How much of a word has to be read right: an l is taken for an I now and then."""


@dataclass(frozen=True)
class Word:
    """A word on the screen, and the line of text that it belongs to."""

    text: str
    box: Box
    line: tuple[str, ...]


def read(picture: Image.Image, part: Box | None = None) -> list[Word]:
    """All words in a picture of the screen, or in a part of it, in reading order."""
    part = part or Box(0, 0, *picture.size)
    cut = picture.crop((part.left, part.top, part.right, part.bottom)).convert("RGB")
    return [Word(word.text, word.box.moved(part.left, part.top), word.line) for word in _words(cut.tobytes(), cut.size)]


# whoever waits for a text looks again and again at what has not changed
@functools.lru_cache(PICTURES_KEPT)
def _words(pixels: bytes, size: tuple[int, int]) -> tuple[Word, ...]:
    cut = Image.frombytes("RGB", size, pixels)
    # Blender's letters are light on grounds of all shades of dark, and tesseract expects a book.
    book = ImageOps.grayscale(cut).point([round(255 * min(1, max(0, (INK - v) / (INK - PAPER)))) for v in range(256)])
    large = book.resize((cut.width * ENLARGED, cut.height * ENLARGED), Image.Resampling.BICUBIC)
    file = io.BytesIO()
    large.save(file, "PPM")
    answer = subprocess.run(
        ["tesseract", "stdin", "stdout", "--psm", "11", "tsv"],
        input=file.getvalue(),
        capture_output=True,
        check=True,
        timeout=SECONDS,
        # its threads wait for one another more than they help
        env={**os.environ, "OMP_THREAD_LIMIT": "1"},
    )
    words = []
    for row in csv.DictReader(io.StringIO(answer.stdout.decode()), delimiter="\t", quoting=csv.QUOTE_NONE):
        text = (row["text"] or "").strip()
        if not text:
            continue
        left, top, width, height = (int(row[name]) // ENLARGED for name in ("left", "top", "width", "height"))
        box = Box(left, top, left + width, top + height)
        words.append(Word(text, box, (row["block_num"], row["par_num"], row["line_num"])))
    return tuple(words)


def find(words: list[Word], wanted: str) -> list[Box]:
    """Where a text of one or more words stands, each time it does."""
    pieces = wanted.split()
    found = []
    for line in _lines(words):
        starts = range(len(line) - len(pieces) + 1)
        in_line = [line[start : start + len(pieces)] for start in starts if _stands_at(line, start, pieces)]
        found += [_around(chosen) for chosen in in_line or _run_together(line, pieces)]
    return found


def _stands_at(line: list[Word], start: int, pieces: list[str]) -> bool:
    return all(_alike(word.text, piece) for word, piece in zip(line[start:], pieces, strict=False))


def _run_together(line: list[Word], pieces: list[str]) -> list[list[Word]]:
    """The words that hold all pieces: spaces are not always seen, as beside the dot of `Done · 1 of 3`."""
    wanted = "".join(pieces).casefold()
    return [[word] for word in line if len(pieces) > 1 and wanted in word.text.casefold()]


def _around(words: list[Word]) -> Box:
    boxes = [word.box for word in words]
    return Box(
        min(box.left for box in boxes),
        min(box.top for box in boxes),
        max(box.right for box in boxes),
        max(box.bottom for box in boxes),
    )


def text(words: list[Word]) -> str:
    """The words as lines, for a message."""
    return "\n".join(" ".join(word.text for word in line) for line in _lines(words))


def _lines(words: list[Word]) -> list[list[Word]]:
    lines: dict[tuple[str, ...], list[Word]] = {}
    for word in words:
        lines.setdefault(word.line, []).append(word)
    return list(lines.values())


def _alike(read_word: str, piece: str) -> bool:
    return SequenceMatcher(None, read_word.casefold(), piece.casefold()).ratio() >= ALIKE
