# SPDX-License-Identifier: GPL-3.0-or-later
"""Which language is in force, and its words. The words of the other languages are not even loaded."""

from __future__ import annotations

import importlib
from collections.abc import Mapping

import bpy

from .. import __package__ as base_package
from .formatting import translate_message

LANGUAGES = {
    "de": "german",
    "es": "spanish",
    "fr": "french",
    "ja": "japanese",
    "zh_HANS": "simplified_chinese",
}
"""Blender's code of each language, and the folder in `languages/` that has its words.

Blender 4.2 to 5.2 call them de_DE, es, fr_FR, ja_JP and zh_HANS. A code without a country serves every country: Blender
takes what is registered for `de` for any `de_…`.
"""

CONTEXTS = ("*", "Operator")
"""The contexts that Blender looks texts up in: `Operator` for an operator's name and its buttons, `*` for all else."""

_registered = ""
_owner = object()


def translate(text: str) -> str:
    """The text in the language of the interface, English where the language lacks it.

    A `Message` is translated with its values. A plain string is translated when the language has it as a whole.
    """
    code = language()
    return translate_message(text, _messages(code)) if code else text


def language() -> str:
    """The code of the language in force, as in `LANGUAGES`; "" for English and for every language that is not there.

    A Blender that was built without translations, such as the `bpy` module, has no language.
    """
    is_translated = bpy.context.preferences.view.use_translate_interface
    return _code_of(bpy.app.translations.locale) if is_translated else ""


def follow() -> None:
    """Register the words of the language in force, now and whenever the artist chooses another language."""
    _look()
    bpy.app.handlers.load_post.append(_look)


def forget() -> None:
    """Undo `follow`."""
    global _registered
    bpy.app.handlers.load_post.remove(_look)
    bpy.msgbus.clear_by_owner(_owner)
    if _registered:
        bpy.app.translations.unregister(base_package)
        _registered = ""


@bpy.app.handlers.persistent
def _look(*_: object) -> None:
    """Register the words, and subscribe to the choice of a language. Loading a file ends all subscriptions."""
    _register_words()
    bpy.msgbus.clear_by_owner(_owner)
    bpy.msgbus.subscribe_rna(
        key=(bpy.types.PreferencesView, "language"),  # type: ignore[arg-type]
        owner=_owner,
        args=(),
        notify=_register_words,
    )


def _register_words() -> None:
    """Give Blender the words of the language in force, unless it has them. Blender decides whether it shows them."""
    global _registered
    code = _code_of(bpy.app.translations.locale)
    if code in ("", _registered):
        return
    if _registered:
        bpy.app.translations.unregister(base_package)
    # Blender looks up whole texts only, so that it has no use for a template
    words = [(message, translation) for message, translation in _messages(code).items() if "{" not in message]
    found = {(context, message): translation for context in CONTEXTS for message, translation in words}
    bpy.app.translations.register(base_package, {code: found})
    _registered = code


def _code_of(locale: str) -> str:
    """The code in `LANGUAGES` for one of Blender's locales, such as `de_DE`; "" when there is none."""
    return next((code for code in (locale, locale.partition("_")[0]) if code in LANGUAGES), "")


def _messages(code: str) -> Mapping[str, str]:
    messages: Mapping[str, str] = importlib.import_module(f".languages.{LANGUAGES[code]}", __package__).MESSAGES
    return messages
