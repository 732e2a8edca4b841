# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts for the artist: they remember template and values wherever they travel."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from renderjuice.api.errors import Refused, UnexpectedAnswer, WrongKey
from renderjuice.messages.message import NO_MESSAGE, Message, from_json, message_of, sentences, to_json

NESTED = Message("{} “{}” cannot be sent: {}.", Message("Image"), "{} 木", Message("it has {} bytes", 7))


def parts(text: str) -> Any:
    """What a message is made of, to the last value."""
    if isinstance(text, Message):
        return text.template, tuple(parts(value) for value in text.values)
    return str(text)


def test_a_message_is_its_english_text() -> None:
    assert NESTED == "Image “{} 木” cannot be sent: it has 7 bytes."
    assert parts(NESTED) == (
        "{} “{}” cannot be sent: {}.",
        (("Image", ()), "{} 木", ("it has {} bytes", ("7",))),
    )
    assert Message("100 {} %") == "100 {} %"


@pytest.mark.parametrize("message", [NESTED, Message("Plain."), Message("Braces {} stay."), NO_MESSAGE])
@pytest.mark.parametrize(
    "travel",
    [
        copy.copy,
        copy.deepcopy,
        lambda message: pickle.loads(pickle.dumps(message)),  # noqa: S301
        lambda message: from_json(json.loads(json.dumps(to_json(message)))),
    ],
)
def test_a_message_travels_with_template_and_values(message: Message, travel: Callable[[Message], Message]) -> None:
    arrived = travel(message)
    assert arrived == message
    assert type(arrived) is Message
    assert parts(arrived) == parts(message)


def test_a_plain_text_stays_plain_in_json() -> None:
    assert to_json(Message("Plain.")) == "Plain."
    assert to_json("Plain.") == "Plain."
    assert parts(from_json("It is {}.")) == ("It is {}.", ())


@pytest.mark.parametrize(
    "kept",
    [{}, {"template": "{}"}, {"values": []}, {"template": "{} {}", "values": ["a"]}, {"template": 1, "values": 1}],
)
def test_what_is_no_message_is_an_error(kept: dict[str, Any]) -> None:
    with pytest.raises((LookupError, TypeError)):
        from_json(kept)


def test_sentences_in_a_row() -> None:
    first, second = Message("One {}.", 1), Message("Two.")
    assert parts(sentences(first, NO_MESSAGE, second)) == ("{} {}", (parts(first), parts(second)))
    assert sentences(first, NO_MESSAGE) is first
    assert sentences() is NO_MESSAGE


def test_an_error_tells_its_message() -> None:
    assert parts(message_of(ValueError(Message("No {}.", "room")))) == ("No {}.", ("room",))
    assert parts(message_of(KeyError())) == ("", ())
    assert parts(message_of(OSError("disk"))) == ("disk", ())


def test_an_error_of_the_service_tells_what_happened_and_what_to_do() -> None:
    error = Refused(words="fps is odd")
    told = message_of(error)
    assert told == str(error) == "Renderjuice refused: fps is odd. Change what the reason speaks of and submit again."
    assert parts(told)[0] == "{} {}"
    assert parts(told)[1][0] == ("Renderjuice refused: {}", ("fps is odd.",))
    assert message_of(WrongKey()) == f"{WrongKey.default_message} {WrongKey.next_step}"
    # copied as an exception travels between processes
    twin = pickle.loads(pickle.dumps(UnexpectedAnswer(Message("{} is gone.", "host"))))  # noqa: S301
    assert parts(message_of(twin))[1][0] == ("{} is gone.", ("host",))
