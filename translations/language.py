# SPDX-License-Identifier: GPL-3.0-or-later
"""Which language is in force, and the one catalog for it: the others are not even loaded."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

import bpy

from .. import __package__ as base_package
from ..messages.message import Message
from .formatting import translate_message

if TYPE_CHECKING:
    from .catalog import Catalog

LANGUAGES = {
    "de": "german",
    "es": "spanish",
    "fr": "french",
    "ja": "japanese",
    "zh_HANS": "simplified_chinese",
}
"""Blender's code of a language, without the country where the language is one for all, and the module of its words.

Blender 4.2 to 5.2 call them de_DE, es, fr_FR, ja_JP and zh_HANS; what is registered for `de` serves any `de_…`.
"""

CONTEXTS = ("*", "Operator")
"""What Blender looks a label up under: `Operator` for an operator's name and its buttons, `*` for all else."""

_catalogs: dict[str, Catalog] = {}
_registered = ""
_owner = object()


def translate(text: str) -> str:
    """An English text of this extension in the language of the interface; a text that is not known as it is.

    Sentences that were made of a template and values are recognised, and so are several sentences in a row.
    """
    code = language()
    if not code:
        return text
    if isinstance(text, Message):
        return translate_message(text, _messages(code))
    return _catalog(code).translate(text)


def language() -> str:
    """The code of the language in force, as in `LANGUAGES`; "" for English and every language that is not there.

    A Blender that was built without translations, such as the `bpy` module, has no language.
    """
    is_translated = bpy.context.preferences.view.use_translate_interface
    return _code_of(bpy.app.translations.locale) if is_translated else ""


def follow() -> None:
    """Register the words of the language in force, and be told when another one is chosen."""
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
    """Register the words, and subscribe to the choice of a language: loading a file ends all subscriptions."""
    _register_words()
    bpy.msgbus.clear_by_owner(_owner)
    bpy.msgbus.subscribe_rna(
        key=(bpy.types.PreferencesView, "language"),  # type: ignore[arg-type]
        owner=_owner,
        args=(),
        notify=_register_words,
    )


def _register_words() -> None:
    """Give Blender the words of the language in force, unless it has them: whether it uses them is its own affair."""
    global _registered
    code = _code_of(bpy.app.translations.locale)
    if code in ("", _registered):
        return
    if _registered:
        bpy.app.translations.unregister(base_package)
    # Blender cannot look up a message with values, and need not go through them
    words = [(message, translation) for message, translation in _messages(code).items() if "{" not in message]
    found = {(context, message): translation for context in CONTEXTS for message, translation in words}
    bpy.app.translations.register(base_package, {code: found})
    _registered = code


def _code_of(locale: str) -> str:
    """The code in `LANGUAGES` for one of Blender's locales, such as `de_DE`; "" when there is none."""
    return next((code for code in (locale, locale.partition("_")[0]) if code in LANGUAGES), "")


def _messages(code: str) -> Mapping[str, str]:
    messages: Mapping[str, str] = importlib.import_module(f".{LANGUAGES[code]}", __package__).MESSAGES
    return messages


def _catalog(code: str) -> Catalog:
    # made when the first sentence is shown: enabling the extension has no time for it
    from .catalog import Catalog

    if code not in _catalogs:
        _catalogs[code] = Catalog(_messages(code))
    return _catalogs[code]
