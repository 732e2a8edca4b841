# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of one language, and how an English text is found in them. Knows nothing of Blender.

A message is a text of the extension as it stands in the code. One with values in it is a template: `{}` (or `{name}`)
stands for each, and a translation may put them in another order: `{1}` before `{0}`. Three rules keep what is not ours
as it is: what stands between “ and ” is a name and never translated; other values are translated only when they are
messages themselves; and where it cannot be told where one value ends and the next begins, the text stays English.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

PLACEHOLDER = re.compile(r"\{(\w*)\}")
FEW_LETTERS = 7
"""Templates with fewer letters of their own fit too much: they count only for amounts, names and messages as values."""
MOST_REMEMBERED = 2000
"""Texts whose translation is kept; more are in use only by mistake, for example a text with the time in it."""
MOST_SENTENCES = 12
"""Sentences in a row that are looked at; a text with more of them is not ours."""
DEEPEST = 4
"""Values inside values that are looked at, such as a reason in a reason."""

_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+")
_WIDE_STOPS = ("。", "！", "？")
"""Ends of sentences that no blank follows."""
_JOINTS = (re.compile(": "), re.compile(" · "), re.compile(", "))
"""What stands between two parts that may be messages of their own."""
_AMOUNT = re.compile(r"[-+]?\d\S*( [^\W\d_]{1,4})?( [-+]?\d\S*( [^\W\d_]{1,4})?)*")
"""Numbers with their units: `1,024`, `3 h 20 min`, `1.5 MB`."""
_KIND_AND_NAME = re.compile(r"([^“”]*?) ?(“.*”)", re.DOTALL)
"""`Image “Wood”`, or only the name."""


@dataclass(frozen=True)
class Template:
    """A message with values: the texts around them, the values' names ("" or a word), and the translation."""

    parts: tuple[str, ...]
    names: tuple[str, ...]
    translation: str

    @property
    def letters(self) -> int:
        """How many letters of its own it has: the more, the surer it is the one that a text was made of."""
        return sum(character.isalpha() for part in self.parts for character in part)

    def is_name(self, position: int) -> bool:
        """True for a value in quotation marks."""
        return self.parts[position].endswith("“") and self.parts[position + 1].startswith(("”", "…”"))

    def fill(self, values: Sequence[str]) -> str:
        """The translation with the values in it."""
        plain = [value for value, name in zip(values, self.names, strict=True) if not name]
        named = {name: value for value, name in zip(values, self.names, strict=True) if name}
        return self.translation.format(*plain, **named)


class Catalog:
    """The translations of one language, from English: `messages` as in the modules of the languages."""

    def __init__(self, messages: Mapping[str, str]) -> None:
        self._messages = messages
        self._remembered: dict[str, str | None] = {}
        self._words = {message.lower(): translation for message, translation in messages.items()}
        self._full_stop = "。" if any(translation.endswith("。") for translation in messages.values()) else "."
        self._anywhere: list[Template] = []
        self._by_start: dict[str, list[Template]] = {}
        templates = [_template(*message) for message in messages.items() if PLACEHOLDER.search(message[0])]
        for template in sorted(templates, key=lambda template: -template.letters):
            start = template.parts[0][:1]
            (self._by_start.setdefault(start, []) if start else self._anywhere).append(template)

    def translate(self, text: str) -> str:
        """The text in this language, as far as it is known. Looked up once and remembered."""
        return self._text(text, 0) or text

    def _text(self, text: str, depth: int) -> str | None:
        """One or more sentences, translated as far as they are known; None when nothing of them is."""
        if depth > DEEPEST:
            return self._messages.get(text)
        try:
            return self._remembered[text]
        except KeyError:
            words = self._look_up(text, depth)
        if len(self._remembered) >= MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered[text] = words
        return words

    def _look_up(self, text: str, depth: int) -> str | None:
        whole = self._messages.get(text)
        spans = [] if whole is not None else [*_split(text, _SENTENCE_END)]
        if not 0 < len(spans) <= MOST_SENTENCES:
            return whole
        done, begin, is_known = "", 0, False
        while begin < len(spans):
            end, words = self._next(text, spans, begin, depth)
            is_known = is_known or words is not None
            done += text[spans[begin][0] : spans[end - 1][1]] if words is None else words
            if end < len(spans) and not done.endswith(_WIDE_STOPS):
                done += text[spans[end - 1][1] : spans[end][0]]
            begin = end
        return done if is_known else None

    def _next(self, text: str, spans: Sequence[tuple[int, int]], begin: int, depth: int) -> tuple[int, str | None]:
        """The sentences from `begin` on that are one message: where they end, and their translation if there is one."""
        first, count = spans[begin][0], len(spans)
        for end in range(count, begin, -1):
            words = self._messages.get(text[first : spans[end - 1][1]])
            if words is not None:
                return end, words
        for end in range(begin + 1, count + 1):
            words, is_all = self._from_template(text[first : spans[end - 1][1]], text[first:], depth)
            if words is not None:
                return count if is_all else end, words
        return begin + 1, self._in_parts(text[first : spans[begin][1]], depth)

    def _from_template(self, text: str, rest: str, depth: int) -> tuple[str | None, bool]:
        """The translation of a text that was made of a template, None when it was not, or when that is not sure.

        Templates that end with a value are tried with the `rest`, for that value may be several sentences; the second
        part of the answer says that it was so.
        """
        for template in (*self._by_start.get(text[:1], ()), *self._anywhere):
            is_open = not template.parts[-1]
            whole = rest if is_open else text
            values = _values(template.parts, whole)
            found = values and self._fill(template, values, depth)
            if not values or not found:
                continue
            others = _values(template.parts, whole, from_the_end=True) or values
            other = found if others == values else self._fill(template, others, depth) or found
            is_sure = found[0] != other[0] or found[1] == other[1]
            return (max(found, other)[1] if is_sure else None), is_open
        return None, False

    def _fill(self, template: Template, values: Sequence[str], depth: int) -> tuple[int, str] | None:
        """How many of the values are messages, and the translation with them; None for what only looks like it."""
        words = [
            None if template.is_name(position) else self._value(value, depth) for position, value in enumerate(values)
        ]
        is_foreign = any(
            word is None and not template.is_name(position) and not _AMOUNT.fullmatch(value)
            for position, (word, value) in enumerate(zip(words, values, strict=True))
        )
        if is_foreign and template.letters < FEW_LETTERS:
            return None
        filled = template.fill([value if word is None else word for word, value in zip(words, values, strict=True)])
        return sum(word is not None for word in words), filled

    def _value(self, value: str, depth: int) -> str | None:
        """The translation of a value that is no name: a message in any spelling (`movie clip` is `Movie Clip`)."""
        if _AMOUNT.fullmatch(value):
            return self._text(value, depth + 1) if " " in value else None
        kind = _KIND_AND_NAME.fullmatch(value)
        if kind and not kind[1]:
            return None
        if kind and (word := self._words.get(kind[1].lower())):
            return f"{word} {kind[2]}"
        known = self._words.get(value.lower())
        return known if known is not None else self._text(value, depth + 1)

    def _in_parts(self, sentence: str, depth: int) -> str | None:
        """A sentence that is no message: perhaps one without its full stop, or two things side by side."""
        if sentence.endswith(".") and (words := self._text(sentence[:-1], depth + 1)) is not None:
            return words + self._full_stop
        for joint in _JOINTS:
            spans = [*_split(sentence, joint)]
            if len(spans) > 1:
                pieces = (sentence[: spans[0][1]], sentence[spans[1][0] :])
                parts = [self._text(piece, depth + 1) for piece in pieces]
                if any(part is not None for part in parts):
                    between = sentence[spans[0][1] : spans[1][0]]
                    return between.join(part or piece for part, piece in zip(parts, pieces, strict=True))
        return None


def _template(text: str, translation: str) -> Template:
    pieces = PLACEHOLDER.split(text)
    return Template(tuple(pieces[0::2]), tuple(pieces[1::2]), translation)


def _values(parts: Sequence[str], text: str, *, from_the_end: bool = False) -> list[str] | None:
    """What stands between the parts in a text that is made of them; None for a text that is not.

    Where that can be seen in several ways, the first values are the shortest, or `from_the_end` the last.
    """
    begin, end = len(parts[0]), len(text) - len(parts[-1])
    if begin > end or not text.startswith(parts[0]) or not text.endswith(parts[-1]):
        return None
    inner = parts[1:-1]
    values = []
    for part in reversed(inner) if from_the_end else inner:
        place = text.rfind(part, begin, end) if from_the_end else text.find(part, begin, end)
        if place < 0:
            return None
        after = place + len(part)
        values.append(text[after:end] if from_the_end else text[begin:place])
        begin, end = (begin, place) if from_the_end else (after, end)
    values.append(text[begin:end])
    return values[::-1] if from_the_end else values


def _split(text: str, border: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """Begin and end of the pieces of a text, which is never split inside quotation marks."""
    begin = 0
    for found in border.finditer(text):
        before = text[begin : found.start()]
        if before.count("“") <= before.count("”"):
            yield begin, found.start()
            begin = found.end()
    yield begin, len(text)
