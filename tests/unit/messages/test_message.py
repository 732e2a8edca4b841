# SPDX-License-Identifier: GPL-3.0-or-later
"""A message is its finished English text, and remembers what it was made of, however it is kept."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import pytest

from renderjuice.messages.message import Message, from_json, message_of, sentences, small, to_json

NESTED = Message("The cancel has not arrived: {}", Message("{} took {} s.", "{} “{0}”", 3))


def parts(text: str) -> Any:
    """What a text is made of, through all values."""
    return (text.template, *map(parts, text.values)) if isinstance(text, Message) else str(text)


def test_it_is_the_finished_text() -> None:
    assert Message("{} of {} frames", 3, "10") == "3 of 10 frames"
    assert NESTED == "The cancel has not arrived: {} “{0}” took 3 s."
    assert Message("Braces {} without values") == "Braces {} without values"


@pytest.mark.parametrize(
    "text",
    [
        NESTED,
        Message("The job “{}” is over.", "Image"),
        Message("The job “{}” is over.", Message("Image")),
        sentences(Message("Retry."), "Retry.", NESTED),
        Message("Retry."),
        Message(""),
    ],
)
def test_it_is_the_same_after_it_was_kept_or_copied(text: Message) -> None:
    for again in (from_json(json.loads(json.dumps(to_json(text)))), copy.copy(text), copy.deepcopy(text)):
        assert again == text
        assert parts(again) == parts(text)


def test_a_text_of_a_version_without_templates_is_one_without_values() -> None:
    kept = from_json("It went wrong: {} of 3.")
    assert parts(kept) == ("It went wrong: {} of 3.",)


@pytest.mark.parametrize(
    "kept", [{}, {"template": "{}"}, {"template": "{} {}", "values": ["1"]}, {"template": "", "values": 3}]
)
def test_what_is_no_text_is_refused(kept: Any) -> None:
    with pytest.raises((KeyError, TypeError, IndexError)):
        from_json(kept)


def test_empty_sentences_are_left_out() -> None:
    assert parts(sentences("", Message("One."), Message(""), "two")) == ("{} {}", ("One.",), "two")
    assert parts(sentences("", "")) == ("",)
    assert sentences("a", "b", separator=" · ") == "a · b"


def test_the_message_of_an_error() -> None:
    assert parts(message_of(ValueError(NESTED))) == parts(NESTED)
    assert message_of(ValueError("plain")) == "plain"
    assert message_of(ValueError()) == ""


def test_a_label_inside_a_sentence_is_small_in_english_only() -> None:
    sentence = Message("Set {} to 8.", small(Message("Color Depth")))
    assert sentence == "Set color depth to 8."
    for again in (copy.deepcopy(sentence), pickle.loads(pickle.dumps(sentence)), from_json(to_json(sentence))):  # noqa: S301
        assert again == sentence
        assert again.values[0].template == "Color Depth"
        assert again.values[0] == "color depth"
