# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts a message together in another language: the template and its values apart. Knows nothing of Blender."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..messages.message import Message

ONLY_SENTENCES = re.compile(r"\{\}( \{\})+")
"""The template of several sentences in a row."""

WIDE_STOPS = ("。", "！", "？")
"""The ends of sentences in Chinese and Japanese, which no blank follows."""


def translate_message(text: str, words: Mapping[str, str]) -> str:
    """The text in the language of `words`, which maps English templates to translations.

    A template that the language lacks stays English; its values are translated all the same. A value that is no message
    is a name or a number and stays as it is. A plain string is translated when the language has it as a whole.
    """
    if not isinstance(text, Message) or not text.values:
        return words.get(text, text)
    values = [translate_message(value, words) if isinstance(value, Message) else value for value in text.values]
    if ONLY_SENTENCES.fullmatch(text.template):
        return _in_a_row(text.values, values)
    return words.get(text.template, text.template).format(*values)


def _in_a_row(originals: tuple[str, ...], sentences: list[str]) -> str:
    """The sentences with a blank after each, but after one of our own that ends with a wide stop."""
    row = ""
    for original, sentence in zip(originals, sentences, strict=True):
        needs_no_blank = isinstance(original, Message) and sentence.endswith(WIDE_STOPS)
        row += sentence if needs_no_blank else f"{sentence} "
    return row.removesuffix(" ")
