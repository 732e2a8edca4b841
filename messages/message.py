# SPDX-License-Identifier: GPL-3.0-or-later
"""A text for the artist, as a template and its arguments.

Whoever writes a text writes a `Message`. Whoever shows it has it translated, template and arguments apart. As a string,
a message is its finished English text, which is what logs and scripts get.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Message(str):
    """A text for the artist, in English: `Message("{} of {} frames", "3", "10")`.

    `template` has `{}` for each of the `values`. A value that is a message is translated, too; every other value stays
    as it is. A template without values is taken literally, braces included.
    """

    template: str
    values: tuple[str, ...]
    is_small: bool

    def __new__(cls, template: str, *values: object, is_small: bool = False) -> Message:
        """Put the English text together. A value that is no string is taken as `str` gives it.

        `is_small` is for a label inside an English sentence, which is written in small letters there.
        """
        texts = tuple(value if isinstance(value, str) else str(value) for value in values)
        english = template.format(*texts) if texts else template
        message = super().__new__(cls, english.lower() if is_small else english)
        message.template = str(template)
        message.values = texts
        message.is_small = is_small
        return message

    def __getnewargs_ex__(self) -> tuple[tuple[str, ...], dict[str, bool]]:
        """What copying makes the message from."""
        return (self.template, *self.values), {"is_small": self.is_small}


def small(label: Message) -> Message:
    """A label inside a sentence, such as “color depth” for Color Depth. Other languages have it as it is."""
    return Message(label.template, *label.values, is_small=True)


NO_MESSAGE = Message("")
"""Nothing to tell."""


def sentences(*texts: str, separator: str = " ") -> Message:
    """Several texts in a row as one message. Empty ones are left out, and one alone stays as it is."""
    present = [text for text in texts if text]
    if len(present) == 1 and isinstance(present[0], Message):
        return present[0]
    return Message(separator.join(["{}"] * len(present)), *present) if present else NO_MESSAGE


def message_of(error: BaseException) -> Message:
    """The text of an error for the artist: its `sentence`, else the message that it was made with, else its words."""
    for text in (getattr(error, "sentence", None), *error.args[:1]):
        if isinstance(text, Message):
            return text
    return Message(str(error))


def to_json(text: str) -> str | dict[str, Any]:
    """A text as JSON keeps it: a plain string where there are no values, else the template and the values."""
    if isinstance(text, Message) and (text.values or text.is_small):
        return _message_to_json(text)
    return str(text)


def from_json(kept: Any) -> Message:
    """The text that `to_json` was given. Raises `KeyError`, `TypeError` or `IndexError` for what is none."""
    if isinstance(kept, Mapping):
        values = (_value_from_json(value) for value in kept["values"])
        return Message(str(kept["template"]), *values, is_small=bool(kept.get("is_small", False)))
    return Message(str(kept))


def _value_to_json(value: str) -> str | dict[str, Any]:
    # a name stays a plain string: a message of the same words would be translated
    return _message_to_json(value) if isinstance(value, Message) else value


def _message_to_json(message: Message) -> dict[str, Any]:
    kept: dict[str, Any] = {
        "template": message.template,
        "values": [_value_to_json(value) for value in message.values],
    }
    return kept | {"is_small": True} if message.is_small else kept


def _value_from_json(kept: Any) -> str:
    return from_json(kept) if isinstance(kept, Mapping) else str(kept)
