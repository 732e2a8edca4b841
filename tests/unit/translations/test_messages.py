# SPDX-License-Identifier: GPL-3.0-or-later
"""Every word that an artist may see is there in every language, and each translation says what the English one says."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from renderjuice.translations.catalog import PLACEHOLDER, Catalog
from tools.messages import gather, messages_in

ROOT = Path(__file__).resolve().parents[3]

NOT_SHOWN = frozenset(
    {
        # names of headers, fields and types
        *("Accept", "Authorization", "Location", "Date", "Range", "Answer", "Found", "Journal", "Overtaken", "Opened"),
        *("fieldErrors", "formErrors", "zodError", "instancePath"),
        # secrets and what stands in their place
        *("Bearer {}", "Bearer …"),
        # the raw cause of an error, which goes into the support bundle as it is
        *("HTTP status {}", "HTTP status {}: {}", "{} of {} bytes", "more than {} bytes", "{} bytes instead of {}"),
        *("content encoding {}", "the compressed answer ends too early", "the compressed answer is broken"),
        *("the file ends after {} of {} bytes", "Tunnel connection failed"),
        # part of an SQL statement
        "(SELECT revision FROM counter)",
        # what Blender itself or the farm calls things: compared with, or the name of what is made
        *("File Output", "Linear Rec.709", "Standard", "Raw", "Footage", "Compositor Nodes"),
        # a line in a preset, which is a program
        "settings = bpy.context.scene.renderjuice",
        # for the programs that start a worker or wait for a job in the background
        *("renderjuice worker", "renderjuice: {}: {}{}{}{}{}"),
        # signs of units, and what is put together of words that were translated before
        *("kB", "{} TB", "Renderjuice: {}", "Renderjuice: {}: {}"),
    }
)
"""What the search finds and no artist reads (or nobody translates)."""


def shown() -> dict[str, str]:
    """The messages that artists read, with the place of each."""
    return {message.text: message.place for message in gather().values() if message.text not in NOT_SHOWN}


def test_every_message_is_there_and_nothing_else(language: str, messages: dict[str, str]) -> None:
    wanted = shown()
    missing = [f"{place}: {text}" for text, place in wanted.items() if text not in messages]
    assert not missing, f"{language} lacks:\n" + "\n".join(missing)
    stale = [text for text in messages if text not in wanted]
    assert not stale, f"{language} has what is said no more:\n" + "\n".join(stale)


def test_what_is_not_shown_is_still_there() -> None:
    assert gather().keys() >= NOT_SHOWN


def test_no_message_stands_there_twice(language: str) -> None:
    tree = ast.parse((ROOT / "translations" / f"{language}.py").read_text(encoding="utf-8"))
    written = [
        key.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Dict)
        for key in node.keys
        if isinstance(key, ast.Constant)
    ]
    assert len(written) == len(set(written)) > 0


def test_each_translation_has_the_values_of_its_message(messages: dict[str, str]) -> None:
    for text, words in messages.items():
        places = PLACEHOLDER.findall(text)
        wanted = [place or str(number) for number, place in enumerate(places)]
        found = PLACEHOLDER.findall(words)
        named = [place or str(number) for number, place in enumerate(found)]
        assert sorted(named) == sorted(wanted), text
        assert words.format(*places, **{place: "" for place in places if place}) is not None


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


def test_each_template_is_recognised_as_itself(messages: dict[str, str]) -> None:
    """A text that was made of a template is not taken for one that was made of another."""
    catalog = Catalog(messages)
    for text, words in messages.items():
        places = PLACEHOLDER.findall(text)
        if places:
            values = [str(number) for number in range(701, 701 + len(places))]
            plain = [value for value, place in zip(values, places, strict=True) if not place]
            named = {place: value for value, place in zip(values, places, strict=True) if place}
            assert catalog.translate(text.format(*plain, **named)) == words.format(*plain, **named), text


FORGOTTEN = '''
"""A module's description is not shown."""
import bpy

class X_OT_y(bpy.types.Operator):
    """Tooltip of the operator"""

    bl_label = "Label"
    size: bpy.props.IntProperty(name="Size", description="How large it is", options={"SKIP_SAVE"})
    kind: bpy.props.EnumProperty(items=(("BIG", "Big", "It is big"), ("SMALL", "Small", "")))

    def execute(self, context):
        """Not shown either."""
        logger.info("opened the file %s", self.size)
        self.layout.label(text="Word", icon="NONE")
        self.report({"ERROR"}, f"The file “{context.name}” is {'very ' if self.size else ''}large: {self.size!r}.")
        raise ValueError("It went wrong" + " and more.")
'''


def test_the_search_finds_what_is_shown_and_only_that() -> None:
    assert [text for text, _line in messages_in(FORGOTTEN)] == [
        "Tooltip of the operator",
        "Label",
        "Size",
        "How large it is",
        "Big",
        "It is big",
        "Small",
        "Word",
        "The file “{}” is very large: {}.",
        "The file “{}” is large: {}.",
        "It went wrong",
        "and more.",
    ]
