# SPDX-License-Identifier: GPL-3.0-or-later
"""What Blender shows of the extension by itself is there in every language, however it was put together.

The `bpy` module is built without languages: that the words come out translated is tested with Blenders in a window.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import bpy
import pytest

MAX_MISSING_SHARE = 0.02
LANGUAGES = ("french", "german", "japanese", "simplified_chinese", "spanish")


@pytest.fixture
def translations(extension_name: str) -> ModuleType:
    """The room of the words, of the enabled extension."""
    return importlib.import_module(f"{extension_name}.translations")


def texts_of(struct: Any, *, is_tooltip_shown: bool) -> Iterator[str]:
    """What Blender shows of a class: its name and tooltip, and those of its own properties and of their items."""
    yield struct.name
    if is_tooltip_shown:
        yield struct.description
    inherited = {prop.identifier for prop in struct.base.properties} if struct.base else set()
    for prop in struct.properties:
        if prop.identifier not in inherited and not prop.is_hidden and prop.identifier not in ("rna_type", "name"):
            # one that was given no name is never shown
            yield from (prop.name if prop.name != prop.identifier else "", prop.description)
            for item in getattr(prop, "enum_items_static", ()):
                yield from (item.name, item.description)


def shown_texts(extension_name: str) -> set[str]:
    """All that Blender shows of the classes of the extension by itself, but for what it shows of its own as well."""
    found: set[str] = set()
    for kind in (*bpy.types.PropertyGroup.__subclasses__(), *bpy.types.AddonPreferences.__subclasses__()):
        if kind.__module__.startswith(extension_name):
            found.update([*texts_of(kind.bl_rna, is_tooltip_shown=False)][1:])
    for name in dir(bpy.types):
        kind = getattr(bpy.types, name)
        if name.startswith("RENDERJUICE_PT_"):
            found.add(kind.bl_label)
        elif name.startswith("RENDERJUICE_MT_"):
            found |= {kind.bl_label, kind.bl_rna.description}
    for name in dir(bpy.ops.renderjuice):
        found.update(texts_of(getattr(bpy.ops.renderjuice, name).get_rna_type(), is_tooltip_shown=True))
    of_blender = set(texts_of(bpy.types.ImageFormatSettings.bl_rna, is_tooltip_shown=True))
    # formats have the same names in all languages
    names = importlib.import_module(f"{extension_name}.scene.config.names").FORMAT_NAMES.values()
    short = importlib.import_module(f"{extension_name}.scene.config.choices").SHORT_NAMES.values()
    return {text for text in found - of_blender - {*names, *short} if any(map(str.isalpha, text))}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_blender_shows_is_there_in_every_language(extension_name: str, language: str) -> None:
    known = importlib.import_module(f"{extension_name}.translations.languages.{language}").MESSAGES
    texts = shown_texts(extension_name)
    assert {"Render on Renderjuice", "Overrides", "Samples", "Physically based path tracer"} <= texts
    missing = sorted(text for text in texts if text not in known and text.upper() != text)
    # a change may bring a text or two in English; a release demands every text
    assert len(missing) <= MAX_MISSING_SHARE * len(texts), f"{language} lacks {missing}"


def test_a_blender_without_languages_speaks_english(translations: ModuleType) -> None:
    assert bpy.app.translations.locale in ("", "C", "en_US")
    assert translations.translate("The job was canceled.") == "The job was canceled."


def test_the_words_are_taken_back_and_given_again(translations: ModuleType) -> None:
    for _ in range(2):
        translations.unregister()
        assert "translations.language" not in str([handler.__module__ for handler in bpy.app.handlers.load_post])
        translations.register()
    ours = [handler for handler in bpy.app.handlers.load_post if handler.__module__.endswith("translations.language")]
    assert len(ours) == 1
