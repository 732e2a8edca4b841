# SPDX-License-Identifier: GPL-3.0-or-later
"""Every word that an artist may see is there in every language, and each translation says what the English one says."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from renderjuice.messages.message import Message
from renderjuice.translations.formatting import translate_message
from tools.messages import Texts, gather, share_of, words_of
from tools.shown_texts import places_in

ROOT = Path(__file__).resolve().parents[3]
MAX_MISSING_SHARE = 0.02
"""The share of texts that a language may lack between two releases."""


@pytest.fixture(scope="module")
def texts() -> Texts:
    """All texts that an artist may see."""
    return gather()


def test_hardly_anything_is_missing(language: str, texts: Texts) -> None:
    """A text that is missing is shown in English, so that a change may bring a few; a release demands every text."""
    missing = [f"{texts.places[text]}: {text}" for text in share_of(language, texts).missing]
    assert len(missing) <= MAX_MISSING_SHARE * len(texts.needed), f"{language} lacks:\n" + "\n".join(missing)


def test_no_language_has_what_is_said_no_more(language: str, texts: Texts) -> None:
    stale = share_of(language, texts).stale
    assert not stale, f"{language} has what is said no more:\n" + "\n".join(stale)


def test_every_text_can_be_collected(texts: Texts) -> None:
    assert not texts.faults, "\n".join(texts.faults)


def test_the_tools_read_the_words_that_blender_is_given(language: str, messages: dict[str, str]) -> None:
    assert words_of(language) == messages


def test_no_message_stands_there_twice(language: str) -> None:
    modules = (ROOT / "translations" / "languages" / language).glob("*.py")
    written = [
        key.value
        for module in modules
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Dict)
        for key in node.keys
        if isinstance(key, ast.Constant)
    ]
    assert len(written) == len(set(written)) > 0


def test_each_translation_has_the_values_of_its_message(messages: dict[str, str]) -> None:
    for text, words in messages.items():
        count = len(places_in(text))
        assert not any(places_in(text)), text
        found = [place or str(number) for number, place in enumerate(places_in(words))]
        assert sorted(found) == [str(number) for number in range(count)], text


ENDS = {"。": ".", "！": "!", "？": "?", "…": "..."}


def ending(text: str) -> str:
    """The sign at the end of a text, the same for all languages; "" for a letter."""
    found = re.search(r"(\.\.\.|[.!?:;…。！？])$", text)
    return ENDS.get(found[1], found[1]) if found else ""


def test_each_translation_ends_as_its_message_does(messages: dict[str, str]) -> None:
    for text, words in messages.items():
        if text != "OpenEXR MultiLayer":
            assert ending(words) == ending(text), text
        assert words == words.strip(), text
        assert words, text


@pytest.mark.parametrize("kept", ["Renderjuice", "RENDERJUICE_API_KEY", "https://", "--offline-mode", "frame_ranges"])
def test_names_are_not_translated(kept: str, messages: dict[str, str]) -> None:
    for text, words in messages.items():
        assert text.count(kept) == words.count(kept), text


def test_each_template_is_put_together_with_its_values(messages: dict[str, str]) -> None:
    for text, words in messages.items():
        values = [str(number) for number in range(701, 701 + len(places_in(text)))]
        found = translate_message(Message(text, *values), messages)
        assert found == (words.format(*values) if values else words), text
        assert all(found.count(value) == 1 for value in values), text
