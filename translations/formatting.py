# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts a message together in another language: the template and its values apart. Knows nothing of Blender."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..messages.message import Message

_ONLY_VALUES = re.compile(r"(\{\}|\s)*")
_BLANK_AFTER_WIDE_STOP = re.compile(r"(?<=[。！？]) ")


def translate_message(text: str, words: Mapping[str, str]) -> str:
    """The text in the language of `words`, which maps English templates to translations.

    A template that the language lacks stays English; its values are translated all the same.
    """
    if not isinstance(text, Message) or not text.values:
        return words.get(text, text)
    values = [translate_message(value, words) if isinstance(value, Message) else value for value in text.values]
    filled = words.get(text.template, text.template).format(*values)
    # no blank stands between two sentences of Chinese or Japanese
    return _BLANK_AFTER_WIDE_STOP.sub("", filled) if _ONLY_VALUES.fullmatch(text.template) else filled
